"""`kioskd sim terminal`: a register of another make is driven through everything a script says."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kioskd.sim.terminal import ScriptError, TerminalSimulator, read_script
from kioskd.sim.terminal.alone import terminal, typed
from tests.unit.plain_register import (
    ABORT,
    ENQUIRE,
    PAY_TEN,
    REGISTER_BLOCKS,
    REPEAT,
    YES,
    Register,
    SerialHose,
    TcpHose,
    hang_up,
    reversal,
)

SCRIPT = """
when_done = "wait"

[[payment]]
guest = "insert"

[[payment]]
decline_with = 0x05

[[payment]]
guest = "stop"
after_s = 0.01

[[payment]]
guest = "nobody"

[[payment]]
refuse_with = 0x9C

[[payment]]
amount_off_minor = -100

[[payment]]
cut_at = "sent 040f"
lost_answer = "reverse"

[[payment]]
guest = "wait"
"""

Driving = Callable[[Callable[[], Awaitable[Register]]], Awaitable[None]]


def run_alone(*arguments: str, driving: Driving, serial: Path | None = None) -> None:
    """The command as a process of its own, ended with SIGTERM."""

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kioskd", "sim", "terminal", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        registers: list[Register] = []
        try:
            assert process.stdout is not None
            said = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
            port = re.search(r":(\d+)$", said.strip())

            async def connect() -> Register:
                if serial is not None:
                    register = Register(SerialHose(serial), serial=True)
                else:
                    assert port is not None, said
                    streams = await asyncio.open_connection("127.0.0.1", int(port[1]))
                    register = Register(TcpHose(*streams))
                registers.append(register)
                return register

            await driving(connect)
        finally:
            for register in registers:
                hang_up(register)
            process.terminate()
            _, status = await process.communicate(), process.returncode
        assert status == 0

    asyncio.run(run())


@pytest.mark.process
def test_a_register_is_driven_through_a_script(tmp_path: Path) -> None:
    script, ledger = tmp_path / "script.toml", tmp_path / "ledger.json"
    script.write_text(SCRIPT)

    async def driving(connect: Callable[[], Awaitable[Register]]) -> None:
        register = await connect()
        assert await register.do(REGISTER_BLOCKS) == [YES, "060f0a19002952500042490978"]
        assert await register.do(ENQUIRE) == [YES, "060f0100"]
        paid = await register.do(PAY_TEN)
        assert "04000000001000" in next(heard for heard in paid if heard.startswith("040f"))
        assert paid[-1] == "060f00"
        declined = await register.do(PAY_TEN)
        assert declined[-2:] == ["040f0727052952500042", "061e0105"]
        for _ in range(2):  # the red key, and nobody
            assert (await register.do(PAY_TEN))[-1] == "061e016c"
        assert await register.do(PAY_TEN) == ["849c00"]
        lower = await register.do(PAY_TEN)
        assert "04000000000900" in next(heard for heard in lower if heard.startswith("040f"))
        assert (await register.do(PAY_TEN))[-1] == "lost"
        register = await connect()
        assert (await register.do(REGISTER_BLOCKS))[0] == YES
        assert "37000004" in (await register.do(REPEAT))[1]  # reversed on its own
        register.say(PAY_TEN)
        assert await register.hear() == YES
        assert (await register.hear()).startswith("04ff")
        register.say(YES)
        register.say(ABORT)
        assert await register.hear() == YES
        assert (await register.hear()).startswith("040f07276c")
        register.say(YES)
        assert await register.hear() == "061e016c"
        register.say(YES)
        assert (await register.do(reversal("0002")))[-1] == "060f00"

    run_alone("--port", "0", "--script", str(script), "--ledger", str(ledger), driving=driving)
    taken = [row for row in json.loads(ledger.read_text())["transactions"] if row["kind"] == "payment"]
    assert [(row["amount_minor"], row["reversed"]) for row in taken] == [
        (1000, True),
        (900, False),
        (1000, True),
    ]

    async def later(connect: Callable[[], Awaitable[Register]]) -> None:
        register = await connect()
        await register.do(REGISTER_BLOCKS)
        assert await register.do(reversal("0002")) == [YES, "061e01b4"]

    run_alone("--port", "0", "--ledger", str(ledger), driving=later)


@pytest.mark.process
def test_it_is_on_a_serial_line_as_well(tmp_path: Path) -> None:
    path = tmp_path / "ttyTerminal"
    script = tmp_path / "script.toml"
    script.write_text('when_done = "tap"\n')

    async def driving(connect: Callable[[], Awaitable[Register]]) -> None:
        register = await connect()
        assert (await register.do(REGISTER_BLOCKS))[0] == YES
        assert (await register.do(PAY_TEN))[-1] == "060f00"

    run_alone("--serial", str(path), "--script", str(script), driving=driving, serial=path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[[payment]\n", "line 1"),
        ("[[payment]]\nguest = 'dances'\n", "payment 1: a guest does not 'dances', but tap, insert"),
        ("[[payment]]\n[[payment]]\nexplode = true\n", "payment 2: the terminal has no fault 'explode'"),
        ("[[payment]]\ncut_at = 'noon'\n", "payment 1: 'noon' is no moment"),
        ("[[payment]]\nafter_s = -1\n", "payment 1: after_s is a number of seconds"),
        ("[[payment]]\ndeaf = 1\n", "payment 1: the fault 'deaf' is true or false"),
        ("payment = 3\n", "payments are written as"),
        ("faults = 3\n", "faults are written as"),
        ("[faults]\nending = 'odd'\n", "'odd' is not a valid Ending"),
        ("when = 'tap'\n", "unknown: when; known are when_done, faults, payment"),
        ("when_done = 'sing'\n", "a guest does not 'sing'"),
    ],
)
def test_a_wrong_script_is_refused_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, wrong: str
) -> None:
    script = tmp_path / "script.toml"
    script.write_text(text)
    with pytest.raises(ScriptError, match=re.escape(wrong)) as refused:
        read_script(script)
    assert str(refused.value).startswith(f"{script}: ")
    assert terminal(["--port", "0", "--script", str(script)]) == 1
    assert wrong in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["{}", "[", "[]", '{"receipt": 1, "trace": 1, "remembers_last": 1, "transactions": [1]}']
)
def test_a_damaged_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    ledger = tmp_path / "ledger.json"
    ledger.write_text(text)
    assert terminal(["--port", "0", "--ledger", str(ledger)]) == 1
    assert f"{ledger} is no ledger" in capsys.readouterr().err


def test_guests_and_faults_can_be_typed() -> None:
    async def run() -> None:
        async with TerminalSimulator() as sim:
            for act in ("tap", "insert", "lower", "stop", "decline 0x37"):
                assert await typed(sim, act) == "the terminal is not waiting for a card"
            assert await typed(sim, "cut_at sent 040f #2") == "cut_at = sent 040f #2"
            assert await typed(sim, "cut_at none") == "cut_at = None"
            assert await typed(sim, "decline_with 0x33") == "decline_with = 51"
            assert await typed(sim, "deaf on") == "deaf = True"
            assert await typed(sim, "cut") == "cut"
            assert await typed(sim, "unplug") == "unplugged"
            assert "plugged_in: False" in await typed(sim, "")
            assert await typed(sim, "plug") == "plugged in"
            assert "commissioning 1 receipt 1 trace 1" in await typed(sim, "")
            for wrong in ("dance", "deaf maybe", "decline soon", "tap twice"):
                with pytest.raises(ValueError, match=r"fault|invalid literal"):
                    await typed(sim, wrong)

    asyncio.run(run())

"""The simulated terminal, spoken to in plain bytes: it behaves as terminals do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kioskd.sim.terminal import LostAnswer, Point, TerminalSimulator

YES = "800000"
REGISTER = "0600 08 000000 38 0978 0301"
PAY_TEN = "0601 0C 04 000000001000 49 0978 1940"
ABORT = "06B000"
REPEAT = "0620 05 000000 0303"
ENQUIRE = "0501 05 000000 0302"
PRESENT_CARD, WAIT, STOPPED = "04ff020a02", "04ff010e", "061e016c"


class Kiosk:
    """A cash register reduced to its wire."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, octets: str) -> None:
        self._writer.write(bytes.fromhex(octets))

    async def hear(self) -> str:
        async with asyncio.timeout(5):
            head = await self._reader.readexactly(3)
            return (head + await self._reader.readexactly(head[2])).hex()

    async def expect(self, *expected: str) -> None:
        """Each message in turn; everything that is not an answer is answered with yes."""
        for octets in expected:
            assert await self.hear() == octets
            if not octets.startswith(("80", "84")):
                self.say(YES)

    async def register(self) -> None:
        self.say(REGISTER)
        await self.expect(YES, "060f0a19002952500042490978")

    async def hear_end(self) -> None:
        async with asyncio.timeout(5):
            assert await self._reader.read() == b""

    def close(self) -> None:
        self._writer.close()


async def connect(sim: TerminalSimulator) -> Kiosk:
    return Kiosk(*await asyncio.open_connection("127.0.0.1", sim.port))


def play(scene: Callable[[TerminalSimulator, Kiosk], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        now = datetime(2025, 8, 5, 14, 32, 7, tzinfo=UTC)
        async with TerminalSimulator(wall_clock=lambda: now, **options) as sim:
            kiosk = await connect(sim)
            await scene(sim, kiosk)
            kiosk.close()

    asyncio.run(run())


def test_a_payment_step_by_step() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD)
        assert sim.state()["payment"] == {"amount_minor": 1000, "step": "waiting_for_card"}
        assert sim.tap()
        assert not sim.tap()
        await kiosk.expect(WAIT)
        result = await kiosk.hear()
        assert result.startswith("040f")
        assert "2700040000000010004909780b0000020c1432070d0805" in result
        kiosk.say(YES)
        await kiosk.expect("060f00")
        kiosk.say(ENQUIRE)
        await kiosk.expect(YES, "060f0100")
        assert sim.state()["payment"] is None
        assert sim.state()["charged_minor"] == 1000
        json.dumps(sim.state())

    play(scene)


def test_no_to_the_result_reverses_the_charge() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD, WAIT)
        await kiosk.hear()
        assert sim.state()["charged_minor"] == 1000
        kiosk.say("846600")
        await kiosk.expect(STOPPED)
        assert sim.state()["charged_minor"] == 0

    play(scene, auto_s=0)


def test_a_declined_card() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD)
        assert sim.decline(0x37)
        await kiosk.expect(WAIT, "040f0727372952500042", "061e0137")

    play(scene)


def test_the_red_key() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        assert not sim.press_cancel()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD)
        assert sim.press_cancel()
        await kiosk.expect("040f07276c2952500042", STOPPED)

    play(scene)


def test_the_kiosk_may_abort_until_a_card_is_presented() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD)
        kiosk.say(ABORT)
        await kiosk.expect(YES, "040f07276c2952500042", STOPPED)
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD)
        assert sim.tap()
        assert await kiosk.hear() == WAIT
        kiosk.say(ABORT)
        await kiosk.expect("848300")  # too late: the bank is being asked
        kiosk.say(YES)
        assert (await kiosk.hear()).startswith("040f")

    play(scene)


def test_it_waits_for_an_answer_before_it_goes_on() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES)
        assert await kiosk.hear() == PRESENT_CARD
        sim.tap()
        kiosk.say(ENQUIRE)  # no answer, but a command while the terminal leads
        await kiosk.expect("848300")
        kiosk.say(YES)
        await kiosk.expect(WAIT)

    play(scene)


def test_what_a_terminal_refuses() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        kiosk.say(PAY_TEN)
        await kiosk.expect("846b00")  # not registered
        kiosk.say("0600 08 123456 38 0978 0301")
        await kiosk.expect("843700")  # wrong password
        kiosk.say("0600 08 000000 38 0756 0301")
        await kiosk.expect(YES, "061e036f0978")  # wrong currency
        await kiosk.register()
        kiosk.say("0601 0A 04 000000001000 49 0756")
        await kiosk.expect("846f00")
        kiosk.say("0601 00")
        await kiosk.expect("848300")
        kiosk.say("06C0 00")
        await kiosk.expect("848300")  # nobody asks for card data here
        sim.faults.set("refuse_with", 0x9C)
        kiosk.say(PAY_TEN)
        await kiosk.expect("849c00")

    play(scene)


def test_a_register_that_names_no_currency_is_accepted() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        kiosk.say("0600 04 000000 BA")
        await kiosk.expect(YES, "060f0a19002952500042490978")

    play(scene)


def test_after_a_cut_it_tells_what_became_of_the_payment() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        sim.faults.set("cut_at", "committed")
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD, WAIT)
        result = await kiosk.hear()
        kiosk.say(YES)
        await kiosk.hear_end()
        kiosk.close()
        again = await connect(sim)
        await again.register()
        again.say(REPEAT)
        await again.expect(YES, result, "060f00")
        again.close()

    play(scene, auto_s=0)


@pytest.mark.parametrize(("lost_answer", "charged_minor"), [("keep", 1000), ("reverse", 0), ("forget", 1000)])
def test_terminals_differ_in_what_a_lost_answer_means(lost_answer: str, charged_minor: int) -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        sim.faults.set("lost_answer", lost_answer)
        await kiosk.register()
        sim.faults.cut_at = Point.RESULT
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD, WAIT)
        assert (await kiosk.hear()).startswith("040f")
        await kiosk.hear_end()
        again = await connect(sim)
        await again.register()
        assert sim.state()["charged_minor"] == charged_minor
        again.say(REPEAT)
        await again.expect(YES)
        report = await again.hear()
        if lost_answer == LostAnswer.REVERSE:
            assert "0b00000337000002" in report  # a record of its own, naming the trace it reverses
        assert (report == "060f00") == (lost_answer == LostAnswer.FORGET)
        again.close()

    play(scene, auto_s=0)


def test_its_memory_outlives_it(tmp_path: Path) -> None:
    memory = tmp_path / "terminal.json"

    async def pay(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        kiosk.say(PAY_TEN)
        await kiosk.expect(YES, PRESENT_CARD, WAIT)
        await kiosk.hear()
        kiosk.say(YES)
        await kiosk.expect("060f00")

    async def look(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        assert sim.state()["charged_minor"] == 2000

    for scene in (pay, pay, look):
        play(scene, auto_s=0, memory=memory)


def test_a_second_kiosk_waits_for_the_first_to_leave() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        await kiosk.register()
        second = await connect(sim)
        second.say(REGISTER)
        kiosk.say(ENQUIRE)
        await kiosk.expect(YES, "060f0100")
        kiosk.close()
        await second.expect(YES, "060f0a19002952500042490978")
        second.close()

    play(scene)


def test_unplugging_and_plugging_in_again_keeps_the_port() -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        port = sim.port
        await sim.stop()
        await kiosk.hear_end()
        with pytest.raises(ConnectionError):
            await connect(sim)
        await sim.start()
        assert sim.port == port
        again = await connect(sim)
        await again.register()
        again.close()

    play(scene)


@pytest.mark.parametrize(
    ("name", "value"), [("explode", True), ("cut_at", "nowhere"), ("lost_answer", "?"), ("state_code", "F0")]
)
def test_an_unknown_fault_is_refused(name: str, value: object) -> None:
    async def scene(sim: TerminalSimulator, kiosk: Kiosk) -> None:
        with pytest.raises(ValueError, match=r"fault|valid"):
            sim.faults.set(name, value)

    play(scene)

"""What can go wrong at the simulated terminal goes wrong as asked, and its ledger tells the truth."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.sim.terminal import Patience, TerminalSimulator
from kioskd.sim.terminal.messages import Unreadable, read_fields
from tests.unit import plain_register
from tests.unit.plain_register import (
    ABORT,
    PAY_TEN,
    REGISTER_BLOCKS,
    REGISTER_LINES,
    REGISTER_PLAIN,
    REPEAT,
    YES,
    Register,
    connect,
    hang_up,
    reversal,
)

NOW = datetime(2025, 8, 5, 14, 32, 7, tzinfo=UTC)
STOPPED, WRONG_PIN = "061e016c", "040f0727372952500042"
HASTY = Patience(answer_s=0.05, goods_s=0.05, card_s=0.05, wait_s=0.01, hung_s=0.2)
play = partial(plain_register.play, auto_s=0, wall_clock=lambda: NOW)


def kinds(heard: list[str]) -> list[str]:
    return [message[:4] for message in heard]


def moments(register_with: str) -> list[str]:
    """Everything that is said in a payment nothing breaks, in order, as moments for a fault."""
    named: list[str] = []
    done = asyncio.Event()

    def hear(name: str) -> None:
        named.append(name)
        if name == "0601: heard 060f answer":
            done.set()

    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(register_with)
        named.clear()
        assert (await register.do(PAY_TEN))[-1] == "060f00"
        await done.wait()

    play(scene, on_event=hear)
    counts: Counter[str] = Counter()
    for at, name in enumerate(named):
        counts[name] += 1
        named[at] = f"{name} #{counts[name]}"
    return named


def test_a_payment_is_cut_at_every_message_whoever_said_it() -> None:
    """The money has moved once the bank was asked, and the terminal knows when it is asked again."""
    for register_with in (REGISTER_PLAIN, REGISTER_BLOCKS):
        every = moments(register_with)
        assert len(every) > 10
        moved = every.index("0601: sent 04ff0e #1")
        for at, moment in enumerate(every):
            for fault in ({"cut_at": moment}, {"cut_at": moment, "resets": True}, {"silent_at": moment}):
                charged = at >= moved
                assert told_after(register_with, fault) == (1000 if charged else 0), (moment, fault)


def told_after(register_with: str, fault: dict[str, object]) -> int:
    """What the terminal has charged after that, and says so itself."""
    charged: list[int] = []
    named: Counter[str] = Counter()
    silent = asyncio.Event()

    def hear(name: str) -> None:
        named[name] += 1
        if f"{name} #{named[name]}" == fault.get("silent_at"):
            silent.set()

    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(register_with)
        for name, value in fault.items():
            sim.faults.set(name, value)
        paying = asyncio.create_task(register.do(PAY_TEN))
        if "silent_at" in fault:
            await silent.wait()
            hang_up(register)
        await paying
        again = await connect(sim)
        await again.do(REGISTER_PLAIN)
        report = (await again.do(REPEAT))[1]
        charged_minor = sim.state()["charged_minor"]
        assert isinstance(charged_minor, int)
        assert ("04000000001000" in report) == (charged_minor == 1000)
        charged.append(charged_minor)
        hang_up(again)

    play(scene, on_event=hear)
    return charged[0]


def test_a_reversal_is_cut_at_its_messages_too() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        await register.do(PAY_TEN)
        sim.faults.set("cut_at", "0630: sent 040f")
        assert (await register.do(reversal("0002")))[-1] == "lost"
        again = await connect(sim)
        await again.do(REGISTER_PLAIN)
        assert "37000002" in (await again.do(REPEAT))[1]
        assert sim.state()["charged_minor"] == 0
        hang_up(again)

    play(scene)


def test_half_a_message() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_LINES)
        sim.faults.set("cut_at", "half 06d1 #3")
        heard = await register.do(PAY_TEN)
        assert kinds(heard)[-4:] == ["040f", "06d1", "06d1", "lost"]

    play(scene)


@pytest.mark.parametrize(("known", "charged_minor"), [("0002", 2000), ("0001", 1000)])
def test_a_terminal_may_reverse_with_the_next_payment_what_the_kiosk_missed(
    known: str, charged_minor: int
) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_BLOCKS)
        sim.faults.set("lost_answer", "reverse_next")
        sim.faults.set("cut_at", "result")
        assert (await register.do(PAY_TEN))[-1] == "lost"
        assert sim.state()["charged_minor"] == 1000
        again = await connect(sim)
        assert (await again.do(f"0601 13 04 000000001000 49 0978 1940 0605 1F1F02{known}"))[-1] == "060f00"
        assert sim.state()["charged_minor"] == charged_minor
        hang_up(again)

    play(scene)


def test_a_result_may_come_twice() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("twice_at", "sent 040f")
        heard = await register.do(PAY_TEN)
        assert kinds(heard)[-3:] == ["040f", "040f", "060f"]
        assert heard[-3] == heard[-2]
        assert sim.state()["charged_minor"] == 1000
        sim.faults.set("twice_at", "sent 0601 answer")
        assert kinds(await register.do(PAY_TEN))[:2] == ["8000", "8000"]

    play(scene)


def test_garbage_comes_before_a_message() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("garbage_at", "sent 0601 answer")
        register.say(PAY_TEN)
        assert (await register.hose.draw(3)).hex() == "7f1307"

    play(scene)


@pytest.mark.parametrize(
    ("ending", "last", "charged_minor"),
    [
        ("no_result", ["04ff", "060f"], 1000),
        ("bare_abort", ["04ff", "061e"], 0),
        ("given_up_approval", ["040f", "061e"], 0),
        ("wrong_pin_first", ["040f", "04ff", "040f", "060f"], 1000),
    ],
)
def test_terminals_end_a_payment_in_many_ways(ending: str, last: list[str], charged_minor: int) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("ending", ending)
        heard = await register.do(PAY_TEN)
        assert kinds(heard)[-len(last) :] == last
        assert sim.state()["charged_minor"] == charged_minor
        assert (WRONG_PIN in heard) == (ending == "wrong_pin_first")

    play(scene)


def test_a_decline_may_be_completed_and_may_have_numbers() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("decline_with", 0x05)
        sim.faults.set("ending", "completed_decline")
        sim.faults.set("numbered_declines", True)
        heard = await register.do(PAY_TEN)
        assert heard[-1] == "060f00"
        assert heard[-2].startswith("040f") and "2705" in heard[-2] and "870002" in heard[-2]
        assert sim.state()["charged_minor"] == 0

    play(scene)


@pytest.mark.parametrize(
    ("habit", "answer", "end"),
    [("obey", YES, STOPPED), ("refuse", "848300", "060f00"), ("charge", YES, "060f00")],
)
def test_an_abort_is_taken_in_different_ways(habit: str, answer: str, end: str) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("abort", habit)
        register.say(PAY_TEN)
        await register.expect(YES, "04ff020a02")
        register.say(ABORT)
        assert await register.hear() == answer
        sim.tap()
        while not (heard := await register.hear()).startswith(("060f", "061e")):
            register.say(YES)
        register.say(YES)
        assert heard == end
        assert sim.state()["charged_minor"] == (0 if end == STOPPED else 1000)

    play(scene, auto_s=None)


def test_another_currency_than_asked_for_is_charged() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("charge_currency", 756)
        sim.faults.set("amount_off_minor", -250)
        assert "04000000000750490756" in (await register.do(PAY_TEN))[-2]

    play(scene)


def test_fields_in_another_order_with_unknown_ones() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_BLOCKS)
        sim.faults.set("odd_fields", True)
        result = next(message for message in await register.do(PAY_TEN) if message.startswith("040f"))
        assert result[6:8] != "27"  # the result code comes first otherwise
        assert "Vielen Dank für".encode("cp437").hex() in result
        assert result.endswith("99010203")

    play(scene)


def test_the_transaction_before_the_last_is_told() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        first = (await register.do(PAY_TEN))[-2]
        await register.do(PAY_TEN)
        sim.faults.set("stale_repeat", True)
        assert await register.do(REPEAT) == [YES, first, "060f00"]

    play(scene)


def test_a_storm_of_intermediate_states() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("more_states", 500)
        assert kinds(await register.do(PAY_TEN)).count("04ff") == 502

    play(scene)


def test_a_slow_one_takes_its_time_before_each_message() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        sim.faults.set("slow_ms", 20)
        began = asyncio.get_running_loop().time()
        await register.do(REGISTER_PLAIN)
        assert asyncio.get_running_loop().time() - began >= 0.04

    play(scene)


def test_a_second_register_may_be_turned_away() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("refuses_second", True)
        second = await connect(sim)
        await second.hear_end()
        hang_up(second)

    play(scene)


# --- a register that does not do its part --------------------------------------------------------------


def test_nobody_presents_a_card() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        heard = await register.do(PAY_TEN)
        assert heard[-2:] == ["040f07276c2952500042", STOPPED]

    play(scene, auto_s=None, patience=Patience(card_s=0.05))


@pytest.mark.parametrize("goods", ["", "0101"])
def test_an_approval_that_is_never_answered_is_reversed_by_the_terminal(goods: str) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        size = "0C" if not goods else "0E"
        register.say(f"0601 {size} 04 000000001000 49 0978 1940 {goods}")
        await register.expect(YES, "04ff020a02", "04ff010e")
        assert (await register.hear()).startswith("040f")
        await register.hear_end()
        assert sim.state()["charged_minor"] == 0

    play(scene, patience=Patience(answer_s=0.05 if not goods else 5, goods_s=0.05))


def test_a_register_that_never_answers_is_left() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.say(REGISTER_PLAIN)
        await register.hear()
        await register.hear()
        await register.hear_end()

    play(scene, patience=HASTY)


def test_a_register_that_stops_in_the_middle_of_a_message_is_left() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.say("0600 08 0000")
        await register.hear_end()

    play(scene, patience=HASTY)


def test_please_wait_gets_the_result_again_but_not_for_ever() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        answers = iter(["849c00", "849c00", YES])
        heard = await register.do(PAY_TEN, lambda heard: next(answers) if heard.startswith("040f") else YES)
        assert kinds(heard)[-4:] == ["040f", "040f", "040f", "060f"]
        heard = await register.do(
            "0601 0E 04 000000001000 49 0978 1940 0203",
            lambda heard: "849c00" if heard.startswith("040f") else YES,
        )
        assert kinds(heard).count("040f") == 4
        assert heard[-1] == STOPPED
        assert sim.state()["charged_minor"] == 1000

    play(scene, patience=Patience(wait_s=0.01))


def test_goods_delivered_in_part_are_paid_in_part() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        part = "849d 07 04 000000000600"
        heard = await register.do(PAY_TEN, lambda heard: part if heard.startswith("040f") else YES)
        assert heard[-1] == "060f00"
        assert sim.state()["charged_minor"] == 600

    play(scene)


def test_its_ledger_survives_a_cut_and_a_restart(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"

    async def pay(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("cut_at", "result")
        await register.do(PAY_TEN)

    async def ask(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        assert "870002" in (await register.do(REPEAT))[1]
        await register.do(reversal("0002"))

    async def look(sim: TerminalSimulator, register: Register) -> None:
        state: dict[str, Any] = sim.state()
        assert [(t["kind"], t["receipt"], t["trace"], t["reversed"]) for t in state["transactions"]] == [
            ("commissioning", 1, 1, False),
            ("payment", 2, 2, True),
            ("reversal", 3, 3, False),
        ]

    for scene in (pay, ask, look):
        play(scene, memory=ledger)


@given(st.binary(max_size=60))
@settings(max_examples=300)
def test_no_request_breaks_the_terminal(data: bytes) -> None:
    try:
        fields = read_fields(data)
        fields.number(0x04)
    except Unreadable:
        pass

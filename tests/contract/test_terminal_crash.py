"""The daemon crashes in a payment: the next one finds out what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kioskd.core.events import PaymentStep
from kioskd.core.health import DeviceState
from kioskd.core.ports import PaymentResult
from kioskd.sim.terminal import LostAnswer, Point, TerminalSimulator
from tests.contract.terminal_stand import APPROVED, DECLINED, HASTY, NOON, UNAVAILABLE, UNKNOWN, Stand, play
from tests.contract.test_terminal_device import first_health


@pytest.mark.parametrize("crash_at", [PaymentStep.PRESENT_CARD, PaymentStep.AUTHORISING])
@pytest.mark.parametrize("lost_answer", [LostAnswer.KEEP, LostAnswer.REVERSE])
def test_after_a_crash_the_new_daemon_finds_out(
    tmp_path: Path, crash_at: PaymentStep, lost_answer: LostAnswer
) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.lost_answer = lost_answer
        assert (await stand.pay("order-0")).outcome is APPROVED
        crash = asyncio.Event()
        stand.on_step = lambda step: crash.set() if step is crash_at else None
        paying = asyncio.create_task(stand.pay("order-1"))
        await crash.wait()
        paying.cancel()
        await asyncio.gather(paying, return_exceptions=True)
        stand.restart()
        result = await stand.driver.outcome("order-1")
        charged = stand.charged_minor == 2 * 1490
        assert result.outcome is (APPROVED if charged else DECLINED)

    play(tmp_path, scene)


def test_a_crash_after_the_result_finds_the_payment_in_the_drivers_own_memory(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        paid = await stand.pay()
        await stand.sim.stop()
        stand.restart()
        assert await stand.driver.outcome("order-1") == paid

    play(tmp_path, scene)


def test_the_terminals_memory_survives_its_own_restart(tmp_path: Path) -> None:
    async def run() -> None:
        memory = tmp_path / "terminal.json"
        async with TerminalSimulator(auto_s=0, memory=memory, wall_clock=lambda: NOON) as sim:
            stand = Stand(sim, tmp_path / "attempts.json", deadlines=replace(HASTY, settle_s=0.1))
            sim.faults.cut_at = Point.RESULT
            stand.on_step = lambda step: setattr(sim.faults, "deaf", True)
            assert (await stand.pay()).outcome is UNKNOWN
        async with TerminalSimulator(auto_s=0, memory=memory, wall_clock=lambda: NOON) as sim:
            stand = Stand(sim, stand.attempts)
            assert (await stand.driver.outcome("order-1")).outcome is APPROVED
            assert stand.charged_minor == 1490

    asyncio.run(run())


def test_a_payment_that_was_never_begun_was_not_charged(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        assert (await stand.driver.outcome("order-7")).outcome is UNKNOWN  # no memory at all: not certain
        await stand.pay("order-1")
        stand.restart()
        assert (await stand.driver.outcome("order-7")).outcome is DECLINED

    play(tmp_path, scene)


def test_a_damaged_memory_blocks_payments_and_says_so(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.attempts.write_text('{"attempts": [{"reference"')
        assert (await stand.pay()).outcome is UNAVAILABLE
        assert (await stand.driver.outcome("order-1")).outcome is UNKNOWN
        assert (await first_health(stand)).state is DeviceState.FAULTY

    play(tmp_path, scene)


def test_an_undecided_payment_blocks_others_until_a_person_decides(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.cut_at = Point.RESULT
        stand.sim.faults.lost_answer = LostAnswer.FORGET
        result = await stand.pay("order-1")
        assert result == PaymentResult(UNKNOWN, "terminal 52500042 receipt 0002 trace 000002")
        assert (await stand.pay("order-2")).outcome is UNAVAILABLE
        assert (await first_health(stand)).state is DeviceState.FAULTY
        await stand.driver.settle_by_hand("order-1", paid=True)
        assert (await stand.driver.outcome("order-1")).outcome is APPROVED
        assert (await stand.pay("order-2")).outcome is APPROVED

    play(tmp_path, scene)


def test_a_charge_of_the_same_amount_at_another_time_is_not_taken_for_ours(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.now = NOON + timedelta(hours=2)
        stand.sim.faults.cut_at = Point.AUTHORISING
        assert (await stand.pay()).outcome is UNKNOWN

    play(tmp_path, scene)

"""What a terminal can do wrong: the guest pays once or not at all, and what is not known is said so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.core.ports import PaymentResult
from kioskd.devices.terminal.zvt_driver import TcpAddress, ZvtTerminal
from kioskd.sim.terminal import LostAnswer, Point
from tests.contract.terminal_stand import (
    ABORTED,
    APPROVED,
    DECLINED,
    HASTY,
    PATIENT,
    PRICE,
    UNAVAILABLE,
    UNKNOWN,
    Stand,
    play,
)


def test_an_unplugged_terminal_is_unavailable_at_once(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        await stand.sim.stop()
        assert (await stand.pay()).outcome is UNAVAILABLE
        await stand.sim.start()
        assert (await stand.pay()).outcome is APPROVED

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("code", "outcome", "trouble"),
    [
        (0x9C, UNAVAILABLE, CardTrouble.TERMINAL_BUSY),
        (0xF0, UNAVAILABLE, None),
        (0x6B, UNAVAILABLE, None),
        (0xC3, DECLINED, None),
    ],
)
def test_a_refusal_charges_nothing(
    tmp_path: Path, code: int, outcome: PaymentOutcome, trouble: CardTrouble | None
) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.refuse_with = code
        assert await stand.pay() == PaymentResult(outcome, f"code {code:02X}", trouble=trouble)
        assert stand.charged_minor == 0

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("code", "outcome", "trouble"),
    [
        (0x05, DECLINED, None),
        (0x37, DECLINED, CardTrouble.WRONG_PIN),
        (0x78, DECLINED, CardTrouble.EXPIRED),
        (0x68, DECLINED, CardTrouble.NOT_TAKEN),
        (0x64, DECLINED, CardTrouble.UNREADABLE),
        (0xA1, UNAVAILABLE, CardTrouble.BANK_SILENT),
        (0x33, DECLINED, None),  # too little money: that is between the guest and the bank
        (0xEE, UNAVAILABLE, None),  # unknown
    ],
)
def test_a_guest_learns_what_they_can_do_about_a_declined_card(
    tmp_path: Path, code: int, outcome: PaymentOutcome, trouble: CardTrouble | None
) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.decline_with = code
        result = await stand.pay()
        assert (result.outcome, result.trouble) == (outcome, trouble)
        assert stand.charged_minor == 0

    play(tmp_path, scene)


@pytest.mark.parametrize("off_minor", [-100, 100])
def test_another_amount_than_asked_is_turned_down_and_reversed(tmp_path: Path, off_minor: int) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.amount_off_minor = off_minor
        assert (await stand.pay()).outcome is DECLINED
        assert stand.charged_minor == 0

    play(tmp_path, scene)


def test_a_disk_that_takes_nothing_means_no_payment(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.attempts = tmp_path / "missing" / "attempts.json"
        stand.restart()
        assert (await stand.pay()).outcome is UNAVAILABLE
        assert stand.charged_minor == 0

    play(tmp_path, scene)


def test_an_approval_that_cannot_be_written_down_is_reversed(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.attempts = tmp_path / "disk" / "attempts.json"
        stand.attempts.parent.mkdir()
        stand.restart()

        def lose_the_disk(step: PaymentStep) -> None:
            if step is PaymentStep.AUTHORISING:
                stand.attempts.parent.rename(tmp_path / "gone")

        stand.on_step = lose_the_disk
        assert (await stand.pay()).outcome is DECLINED
        assert stand.charged_minor == 0

    play(tmp_path, scene)


@pytest.mark.parametrize("point", list(Point))
@pytest.mark.parametrize("lost_answer", list(LostAnswer))
def test_a_cut_at_any_point_ends_in_the_truth_or_in_unknown(
    tmp_path: Path, point: Point, lost_answer: LostAnswer
) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.cut_at = point
        stand.sim.faults.lost_answer = lost_answer
        result = await stand.pay()
        expect_truth(stand, result)
        if lost_answer is not LostAnswer.FORGET:
            assert result.outcome is not UNKNOWN
        # Asking again, even as a new daemon, does not change the answer.
        stand.restart()
        again = await stand.driver.outcome("order-1")
        expect_truth(stand, again)
        # Nor does paying again charge twice, unless nothing was charged.
        final = await stand.pay()
        assert stand.charged_minor == 1490
        assert final.outcome is (UNKNOWN if result.outcome is UNKNOWN else APPROVED)

    play(tmp_path, scene)


def expect_truth(stand: Stand, result: PaymentResult) -> None:
    if result.outcome is APPROVED:
        assert stand.charged_minor == 1490
    elif result.outcome is not UNKNOWN:
        assert stand.charged_minor == 0


@pytest.mark.parametrize("point", list(Point))
def test_a_terminal_that_falls_silent_ends_within_its_deadlines(tmp_path: Path, point: Point) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.silent_at = point
        async with asyncio.timeout(5):
            expect_truth(stand, await stand.pay())

    play(tmp_path, scene, deadlines=HASTY)


def test_a_deaf_terminal_is_unavailable(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.deaf = True
        async with asyncio.timeout(5):
            assert (await stand.pay()).outcome is UNAVAILABLE

    play(tmp_path, scene, deadlines=HASTY)


def test_no_card_in_time_stops_the_terminal(tmp_path: Path) -> None:
    """The terminal announces two minutes; the kiosk's own limit for a payment is shorter."""

    async def scene(stand: Stand) -> None:
        stand.deadlines = replace(PATIENT, payment_s=0.1)
        stand.restart()
        assert (await stand.pay()).outcome is ABORTED
        assert stand.charged_minor == 0

    play(tmp_path, scene, auto_s=None)


def test_something_else_on_the_port_is_recognised(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 mail.example ESMTP\r\n")
            try:
                await reader.read()
            finally:
                writer.close()

        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        driver = ZvtTerminal(
            "t", TcpAddress("127.0.0.1", port), password="000000", currency="EUR", attempts=stand.attempts
        )
        with pytest.raises(DeviceFault, match="not in ZVT"):
            await driver.run(lambda event: None)
        assert (await driver.pay("order-1", PRICE, stand.hear)).outcome is UNAVAILABLE
        server.close()
        await server.wait_closed()

    play(tmp_path, scene)

"""The ZVT driver over a network and over a cable: the same truth, whatever happens on the line."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

import pytest

from kioskd.core.card_terminal import Approval, PaymentResult, ReversalOutcome, SlipKind, Totals
from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.core.events import PaymentStep
from kioskd.core.money import Money
from kioskd.devices.terminal.zvt_driver import SerialAddress, TcpAddress, ZvtTerminal
from kioskd.sim.terminal import LostAnswer, Point, TerminalSimulator
from kioskd.sim.terminal.receipts import FULL_PAN, SPACED_PAN, TRACK_2
from tests.contract.terminal_stand import (
    ABORTED,
    APPROVED,
    DECLINED,
    NOON,
    PATIENT,
    PRICE,
    UNAVAILABLE,
    UNKNOWN,
)


@dataclass
class Stand:
    sim: TerminalSimulator
    folder: Path
    now: datetime = NOON
    end_of_day: time | None = None
    on_step: Callable[[PaymentStep], object] = lambda step: None
    approvals: list[Approval] = field(default_factory=list)
    closed_days: list[Totals] = field(default_factory=list)
    driver: ZvtTerminal = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        path = self.sim.path
        self.driver = ZvtTerminal(
            "terminal",
            SerialAddress(path) if path else TcpAddress("127.0.0.1", self.sim.port),
            password="000000",
            currency="EUR",
            attempts=self.folder / "attempts.json",
            slips=self.folder / "slips.jsonl",
            end_of_day=self.end_of_day,
            deadlines=PATIENT,
            wall_clock=lambda: self.now,
        )
        self.driver.on_day_closed = self.closed_days.append

    async def agree(self, approval: Approval) -> bool:
        self.approvals.append(approval)
        return True

    async def pay(self, reference: str = "order-1", *, part: bool = False) -> PaymentResult:
        agree = self.agree if part else None
        return await self.driver.pay(reference, PRICE, self.on_step, agree=agree)

    @property
    def charged_minor(self) -> object:
        return self.sim.state()["charged_minor"]

    @property
    def kept_slips(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "slips.jsonl").read_text("utf-8").splitlines()]


Scene = Callable[[Stand], Awaitable[None]]


@pytest.fixture(params=["tcp", "serial"])
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Scene], None]:
    def played(scene: Scene) -> None:
        async def run() -> None:
            path = tmp_path / "terminal" if request.param == "serial" else None
            async with TerminalSimulator(path=path, auto_s=0, wall_clock=lambda: NOON) as sim:
                async with asyncio.timeout(30):
                    await scene(Stand(sim, tmp_path))

        asyncio.run(run())

    return played


def test_many_payments_and_what_the_day_came_to(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        running = asyncio.create_task(stand.driver.run(lambda event: None))
        for number in range(5):
            result = await stand.pay(f"order-{number}")
            assert (result.outcome, result.charged) == (APPROVED, PRICE)
        assert (await stand.driver.totals()).total == Money(5 * 1490, "EUR")
        day = await stand.driver.end_of_day()
        assert day.total == Money(5 * 1490, "EUR")
        assert sum(scheme.count for scheme in day.schemes) == 5
        assert (await stand.driver.totals()).total == Money(0, "EUR")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert stand.sim.state()["registered"] is False

    play(scene)


def test_decline_and_stop(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.decline_with = 0x05
        assert (await stand.pay()).outcome is DECLINED
        stand.sim.faults.decline_with = None
        stand.sim.auto_s = None
        stops: list[asyncio.Future[None]] = []
        stand.on_step = lambda step: stops.append(asyncio.ensure_future(stand.driver.abort()))
        assert (await stand.pay()).outcome is ABORTED
        assert stand.charged_minor == 0
        await asyncio.gather(*stops)

    play(scene)


@pytest.mark.parametrize("point", list(Point))
@pytest.mark.parametrize("lost_answer", [LostAnswer.KEEP, LostAnswer.REVERSE])
def test_a_cut_line_is_found_out_about(
    play: Callable[[Scene], None], point: Point, lost_answer: LostAnswer
) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.cut_at = point
        stand.sim.faults.lost_answer = lost_answer
        result = await stand.pay()
        if result.outcome is APPROVED:
            assert stand.charged_minor == 1490
        elif result.outcome is not UNKNOWN:
            assert stand.charged_minor == 0
        stand.restart()
        assert (await stand.pay()).outcome is (UNKNOWN if result.outcome is UNKNOWN else APPROVED)
        assert stand.charged_minor == 1490

    play(scene)


@pytest.mark.parametrize("fault", ["octet_by_octet", "odd_fields", "full_pan", "numbered_declines"])
def test_terminals_of_every_temper_are_paid_at(play: Callable[[Scene], None], fault: str) -> None:
    async def scene(stand: Stand) -> None:
        setattr(stand.sim.faults, fault, True)
        assert (await stand.pay()).outcome is APPROVED

    play(scene)


@pytest.mark.parametrize("moment", ["sent 040f", "sent 060f", "sent 04ff"])
def test_a_message_that_comes_twice_counts_once(play: Callable[[Scene], None], moment: str) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.twice_at = moment
        await stand.pay(part=True)
        stand.restart()
        assert (await stand.pay()).outcome is APPROVED
        assert stand.charged_minor == 1490
        assert len(stand.approvals) == 1

    play(scene)


def test_damaged_frames_are_asked_for_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with TerminalSimulator(path=tmp_path / "t", auto_s=0, wall_clock=lambda: NOON) as sim:
            stand = Stand(sim, tmp_path)
            sim.faults.wrong_checksums = 2
            assert (await stand.pay()).outcome is APPROVED

    asyncio.run(run())


def test_garbage_before_a_message_never_costs_the_guest(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.garbage_at = "sent 040f"
        result = await stand.pay()
        assert result.outcome in (APPROVED, UNAVAILABLE)
        assert (result.outcome is APPROVED) == (stand.charged_minor == 1490)

    play(scene)


# --- amounts ------------------------------------------------------------------------------------------


def test_less_than_asked_is_agreed_to_or_taken_back(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.amount_off_minor = -490
        assert (await stand.pay("order-1")).outcome is DECLINED
        assert stand.charged_minor == 0
        result = await stand.pay("order-2", part=True)
        assert (result.outcome, result.charged) == (APPROVED, Money(1000, "EUR"))
        assert [approval.charged for approval in stand.approvals] == [Money(1000, "EUR")]
        assert stand.charged_minor == 1000

    play(scene)


def test_another_currency_is_taken_back(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.charge_currency = 756
        assert (await stand.pay(part=True)).outcome is DECLINED
        assert (stand.charged_minor, stand.approvals) == (0, [])

    play(scene)


# --- receipts -----------------------------------------------------------------------------------------


def test_the_guest_gets_a_copy_and_the_merchant_keeps_one(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        slip = (await stand.pay()).slip
        assert slip is not None and slip.kind is SlipKind.CUSTOMER
        assert any("14,90" in line.text for line in slip.lines)
        assert any(line.text == "Für Sie" for line in slip.lines)
        assert {entry["kind"] for entry in stand.kept_slips} == {"customer", "merchant"}
        assert {entry["reference"] for entry in stand.kept_slips} == {"order-1"}

    play(scene)


def test_ten_thousand_lines_do_not_undo_a_payment(tmp_path: Path) -> None:
    async def run() -> None:
        async with TerminalSimulator(auto_s=0, wall_clock=lambda: NOON) as sim:
            stand = Stand(sim, tmp_path)
            sim.faults.receipt_lines = 5000  # on each of two copies
            result = await stand.pay()
            assert result.outcome is APPROVED
            assert result.slip is not None and not result.slip.complete
            assert (tmp_path / "slips.jsonl").stat().st_size < 100_000

    asyncio.run(run())


def test_no_card_number_anywhere(
    play: Callable[[Scene], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.full_pan = True
        stand.sim.faults.receipt_lines = 3
        seen = [repr(await stand.pay()), repr(await stand.driver.status())]
        seen.append(repr(await stand.driver.reverse("order-1")))
        seen.append(repr(await stand.driver.end_of_day()))
        seen += [(tmp_path / name).read_text("utf-8") for name in ("attempts.json", "slips.jsonl")]
        seen.append(caplog.text)
        secrets = (
            FULL_PAN[:-4],
            FULL_PAN[4:],
            TRACK_2[21:],
            TRACK_2[-6:],
            "GUEST",
            SPACED_PAN[:-4],
            SPACED_PAN[4:],
        )
        assert not [secret for secret in secrets if any(secret in text for text in seen)]
        assert any(f"************{FULL_PAN[-4:]}" in text for text in seen)

    with caplog.at_level(logging.DEBUG):
        play(scene)


# --- reversal -----------------------------------------------------------------------------------------


def test_a_payment_is_taken_back_once(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        await stand.pay("order-1")
        await stand.pay("order-2")
        reversal = await stand.driver.reverse("order-1")
        assert reversal.outcome is ReversalOutcome.REVERSED
        stand.restart()
        assert (await stand.driver.reverse("order-1")).outcome is ReversalOutcome.REVERSED
        assert stand.charged_minor == 1490
        assert (await stand.driver.reverse("order-7")).outcome is ReversalOutcome.REFUSED

    play(scene)


def test_a_terminal_that_reverses_whatever_was_last_is_found_out(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        await stand.pay("order-1")
        await stand.pay("order-2")
        stand.sim.faults.reverses_last = True
        assert (await stand.driver.reverse("order-1")).outcome is ReversalOutcome.OTHER_REVERSED
        assert (await stand.pay("order-3")).outcome is UNAVAILABLE

    play(scene)


@pytest.mark.parametrize("moment", ["0630: heard 0630", "0630: sent 040f", "0630: sent 060f"])
def test_a_reversal_that_is_cut_is_not_repeated(play: Callable[[Scene], None], moment: str) -> None:
    async def scene(stand: Stand) -> None:
        await stand.pay("order-0")
        await stand.pay("order-1")
        stand.sim.faults.cut_at = moment
        reversal = await stand.driver.reverse("order-1")
        taken_back = stand.charged_minor == 1490
        assert taken_back or reversal.outcome is not ReversalOutcome.REVERSED
        assert not taken_back or reversal.outcome in (ReversalOutcome.REVERSED, ReversalOutcome.UNKNOWN)

    play(scene)


# --- end of day ---------------------------------------------------------------------------------------


async def looked_after(stand: Stand) -> None:
    """Runs until it has looked after the terminal, and done what was due."""
    heard = asyncio.Event()
    running = asyncio.create_task(stand.driver.run(lambda event: heard.set()))
    await heard.wait()
    await stand.driver.totals()  # waits its turn
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_the_day_is_closed_on_schedule_and_once(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        stand.end_of_day = time(23, 30)
        stand.restart()
        await stand.pay("order-1")
        await looked_after(stand)
        assert (await stand.driver.totals()).total == PRICE  # noon: not yet
        stand.now = NOON.replace(hour=23, minute=31)
        await looked_after(stand)
        assert (await stand.driver.totals()).total == Money(0, "EUR")
        assert json.loads((stand.folder / "attempts.json").read_text())["closed_on"] == "2025-06-01"
        await stand.pay("order-2")
        stand.now = NOON.replace(hour=22, day=2)
        stand.restart()
        await looked_after(stand)
        assert (await stand.driver.totals()).total == PRICE
        assert [totals.total for totals in stand.closed_days] == [PRICE]
        assert stand.closed_days[0].slip is not None

    play(scene)


def test_a_terminal_that_wants_its_end_of_day_gets_it(play: Callable[[Scene], None]) -> None:
    async def scene(stand: Stand) -> None:
        await stand.pay("order-1")
        stand.sim.faults.end_of_day_due = True
        refused = await stand.pay("order-2")
        await looked_after(stand)
        assert refused.outcome is UNAVAILABLE
        assert [totals.total for totals in stand.closed_days] == [PRICE]
        assert (await stand.pay("order-2")).outcome is APPROVED

    play(scene)


# --- something else at the address --------------------------------------------------------------------


class Stranger(asyncio.Protocol):
    """Says what it has to say as soon as it is spoken to, and hangs up."""

    def __init__(self, greeting: bytes) -> None:
        self._greeting = greeting

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._greeting)
        self._transport.close()


@pytest.mark.parametrize(
    "greeting",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
        b"\x00\x00\x00\x2a{}",
        b"\xff" * 300,
        b"\x80\x00\x00\x06\x0f\x20\x00",  # half a message
        b"",
    ],
)
def test_what_does_not_speak_zvt_is_a_fault_and_takes_no_money(tmp_path: Path, greeting: bytes) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Stranger(greeting), "127.0.0.1", 0)
        driver = ZvtTerminal(
            "terminal",
            TcpAddress("127.0.0.1", server.sockets[0].getsockname()[1]),
            password="000000",
            currency="EUR",
            attempts=tmp_path / "attempts.json",
        )
        with pytest.raises(DeviceFault):
            await driver.status()
        assert (await driver.pay("order-1", PRICE, lambda step: None)).outcome is UNAVAILABLE
        server.close()
        await server.wait_closed()

    asyncio.run(run())


def test_a_serial_port_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    for path, error in ((tmp_path / "gone", DeviceAbsent), (tmp_path, DeviceFault)):
        driver = ZvtTerminal(
            "t", SerialAddress(path), password="000000", currency="EUR", attempts=tmp_path / "a.json"
        )
        with pytest.raises(error):
            asyncio.run(driver.status())

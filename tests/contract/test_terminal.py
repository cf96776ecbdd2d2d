"""The ZVT driver against the simulated terminal: the guest pays once or not at all, whatever breaks."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceFault, MoneyError
from kioskd.core.events import DeviceChanged, PaymentOutcome, PaymentStep, Scanned, ScanRejected
from kioskd.core.health import DeviceHealth, DeviceState
from kioskd.core.money import Money
from kioskd.core.ports import Device, PaymentResult, PaymentTerminal
from kioskd.devices.terminal.zvt_deadlines import Deadlines
from kioskd.devices.terminal.zvt_driver import TcpAddress, ZvtTerminal
from kioskd.sim.terminal import LostAnswer, Point, TerminalSimulator

PRICE = Money(1490, "EUR")
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
APPROVED, DECLINED, ABORTED, UNAVAILABLE, UNKNOWN = (
    PaymentOutcome.APPROVED,
    PaymentOutcome.DECLINED,
    PaymentOutcome.ABORTED,
    PaymentOutcome.UNAVAILABLE,
    PaymentOutcome.UNKNOWN,
)
PATIENT = Deadlines(retry_s=0.01, settle_s=5.0)
HASTY = Deadlines(
    connect_s=0.5,
    answer_s=0.05,
    silence_s=0.05,
    query_s=0.05,
    payment_s=0.3,
    abort_s=0.05,
    settle_s=1.0,
    retry_s=0.01,
)


@dataclass
class Stand:
    """A terminal and the driver in front of it, with the guest as a callback on each step."""

    sim: TerminalSimulator
    attempts: Path
    steps: list[PaymentStep] = field(default_factory=list)
    deadlines: Deadlines = PATIENT
    now: datetime = NOON
    on_step: Callable[[PaymentStep], object] = lambda step: None
    driver: ZvtTerminal = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new daemon after a crash: nothing survives but the file."""
        self.driver = ZvtTerminal(
            "terminal",
            TcpAddress("127.0.0.1", self.sim.port),
            password="000000",
            currency="EUR",
            attempts=self.attempts,
            deadlines=self.deadlines,
            wall_clock=lambda: self.now,
        )

    def hear(self, step: PaymentStep) -> None:
        self.steps.append(step)
        self.on_step(step)

    async def pay(self, reference: str = "order-1", amount: Money = PRICE) -> PaymentResult:
        return await self.driver.pay(reference, amount, self.hear)

    @property
    def charged_minor(self) -> object:
        return self.sim.state()["charged_minor"]


def play(
    tmp_path: Path,
    scene: Callable[[Stand], Awaitable[None]],
    *,
    auto_s: float | None = 0,
    deadlines: Deadlines = PATIENT,
) -> None:
    async def run() -> None:
        async with TerminalSimulator(auto_s=auto_s, wall_clock=lambda: NOON) as sim:
            await scene(Stand(sim, tmp_path / "attempts.json", deadlines=deadlines))

    asyncio.run(run())


def test_it_is_what_the_ports_ask_for(tmp_path: Path) -> None:
    driver = ZvtTerminal("t", TcpAddress("h"), password="000000", currency="EUR", attempts=tmp_path / "a")
    terminal: PaymentTerminal = driver
    device: Device = driver
    assert terminal is device


# --- without faults -------------------------------------------------------------------------------------


def test_a_tapped_card_pays(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.tap()
        result = await stand.pay()
        assert result == PaymentResult(APPROVED, "terminal 52500042 receipt 0002 trace 000002", PRICE)
        assert stand.steps == [PaymentStep.PRESENT_CARD, PaymentStep.AUTHORISING]
        assert stand.charged_minor == 1490

    play(tmp_path, scene, auto_s=None)


def test_chip_and_pin_goes_through_its_steps(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.insert()
        assert (await stand.pay()).outcome is APPROVED
        assert stand.steps == [
            PaymentStep.PRESENT_CARD,
            PaymentStep.ENTER_PIN,
            PaymentStep.AUTHORISING,
            PaymentStep.REMOVE_CARD,
        ]

    play(tmp_path, scene, auto_s=None)


def test_the_bank_declines_and_another_card_pays(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.decline(0x05)
        assert await stand.pay() == PaymentResult(DECLINED, "terminal 52500042 code 05")
        stand.on_step = lambda step: stand.sim.tap()
        assert (await stand.pay()).outcome is APPROVED
        assert stand.charged_minor == 1490

    play(tmp_path, scene, auto_s=None)


def test_the_guest_presses_stop_at_the_terminal(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.press_cancel()
        assert (await stand.pay()).outcome is ABORTED
        assert stand.charged_minor == 0

    play(tmp_path, scene, auto_s=None)


def test_the_guest_changes_their_mind_at_the_kiosk(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        aborts = []
        stand.on_step = lambda step: aborts.append(asyncio.ensure_future(stand.driver.abort()))
        assert (await stand.pay()).outcome is ABORTED
        assert stand.charged_minor == 0
        await asyncio.gather(*aborts)

    play(tmp_path, scene, auto_s=None)


def test_an_abort_before_anything_was_sent_ends_the_payment_too(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        paying = asyncio.create_task(stand.pay())
        await asyncio.sleep(0)
        await stand.driver.abort()
        assert (await paying).outcome is ABORTED
        assert stand.steps == []

    play(tmp_path, scene)


def test_an_abort_that_comes_too_late_leaves_the_truth_as_it_is(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        aborts = []

        def late(step: PaymentStep) -> None:
            if step is PaymentStep.AUTHORISING:
                aborts.append(asyncio.ensure_future(stand.driver.abort()))

        stand.on_step = late
        result = await stand.pay()
        assert (result.outcome is APPROVED) == (stand.charged_minor == 1490)
        await asyncio.gather(*aborts)

    play(tmp_path, scene)


def test_an_approved_order_is_not_charged_again(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        first = await stand.pay()
        stand.restart()
        assert await stand.pay() == first
        assert stand.charged_minor == 1490

    play(tmp_path, scene)


def test_many_guests_pay_over_one_connection(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        running = asyncio.create_task(stand.driver.run(lambda event: None))
        for number in range(20):
            assert (await stand.pay(f"order-{number}")).outcome is APPROVED
        assert stand.charged_minor == 20 * 1490
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(tmp_path, scene)


# --- what the terminal can do wrong ---------------------------------------------------------------------


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


# --- crash ----------------------------------------------------------------------------------------------


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


# --- the device -----------------------------------------------------------------------------------------


async def first_health(stand: Stand) -> DeviceHealth:
    heard: asyncio.Queue[DeviceHealth] = asyncio.Queue()

    def emit(event: Scanned | ScanRejected | DeviceChanged) -> None:
        assert isinstance(event, DeviceChanged)
        heard.put_nowait(event.health)

    running = asyncio.create_task(stand.driver.run(emit))
    async with asyncio.timeout(5):
        health = await heard.get()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return health


def test_run_reports_a_ready_terminal_and_logs_off_when_cancelled(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        assert (await first_health(stand)).state is DeviceState.OK
        assert stand.sim.state()["registered"] is False  # it has logged off

    play(tmp_path, scene)


def test_run_reports_what_a_locked_terminal_needs(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.state_code = 0xF0
        health = await first_health(stand)
        assert not health.usable
        assert health.detail.startswith("terminal: end of day is due (F0)")
        assert (await stand.pay()).outcome is UNAVAILABLE

    play(tmp_path, scene)


def test_a_guest_who_finds_it_unwell_has_it_looked_at_at_once(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        looked: asyncio.Queue[object] = asyncio.Queue()
        running = asyncio.create_task(stand.driver.run(looked.put_nowait))
        await looked.get()
        stand.sim.faults.end_of_day_due = True
        assert (await stand.pay("order-1")).outcome is UNAVAILABLE
        while stand.sim.faults.end_of_day_due:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        assert (await stand.pay("order-2")).outcome is APPROVED
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(tmp_path, scene)


def test_run_ends_when_the_terminal_is_unplugged(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        ready = asyncio.Event()
        running = asyncio.create_task(stand.driver.run(lambda event: ready.set()))
        await ready.wait()
        await stand.sim.stop()
        async with asyncio.timeout(5):
            with pytest.raises(DeviceAbsent):
                await running

    play(tmp_path, scene)


def test_run_settles_a_payment_that_was_left_undecided(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.cut_at = Point.RESULT
        stand.deadlines = replace(HASTY, settle_s=0.1)
        stand.restart()
        stand.on_step = lambda step: setattr(stand.sim.faults, "deaf", True)
        assert (await stand.pay()).outcome is UNKNOWN
        stand.sim.faults.deaf = False
        stand.deadlines = PATIENT
        stand.restart()
        assert (await first_health(stand)).state is DeviceState.OK
        assert json.loads(stand.attempts.read_text())["attempts"][0]["outcome"] == "approved"

    play(tmp_path, scene)


def test_a_wrong_currency_or_password_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="XXX"):
        ZvtTerminal("t", TcpAddress("h"), password="000000", currency="XXX", attempts=tmp_path / "a")
    with pytest.raises(ConfigError, match="six digits"):
        ZvtTerminal("t", TcpAddress("h"), password="secret", currency="EUR", attempts=tmp_path / "a")


def test_a_terminal_for_another_currency_or_password_is_a_fault(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        for password, currency in (("000000", "CHF"), ("999999", "EUR")):
            driver = ZvtTerminal(
                "t",
                TcpAddress("127.0.0.1", stand.sim.port),
                password=password,
                currency=currency,
                attempts=stand.attempts,
            )
            with pytest.raises(DeviceFault, match="refuses"):
                await driver.run(lambda event: None)

    play(tmp_path, scene)


def test_money_of_another_currency_is_not_sent(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        with pytest.raises(MoneyError):
            await stand.pay(amount=Money(100, "CHF"))

    play(tmp_path, scene)


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        port = taken.getsockname()[1]
        driver = ZvtTerminal(
            "t", TcpAddress("127.0.0.1", port), password="000000", currency="EUR", attempts=tmp_path / "a"
        )
        with pytest.raises(DeviceAbsent):
            asyncio.run(driver.run(lambda event: None))

"""A card is charged once, and what became of it is found out: against a real outbox, through crashes."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kioskd.core.events import OrderAccepted, PaymentEnded, PaymentOutcome, PaymentProgress
from kioskd.core.order_document import to_document
from kioskd.core.ports import PaymentResult
from kioskd.daemon.selling.payments import FIRST_PAUSE_S, LONGEST_PAUSE_S, Payments
from kioskd.daemon.selling.selling import Selling
from kioskd.outbox.operation import Draft, OperationRefused, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from tests.unit.backstage import DEADLINE_S, FakeTerminal, News, listed, order, working

APPROVED = PaymentResult(PaymentOutcome.APPROVED, "Trace 7")
DECLINED = PaymentResult(PaymentOutcome.DECLINED)
UNKNOWN = PaymentResult(PaymentOutcome.UNKNOWN)
UNAVAILABLE = PaymentResult(PaymentOutcome.UNAVAILABLE)


class Pauses:
    """A sleep that lasts until the test says so, and remembers how long it should have been."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []
        self._over = asyncio.Semaphore(0)
        self._begun = asyncio.Semaphore(0)

    async def __call__(self, seconds: float) -> None:
        self.asked_s.append(seconds)
        self._begun.release()
        await self._over.acquire()

    async def begun(self) -> None:
        """Returns when the next pause has begun."""
        await self._begun.acquire()

    def end(self) -> None:
        self._over.release()


class Till:
    """Payments over one outbox, and what they said."""

    def __init__(self, outbox: Outbox, terminal: FakeTerminal, *, loyalty: bool = False) -> None:
        self.outbox = outbox
        self.terminal = terminal
        self.news = News()
        self.pauses = Pauses()
        selling = Selling(outbox, loyalty=loyalty)
        self.payments = Payments(terminal, outbox, selling, self.news, self.pauses)


def at_the_till(
    folder: Path,
    terminal: FakeTerminal,
    scenario: Callable[[Till], Awaitable[None]],
    policy: Policy | None = None,
) -> None:
    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), working(folder, policy=policy) as outbox:
            await scenario(Till(outbox, terminal))

    asyncio.run(run())


def test_an_approved_payment_is_on_the_disk_with_its_order_before_anybody_is_thanked(tmp_path: Path) -> None:
    terminal = FakeTerminal(APPROVED)

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        assert terminal.paid == [("o-1", order(1).total)]
        assert [type(event) for event in till.news.events] == [PaymentProgress, PaymentEnded, OrderAccepted]
        assert till.news.events[-1] == OrderAccepted("o-1", "Trace 7")
        assert await listed(till.outbox) == {"pay-o-1": "confirmed", "o-1": "confirmed"}

    at_the_till(tmp_path, terminal, scenario)


def test_the_intent_is_on_the_disk_before_the_terminal_is_asked(tmp_path: Path) -> None:
    terminal = FakeTerminal(APPROVED)

    def power_cut() -> None:
        shutil.copytree(tmp_path / "live", tmp_path / "crashed")

    terminal.when_asked = power_cut
    (tmp_path / "live").mkdir()

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))

    at_the_till(tmp_path / "live", terminal, scenario)

    async def after_the_crash(till: Till) -> None:
        (left,) = await till.outbox.unsettled()
        assert left.operation.op_id == "pay-o-1"
        assert left.payload == to_document(order(1))

    at_the_till(tmp_path / "crashed", FakeTerminal(), after_the_crash)


@pytest.mark.parametrize(
    "outcome", [PaymentOutcome.DECLINED, PaymentOutcome.ABORTED, PaymentOutcome.UNAVAILABLE]
)
def test_a_payment_that_was_not_made_leaves_no_order(tmp_path: Path, outcome: PaymentOutcome) -> None:
    terminal = FakeTerminal(PaymentResult(outcome))

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        assert till.news.events[-1] == PaymentEnded("o-1", outcome)
        assert await listed(till.outbox) == {"pay-o-1": "rejected"}
        assert await till.outbox.unsettled() == []

    at_the_till(tmp_path, terminal, scenario)


def test_after_a_declined_card_another_can_be_tried(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        await till.payments.take(order(2))
        assert till.news.events[-1] == OrderAccepted("o-2", "Trace 7")

    at_the_till(tmp_path, FakeTerminal(DECLINED, APPROVED), scenario)


def test_an_unknown_payment_that_was_taken_becomes_its_order_once_the_terminal_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    terminal = FakeTerminal(UNKNOWN)

    async def scenario(till: Till) -> None:
        task = asyncio.create_task(till.payments.settle_left_over())
        await till.payments.take(order(1))
        assert till.news.events[-1] == PaymentEnded("o-1", PaymentOutcome.UNKNOWN)
        for _ in range(3):  # nobody knows yet: asked again after ever longer pauses
            await till.pauses.begun()
            till.pauses.end()
        terminal.ledger["o-1"] = APPROVED
        await till.news.until(OrderAccepted)
        assert till.news.events[-2:] == [
            PaymentEnded("o-1", PaymentOutcome.APPROVED, "Trace 7"),  # its guest may still be waiting
            OrderAccepted("o-1", "Trace 7"),
        ]
        assert await listed(till.outbox) == {"pay-o-1": "confirmed", "o-1": "confirmed"}
        assert till.pauses.asked_s[:3] == [FIRST_PAUSE_S, FIRST_PAUSE_S * 2, FIRST_PAUSE_S * 4]
        task.cancel()

    at_the_till(tmp_path, terminal, scenario)
    assert "order A1" in caplog.text


def test_an_unknown_payment_that_was_not_taken_is_told_to_the_guest_who_still_waits(tmp_path: Path) -> None:
    terminal = FakeTerminal(UNKNOWN)

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        terminal.ledger["o-1"] = DECLINED
        assert await till.payments.ask_about_left_over()
        assert till.news.events[-1] == PaymentEnded("o-1", PaymentOutcome.DECLINED)
        assert await listed(till.outbox) == {"pay-o-1": "rejected"}

    at_the_till(tmp_path, terminal, scenario)


@pytest.mark.parametrize("answer", [UNKNOWN, UNAVAILABLE])
def test_while_the_terminal_has_no_answer_nothing_is_decided(tmp_path: Path, answer: PaymentResult) -> None:
    terminal = FakeTerminal(UNKNOWN)
    terminal.ledger["o-1"] = answer

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        task = asyncio.create_task(till.payments.settle_left_over())
        for _ in range(12):
            await till.pauses.begun()
            till.pauses.end()
        task.cancel()
        assert len(await till.outbox.unsettled()) == 1
        assert max(till.pauses.asked_s) == LONGEST_PAUSE_S

    at_the_till(tmp_path, terminal, scenario)


def test_while_one_payment_is_unknown_no_other_is_begun(tmp_path: Path) -> None:
    terminal = FakeTerminal(UNKNOWN)

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        await till.payments.take(order(2))
        assert PaymentEnded("o-2", PaymentOutcome.UNAVAILABLE) in till.news.events
        assert [reference for reference, _ in terminal.paid] == ["o-1"]
        assert "pay-o-2" not in await listed(till.outbox)
        terminal.ledger["o-1"] = DECLINED
        assert await till.payments.ask_about_left_over()
        await till.payments.take(order(3))
        assert till.news.events[-1] == OrderAccepted("o-3", "Trace 7")

    at_the_till(tmp_path, terminal, scenario)


@pytest.mark.parametrize("paid", [True, False])
def test_staff_decide_what_the_terminal_cannot_say_and_cards_are_taken_again(
    tmp_path: Path, paid: bool
) -> None:
    terminal = FakeTerminal(PaymentResult(PaymentOutcome.UNKNOWN), APPROVED)

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        assert await till.payments.undecided() == {"pay-o-1": order(1).number}
        await till.payments.decide(order(1).number, paid=paid)
        assert await till.payments.undecided() == {}
        kept = {"o-1": "confirmed"} if paid else {}
        assert await listed(till.outbox) == {"pay-o-1": "confirmed" if paid else "rejected", **kept}
        with pytest.raises(OperationRefused, match="undecided"):
            await till.payments.decide(order(1).number, paid=not paid)  # once
        await till.payments.take(order(2))
        assert (await listed(till.outbox))["o-2"] == "confirmed"

    at_the_till(tmp_path, terminal, scenario)


def test_staff_who_decide_do_not_wait_for_a_terminal_that_is_dead(tmp_path: Path) -> None:
    terminal = FakeTerminal(PaymentResult(PaymentOutcome.UNKNOWN))
    terminal.thinks = asyncio.Event()

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        asking = asyncio.create_task(till.payments.ask_about_left_over())
        while not terminal.asked:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        await till.payments.decide(order(1).number, paid=True)
        assert await listed(till.outbox) == {"pay-o-1": "confirmed", "o-1": "confirmed"}
        assert await asking is False

    at_the_till(tmp_path, terminal, scenario)


def test_a_payment_never_waits_behind_another(tmp_path: Path) -> None:
    """The guest it belongs to could be gone when the terminal is free again."""
    terminal = FakeTerminal(APPROVED)

    async def scenario(till: Till) -> None:
        terminal.hold = asyncio.Event()
        first = asyncio.create_task(till.payments.take(order(1)))
        await till.news.until(PaymentProgress)
        await till.payments.take(order(2))
        assert till.news.events[-1] == PaymentEnded("o-2", PaymentOutcome.UNAVAILABLE)
        terminal.hold.set()
        await first
        assert [reference for reference, _ in terminal.paid] == ["o-1"]

    at_the_till(tmp_path, terminal, scenario)


def test_the_guest_may_change_their_mind(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        till.terminal.hold = asyncio.Event()
        paying = asyncio.create_task(till.payments.take(order(1)))
        await till.news.until(PaymentProgress)
        await till.payments.abort("o-1")
        assert till.terminal.aborts == 1
        till.terminal.hold.set()
        await paying

    at_the_till(tmp_path, FakeTerminal(), scenario)


def test_a_guest_who_is_quicker_than_the_disk_is_not_asked_for_a_card(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.payments.abort("o-1")
        await till.payments.take(order(1))
        assert till.news.events == [PaymentEnded("o-1", PaymentOutcome.ABORTED)]
        assert till.terminal.paid == []
        assert till.terminal.aborts == 0
        assert await listed(till.outbox) == {"pay-o-1": "rejected"}

    at_the_till(tmp_path, FakeTerminal(), scenario)


# --- crashes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["the terminal was asked", "it had approved"])
def test_a_crash_before_the_commit_ends_in_exactly_one_order(tmp_path: Path, moment: str) -> None:
    """The files are copied as they lie on the disk at that moment: what a power cut leaves behind."""
    live, crashed = tmp_path / "live", tmp_path / "crashed"
    live.mkdir()
    terminal = FakeTerminal(APPROVED)

    def power_cut() -> None:
        shutil.copytree(live, crashed)

    async def before(till: Till) -> None:
        if moment == "the terminal was asked":
            terminal.when_asked = power_cut
        else:
            post = till.news.events.append

            def post_and_cut(event: object) -> None:
                post(event)  # type: ignore[arg-type]
                if isinstance(event, PaymentEnded):
                    power_cut()

            till.payments._post = post_and_cut
        await till.payments.take(order(1))

    at_the_till(live, terminal, before)

    after = FakeTerminal()
    after.ledger["o-1"] = APPROVED

    async def first_start(till: Till) -> None:
        await till.payments.take(order(2))  # not before the first is cleared up
        assert after.paid == []
        assert await till.payments.ask_about_left_over()
        assert await listed(till.outbox) == {"pay-o-1": "confirmed", "o-1": "confirmed"}
        assert till.outbox.next_order_number == 2

    async def second_start(till: Till) -> None:
        assert await till.payments.ask_about_left_over()
        assert after.asked == ["o-1"]
        assert await listed(till.outbox) == {"pay-o-1": "confirmed", "o-1": "confirmed"}

    at_the_till(crashed, after, first_start)
    at_the_till(crashed, after, second_start)


def test_a_number_whose_payment_may_have_been_taken_is_not_given_again_after_a_crash(tmp_path: Path) -> None:
    async def before(till: Till) -> None:
        await till.payments.take(order(41))

    async def after(till: Till) -> None:
        assert till.outbox.next_order_number == 42

    at_the_till(tmp_path, FakeTerminal(UNKNOWN), before)
    at_the_till(tmp_path, FakeTerminal(), after)


def test_a_stop_in_the_middle_of_a_payment_is_cleared_up_by_the_next_start(tmp_path: Path) -> None:
    terminal = FakeTerminal()

    async def stopped(till: Till) -> None:
        terminal.hold = asyncio.Event()
        taking = asyncio.create_task(till.payments.take(order(1)))
        await till.news.until(PaymentProgress)
        taking.cancel()

    async def next_start(till: Till) -> None:
        till.terminal.ledger["o-1"] = DECLINED
        assert await till.payments.ask_about_left_over()
        assert await listed(till.outbox) == {"pay-o-1": "rejected"}

    at_the_till(tmp_path, terminal, stopped)
    at_the_till(tmp_path, FakeTerminal(), next_start)


def test_an_intent_that_cannot_be_read_waits_for_a_person_and_blocks_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As after going back to an older version."""
    stranger = Draft("pay-x", "card_payment", "payment:x", {"schema": 99}, Strategy.ATTENDED)

    async def newer_version(till: Till) -> None:
        await till.outbox.begin(stranger)

    async def this_version(till: Till) -> None:
        assert await till.payments.ask_about_left_over()
        assert (await listed(till.outbox))["pay-x"] == "in_doubt"
        await till.payments.take(order(1))
        assert till.news.events[-1] == OrderAccepted("o-1", "Trace 7")

    at_the_till(tmp_path, FakeTerminal(), newer_version)
    at_the_till(tmp_path, FakeTerminal(), this_version)
    assert "pay-x" in caplog.text


# --- a full queue -------------------------------------------------------------------------------------------


def test_with_a_full_queue_no_card_is_charged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)

    async def scenario(till: Till) -> None:
        await till.outbox.accept(Draft("stuck", "order", "x", {}, held="unpaid"))
        await till.payments.take(order(1))
        assert till.news.events == [PaymentEnded("o-1", PaymentOutcome.UNAVAILABLE)]
        assert till.terminal.paid == []

    at_the_till(tmp_path, FakeTerminal(), scenario, Policy(open_limit=1))
    assert "waiting already" in caplog.text


def test_a_payment_that_was_begun_is_finished_even_when_the_queue_filled_up_meanwhile(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.payments.take(order(1, member_id="m-1"))
        assert till.news.events[-1] == OrderAccepted("o-1", "Trace 7")

    at_the_till(tmp_path, FakeTerminal(), scenario, Policy(open_limit=1))


def test_what_is_settled_while_it_is_listed_is_left_out(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        outbox = till.outbox
        for number in range(5):
            await outbox.begin(Draft(f"p{number}", "card_payment", f"l{number}", {}, Strategy.ATTENDED))
            await outbox.resolve(f"p{number}", OpState.UNKNOWN)
        found, _ = await asyncio.gather(outbox.unsettled(), outbox.resolve("p4", OpState.REJECTED))
        assert [parcel.operation.op_id for parcel in found][:4] == ["p0", "p1", "p2", "p3"]
        assert (await listed(outbox))["p4"] == "rejected"

    at_the_till(tmp_path, FakeTerminal(), scenario)

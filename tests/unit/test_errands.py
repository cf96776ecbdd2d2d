"""What the visit wishes for is done, and always ends in an answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kioskd.core.deeds import Action, Deed, Done
from kioskd.core.effects import (
    AbortPayment,
    CheckPin,
    FindSales,
    Forget,
    HoldVoucher,
    LetGo,
    Settle,
    TakeBackSale,
)
from kioskd.core.events import (
    OfferHeld,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    ReceiptEnded,
)
from kioskd.core.order import Tender
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.staff import ReturnReason
from kioskd.core.staff_events import PinChecked, SaleRefused, SalesFound
from tests.unit.backstage import (
    DEADLINE_S,
    order,
)
from tests.unit.office import ASKED, PAPER, Office, work
from tests.unit.test_errands_lookups import TREAT


# --- what is held for a guest -------------------------------------------------------------------------------
def test_a_voucher_is_held_on_request_and_let_go_when_the_visit_is_over(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.answer = Done("lock-1", {"release_key": "k"})
        office.errands.carry_out(HoldVoucher("t1", TREAT, None))
        await office.news.until(OfferHeld)
        office.errands.carry_out(LetGo("t1"))
        office.errands.carry_out(Forget())
        await office.errands.finish(DEADLINE_S)

    office = work(tmp_path, scenario)
    assert office.news.events == [OfferHeld("t1")]
    deeds = [deed.action for deed in office.backend.asked if isinstance(deed, Deed)]
    assert deeds == [Action.HOLD_VOUCHER, Action.HOLD_VOUCHER, Action.RELEASE_VOUCHER]  # baseline, hold


# --- money --------------------------------------------------------------------------------------------------
def test_an_order_with_nothing_to_pay_is_accepted_once_it_is_on_the_disk(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands.carry_out(Settle(order(1, tender=Tender.NONE)))
        assert await office.news.until(OrderAccepted) == OrderAccepted("o-1")

    work(tmp_path, scenario)


def test_a_payment_is_taken_and_can_be_aborted(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        assert office.terminal
        office.terminal.hold = asyncio.Event()
        office.errands.carry_out(Settle(order(1)))
        await office.news.until(PaymentProgress)
        office.errands.carry_out(AbortPayment("o-1"))
        office.terminal.hold.set()
        await office.news.until(OrderAccepted)  # the terminal had the last word
        assert office.terminal.aborts == 1

    work(tmp_path, scenario)


def test_without_a_terminal_there_is_nothing_to_pay_with(tmp_path: Path) -> None:
    office = Office()
    office.terminal = None

    async def scenario(office: Office) -> None:
        office.errands.carry_out(Settle(order(1)))
        office.errands.carry_out(AbortPayment("o-1"))

    assert work(tmp_path, scenario, office).news.events == [PaymentEnded("o-1", PaymentOutcome.UNAVAILABLE)]


# --- paper --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verdict", PrintVerdict)
def test_a_receipt_ends_in_the_printers_verdict(
    tmp_path: Path, verdict: PrintVerdict, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(office: Office) -> None:
        assert office.printer
        office.printer.verdict = verdict
        office.errands.carry_out(PAPER)
        assert await office.news.until(ReceiptEnded) == ReceiptEnded("o-1", verdict)
        ((job, receipt),) = office.printer.papers
        assert job == "o-1"
        assert receipt.language == "nl"

    work(tmp_path, scenario)
    assert ("receipt of order A1" in caplog.text) is (verdict is not PrintVerdict.PRINTED)


def test_a_kept_receipt_is_told_again_when_it_was_printed(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        assert office.printer
        office.printer.verdict = PrintVerdict.KEPT
        office.errands.carry_out(PAPER)
        await office.news.until(ReceiptEnded)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    ended = [event for event in work(tmp_path, scenario).news.events if isinstance(event, ReceiptEnded)]
    assert [event.verdict for event in ended] == [PrintVerdict.KEPT, PrintVerdict.PRINTED]


def test_a_guest_who_leaves_takes_a_kept_receipt_along(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands.carry_out(Forget())

    office = work(tmp_path, scenario)
    assert office.printer
    assert office.printer.forgotten


def test_without_a_printer_the_receipt_is_blocked(tmp_path: Path) -> None:
    office = Office()
    office.printer = None

    async def scenario(office: Office) -> None:
        office.errands.carry_out(PAPER)
        assert await office.news.until(ReceiptEnded) == ReceiptEnded("o-1", PrintVerdict.BLOCKED)

    work(tmp_path, scenario, office)


def test_a_bug_in_the_printing_ends_no_kiosk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(office: Office) -> None:
        assert office.printer
        office.printer.verdict = KeyError("Sanne")
        office.errands.carry_out(PAPER)
        assert await office.news.until(ReceiptEnded) == ReceiptEnded("o-1", PrintVerdict.UNKNOWN)

    work(tmp_path, scenario)
    assert "KeyError at backstage.py" in caplog.text
    assert "Sanne" not in caplog.text


# --- the end ------------------------------------------------------------------------------------------------
def test_asked_to_stop_it_finishes_what_is_being_written_and_drops_questions(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(ASKED)
        office.errands.carry_out(Settle(order(1, tender=Tender.NONE)))
        await office.errands.finish(DEADLINE_S)
        assert office.news.events == [OrderAccepted("o-1")]

    work(tmp_path, scenario)


def test_asked_to_stop_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        assert office.terminal
        office.terminal.hold = asyncio.Event()
        office.errands.carry_out(Settle(order(1)))
        await office.news.until(PaymentProgress)
        await office.errands.finish(0.01)
        assert [type(event) for event in office.news.events] == [PaymentProgress]
        office.terminal.hold.set()
        await office.news.until(OrderAccepted)

    work(tmp_path, scenario)


def test_what_staff_ask_for_is_answered(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands.carry_out(CheckPin("r1", "4711"))
        office.errands.carry_out(FindSales("r2"))
        office.errands.carry_out(TakeBackSale("r3", "o-1", None, ReturnReason.OTHER, seen_returns=0))
        assert await office.news.until(PinChecked) == PinChecked("r1", accepted=False)
        assert await office.news.until(SalesFound) == SalesFound("r2", ())
        refused = await office.news.until(SaleRefused)
        assert refused == SaleRefused("r3", "no order o-1 is on record")

    work(tmp_path, scenario)

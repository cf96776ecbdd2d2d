"""What the visit wishes for is done, and always ends in an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from kioskd.core import errors
from kioskd.core.basket import Basket
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.deeds import Action, Deed, Done
from kioskd.core.effects import (
    AbortPayment,
    CheckPin,
    FindSales,
    Forget,
    HoldVoucher,
    LetGo,
    LookUp,
    PreviewPoints,
    PrintReceipt,
    Settle,
    Sought,
    TakeBackSale,
)
from kioskd.core.events import (
    Event,
    GiftCardFound,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    OfferHeld,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PointsPreviewed,
    ReceiptEnded,
    VoucherFound,
)
from kioskd.core.member import Member, Voucher
from kioskd.core.money import Money
from kioskd.core.order import OrderCharge, OrderDiscount, OrderLine, Tender, order_lines
from kioskd.core.order_receipt import Letterhead
from kioskd.core.preview import BasketPoints
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.staff import ReturnReason
from kioskd.core.staff_events import PinChecked, SaleRefused, SalesFound
from kioskd.core.stored_value import GiftCard
from kioskd.daemon import errands as errands_module
from kioskd.daemon.errands import Errands
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.staff.help_desk import HelpDesk
from kioskd.ui.locale.translator import translator
from tests.unit.backstage import (
    DEADLINE_S,
    FakeBackend,
    FakePrinter,
    FakeTerminal,
    News,
    listed,
    order,
    settlement,
    staff_desk,
    working,
)
from tests.unit.shopfront import BURGER, SANNE

CARD = Credential(CredentialKind.MEMBER_CARD, "KD-1001")
ASKED = LookUp("r1", CARD, "en")
PAPER = PrintReceipt(order(1), "Trace 7", None, None, None, None, False)


class Office:
    """Errands with everything around them, and what they posted."""

    def __init__(self) -> None:
        self.news = News()
        self.backend = FakeBackend()
        self.printer: FakePrinter | None = FakePrinter()
        self.terminal: FakeTerminal | None = FakeTerminal()
        self.errands: Errands


def work(folder: Path, scenario: Callable[[Office], Awaitable[None]], office: Office | None = None) -> Office:
    async def run() -> Office:
        place = office or Office()
        courier = LoyaltyCourier()
        courier.backend = place.backend
        async with (
            asyncio.timeout(DEADLINE_S),
            working(folder, courier) as outbox,
            asyncio.TaskGroup() as tasks,
        ):
            place.errands = Errands(
                tasks=tasks,
                post=place.news,
                courier=courier,
                settlement=settlement(outbox, place.terminal, place.news),
                staff_desk=staff_desk(outbox, place.news),
                help_desk=HelpDesk(None, {}, 60, place.news),
                printer=place.printer,
                letterhead=Letterhead("Test Kitchen"),
                translators={language: translator(language) for language in ("en", "nl")},
                read_screen=lambda: None,
            )
            await scenario(place)
            while outbox.counts().open:
                await outbox.pulse()
            assert set((await listed(outbox)).values()) <= {"confirmed"}
        return place

    return asyncio.run(run())


# --- who is this? -------------------------------------------------------------------------------------------


def test_a_card_that_is_known_brings_its_member(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands.carry_out(ASKED)
        assert await office.news.until(MemberFound) == MemberFound("r1", SANNE)

    work(tmp_path, scenario)


@pytest.mark.parametrize(
    ("problem", "failure"),
    [
        (errors.Refused("unknown_card"), LookupFailure.UNKNOWN_CARD),
        (errors.Refused("blocked_card"), LookupFailure.BLOCKED_CARD),
        (errors.Refused("something_new"), LookupFailure.UNKNOWN_CARD),
        (errors.Unreachable("no route"), LookupFailure.UNREACHABLE),
        (errors.Unclear("HTML with 200"), LookupFailure.UNREACHABLE),
        (errors.Throttled(3), LookupFailure.UNREACHABLE),
        (errors.Unauthorised("401"), LookupFailure.UNREACHABLE),
        (ValueError("KD-1001 is no number"), LookupFailure.UNREACHABLE),  # a bug ends no kiosk
        (RecursionError(), LookupFailure.UNREACHABLE),
    ],
)
def test_every_way_a_question_can_fail_is_an_answer(
    tmp_path: Path, problem: Exception, failure: LookupFailure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(office: Office) -> None:
        office.backend.answer = problem
        office.errands.carry_out(ASKED)
        assert await office.news.until(LookupFailed) == LookupFailed("r1", failure)

    work(tmp_path, scenario)
    assert "KD-1001" not in caplog.text


CODE = Credential(CredentialKind.MEMBER_CARD, "CODE-77")
ANY = (Sought.MEMBER, Sought.VOUCHER, Sought.GIFT_CARD)
TREAT = Voucher("v-1", "Free fries", code="CODE-77")
GIFT = GiftCard("g-1", "CODE-77", Money(1000, "EUR"))


class Drawers(FakeBackend):
    """Knows the code as what `found` says, and refuses the other questions as `refusals` say."""

    def __init__(self, found: object, **refusals: str) -> None:
        super().__init__()
        self.found = found
        self.refusals = {"member": "unknown_card", "voucher": "unknown_voucher", "gift": "unknown_gift_card"}
        self.refusals |= refusals

    def _open(self, drawer: str, kind: type) -> object:
        self.asked.append(drawer)
        if isinstance(self.found, kind):
            return self.found
        if isinstance(self.found, Exception):
            raise self.found
        raise errors.Refused(self.refusals[drawer])

    async def identify(self, credential: Credential, language: str) -> Member:
        return cast(Member, self._open("member", Member))

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        assert (code, member_id) == ("CODE-77", "m-1")
        return cast(Voucher, self._open("voucher", Voucher))

    async def find_gift_card(self, code: str) -> GiftCard:
        return cast(GiftCard, self._open("gift", GiftCard))


@pytest.mark.parametrize(
    ("sought", "backend", "asked", "answer"),
    [
        (ANY, Drawers(SANNE), ["member"], MemberFound("r1", SANNE)),
        (ANY, Drawers(TREAT), ["member", "voucher"], VoucherFound("r1", TREAT)),
        (ANY, Drawers(GIFT), ["member", "voucher", "gift"], GiftCardFound("r1", GIFT)),
        (ANY[::-1], Drawers(GIFT), ["gift"], GiftCardFound("r1", GIFT)),
        (
            ANY,
            Drawers(None),
            ["member", "voucher", "gift"],
            LookupFailed("r1", LookupFailure.UNKNOWN_CARD),
        ),
        (
            ANY,
            Drawers(GIFT, member="blocked_card"),  # a card that is known is nothing else
            ["member"],
            LookupFailed("r1", LookupFailure.BLOCKED_CARD),
        ),
        (
            ANY,
            Drawers(errors.Unreachable("no route")),  # it could be any of them
            ["member"],
            LookupFailed("r1", LookupFailure.UNREACHABLE),
        ),
    ],
    ids=lambda value: "" if isinstance(value, tuple | Drawers) else str(value),
)
def test_a_code_is_looked_for_in_turn_until_somebody_knows_it(
    tmp_path: Path, sought: tuple[Sought, ...], backend: Drawers, asked: list[str], answer: Event
) -> None:
    office = Office()
    office.backend = backend

    async def scenario(office: Office) -> None:
        office.errands.carry_out(LookUp("r1", CODE, "en", sought, "m-1"))
        assert await office.news.until(type(answer)) == answer

    work(tmp_path, scenario, office)
    assert backend.asked == asked


def test_before_the_backend_is_there_nobody_is_reached(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.errands._courier.backend = None
        office.errands.carry_out(ASKED)
        assert await office.news.until(LookupFailed) == LookupFailed("r1", LookupFailure.UNREACHABLE)

    work(tmp_path, scenario)


def test_a_second_card_replaces_the_first_question(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(ASKED)
        await asyncio.sleep(0)
        office.errands.carry_out(LookUp("r2", CARD, "en"))
        office.backend.hold.set()
        assert await office.news.until(MemberFound) == MemberFound("r2", SANNE)

    events = work(tmp_path, scenario).news.events
    assert [type(event) for event in events] == [NetworkChanged, MemberFound]


def test_when_the_visit_is_over_its_question_is_dropped(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(ASKED)
        await asyncio.sleep(0)
        office.errands.carry_out(Forget())
        office.backend.hold.set()

    assert work(tmp_path, scenario).news.events == []


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


# --- what would this earn? ----------------------------------------------------------------------------------


class ForeseeingBackend(FakeBackend):
    """One that has the capability."""

    async def preview_points(
        self,
        lines: Sequence[OrderLine],
        discounts: Sequence[OrderDiscount],
        charges: Sequence[OrderCharge],
        member_id: str | None,
        language: str,
    ) -> BasketPoints | None:
        said = await self._say(lines)
        assert said is None or isinstance(said, BasketPoints)
        return said


WONDERED = PreviewPoints("p1", order_lines("draft", Basket("EUR").add(BURGER)), (), (), None, "en")


def foreseeing(answer: object) -> Office:
    office = Office()
    office.backend = ForeseeingBackend(answer)
    return office


async def wondering(office: Office) -> None:
    office.errands.carry_out(WONDERED)
    await office.news.until(PointsPreviewed)


def test_what_the_basket_would_earn_is_told(tmp_path: Path) -> None:
    office = work(tmp_path, wondering, foreseeing(BasketPoints(8, "Shells")))
    assert office.news.events == [PointsPreviewed("p1", BasketPoints(8, "Shells"))]
    assert office.backend.asked == [WONDERED.lines]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        errors.Refused("invalid"),
        errors.Unreachable("no route"),
        errors.Unclear("HTML with 200"),
        errors.Throttled(3),
        errors.Unauthorised("401"),
        ValueError("Sanne has no points"),  # a bug ends no kiosk
    ],
)
def test_no_preview_is_a_silent_answer(
    tmp_path: Path, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    office = work(tmp_path, wondering, foreseeing(answer))
    assert office.news.events == [PointsPreviewed("p1", None)]
    assert "Sanne" not in caplog.text
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == [
        r for r in caplog.records if isinstance(answer, ValueError)
    ]


def test_a_backend_without_preview_or_none_at_all_tells_nothing(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        await wondering(office)
        office.errands._courier.backend = None
        office.errands.carry_out(replace(WONDERED, request="p2"))
        assert await office.news.until(PointsPreviewed, 2) == PointsPreviewed("p2", None)

    office = work(tmp_path, scenario)
    assert office.news.events[0] == PointsPreviewed("p1", None)
    assert office.backend.asked == []


def test_a_slow_preview_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands_module, "PREVIEW_S", 0.0)
    office = foreseeing(BasketPoints(8))
    office.backend.hold = asyncio.Event()  # never set
    assert work(tmp_path, wondering, office).news.events == [PointsPreviewed("p1", None)]


def test_a_preview_for_a_guest_who_left_is_dropped(tmp_path: Path) -> None:
    async def scenario(office: Office) -> None:
        office.backend.hold = asyncio.Event()
        office.errands.carry_out(WONDERED)
        await asyncio.sleep(0)
        office.errands.carry_out(Forget())
        office.backend.hold.set()

    assert work(tmp_path, scenario, foreseeing(BasketPoints(8))).news.events == []


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

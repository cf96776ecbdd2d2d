"""Whole visits through the pure core: what the guest does, where they are, what the kiosk wishes for."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.effects import AbortPayment, Effect, Forget, LookUp, PrintReceipt, Settle
from kioskd.core.events import (
    DeviceChanged,
    Fact,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    OrderAccepted,
    OrderDelivered,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PaymentStep,
    Scanned,
    ScanRejected,
    Tick,
)
from kioskd.core.flow import step
from kioskd.core.graph import mermaid
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.intents import (
    CancelOrder,
    CancelPayment,
    ChooseLanguage,
    ConfirmCancel,
    EditLine,
    Finish,
    GoBack,
    Intent,
    PayWith,
    PickOption,
    PressKey,
    PutInBasket,
    QuickAdd,
    RemoveLine,
    ShowBasket,
    ShowCategory,
    ShowCheckout,
    ShowIdentify,
    ShowKeypad,
    StartOrder,
    StepQuantity,
    StillHere,
    SubmitNumber,
    UndoRemoval,
)
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Order, Tender
from kioskd.core.phases import Paying, Points, StillThere, Storing, Thanks
from kioskd.core.rules.table import RULES
from kioskd.core.visit import Place
from tests.euros import eur
from tests.unit.shopfront import EAT_IN, SANNE, SHOP, TERMINAL_OK, Player, player


def wished(effects: tuple[Effect, ...], kind: type) -> Effect:
    found = [effect for effect in effects if isinstance(effect, kind)]
    assert len(found) == 1, effects
    return found[0]


def at_checkout(p: Player) -> Player:
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    assert p.visit.place is Place.CHECKOUT
    return p


def order_in_hand(p: Player) -> Order:
    assert isinstance(p.visit.phase, Paying | Storing | Thanks)
    return p.visit.phase.order


def test_a_member_scans_orders_pays_and_sees_the_points() -> None:
    p = player()
    asked = wished(p.do(Scanned("KD-1001", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    assert p.visit.place is Place.IDENTIFYING
    p.do(MemberFound(asked.request, SANNE))
    assert p.visit.place is Place.OVERVIEW
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    payment = wished(p.do(PayWith(Tender.CARD)), Settle)
    assert isinstance(payment, Settle)
    assert payment.order.total == eur(850)
    assert payment.order.member_id == "m-1"
    p.do(PaymentProgress(payment.order.id, PaymentStep.ENTER_PIN))
    p.do(PaymentEnded(payment.order.id, PaymentOutcome.APPROVED))
    assert p.visit.place is Place.STORING  # not thanked before the disk has it
    assert p.do(OrderAccepted(payment.order.id, "trace 7")) == ()  # the receipt waits for the points
    printed = wished(p.do(OrderDelivered(payment.order.id, 8, 1248)), PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert (printed.points, printed.balance, printed.evidence) == (8, 1248, "trace 7")
    assert isinstance(p.visit.phase, Thanks)
    assert p.visit.phase.points is Points.EARNED
    assert p.visit.phase.order.number == "A1"
    assert wished(p.do(Finish()), Forget)
    assert p.visit.at_home
    assert p.visit.next_number == 2


def test_a_guest_without_card_is_not_asked_for_one() -> None:
    p = at_checkout(player())
    p.do(PayWith(Tender.CARD))
    order = order_in_hand(p)
    effects = p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED), OrderAccepted(order.id))
    assert wished(effects, PrintReceipt)
    assert isinstance(p.visit.phase, Thanks)
    assert p.visit.phase.points is Points.NONE


def test_at_the_counter_the_ticket_says_the_points_come_when_it_is_paid() -> None:
    p = player()
    asked = wished(p.do(Scanned("KD-1001", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    p.do(MemberFound(asked.request, SANNE), StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    accepted = wished(p.do(PayWith(Tender.COUNTER)), Settle)
    assert isinstance(accepted, Settle)
    p.do(OrderAccepted(accepted.order.id))
    assert isinstance(p.visit.phase, Thanks)
    assert p.visit.phase.points is Points.AT_COUNTER


def test_when_nobody_answers_the_card_is_kept_and_goes_with_the_order() -> None:
    p = player()
    asked = wished(p.do(Scanned("KD-1001", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    p.do(LookupFailed(asked.request, LookupFailure.UNREACHABLE))
    assert p.visit.notice
    assert p.visit.notice.kind is NoticeKind.CARD_SAVED
    p.do(NetworkChanged(False), StartOrder(EAT_IN), QuickAdd("W1"), ShowCheckout(), PayWith(Tender.CARD))
    order = order_in_hand(p)
    assert order.credential == "KD-1001"
    p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED), OrderAccepted(order.id))
    assert isinstance(p.visit.phase, Thanks)
    assert p.visit.phase.points is Points.LATER


def test_who_pays_before_the_answer_came_still_gets_the_points() -> None:
    p = at_checkout(player())
    p.do(Scanned("KD-1001", "scanner"), PayWith(Tender.CARD))
    assert order_in_hand(p).credential == "KD-1001"


def test_a_lookup_that_never_answers_ends_by_itself() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), ShowIdentify(), Scanned("KD-1001", "scanner"))
    p.wait(SHOP.limits.lookup_s)
    p.do(Tick())
    assert p.visit.place is Place.MENU
    assert p.visit.saved_card


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (LookupFailure.UNKNOWN_CARD, NoticeKind.CARD_UNKNOWN),
        (LookupFailure.BLOCKED_CARD, NoticeKind.CARD_BLOCKED),
    ],
)
def test_a_refused_card_is_explained_and_another_can_be_tried(
    failure: LookupFailure, said: NoticeKind
) -> None:
    p = player()
    asked = wished(p.do(Scanned("KD-1001", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    p.do(LookupFailed(asked.request, failure))
    assert p.visit.place is Place.IDENTIFYING
    assert p.visit.notice
    assert p.visit.notice.kind is said
    assert wished(p.do(Scanned("KD-1002", "scanner")), LookUp)


def test_a_late_answer_to_an_abandoned_question_changes_nothing() -> None:
    p = player()
    asked = wished(p.do(Scanned("KD-1001", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    p.do(GoBack(), GoBack())
    before = p.visit
    p.do(MemberFound(asked.request, SANNE))
    assert p.visit == before


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x1b[2J", "x" * 7000, "‮evil", "hello world", "https://", "javascript:alert(1)", "ü"],
)
def test_a_hostile_scan_is_answered_calmly_and_asks_nobody(text: str) -> None:
    p = player()
    assert p.do(Scanned(text, "scanner")) == ()
    assert p.visit.notice
    assert p.visit.notice.kind is NoticeKind.NOT_A_CARD


def test_the_keypad_types_corrects_and_asks() -> None:
    p = player()
    p.do(ShowIdentify(), ShowKeypad(), *(PressKey(k) for k in "10024"), PressKey("back"), PressKey("7"))
    asked = wished(p.do(SubmitNumber()), LookUp)
    assert isinstance(asked, LookUp)
    assert asked.credential.value == "10027"


def test_a_required_choice_is_asked_for() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), QuickAdd("F1"))
    assert p.visit.place is Place.CHOOSING
    p.do(PutInBasket())
    assert p.visit.place is Place.CHOOSING  # a sauce is wanted
    p.do(PickOption("sauce", "S2"), StepQuantity(1), PutInBasket())
    assert p.visit.basket.total == eur(2 * (380 + 75))


def test_a_line_can_be_edited_removed_and_brought_back() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), QuickAdd("W1"), ShowBasket(), EditLine(1))
    p.do(PickOption("extras", "X1"), PutInBasket())
    assert p.visit.place is Place.REVIEWING
    assert p.visit.basket.total == eur(850 + 100 + 250)
    p.do(RemoveLine(1))
    assert p.visit.basket.total == eur(250)
    p.do(UndoRemoval())
    assert p.visit.basket.total == eur(1200)


@pytest.mark.parametrize(
    ("outcome", "trouble", "said"),
    [
        (PaymentOutcome.DECLINED, None, NoticeKind.PAYMENT_DECLINED),
        (PaymentOutcome.DECLINED, CardTrouble.WRONG_PIN, NoticeKind.CARD_WRONG_PIN),
        (PaymentOutcome.DECLINED, CardTrouble.EXPIRED, NoticeKind.CARD_EXPIRED),
        (PaymentOutcome.DECLINED, CardTrouble.NOT_TAKEN, NoticeKind.CARD_NOT_TAKEN),
        (PaymentOutcome.DECLINED, CardTrouble.UNREADABLE, NoticeKind.CARD_UNREADABLE),
        (PaymentOutcome.ABORTED, None, NoticeKind.PAYMENT_CANCELLED),
        (PaymentOutcome.UNAVAILABLE, None, NoticeKind.TERMINAL_UNAVAILABLE),
        (PaymentOutcome.UNAVAILABLE, CardTrouble.TERMINAL_BUSY, NoticeKind.TERMINAL_BUSY),
        (PaymentOutcome.UNAVAILABLE, CardTrouble.BANK_SILENT, NoticeKind.BANK_SILENT),
    ],
)
def test_a_payment_that_was_not_made_leads_back_with_the_basket(
    outcome: PaymentOutcome, trouble: CardTrouble | None, said: NoticeKind
) -> None:
    p = at_checkout(player())
    p.do(PayWith(Tender.CARD))
    p.do(PaymentEnded(order_in_hand(p).id, outcome, trouble=trouble))
    assert p.visit.place is Place.CHECKOUT
    assert p.visit.basket.count == 1
    assert p.visit.notice
    assert p.visit.notice.kind is said


def test_a_guest_who_was_long_at_the_terminal_has_time_to_read_why() -> None:
    p = at_checkout(player())
    p.do(PayWith(Tender.CARD))
    p.wait(SHOP.limits.idle_s + 1)
    p.do(PaymentEnded(order_in_hand(p).id, PaymentOutcome.DECLINED))
    p.wait(1)
    p.do(Tick())
    assert p.visit.place is Place.CHECKOUT


def test_an_unknown_payment_is_for_staff_and_never_repeated_by_itself() -> None:
    p = at_checkout(player())
    p.do(PayWith(Tender.CARD))
    order = order_in_hand(p)
    effects = p.do(PaymentEnded(order.id, PaymentOutcome.UNKNOWN))
    assert p.visit.place is Place.ASK_STAFF
    assert effects == ()
    p.do(OrderAccepted(order.id, "found out"))  # the terminal said yes after all
    assert p.visit.place is Place.THANKS


def test_cancelling_waits_for_the_terminal_s_word() -> None:
    p = at_checkout(player())
    p.do(PayWith(Tender.CARD))
    order = order_in_hand(p)
    assert wished(p.do(CancelPayment()), AbortPayment)
    assert p.do(CancelPayment()) == ()
    assert p.visit.place is Place.PAYING
    p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED), OrderAccepted(order.id))
    assert p.visit.place is Place.THANKS  # too late to cancel: the truth counts


def test_a_silent_terminal_ends_at_staff() -> None:
    p = at_checkout(player())
    p.do(PayWith(Tender.CARD))
    p.wait(SHOP.limits.payment_s)
    assert wished(p.do(Tick()), AbortPayment)
    p.wait(SHOP.limits.abort_grace_s)
    p.do(Tick())
    assert p.visit.place is Place.ASK_STAFF


def test_without_terminal_the_counter_remains_and_without_both_the_kiosk_says_so() -> None:
    gone = DeviceHealth("terminal", DeviceKind.TERMINAL, DeviceState.ABSENT, "no answer")
    p = player()
    p.do(DeviceChanged(gone))
    assert p.visit.place is Place.ATTRACT
    only_card = player(replace(SHOP, tenders=(Tender.CARD,)))
    only_card.do(DeviceChanged(gone))
    assert only_card.visit.place is Place.OUT_OF_ORDER
    only_card.do(DeviceChanged(TERMINAL_OK))
    assert only_card.visit.place is Place.ATTRACT


def test_a_terminal_lost_in_mid_visit_does_not_take_the_screen_from_the_guest() -> None:
    p = at_checkout(player(replace(SHOP, tenders=(Tender.CARD,))))
    p.do(DeviceChanged(DeviceHealth("terminal", DeviceKind.TERMINAL, DeviceState.ABSENT)))
    assert p.visit.place is Place.CHECKOUT
    p.do(PayWith(Tender.CARD))
    assert p.visit.notice
    assert p.visit.notice.kind is NoticeKind.TERMINAL_UNAVAILABLE


def test_what_is_sold_in_the_morning_cannot_be_paid_at_noon() -> None:
    p = player()
    p.mono_s -= 3 * 3600  # nine o'clock
    p.do(StartOrder(EAT_IN), ShowCategory("sides"), QuickAdd("P1"))
    assert p.visit.basket.count == 1
    p.wait(3 * 3600)
    p.do(ShowCheckout(), PayWith(Tender.CARD))
    assert p.visit.place is Place.REVIEWING
    assert p.visit.notice
    assert p.visit.notice.about == "Porridge"
    assert not p.visit.basket.lines


def test_nothing_to_pay_needs_no_terminal() -> None:
    p = player(terminal=False)
    p.do(StartOrder(EAT_IN), QuickAdd("Z1"), ShowCheckout())
    assert wished(p.do(PayWith(Tender.CARD)), Settle)


def test_a_guest_who_leaves_is_asked_counted_down_and_forgotten() -> None:
    p = player()
    p.do(ChooseLanguage("nl"), StartOrder(EAT_IN), QuickAdd("B1"))
    p.wait(SHOP.limits.idle_s)
    p.do(Tick())
    assert isinstance(p.visit.phase, StillThere)
    p.do(StillHere())
    assert p.visit.place is Place.MENU
    p.wait(SHOP.limits.idle_s)
    p.do(Tick())
    p.wait(SHOP.limits.still_there_s)
    assert wished(p.do(Tick()), Forget)
    assert p.visit.place is Place.ATTRACT
    assert p.visit.language == "en"
    assert not p.visit.basket.lines


def test_cancelling_asks_only_when_something_would_be_lost() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), CancelOrder())
    assert p.visit.place is Place.ATTRACT
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), CancelOrder())
    assert p.visit.place is Place.CONFIRMING_CANCEL
    p.do(GoBack())
    assert p.visit.basket.count == 1
    p.do(CancelOrder(), ConfirmCancel())
    assert p.visit.place is Place.ATTRACT


def test_a_receipt_for_a_guest_in_a_hurry_is_printed_all_the_same() -> None:
    p = player()
    asked = wished(p.do(Scanned("KD-1001", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    p.do(MemberFound(asked.request, SANNE), StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    p.do(PayWith(Tender.CARD))
    order = order_in_hand(p)
    p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED), OrderAccepted(order.id))
    effects = p.do(Finish())
    printed = wished(effects, PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert printed.points_later
    assert wished(effects, Forget)


def test_the_graph_names_every_place() -> None:
    drawn = mermaid()
    assert all(place.value in drawn for place in Place)


def test_an_event_has_a_rule_somewhere() -> None:
    ruled = {event for _, event in RULES}
    assert {*get_args(Intent), *get_args(Fact)} - ruled == {ScanRejected}
    assert step  # the table is whole only through flow

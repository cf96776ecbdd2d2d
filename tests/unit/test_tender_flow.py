"""Gift cards and prepaid at checkout: added, used as far as they go, removed, and what is said if not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.credential import MAX_CODE_LENGTH
from kioskd.core.denial import Denial
from kioskd.core.effects import Effect, HoldVoucher, LookUp, Settle, Sought
from kioskd.core.events import (
    GiftCardFound,
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    OfferHeld,
    Scanned,
    SettlementDenied,
    Tick,
    VoucherFound,
)
from kioskd.core.intents import (
    AddGiftCard,
    CancelOrder,
    CancelPayment,
    ConfirmOffer,
    GoBack,
    PayWith,
    PressKey,
    QuickAdd,
    RemoveGiftCard,
    ShowCheckout,
    ShowLetters,
    ShowMember,
    SignOut,
    StartOrder,
    StillHere,
    SubmitNumber,
    UsePrepaid,
)
from kioskd.core.member import Member
from kioskd.core.money import Money
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Order, StoredValue, Tender
from kioskd.core.phases import AddingGiftCard
from kioskd.core.shop import Capability, Shop
from kioskd.core.stored_value import GiftCard
from kioskd.core.visit import Place
from tests.euros import eur
from tests.unit.offering import FIVE, GENEROUS, LAPSED, MIA, NOBODYS, SPENT, TEN
from tests.unit.shopfront import EAT_IN, SHOP, Player, player


def at_checkout(shop: Shop = GENEROUS, member: Member | None = None, sku: str = "B1") -> Player:
    p = player(shop)
    if member:
        p.do(MemberFound(asked(p.do(Scanned("KD-1001", "scanner"))).request, member))
    p.do(StartOrder(EAT_IN), QuickAdd(sku), ShowCheckout())
    assert p.visit.place is Place.CHECKOUT
    return p


def asked(effects: tuple[Effect, ...]) -> LookUp:
    [question] = [effect for effect in effects if isinstance(effect, LookUp)]
    return question


def adds(p: Player, card: GiftCard) -> None:
    p.do(AddGiftCard())
    p.do(GiftCardFound(asked(p.do(Scanned(card.code, "scanner"))).request, card))


def said(p: Player) -> tuple[NoticeKind, str, Denial | None]:
    assert p.visit.notice
    return p.visit.notice.kind, p.visit.notice.about, p.visit.notice.denial


def pays(p: Player, tender: Tender = Tender.CARD) -> Order:
    [settle] = p.do(PayWith(tender))
    assert isinstance(settle, Settle)
    return settle.order


# --- gift cards ----------------------------------------------------------------------------------------


def test_a_gift_card_pays_as_far_as_it_goes_and_the_rest_is_due() -> None:
    p = at_checkout()
    adds(p, FIVE)
    assert p.visit.place is Place.CHECKOUT
    assert said(p)[:2] == (NoticeKind.GIFT_CARD_ADDED, "0005")
    assert (p.visit.bill.total, p.visit.bill.due) == (eur(850), eur(350))
    order = pays(p)
    [payment] = order.payments
    assert (payment.kind, payment.account_id, payment.amount, payment.left) == (
        StoredValue.GIFT_CARD,
        FIVE.id,
        eur(500),
        eur(0),
    )
    assert payment.id.startswith(f"{order.id}-")
    assert (order.due, order.tender) == (eur(350), Tender.CARD)


def test_cards_are_emptied_in_the_order_they_were_added() -> None:
    p = at_checkout()
    adds(p, FIVE)
    adds(p, TEN)
    assert [(pay.account_id, pay.amount, pay.left) for pay in p.visit.bill.payments] == [
        (FIVE.id, eur(500), eur(0)),
        (TEN.id, eur(350), eur(650)),
    ]
    order = pays(p, Tender.COUNTER)
    assert (order.tender, order.due) == (Tender.NONE, eur(0)), "nothing is left for the counter"


def test_a_removed_card_pays_nothing() -> None:
    p = at_checkout()
    adds(p, FIVE)
    p.do(RemoveGiftCard(FIVE.id))
    assert (p.visit.gift_cards, p.visit.bill.due) == ((), eur(850))


@pytest.mark.parametrize(
    ("card", "denial"),
    [
        (SPENT, Denial.INSUFFICIENT_BALANCE),
        (LAPSED, Denial.EXPIRED),
        (replace(FIVE, active=False), Denial.NOT_VALID),
        (replace(FIVE, balance=Money(500, "USD")), Denial.NOT_SPENDABLE_HERE),
        (TEN, Denial.ALREADY_ADDED),
    ],
)
def test_a_card_that_cannot_pay_says_why_and_another_can_be_tried(card: GiftCard, denial: Denial) -> None:
    p = at_checkout()
    adds(p, TEN)
    adds(p, card)
    assert p.visit.place is Place.GIFT_CARD
    assert said(p) == (NoticeKind.DENIED, "", denial)
    assert p.visit.gift_cards == (TEN,)


def test_its_code_can_be_typed_with_letters() -> None:
    p = at_checkout()
    p.do(AddGiftCard(), PressKey("A"), PressKey("1"), ShowLetters(), PressKey("B"), PressKey("-"))
    p.do(PressKey("x"), PressKey("9"), PressKey("back"), ShowLetters(), PressKey("7"))
    question = asked(p.do(SubmitNumber()))
    assert question.credential.value == "1B-7"
    assert question.sought == (Sought.GIFT_CARD, Sought.VOUCHER)
    p.do(*[PressKey("1")] * 100)
    assert isinstance(p.visit.phase, AddingGiftCard)
    assert len(p.visit.phase.code) == MAX_CODE_LENGTH
    p.do(PressKey("clear"))
    assert isinstance(p.visit.phase, AddingGiftCard)
    assert p.visit.phase.code == ""


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (LookupFailure.UNKNOWN_CARD, (NoticeKind.DENIED, "", Denial.UNKNOWN_GIFT_CARD)),
        (LookupFailure.UNREACHABLE, (NoticeKind.NOT_CHECKED, "", None)),
    ],
)
def test_an_unknown_code_and_no_answer_are_told_apart_and_the_code_stays(
    failure: LookupFailure, expected: tuple[NoticeKind, str, Denial | None]
) -> None:
    p = at_checkout()
    p.do(AddGiftCard(), *(PressKey(key) for key in "12345"))
    p.do(LookupFailed(asked(p.do(SubmitNumber())).request, failure))
    assert said(p) == expected
    assert isinstance(p.visit.phase, AddingGiftCard)
    assert p.visit.phase.code == "12345", "a digit can be corrected"
    assert p.visit.saved_card is None, "a gift card is not kept as a member's card"


def test_back_first_stops_waiting_and_then_leaves() -> None:
    p = at_checkout()
    p.do(AddGiftCard(), Scanned("GIFT-1", "scanner"), GoBack())
    assert (p.visit.place, p.visit.lookup) == (Place.GIFT_CARD, None)
    p.do(GoBack())
    assert p.visit.place is Place.CHECKOUT


def test_no_answer_in_time_is_an_answer() -> None:
    p = at_checkout()
    p.do(AddGiftCard(), Scanned("GIFT-1", "scanner"))
    p.wait(SHOP.limits.lookup_s)
    p.do(Tick())
    assert said(p)[0] is NoticeKind.NOT_CHECKED
    assert p.visit.place is Place.GIFT_CARD


def test_who_stops_typing_is_asked_and_finds_the_code_again() -> None:
    p = at_checkout()
    p.do(AddGiftCard(), PressKey("4"))
    p.wait(SHOP.limits.idle_s)
    p.do(Tick())
    assert p.visit.place is Place.STILL_THERE
    p.do(StillHere())
    assert p.visit.phase == AddingGiftCard("4")
    p.do(CancelOrder(), GoBack())
    assert p.visit.phase == AddingGiftCard("4")


@pytest.mark.parametrize("moment", ["start", "menu"])
def test_a_gift_card_scanned_early_is_remembered(moment: str) -> None:
    p = player(GENEROUS)
    if moment == "menu":
        p.do(StartOrder(EAT_IN))
    place = p.visit.place
    p.do(GiftCardFound(asked(p.do(Scanned(FIVE.code, "scanner"))).request, FIVE))
    assert p.visit.place is place
    assert not p.visit.at_home, "a guest with a gift card is not nobody"
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    assert p.visit.bill.due == eur(350)


def test_a_voucher_may_be_scanned_where_gift_cards_are_asked_for() -> None:
    p = at_checkout(replace(GENEROUS, vouchers_need_card=False))
    p.do(AddGiftCard())
    p.do(VoucherFound(asked(p.do(Scanned("WELCOME", "scanner"))).request, NOBODYS))
    for effect in p.do(ConfirmOffer()):
        assert isinstance(effect, HoldVoucher)
        p.do(OfferHeld(effect.offer_id))
    assert p.visit.place is Place.GIFT_CARD
    assert p.visit.bill.due == eur(750)


def test_offline_and_without_the_capability_no_card_is_asked_for() -> None:
    p = at_checkout()
    p.do(NetworkChanged(False), AddGiftCard())
    assert p.visit.place is Place.CHECKOUT
    assert said(p)[2] is Denial.UNREACHABLE
    plain = at_checkout(SHOP)
    plain.do(AddGiftCard())
    assert (plain.visit.place, plain.visit.notice) == (Place.CHECKOUT, None)


# --- prepaid -------------------------------------------------------------------------------------------


def test_prepaid_pays_after_gift_cards_and_can_be_switched_off() -> None:
    p = at_checkout(member=MIA)
    adds(p, FIVE)
    p.do(UsePrepaid(True))
    assert [(pay.kind, pay.amount) for pay in p.visit.bill.payments] == [
        (StoredValue.GIFT_CARD, eur(500)),
        (StoredValue.PREPAID, eur(350)),
    ]
    order = pays(p)
    assert order.tender is Tender.NONE
    assert (order.payments[1].account_id, order.payments[1].left) == (MIA.id, eur(250))
    p.do(CancelPayment(), SettlementDenied(order.id, MIA.id, Denial.UNREACHABLE))
    assert (p.visit.use_prepaid, p.visit.bill.due) == (False, eur(350))
    p.do(UsePrepaid(True), UsePrepaid(False))
    assert p.visit.bill.due == eur(350)


@pytest.mark.parametrize(
    ("prepaid", "denial"),
    [
        (None, Denial.NOT_AVAILABLE),
        (eur(0), Denial.INSUFFICIENT_BALANCE),
        (eur(-100), Denial.INSUFFICIENT_BALANCE),
        (Money(600, "USD"), Denial.NOT_SPENDABLE_HERE),
    ],
)
def test_prepaid_that_cannot_pay_says_why(prepaid: Money | None, denial: Denial) -> None:
    p = at_checkout(member=replace(MIA, prepaid=prepaid))
    p.do(UsePrepaid(True))
    assert said(p)[2] is denial
    assert not p.visit.use_prepaid


def test_prepaid_needs_the_capability_and_the_network() -> None:
    p = at_checkout(member=MIA)
    p.do(NetworkChanged(False), UsePrepaid(True))
    assert said(p)[2] is Denial.UNREACHABLE
    p = at_checkout(replace(GENEROUS, capabilities=frozenset({Capability.GIFT_CARDS})), MIA)
    p.do(UsePrepaid(True))
    assert said(p)[2] is Denial.NOT_AVAILABLE


def test_prepaid_goes_with_the_member() -> None:
    p = at_checkout(member=MIA)
    p.do(UsePrepaid(True), ShowMember(), SignOut())
    assert (p.visit.use_prepaid, p.visit.bill.due) == (False, eur(850))


# --- refused while settling ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("denial", "stays"),
    [
        (Denial.UNKNOWN_GIFT_CARD, False),
        (Denial.EXPIRED, False),
        (Denial.NOT_VALID, False),
        (Denial.NOT_SPENDABLE_HERE, False),
        (Denial.INSUFFICIENT_BALANCE, False),
        (Denial.UNREACHABLE, True),
        (Denial.UNCLEAR, True),
    ],
)
def test_a_gift_card_that_is_refused_is_not_tried_again(denial: Denial, stays: bool) -> None:
    p = at_checkout()
    adds(p, FIVE)
    adds(p, TEN)
    order = pays(p)
    assert p.visit.place is Place.PAYING
    p.do(SettlementDenied(order.id, FIVE.id, denial))
    assert p.visit.place is Place.CHECKOUT
    assert said(p) == (NoticeKind.DENIED, "…0005", denial)
    assert p.visit.gift_cards == ((FIVE, TEN) if stays else (TEN,))


def test_prepaid_that_turned_out_to_be_spent_is_not_shown_as_if_it_was_there() -> None:
    p = at_checkout(member=MIA)
    p.do(UsePrepaid(True))
    p.do(SettlementDenied(pays(p).id, MIA.id, Denial.INSUFFICIENT_BALANCE))
    assert said(p) == (NoticeKind.PREPAID_DENIED, "", Denial.INSUFFICIENT_BALANCE)
    assert p.visit.member is not None
    assert (p.visit.member.prepaid, p.visit.bill.due) == (None, eur(850))


def test_prepaid_that_could_not_be_reached_may_be_tried_again() -> None:
    p = at_checkout(member=MIA)
    p.do(UsePrepaid(True))
    p.do(SettlementDenied(pays(p).id, MIA.id, Denial.UNREACHABLE))
    assert said(p) == (NoticeKind.PREPAID_DENIED, "", Denial.UNREACHABLE)
    p.do(UsePrepaid(True))
    assert p.visit.bill.payments


def test_offline_no_stored_value_is_spent() -> None:
    p = at_checkout()
    adds(p, FIVE)
    p.do(NetworkChanged(False))
    assert p.do(PayWith(Tender.CARD)) == ()
    assert said(p)[2] is Denial.UNREACHABLE
    assert p.visit.gift_cards == (FIVE,)


def test_while_something_is_due_nothing_is_no_way_to_pay() -> None:
    p = at_checkout()
    assert p.do(PayWith(Tender.NONE)) == ()
    assert p.visit.place is Place.CHECKOUT

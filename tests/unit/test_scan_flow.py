"""A scanned code may be a card, a voucher or a gift card, and its answer may find the guest anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.denial import Denial
from kioskd.core.effects import HoldVoucher, LetGo, LookUp, Settle, Sought
from kioskd.core.events import (
    LookupFailed,
    LookupFailure,
    MemberFound,
    OfferHeld,
    Scanned,
    Tick,
    VoucherFound,
)
from kioskd.core.intents import (
    CancelOrder,
    ConfirmOffer,
    GoBack,
    PayWith,
    QuickAdd,
    ShowBasket,
    ShowCheckout,
    ShowIdentify,
    StartOrder,
)
from kioskd.core.member import Voucher
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Tender
from kioskd.core.visit import Place
from tests.unit.offer_visits import asking, mia_orders, only, pays, said, scanned, takes
from tests.unit.offering import (
    EXPIRED,
    GENEROUS,
    MIA,
    NOBODYS,
    STRANGERS,
    TWENTY,
)
from tests.unit.shopfront import EAT_IN, SHOP, player

EVERYTHING = (Sought.MEMBER, Sought.VOUCHER, Sought.GIFT_CARD)


def test_a_code_is_looked_for_where_it_likely_is() -> None:
    p = player(GENEROUS)
    asked = only(p.do(Scanned("CODE-1", "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    assert (asked.sought, asked.member_id) == (EVERYTHING, None)
    p.do(MemberFound(asked.request, MIA))
    again = only(p.do(Scanned("CODE-2", "scanner")), LookUp)
    assert isinstance(again, LookUp)
    assert (again.sought, again.member_id) == (
        (Sought.VOUCHER, Sought.GIFT_CARD, Sought.MEMBER),
        MIA.id,
    )


def test_a_second_card_is_answered_calmly() -> None:
    p = mia_orders("B1")
    p.do(MemberFound(scanned(p, "KD-1002"), replace(MIA, id="m-2")))
    assert said(p)[0] is NoticeKind.SIGNED_IN_ALREADY
    assert p.visit.member == MIA


@pytest.mark.parametrize("place", [Place.ATTRACT, Place.MENU, Place.REVIEWING, Place.CHECKOUT])
def test_a_scanned_voucher_asks_and_leads_back_to_where_the_guest_was(place: Place) -> None:
    p = player(replace(GENEROUS, vouchers_need_card=False))
    if place is not Place.ATTRACT:
        p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    if place in (Place.REVIEWING, Place.CHECKOUT):
        p.do(ShowBasket() if place is Place.REVIEWING else ShowCheckout())
    p.do(VoucherFound(scanned(p), NOBODYS))
    assert asking(p).denial is None
    for effect in p.do(ConfirmOffer()):
        assert isinstance(effect, HoldVoucher)
        p.do(OfferHeld(effect.offer_id))
    assert p.visit.place is place
    assert len(p.visit.offers) == 1
    assert not p.visit.at_home


@pytest.mark.parametrize("found", [EXPIRED, TWENTY])
def test_a_scanned_voucher_of_no_use_says_why(found: Voucher) -> None:
    p = mia_orders("B1")
    takes(p, TWENTY)
    p.do(VoucherFound(scanned(p), found))
    assert p.visit.place is Place.OVERVIEW
    denial = Denial.EXPIRED if found is EXPIRED else Denial.ALREADY_ADDED
    assert said(p) == (NoticeKind.DENIED, found.title, denial)


def test_a_voucher_of_nobody_asks_for_a_card_and_comes_back_to_be_used() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), VoucherFound(scanned(p), NOBODYS))
    assert asking(p).denial is Denial.CARD_NEEDED
    p.do(ShowIdentify())
    assert p.visit.place is Place.IDENTIFYING
    p.do(GoBack())
    assert asking(p).denial is Denial.CARD_NEEDED
    p.do(ShowIdentify(), MemberFound(scanned(p, "KD-1001"), MIA))
    assert asking(p).denial is None
    assert said(p)[:2] == (NoticeKind.WELCOME, "Sanne")
    hold = only(p.do(ConfirmOffer()), HoldVoucher)
    assert isinstance(hold, HoldVoucher)
    assert hold.member_id == MIA.id


def test_a_card_scanned_while_the_voucher_asks_for_it_is_enough() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    p.do(VoucherFound(scanned(p), NOBODYS))
    p.do(MemberFound(scanned(p, "KD-1001"), MIA))
    assert (asking(p).denial, p.visit.member) == (None, MIA)


def test_the_voucher_of_another_member_is_not_for_this_one() -> None:
    p = mia_orders("B1")
    p.do(VoucherFound(scanned(p), STRANGERS))
    assert asking(p).denial is Denial.OTHER_MEMBER


def test_who_turns_out_to_be_another_loses_the_voucher_of_the_other() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    p.do(VoucherFound(scanned(p), STRANGERS))
    hold = only(p.do(ConfirmOffer()), HoldVoucher)
    assert isinstance(hold, HoldVoucher)
    p.do(OfferHeld(hold.offer_id))
    request = scanned(p, "KD-1001")
    assert LetGo(hold.offer_id) in p.do(MemberFound(request, MIA))
    assert p.visit.offers == ()


def test_an_answer_reaches_the_guest_wherever_they_went_meanwhile() -> None:
    p = player(GENEROUS)
    p.do(MemberFound(scanned(p), MIA))
    request = scanned(p, "CODE-2")
    p.do(GoBack())
    assert p.visit.place is Place.ATTRACT
    p.do(VoucherFound(request, TWENTY))
    assert asking(p).right == TWENTY
    p.do(GoBack(), StartOrder(EAT_IN), QuickAdd("B1"))
    request = scanned(p, "CODE-2")
    p.do(CancelOrder(), VoucherFound(request, TWENTY))
    assert asking(p).right == TWENTY
    p.do(GoBack())
    assert p.visit.place is Place.MENU


@pytest.mark.parametrize("answered", [True, False])
def test_a_member_whose_code_nobody_could_check_is_told_and_it_is_not_taken_for_a_card(
    answered: bool,
) -> None:
    p = mia_orders("B1")
    request = scanned(p)
    if answered:
        p.do(LookupFailed(request, LookupFailure.UNREACHABLE))
    else:
        p.wait(SHOP.limits.lookup_s)
        p.do(Tick())
    assert said(p)[0] is NoticeKind.NOT_CHECKED
    assert p.visit.saved_card is None


def test_a_member_in_a_hurry_does_not_pay_with_an_unanswered_code_as_card() -> None:
    p = mia_orders("B1")
    scanned(p)
    assert pays(p).credential is None


def test_a_voucher_s_owner_gets_the_points_of_a_guest_without_card() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    p.do(VoucherFound(scanned(p), STRANGERS))
    p.do(*[OfferHeld(e.offer_id) for e in p.do(ConfirmOffer()) if isinstance(e, HoldVoucher)])
    p.do(ShowCheckout())
    settle = only(p.do(PayWith(Tender.CARD)), Settle)
    assert isinstance(settle, Settle)
    assert settle.order.member_id == "m-2"

"""Promo codes: what they give is on the order at once, and asking is never done in vain or twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.denial import Denial
from kioskd.core.discount import FreeItem, Products, Rule
from kioskd.core.effects import LookUp, RedeemPromoCode
from kioskd.core.events import (
    MemberFound,
    NetworkChanged,
    PromoCodeDenied,
    PromoCodeRedeemed,
    Scanned,
    Tick,
)
from kioskd.core.intents import (
    EnterPromoCode,
    GoBack,
    PressKey,
    QuickAdd,
    RemoveOffer,
    ShowCheckout,
    ShowLetters,
    ShowMember,
    StartOrder,
    StillHere,
    SubmitNumber,
)
from kioskd.core.member import Voucher
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import EnteringPromoCode
from kioskd.core.shop import Shop
from kioskd.core.visit import Place
from tests.unit.offer_visits import mia_orders, only, scanned
from tests.unit.offering import GENEROUS, MIA
from tests.unit.shopfront import EAT_IN, SHOP, Player, player

WATER = Voucher("v-promo", "Free water", rule=Rule(FreeItem(), Products(("W1",))), member_id=MIA.id)


def entering(shop: Shop = GENEROUS) -> Player:
    p = mia_orders("B1", shop=shop)
    p.do(EnterPromoCode())
    assert p.visit.place is Place.PROMO_CODE
    return p


def typed(p: Player, code: str = "W-2") -> RedeemPromoCode:
    asked = only(p.do(*(PressKey(key) for key in code), SubmitNumber()), RedeemPromoCode)
    assert isinstance(asked, RedeemPromoCode)
    return asked


def phase(p: Player) -> EnteringPromoCode:
    assert isinstance(p.visit.phase, EnteringPromoCode)
    return p.visit.phase


def test_what_a_code_gives_is_on_the_order_and_can_be_taken_out_and_in_again() -> None:
    p = entering()
    before = p.visit.bill.due
    asked = typed(p)
    assert (asked.code, asked.member_id) == ("W-2", MIA.id)
    p.do(PromoCodeRedeemed(asked.request, WATER))
    assert p.visit.place is Place.OVERVIEW
    assert p.visit.notice and (p.visit.notice.kind, p.visit.notice.about) == (
        NoticeKind.OFFER_ADDED,
        WATER.title,
    )
    [taken] = p.visit.offers
    assert taken.right == WATER and taken.brought is not None
    assert p.visit.bill.due == before and p.visit.bill.discount(taken.id)
    p.do(RemoveOffer(taken.id))
    assert not p.visit.offers and p.visit.member and p.visit.member.vouchers[0] == WATER


def test_it_is_scanned_as_well_and_at_checkout_too() -> None:
    p = mia_orders("B1")
    p.do(GoBack(), ShowCheckout(), EnterPromoCode())
    asked = only(p.do(Scanned("SPRING-26", "scanner")), RedeemPromoCode)
    assert isinstance(asked, RedeemPromoCode) and asked.code == "SPRING-26"
    p.do(PromoCodeRedeemed(asked.request, WATER))
    assert p.visit.place is Place.CHECKOUT and p.visit.offers
    p.do(EnterPromoCode())
    assert not p.do(Scanned("no code\x00", "scanner"))
    assert p.visit.notice and p.visit.notice.denial is Denial.UNKNOWN_CODE


def test_a_code_is_asked_about_once_whatever_is_touched_meanwhile() -> None:
    p = entering()
    typed(p)
    for event in (SubmitNumber(), Scanned("W-2", "scanner"), PressKey("9"), GoBack()):
        assert not p.do(event)
    assert p.visit.place is Place.PROMO_CODE and phase(p).code == "W-2"


@pytest.mark.parametrize(
    "denial",
    [Denial.UNKNOWN_CODE, Denial.CODE_OVER, Denial.CODE_NOT_SET_UP, Denial.CODE_UNCLEAR, Denial.UNUSABLE],
)
def test_a_refused_code_is_said_why_and_nothing_is_taken(denial: Denial) -> None:
    p = entering()
    p.do(PromoCodeDenied(typed(p).request, denial))
    assert p.visit.notice and p.visit.notice.denial is denial
    assert (phase(p).code, phase(p).waiting, p.visit.offers) == ("", None, ())


def test_a_code_that_nobody_was_asked_about_stays_to_be_tried_again() -> None:
    p = entering()
    p.do(PromoCodeDenied(typed(p).request, Denial.UNREACHABLE))
    assert phase(p).code == "W-2"
    assert only(p.do(SubmitNumber()), RedeemPromoCode)


def test_no_answer_in_time_is_said_as_unclear_and_nothing_is_asked_again() -> None:
    p = entering()
    asked = typed(p)
    p.wait(GENEROUS.limits.promo_code_s)
    assert not p.do(Tick())
    assert p.visit.notice and p.visit.notice.denial is Denial.CODE_UNCLEAR and not phase(p).waiting
    p.do(PromoCodeRedeemed(asked.request, WATER))  # too late: staff have the word
    assert not p.visit.offers


def test_asking_in_vain_is_avoided_as_it_costs_the_code() -> None:
    full = mia_orders("B1", shop=replace(GENEROUS, most_offers=0))
    full.do(EnterPromoCode())
    assert full.visit.notice and full.visit.notice.denial is Denial.TOO_MANY
    offline = entering()
    offline.do(NetworkChanged(False))
    assert not offline.do(Scanned("W-2", "scanner"), PressKey("W"), SubmitNumber())
    assert offline.visit.notice and offline.visit.notice.denial is Denial.UNREACHABLE
    offline.do(GoBack(), EnterPromoCode())
    assert offline.visit.place is Place.OVERVIEW
    without = mia_orders("B1", shop=SHOP)
    without.do(EnterPromoCode())
    assert without.visit.place is Place.OVERVIEW


def test_a_guest_nobody_knows_is_asked_for_a_card_first() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout(), EnterPromoCode())
    assert p.visit.place is Place.IDENTIFYING
    assert p.visit.notice and p.visit.notice.denial is Denial.CARD_NEEDED
    p.do(MemberFound(scanned(p), MIA), EnterPromoCode())
    assert p.visit.place is Place.PROMO_CODE


def test_a_card_being_looked_up_is_waited_for() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    assert only(p.do(Scanned("CODE-1", "scanner")), LookUp)
    p.do(EnterPromoCode())
    assert p.visit.place is Place.CHECKOUT


def test_keys_are_letters_first_and_whoever_stops_is_asked() -> None:
    p = entering()
    p.do(PressKey("A"), ShowLetters(), PressKey("B"), PressKey("1"))
    assert phase(p).code == "A1"
    p.wait(GENEROUS.limits.idle_s)
    p.do(Tick())
    assert p.visit.place is Place.STILL_THERE
    p.do(StillHere())
    assert phase(p).code == "A1"
    p.do(GoBack(), ShowMember())
    assert p.visit.place is Place.OVERVIEW

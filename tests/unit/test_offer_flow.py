"""Rewards, vouchers and collectable rewards: shown, confirmed, held, undone, and what is said if not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.catalogue import Availability, Service
from kioskd.core.denial import Denial
from kioskd.core.discount import Discount, OfferKind, Reason, Refusal
from kioskd.core.effects import Forget, HoldVoucher, LetGo
from kioskd.core.events import MemberFound, NetworkChanged, OfferDenied, OfferHeld, Tick, VoucherFound
from kioskd.core.flow import next_deadline
from kioskd.core.intents import (
    CancelOrder,
    ConfirmCancel,
    ConfirmOffer,
    GoBack,
    QuickAdd,
    RemoveOffer,
    ShowBasket,
    ShowCheckout,
    ShowOffer,
    SignOut,
)
from kioskd.core.member import Right
from kioskd.core.notice import NoticeKind
from kioskd.core.visit import Place
from tests.euros import eur
from tests.unit.offer_visits import asking, mia_orders, only, said, scanned, shows, takes
from tests.unit.offering import (
    BURGER_WAITS,
    DEAR_REWARD,
    EURO_REWARD,
    EXPIRED,
    FREE_WATER,
    GENEROUS,
    MIA,
    NOBODYS,
    OVER_FIFTY,
    RIDDLE,
    SOLD_OUT,
    TWENTY,
    WATER_REWARD,
)
from tests.unit.shopfront import SHOP, player

# --- taking --------------------------------------------------------------------------------------------


def test_a_reward_is_confirmed_first_and_then_takes_its_amount_off() -> None:
    p = mia_orders("B1")
    phase = shows(p, EURO_REWARD)
    assert isinstance(phase.outcome, Discount)
    assert phase.outcome.amount == eur(100)
    assert p.visit.bill.total == eur(850), "nothing happened yet"
    assert p.do(ConfirmOffer()) == (), "points are not spent before the order is paid"
    assert p.visit.place is Place.OVERVIEW
    assert said(p)[:2] == (NoticeKind.OFFER_ADDED, "A euro off")
    assert p.visit.bill.total == eur(750)
    assert p.visit.points_left == 940


def test_looking_at_an_offer_and_going_back_changes_nothing() -> None:
    p = mia_orders("B1")
    shows(p, EURO_REWARD)
    assert p.do(GoBack()) == ()
    assert p.visit.place is Place.OVERVIEW
    assert p.visit.offers == ()


def test_a_reward_can_be_taken_as_often_as_the_points_last() -> None:
    p = mia_orders("B1")
    takes(p, EURO_REWARD)
    takes(p, EURO_REWARD)
    takes(p, WATER_REWARD)
    assert p.visit.points_left == 140
    assert shows(p, EURO_REWARD).denial is Denial.INSUFFICIENT_POINTS
    assert p.do(ConfirmOffer()) == ()
    assert len(p.visit.offers) == 3


def test_when_points_are_unknown_the_backend_decides() -> None:
    p = mia_orders("B1", member=replace(MIA, points=None))
    assert shows(p, DEAR_REWARD).denial is None


def test_there_is_an_end_to_offers() -> None:
    p = mia_orders("B1", member=replace(MIA, points=None))
    for _ in range(SHOP.most_offers):
        takes(p, EURO_REWARD)
    assert shows(p, EURO_REWARD).denial is Denial.CLAIM_LIMIT


@pytest.mark.parametrize(
    ("right", "denial"),
    [
        (RIDDLE, Denial.UNUSABLE),
        (SOLD_OUT, Denial.NOT_AVAILABLE),
        (DEAR_REWARD, Denial.INSUFFICIENT_POINTS),
        (EXPIRED, Denial.EXPIRED),
    ],
)
def test_what_cannot_be_used_says_why_and_cannot_be_confirmed(right: Right, denial: Denial) -> None:
    p = mia_orders("B1")
    assert shows(p, right).denial is denial
    assert p.do(ConfirmOffer()) == ()
    assert p.visit.offers == ()
    assert p.visit.place is Place.CONFIRMING_OFFER


def test_a_voucher_and_a_collectable_are_used_once() -> None:
    p = mia_orders("B1")
    takes(p, TWENTY)
    takes(p, BURGER_WAITS)
    assert shows(p, TWENTY).denial is Denial.ALREADY_ADDED
    p.do(GoBack())
    assert shows(p, BURGER_WAITS).denial is Denial.ALREADY_ADDED


def test_what_the_order_is_too_small_for_says_so_and_may_be_taken_for_later() -> None:
    big = replace(EURO_REWARD, rule=OVER_FIFTY)
    p = mia_orders("B1", member=replace(MIA, rewards=(big,)))
    outcome = shows(p, big).outcome
    assert isinstance(outcome, Refusal)
    assert outcome.reason is Reason.MINIMUM_NOT_MET
    p.do(ConfirmOffer())
    assert p.visit.bill.total == eur(850)


def test_offline_nothing_is_taken_and_when_the_line_is_back_it_is() -> None:
    p = mia_orders("B1")
    p.do(NetworkChanged(False))
    assert shows(p, EURO_REWARD).denial is Denial.UNREACHABLE
    p.do(NetworkChanged(True))
    assert asking(p).denial is None
    p.do(NetworkChanged(False), NetworkChanged(True), ConfirmOffer())
    assert len(p.visit.offers) == 1


def test_without_the_capability_nothing_is_offered() -> None:
    p = mia_orders("B1", shop=SHOP)
    p.do(ShowOffer(EURO_REWARD.kind, EURO_REWARD.id))
    assert p.visit.place is Place.OVERVIEW


def test_what_the_member_does_not_have_cannot_be_used() -> None:
    p = mia_orders("B1")
    p.do(ShowOffer(OfferKind.REWARD, TWENTY.id))
    assert p.visit.place is Place.OVERVIEW


# --- the free item -------------------------------------------------------------------------------------


def test_the_only_product_an_offer_can_mean_comes_with_it() -> None:
    p = mia_orders("B1")
    takes(p, WATER_REWARD)
    assert [line.product.sku for line in p.visit.basket.lines] == ["B1", "W1"]
    assert p.visit.bill.total == eur(850)


def test_what_is_in_the_basket_already_is_the_free_one() -> None:
    p = mia_orders("W1")
    takes(p, WATER_REWARD)
    assert p.visit.basket.count == 1
    assert p.visit.bill.total == eur(0)


def test_what_would_not_be_quite_free_is_not_put_in() -> None:
    half_free = replace(FREE_WATER, maximum=eur(100))
    p = mia_orders("B1", member=replace(MIA, rewards=(replace(WATER_REWARD, rule=half_free),)))
    takes(p, WATER_REWARD)
    assert p.visit.bill.total == eur(850)


def test_it_comes_before_the_guest_has_chosen_where_to_eat_if_it_can_be_had_everywhere() -> None:
    p = player(GENEROUS)
    p.do(MemberFound(scanned(p), MIA))
    assert isinstance(shows(p, WATER_REWARD).outcome, Discount)
    p.do(ConfirmOffer())
    assert [line.product.sku for line in p.visit.basket.lines] == ["W1"]


def test_what_is_not_to_be_had_everywhere_is_not_put_in_before_the_guest_has_chosen_where_to_eat() -> None:
    water = SHOP.catalogue.products["W1"]
    eat_in_only = replace(water, availability=Availability(frozenset([Service.EAT_IN])))
    products = {**SHOP.catalogue.products, "W1": eat_in_only}
    p = player(replace(GENEROUS, catalogue=replace(SHOP.catalogue, products=products)))
    p.do(MemberFound(scanned(p), MIA))
    takes(p, WATER_REWARD)
    assert not p.visit.basket.lines


def test_what_came_with_an_offer_leaves_with_it() -> None:
    p = mia_orders("B1")
    takes(p, WATER_REWARD)
    p.do(RemoveOffer(p.visit.offers[0].id))
    assert [line.product.sku for line in p.visit.basket.lines] == ["B1"]
    assert p.visit.bill.total == eur(850)


def test_what_came_with_an_offer_leaves_with_its_member() -> None:
    p = mia_orders("B1")
    takes(p, WATER_REWARD)
    p.do(SignOut())
    assert p.visit.bill.total == eur(850)


def test_of_what_came_with_an_offer_only_what_the_guest_has_added_stays() -> None:
    p = mia_orders("B1")
    takes(p, WATER_REWARD)
    p.do(GoBack(), QuickAdd("W1"), ShowBasket(), RemoveOffer(p.visit.offers[0].id))
    assert [(line.product.sku, line.quantity) for line in p.visit.basket.lines] == [("B1", 1), ("W1", 1)]


def test_what_the_guest_put_in_stays_when_the_offer_goes() -> None:
    p = mia_orders("W1")
    takes(p, WATER_REWARD)
    p.do(RemoveOffer(p.visit.offers[0].id))
    assert [line.product.sku for line in p.visit.basket.lines] == ["W1"]


def test_what_another_offer_covers_stays_when_the_offer_it_came_with_goes() -> None:
    waiting = replace(BURGER_WAITS, rule=FREE_WATER)
    p = mia_orders("B1", member=replace(MIA, collectables=(waiting,)))
    takes(p, WATER_REWARD)
    takes(p, waiting)
    p.do(RemoveOffer(p.visit.offers[0].id))
    assert [line.product.sku for line in p.visit.basket.lines] == ["B1", "W1"]
    assert p.visit.bill.total == eur(850)


# --- vouchers are held ---------------------------------------------------------------------------------


def test_a_voucher_is_taken_when_the_backend_holds_it() -> None:
    p = mia_orders("B1")
    shows(p, TWENTY)
    hold = only(p.do(ConfirmOffer()), HoldVoucher)
    assert isinstance(hold, HoldVoucher)
    assert (hold.voucher, hold.member_id) == (TWENTY, MIA.id)
    assert asking(p).waiting == hold.offer_id
    assert p.do(ConfirmOffer()) == (), "one hold is enough"
    p.do(OfferHeld(hold.offer_id))
    assert [taken.held for taken in p.visit.offers] == [True]
    assert p.visit.bill.total == eur(680)


def test_a_voucher_that_is_refused_says_why() -> None:
    p = mia_orders("B1")
    shows(p, TWENTY)
    p.do(ConfirmOffer())
    waiting = asking(p).waiting
    assert waiting
    p.do(OfferDenied("another", Denial.USED))
    assert asking(p).waiting
    p.do(OfferDenied(waiting, Denial.LOCKED_ELSEWHERE))
    assert (asking(p).denial, asking(p).waiting) == (Denial.LOCKED_ELSEWHERE, None)
    p.do(NetworkChanged(True))
    assert asking(p).denial is Denial.LOCKED_ELSEWHERE
    assert p.do(GoBack()) == ()


def test_a_hold_that_takes_too_long_is_let_go_and_so_is_its_late_answer() -> None:
    p = mia_orders("B1")
    shows(p, TWENTY)
    p.do(ConfirmOffer())
    waiting = asking(p).waiting
    assert waiting
    due_s = next_deadline(p.visit, p.shop)
    assert due_s == p.mono_s + SHOP.limits.hold_s
    p.mono_s = due_s
    assert p.do(Tick()) == (LetGo(waiting),)
    assert asking(p).denial is Denial.UNREACHABLE
    assert p.do(OfferHeld(waiting)) == (LetGo(waiting),)
    assert p.visit.offers == ()


@pytest.mark.parametrize("leaving", [GoBack(), CancelOrder()])
def test_who_does_not_wait_for_the_hold_lets_it_go(leaving: GoBack | CancelOrder) -> None:
    p = mia_orders("B1")
    shows(p, TWENTY)
    p.do(ConfirmOffer())
    waiting = asking(p).waiting
    assert waiting
    assert p.do(leaving) == (LetGo(waiting),)
    assert p.do(OfferHeld(waiting)) == (LetGo(waiting),)


def test_a_hold_that_arrives_for_the_next_guest_is_let_go() -> None:
    p = mia_orders("B1")
    shows(p, TWENTY)
    p.do(ConfirmOffer())
    waiting = asking(p).waiting
    assert waiting
    assert only(p.do(CancelOrder(), ConfirmCancel()), Forget)
    assert p.do(OfferHeld(waiting)) == (LetGo(waiting),)


# --- undoing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [Place.OVERVIEW, Place.REVIEWING, Place.CHECKOUT])
def test_until_paying_every_offer_can_be_removed(place: Place) -> None:
    p = mia_orders("B1")
    voucher, reward = takes(p, TWENTY), takes(p, EURO_REWARD)
    if place is not Place.OVERVIEW:
        p.do(GoBack(), ShowBasket() if place is Place.REVIEWING else ShowCheckout())
    assert p.visit.place is place
    assert p.do(RemoveOffer(voucher)) == (LetGo(voucher),)
    assert p.do(RemoveOffer(reward), RemoveOffer(reward)) == ()
    assert p.visit.bill.total == eur(850)
    assert p.visit.points_left == MIA.points


def test_who_signs_out_takes_their_offers_and_prepaid_along() -> None:
    p = mia_orders("B1", shop=replace(GENEROUS, vouchers_need_card=False))
    voucher = takes(p, TWENTY)
    takes(p, EURO_REWARD)
    p.do(VoucherFound(scanned(p, "WELCOME"), NOBODYS))
    p.do(*[OfferHeld(e.offer_id) for e in p.do(ConfirmOffer()) if isinstance(e, HoldVoucher)])
    assert p.do(SignOut()) == (LetGo(voucher),)
    assert [taken.right for taken in p.visit.offers] == [NOBODYS]


def test_a_voucher_that_needs_a_card_goes_with_the_card() -> None:
    p = mia_orders("B1", member=replace(MIA, vouchers=(NOBODYS,)))
    welcome = takes(p, NOBODYS)
    assert p.do(SignOut()) == (LetGo(welcome),)
    assert p.visit.offers == ()

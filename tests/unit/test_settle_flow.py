"""Paying for an order with offers: what is in it, what is reserved, and what remains when it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.denial import Denial
from kioskd.core.effects import LetGo, Settle
from kioskd.core.events import (
    NetworkChanged,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PaymentStep,
    RewardClaimed,
    SettlementDenied,
)
from kioskd.core.intents import GoBack, PayWith, RemoveOffer, ShowCheckout, ShowMember
from kioskd.core.member import CollectableReward
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Tender
from kioskd.core.phases import Paying, Storing
from kioskd.core.visit import Place
from tests.euros import eur
from tests.unit.offer_visits import mia_orders, only, pays, said, shows, takes
from tests.unit.offering import (
    BURGER_WAITS,
    EURO_OFF,
    EURO_REWARD,
    MIA,
    OVER_FIFTY,
    TWENTY,
    WATER_REWARD,
)
from tests.unit.shopfront import SHOP


def test_what_takes_something_off_is_in_the_order_and_what_does_not_is_not() -> None:
    small = replace(TWENTY, id="v-big", title="Big", rule=OVER_FIFTY)
    p = mia_orders("B1", member=replace(MIA, vouchers=(TWENTY, small)))
    takes(p, TWENTY)
    takes(p, small)
    order = pays(p)
    assert [(d.use.right_id, d.use.code, d.amount) for d in order.discounts] == [
        (TWENTY.id, TWENTY.code, eur(170))
    ]
    assert (order.total, order.due, order.member_id) == (eur(680), eur(680), MIA.id)
    assert all(d.id.startswith(f"{order.id}-") for d in order.discounts)
    assert isinstance(p.visit.phase, Paying)
    assert p.visit.phase.step is PaymentStep.RESERVING


def test_the_guest_s_time_at_the_terminal_begins_when_the_terminal_asks() -> None:
    p = mia_orders("B1")
    takes(p, EURO_REWARD)
    order = pays(p)
    assert isinstance(p.visit.phase, Paying)
    assert p.visit.phase.abort_s == p.mono_s + SHOP.limits.reserve_s
    p.wait(20)
    p.do(PaymentProgress(order.id, PaymentStep.PRESENT_CARD))
    assert p.visit.phase.abort_s == p.mono_s + SHOP.limits.payment_s


def test_an_order_for_the_counter_is_reserved_before_it_is_accepted() -> None:
    p = mia_orders("B1")
    takes(p, EURO_REWARD)
    order = pays(p, Tender.COUNTER)
    assert p.visit.place is Place.PAYING
    p.do(OrderAccepted(order.id))
    assert p.visit.place is Place.THANKS


def test_offline_no_offer_is_used_and_without_it_the_order_goes_on() -> None:
    p = mia_orders("B1")
    reward = takes(p, EURO_REWARD)
    p.do(NetworkChanged(False), GoBack(), ShowCheckout())
    assert p.do(PayWith(Tender.CARD)) == ()
    assert p.visit.place is Place.CHECKOUT
    assert said(p)[2] is Denial.UNREACHABLE
    assert len(p.visit.offers) == 1
    assert only(p.do(RemoveOffer(reward), PayWith(Tender.CARD)), Settle)


def test_a_refused_offer_leads_back_to_checkout_without_it() -> None:
    p = mia_orders("B1")
    voucher, reward = takes(p, TWENTY), takes(p, EURO_REWARD)
    order = pays(p)
    p.do(SettlementDenied("another", voucher, Denial.EXPIRED))
    assert p.visit.place is Place.PAYING
    p.do(SettlementDenied(order.id, voucher, Denial.EXPIRED))
    assert p.visit.place is Place.CHECKOUT
    assert said(p) == (NoticeKind.DENIED, "20 % off", Denial.EXPIRED)
    assert [taken.id for taken in p.visit.offers] == [reward]


@pytest.mark.parametrize("denial", [Denial.UNREACHABLE, Denial.UNCLEAR])
def test_an_offer_that_nobody_could_be_asked_about_may_be_tried_again(denial: Denial) -> None:
    p = mia_orders("B1")
    voucher = takes(p, TWENTY)
    p.do(SettlementDenied(pays(p).id, voucher, denial))
    assert [(taken.id, taken.held) for taken in p.visit.offers] == [(voucher, False)]


def test_after_a_declined_card_nothing_is_held_and_the_next_try_is_another_order() -> None:
    p = mia_orders("B1")
    voucher = takes(p, TWENTY)
    first = pays(p)
    p.do(PaymentEnded(first.id, PaymentOutcome.DECLINED))
    assert [(taken.id, taken.held) for taken in p.visit.offers] == [(voucher, False)]
    second = only(p.do(PayWith(Tender.CARD)), Settle)
    assert isinstance(second, Settle)
    assert second.order.id != first.id
    assert second.order.discounts[0].use == first.discounts[0].use


def test_a_reward_that_was_claimed_for_an_unpaid_order_waits_to_be_collected() -> None:
    p = mia_orders("B1")
    reward = takes(p, WATER_REWARD)
    order = pays(p)
    p.do(RewardClaimed(order.id, reward, CollectableReward("c-9", "From the server"), 740))
    p.do(PaymentEnded(order.id, PaymentOutcome.DECLINED))
    [taken] = p.visit.offers
    assert taken.right == CollectableReward("c-9", WATER_REWARD.title, rule=WATER_REWARD.rule)
    assert p.visit.member
    assert (p.visit.member.points, p.visit.points_left) == (740, 740)
    assert p.visit.bill.total == eur(850)
    assert said(p)[:2] == (NoticeKind.PAYMENT_DECLINED, WATER_REWARD.title), "its points are gone: it is told"
    p.do(ShowMember())
    assert shows(p, taken.right).denial is Denial.ALREADY_ADDED


def test_of_what_is_only_collected_nothing_is_said_when_the_card_is_declined() -> None:
    p = mia_orders("B1")
    takes(p, BURGER_WAITS)
    order = pays(p)
    p.do(PaymentEnded(order.id, PaymentOutcome.DECLINED))
    assert said(p)[:2] == (NoticeKind.PAYMENT_DECLINED, "")


def test_after_the_thanks_nothing_is_let_go_by_the_visit() -> None:
    p = mia_orders("B1")
    takes(p, TWENTY)
    order = pays(p)
    effects = p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED))
    assert isinstance(p.visit.phase, Storing)
    effects += p.do(OrderAccepted(order.id))
    assert not [effect for effect in effects if isinstance(effect, LetGo)]


def test_a_voucher_that_pays_for_everything_needs_no_card_and_no_counter() -> None:
    everything = replace(TWENTY, rule=replace(EURO_OFF, benefit=replace(EURO_OFF.benefit, amount=eur(9900))))
    p = mia_orders("B1", member=replace(MIA, vouchers=(everything,)))
    takes(p, everything)
    order = pays(p)
    assert (order.due, order.tender) == (eur(0), Tender.NONE)

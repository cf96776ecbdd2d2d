"""Guests of a backend that keeps the order as a whole: what they see, and what it is asked."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.discount import AmountOff, FreeItem, Products, Rule
from kioskd.core.effects import DropSession, Forget, HoldVoucher, JudgeOrder, Settle
from kioskd.core.events import (
    LookupFailed,
    LookupFailure,
    MemberFound,
    NetworkChanged,
    OrderJudged,
    PaymentEnded,
    PaymentOutcome,
    SettlementDenied,
)
from kioskd.core.intents import (
    CancelOrder,
    ChangeService,
    ConfirmCancel,
    ConfirmOffer,
    GoBack,
    PayWith,
    QuickAdd,
    RemoveOffer,
    ShowBasket,
    ShowCheckout,
    ShowMember,
    ShowOffer,
    SignOut,
    StartOrder,
)
from kioskd.core.judgement import Judgement, Objection
from kioskd.core.member import Member, Reward, Voucher
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Tender
from kioskd.core.shop import Capability
from kioskd.core.visit import Place
from tests.euros import eur
from tests.unit.offer_visits import said, scanned
from tests.unit.shopfront import SHOP, Player, player

KIOSK = replace(SHOP, capabilities=frozenset({Capability.OFFERS}), late_cards=False)
WATER = Reward("water", "Free water", 250, rule=Rule(FreeItem(), Products(("W1",))), brings=True)
MEAL = Voucher("meal", "Burger for 5", rule=Rule(AmountOff(eur(350)), Products(("B1",))), brings=True)
ALEX = Member("alex", "Alex", 500, rewards=(WATER,), vouchers=(MEAL,), session="s1")
PICKED = replace(ALEX, points=250, preselected=(WATER, MEAL))


def arrives(member: Member = ALEX) -> Player:
    p = player(KIOSK)
    p.do(MemberFound(scanned(p), member))
    return p


def orders(member: Member = ALEX, *skus: str) -> tuple[Player, tuple[object, ...]]:
    p = arrives(member)
    return p, p.do(StartOrder(Service.EAT_IN), *(QuickAdd(sku) for sku in skus))


def asked(effects: tuple[object, ...]) -> JudgeOrder:
    return [effect for effect in effects if isinstance(effect, JudgeOrder)][-1]


def takes_water(p: Player) -> JudgeOrder:
    p.do(ShowMember(), ShowOffer(WATER.kind, WATER.id))
    effects = p.do(ConfirmOffer())
    assert not [effect for effect in effects if isinstance(effect, HoldVoucher)]
    return asked(effects)


def test_what_was_picked_is_in_the_basket_and_its_points_are_not_taken_twice() -> None:
    p, effects = orders(PICKED)
    assert [line.product.sku for line in p.visit.basket.lines] == ["W1", "B1"]
    assert p.visit.bill.total == eur(500)
    assert p.visit.points_left == 250
    question = asked(effects)
    assert question.hold and question.order.session == "s1"


def test_food_without_offers_is_judged_by_nobody() -> None:
    _, effects = orders(ALEX, "B1")
    assert not [effect for effect in effects if isinstance(effect, JudgeOrder)]


def test_taking_a_reward_asks_to_hold_it_once() -> None:
    p, _ = orders(ALEX, "B1")
    question = takes_water(p)
    assert question.hold
    p.do(OrderJudged(question.request, Judgement(points_left=250)))
    assert p.visit.points_left == 250
    effects = p.do(GoBack(), QuickAdd("W1"))
    assert not asked(effects).hold  # only the basket has changed


def test_removing_it_asks_again_so_that_it_is_let_go() -> None:
    p, _ = orders(ALEX, "B1")
    p.do(OrderJudged(takes_water(p).request, Judgement(points_left=250)))
    effects = p.do(RemoveOffer(p.visit.offers[0].id))
    question = asked(effects)
    assert question.hold and not question.order.discounts
    p.do(OrderJudged(question.request, Judgement(points_left=500)))
    assert p.visit.points_left == 500


def test_an_objection_costs_the_discount_and_not_the_food_until_the_order_changes() -> None:
    p, effects = orders(PICKED)
    meal = p.visit.offers[1].id
    p.do(
        OrderJudged(
            asked(effects).request,
            Judgement((Objection(Denial.BELOW_MINIMUM, meal, missing=eur(200)),)),
        )
    )
    assert p.visit.bill.total == eur(850)
    assert said(p) == (NoticeKind.DENIED, "Burger for 5", Denial.BELOW_MINIMUM)
    assert len(p.visit.offers) == 2  # nothing was dropped
    question = asked(p.do(QuickAdd("W1")))
    assert len(question.order.discounts) == 2  # judged as if nothing had been objected to
    p.do(OrderJudged(question.request, Judgement()))
    assert p.visit.bill.total == eur(500 + 250)


def test_an_objection_to_nothing_in_particular_is_to_the_newest_offer() -> None:
    p, effects = orders(PICKED)
    p.do(OrderJudged(asked(effects).request, Judgement((Objection(Denial.NOT_VALID),))))
    newest = p.visit.offers[-1].id
    assert p.visit.judging.of(newest) is not None
    assert p.visit.bill.discount(p.visit.offers[0].id) is not None


def test_without_an_answer_what_was_just_taken_goes_and_what_was_agreed_stays() -> None:
    p, effects = orders(PICKED)
    p.do(OrderJudged(asked(effects).request, Judgement()))
    p.do(OrderJudged(takes_water(p).request, None))
    assert len(p.visit.offers) == 2
    assert said(p)[2] is Denial.UNREACHABLE


def test_a_second_code_of_the_same_guest_adds_and_drops_the_old_transaction() -> None:
    p, _ = orders(ALEX, "B1")
    again = replace(PICKED, session="s2", preselected=(WATER,))
    effects = p.do(MemberFound(scanned(p), again))
    assert effects[0] == DropSession("s1")
    assert asked(effects).order.session == "s2"
    assert {line.product.sku for line in p.visit.basket.lines} >= {"B1", "W1"}
    assert said(p)[0] is NoticeKind.MORE_OFFERS


def test_a_code_of_somebody_else_changes_nothing_and_their_transaction_goes() -> None:
    p, _ = orders(ALEX, "B1")
    effects = p.do(MemberFound(scanned(p), Member("zoe", "Zoe", 9, session="s9")))
    assert effects == (DropSession("s9"),)
    assert p.visit.member == ALEX
    assert said(p)[0] is NoticeKind.OTHER_GUEST


def test_where_one_offer_is_allowed_a_new_code_replaces_it() -> None:
    p = player(replace(KIOSK, most_offers=1))
    p.do(MemberFound(scanned(p), replace(PICKED, preselected=(MEAL,))), StartOrder(Service.EAT_IN))
    p.do(MemberFound(scanned(p), replace(PICKED, session="s2", preselected=(WATER,))))
    assert [taken.right for taken in p.visit.offers] == [WATER]


def test_what_there_is_no_room_for_is_said() -> None:
    p = player(replace(KIOSK, most_offers=1))
    p.do(MemberFound(scanned(p), PICKED))
    assert said(p)[:2] == (NoticeKind.LEFT_OUT, "Burger for 5")


def test_an_answer_nobody_waits_for_leaves_no_transaction_open() -> None:
    p = arrives()
    assert p.do(MemberFound("long-ago", replace(ALEX, session="s7"))) == (DropSession("s7"),)


def test_signing_out_drops_the_transaction_and_leaving_forgets() -> None:
    p = arrives()
    assert DropSession("s1") in p.do(SignOut())
    p, _ = orders(ALEX, "B1")
    assert Forget() in p.do(CancelOrder(), ConfirmCancel())


def test_a_code_is_not_kept_for_later_where_it_would_be_worth_nothing_then() -> None:
    p = player(KIOSK)
    p.do(LookupFailed(scanned(p), LookupFailure.UNREACHABLE))
    assert p.visit.saved_card is None
    assert said(p)[0] is NoticeKind.NOT_CHECKED


def paying(p: Player) -> Settle:
    [settle] = [e for e in p.do(ShowBasket(), ShowCheckout(), PayWith(Tender.CARD)) if isinstance(e, Settle)]
    return settle


def test_offline_an_order_that_was_agreed_upon_is_paid_as_it_is() -> None:
    p, effects = orders(PICKED)
    p.do(OrderJudged(asked(effects).request, Judgement()), NetworkChanged(online=False))
    assert len(paying(p).order.discounts) == 2


def test_offline_an_order_nobody_agreed_to_loses_its_offers_with_a_word() -> None:
    p, _ = orders(PICKED)
    p.do(NetworkChanged(online=False), ShowBasket(), ShowCheckout(), PayWith(Tender.CARD))
    assert p.visit.place is Place.CHECKOUT
    assert p.visit.offers == ()
    assert said(p)[2] is Denial.UNREACHABLE


def test_an_objection_at_the_last_question_leads_back_with_the_reason() -> None:
    p, effects = orders(PICKED)
    p.do(OrderJudged(asked(effects).request, Judgement()))
    order, meal = paying(p).order, p.visit.offers[1].id
    p.do(SettlementDenied(order.id, meal, Denial.USED, (Objection(Denial.USED, meal),)))
    assert p.visit.place is Place.CHECKOUT
    assert p.visit.bill.due == eur(850)
    assert said(p)[2] is Denial.USED


def test_a_declined_card_keeps_the_transaction() -> None:
    p, effects = orders(PICKED)
    p.do(OrderJudged(asked(effects).request, Judgement()))
    order = paying(p).order
    assert order.session == "s1"
    p.do(PaymentEnded(order.id, PaymentOutcome.DECLINED))
    assert p.visit.member is not None and p.visit.member.session == "s1"
    assert len(p.visit.offers) == 2


def test_the_way_of_eating_can_be_changed_and_the_order_is_judged_anew() -> None:
    p, effects = orders(PICKED)
    meal = p.visit.offers[1].id
    only_here = Objection(Denial.OTHER_SERVICE, meal, service=Service.TAKE_AWAY)
    p.do(OrderJudged(asked(effects).request, Judgement((only_here,))), ShowBasket())
    question = asked(p.do(ChangeService(Service.TAKE_AWAY)))
    assert question.order.service is Service.TAKE_AWAY
    p.do(OrderJudged(question.request, Judgement()))
    assert p.visit.bill.total == eur(500) and not p.visit.judging.objections

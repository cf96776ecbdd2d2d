"""What the basket would earn: asked about as it changes, one question at a time, and never in the way."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import DRAFT
from kioskd.core.effects import Effect, PreviewPoints
from kioskd.core.events import MemberFound, NetworkChanged, PointsPreviewed, Scanned
from kioskd.core.intents import (
    CancelOrder,
    ConfirmCancel,
    GoBack,
    PayWith,
    QuickAdd,
    RemoveLine,
    ShowBasket,
    ShowCheckout,
    ShowProduct,
    StartOrder,
    StepLine,
    UndoRemoval,
)
from kioskd.core.order import Tender, order_lines
from kioskd.core.preview import MAX_KEPT, BasketPoints, Previews, PreviewSubject
from kioskd.core.visit import Place
from tests.unit.shopfront import EAT_IN, SANNE, SHOP, Player, player

EARNING = replace(SHOP, preview=True)
EIGHT = BasketPoints(8, "Shells")
TEN = BasketPoints(10, "Shells")


def asked(effects: tuple[Effect, ...]) -> list[PreviewPoints]:
    return [effect for effect in effects if isinstance(effect, PreviewPoints)]


def only(effects: tuple[Effect, ...]) -> PreviewPoints:
    [question] = asked(effects)
    return question


def with_a_burger() -> tuple[Player, PreviewPoints]:
    p = player(EARNING)
    return p, only(p.do(StartOrder(EAT_IN), QuickAdd("B1")))


def test_a_guest_sees_what_the_basket_would_earn() -> None:
    p, question = with_a_burger()
    assert (question.member_id, question.language) == (None, "en")
    assert question.lines == order_lines(DRAFT, p.visit.basket)
    assert p.visit.preview is None
    p.do(PointsPreviewed(question.request, EIGHT))
    assert p.visit.preview == EIGHT


def test_an_empty_basket_and_a_merchant_who_does_not_want_it_ask_nobody() -> None:
    assert asked(player(EARNING).do(StartOrder(EAT_IN))) == []
    assert asked(player(SHOP).do(StartOrder(EAT_IN), QuickAdd("B1"), ShowBasket(), ShowCheckout())) == []


def test_one_question_is_on_its_way_and_the_newest_basket_is_next() -> None:
    p, first = with_a_burger()
    assert asked(p.do(QuickAdd("W1"), QuickAdd("W1"), ShowBasket(), StepLine(1, 1))) == []
    second = only(p.do(PointsPreviewed(first.request, EIGHT)))
    assert [(line.sku, line.quantity) for line in second.lines] == [("B1", 2), ("W1", 2)]
    assert p.visit.preview is None, "eight points were for another basket"
    assert asked(p.do(PointsPreviewed(second.request, TEN))) == []
    assert p.visit.preview == TEN


def test_answers_to_questions_of_others_change_nothing() -> None:
    p, question = with_a_burger()
    before = p.visit
    assert p.do(PointsPreviewed("another", TEN)) == ()
    assert p.visit == before
    p.do(PointsPreviewed(question.request, EIGHT), PointsPreviewed(question.request, TEN))
    assert p.visit.preview == EIGHT


def test_a_basket_that_was_asked_about_before_is_known() -> None:
    p, first = with_a_burger()
    p.do(PointsPreviewed(first.request, EIGHT), QuickAdd("W1"))
    second = p.visit.previews.question
    assert second
    p.do(PointsPreviewed(second.request, TEN))
    assert asked(p.do(ShowBasket(), RemoveLine(2))) == []
    assert p.visit.preview == EIGHT
    assert asked(p.do(UndoRemoval(), ShowCheckout())) == []
    assert p.visit.preview == TEN


def test_the_member_counts_too() -> None:
    p, first = with_a_burger()
    p.do(PointsPreviewed(first.request, EIGHT), Scanned("KD-1001", "scanner"))
    assert p.visit.lookup
    second = only(p.do(MemberFound(p.visit.lookup.request, SANNE)))
    assert second.member_id == SANNE.id
    assert p.visit.preview is None
    p.do(PointsPreviewed(second.request, TEN))
    assert p.visit.preview == TEN
    p.visit = replace(p.visit, member=None)
    assert p.visit.preview == EIGHT


def test_no_answer_is_not_asked_for_again_before_the_basket_was_another() -> None:
    p, first = with_a_burger()
    assert asked(p.do(PointsPreviewed(first.request, None), ShowBasket(), ShowCheckout(), GoBack())) == []
    assert p.visit.preview is None
    second = only(p.do(StepLine(1, 1)))
    p.do(PointsPreviewed(second.request, EIGHT))
    again = only(p.do(StepLine(1, -1)))
    assert again.lines == first.lines


def test_offline_nobody_is_asked_until_the_network_is_back() -> None:
    p = player(EARNING)
    assert asked(p.do(NetworkChanged(False), StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())) == []
    assert asked(p.do(NetworkChanged(True)))


def test_only_a_basket_on_the_screen_is_asked_about() -> None:
    p, first = with_a_burger()
    p.do(ShowProduct("W1"))
    assert p.visit.place is Place.CHOOSING
    assert asked(p.do(PointsPreviewed(first.request, None))) == []


def test_paying_waits_for_no_answer_and_a_late_one_disturbs_nothing() -> None:
    p, question = with_a_burger()
    p.do(ShowCheckout(), PayWith(Tender.CARD))
    assert p.visit.place is Place.PAYING
    assert p.do(PointsPreviewed(question.request, EIGHT)) == ()
    assert p.visit.place is Place.PAYING


def test_the_next_guest_finds_nothing_of_it() -> None:
    p, question = with_a_burger()
    p.do(PointsPreviewed(question.request, EIGHT), QuickAdd("W1"))
    late = p.visit.previews.question
    assert late
    p.do(CancelOrder(), ConfirmCancel())
    p.do(PointsPreviewed(late.request, TEN))
    assert p.visit == replace(player(EARNING).visit, now=p.visit.now, active_s=p.visit.active_s)
    assert only(p.do(StartOrder(EAT_IN), QuickAdd("B1")))
    assert p.visit.preview is None


def test_only_the_newest_answers_are_remembered() -> None:
    previews, content = Previews(), with_a_burger()[0].visit.basket.content
    subjects = [PreviewSubject(f"m{number}", content) for number in range(MAX_KEPT + 5)]
    for number, subject in enumerate(subjects):
        previews = previews.asking("q", subject).answered("q", BasketPoints(number))
    assert len(previews.known) == MAX_KEPT
    assert previews.of(subjects[0]) is None
    assert previews.of(subjects[-1]) == BasketPoints(MAX_KEPT + 4)

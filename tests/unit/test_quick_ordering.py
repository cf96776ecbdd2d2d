"""Finding, suggesting, ordering again: each in as few touches as it takes, none in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kioskd.core.catalogue import Service, SuggestionRule, SuggestWhen, Words
from kioskd.core.effects import FindLastOrder
from kioskd.core.events import LastOrderFound, MemberFound, Scanned
from kioskd.core.intents import (
    CancelOrder,
    ClearBasket,
    ConfirmCancel,
    DeclineSuggestion,
    GoBack,
    OrderAgain,
    PressKey,
    PutInBasket,
    QuickAdd,
    RemoveLine,
    ShowBasket,
    ShowCategory,
    ShowCheckout,
    ShowIdentify,
    ShowMember,
    ShowProduct,
    ShowSearch,
    SignOut,
    StartOrder,
    TakeSuggestion,
    UndoRemoval,
)
from kioskd.core.notice import NoticeKind
from kioskd.core.past_order import PastLine, PastOrder, choices_again
from kioskd.core.phases import Menu
from kioskd.core.shop import Capability
from kioskd.core.visit import Place
from tests.euros import eur
from tests.unit.shopfront import BURGER, CATALOGUE, EAT_IN, FRIES, SANNE, SHOP, Player, player

WATER_WITH_BURGER = SuggestionRule(
    "water", Words("Water with it?"), ("W1", "P1"), categories=frozenset({"burgers"})
)
SWEET = SuggestionRule("sweet", Words("Something sweet?"), ("Z1",), when=SuggestWhen.PAYING)
SUGGESTING = replace(SHOP, catalogue=replace(CATALOGUE, suggestions=(WATER_WITH_BURGER, SWEET)))
LAST = PastOrder(
    date(2026, 11, 2),
    Service.TAKE_AWAY,
    (
        PastLine("B1", Words("Burger"), 2, ("X1",)),
        PastLine("F1", Words("Fries"), 1, ("S2",)),
    ),
)
REMEMBERING = replace(SHOP, capabilities=frozenset({Capability.LAST_ORDER}))


# --- finding ----------------------------------------------------------------------------------------------


def test_letters_are_typed_deleted_and_bounded() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), ShowSearch(), *(PressKey(key) for key in ("F", "r", "back", "é", "1", "xy", "")))
    assert p.visit.phase == Menu(search="fe")
    p.do(*(PressKey("a") for _ in range(40)))
    assert p.visit.phase == Menu(search="fe" + "a" * 14)
    p.do(PressKey("clear"))
    assert p.visit.phase == Menu(search="")


def test_the_way_back_from_what_was_found_leads_to_what_was_typed() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), ShowSearch(), PressKey("b"), ShowProduct("B1"), GoBack())
    assert p.visit.phase == Menu(search="b")
    p.do(QuickAdd("W1"))
    assert p.visit.phase == Menu(search="b")
    p.do(QuickAdd("B1"), ShowProduct("B1"), PutInBasket())
    assert p.visit.phase == Menu()


def test_a_picture_leads_to_its_category() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), ShowSearch(), ShowCategory("sides"))
    assert (p.visit.phase, p.visit.category) == (Menu(), "sides")


# --- suggesting -------------------------------------------------------------------------------------------


def suggested(p: Player) -> tuple[str, ...]:
    return p.visit.suggestion.skus if p.visit.suggestion else ()


def test_a_suggestion_waits_beside_what_the_guest_does_and_comes_once() -> None:
    p = player(SUGGESTING)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    assert p.visit.place is Place.MENU
    assert suggested(p) == ("W1",)  # porridge is over
    p.do(DeclineSuggestion(), QuickAdd("B1"), ShowBasket(), GoBack())
    assert suggested(p) == ()


def test_one_touch_takes_it() -> None:
    p = player(SUGGESTING)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), TakeSuggestion("F1"), TakeSuggestion("W1"), TakeSuggestion("W1"))
    assert [line.product.sku for line in p.visit.basket.lines] == ["B1", "W1"]
    assert p.visit.bill.total == eur(850 + 250)
    assert p.visit.suggestion is None


def test_what_the_guest_has_thought_of_is_not_suggested() -> None:
    p = player(SUGGESTING)
    p.do(StartOrder(EAT_IN), QuickAdd("W1"), QuickAdd("B1"))
    assert suggested(p) == ()
    other = player(SUGGESTING)
    other.do(StartOrder(EAT_IN), QuickAdd("B1"), QuickAdd("W1"))
    assert suggested(other) == ()


def test_before_paying_it_stands_on_the_way_and_not_in_it() -> None:
    p = player(SUGGESTING)
    p.do(StartOrder(EAT_IN), QuickAdd("W1"), ShowCheckout())
    assert p.visit.place is Place.CHECKOUT
    assert suggested(p) == ("Z1",)
    p.do(TakeSuggestion("Z1"))
    assert p.visit.place is Place.CHECKOUT
    assert p.visit.basket.count == 2


def test_the_next_guest_is_asked_anew() -> None:
    p = player(SUGGESTING)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), DeclineSuggestion(), CancelOrder(), ConfirmCancel())
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    assert suggested(p) == ("W1",)


# --- the last order ---------------------------------------------------------------------------------------


def signed_in(p: Player, before: Service | None = EAT_IN) -> str:
    """Sanne's card is known; returns the question for her last order."""
    if before:
        p.do(StartOrder(before))
    p.do(ShowIdentify(), Scanned("KD-1001", "s"))
    assert p.visit.lookup
    effects = p.do(MemberFound(p.visit.lookup.request, SANNE))
    [question] = [effect for effect in effects if isinstance(effect, FindLastOrder)]
    assert question.member_id == SANNE.id
    return question.request


def test_a_members_last_order_comes_back_with_one_touch_at_todays_price() -> None:
    p = player(REMEMBERING)
    p.do(LastOrderFound(signed_in(p), LAST), OrderAgain())
    assert p.visit.place is Place.REVIEWING
    assert p.visit.basket.total == eur(2 * (850 + 100) + 380 + 75)
    assert p.visit.notice
    assert p.visit.notice.kind is NoticeKind.ADDED_AGAIN


def test_what_is_not_there_any_more_is_named_and_the_rest_is_ordered() -> None:
    p = player(REMEMBERING)
    gone = replace(
        LAST, lines=(*LAST.lines, PastLine("OLD", Words("Old cake"), 1), PastLine("P1", Words("Porridge"), 1))
    )
    p.do(LastOrderFound(signed_in(p), gone), OrderAgain())
    assert [line.product.sku for line in p.visit.basket.lines] == ["B1", "F1"]
    assert p.visit.notice
    assert (p.visit.notice.kind, p.visit.notice.about) == (NoticeKind.ADDED_PARTLY, "Old cake, Porridge")


def test_who_has_not_said_how_to_eat_eats_as_last_time() -> None:
    p = player(REMEMBERING)
    p.do(Scanned("KD-1001", "s"))
    assert p.visit.lookup
    p.do(MemberFound(p.visit.lookup.request, SANNE))
    assert p.visit.asked_last_order
    p.do(LastOrderFound(p.visit.asked_last_order, LAST), ShowMember(), OrderAgain())
    assert p.visit.service is Service.TAKE_AWAY


def test_nobody_sees_another_members_last_order() -> None:
    p = player(REMEMBERING)
    question = signed_in(p)
    p.do(ShowMember(), SignOut())
    p.do(LastOrderFound(question, LAST))
    assert p.visit.last_order is None
    p.do(LastOrderFound(signed_in(p, None), LAST), ShowMember(), SignOut())
    assert p.visit.last_order is None


def test_nothing_is_asked_where_nobody_can_tell() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), ShowIdentify(), Scanned("KD-1001", "s"))
    assert p.visit.lookup
    effects = p.do(MemberFound(p.visit.lookup.request, SANNE))
    assert not any(isinstance(effect, FindLastOrder) for effect in effects)


def test_choices_of_then_that_todays_menu_does_not_allow_are_not_guessed() -> None:
    assert choices_again(FRIES, PastLine("F1", Words("Fries"), 1)) is None  # a sauce is wanted now
    assert choices_again(BURGER, PastLine("B1", Words("Burger"), 1, ("GONE",))) is None
    again = choices_again(BURGER, PastLine("B1", Words("Burger"), 1, ("X2", "X1")))
    assert [choice.sku for choice in again or ()] == ["X1", "X2"]


# --- taking out -------------------------------------------------------------------------------------------


def test_everything_can_be_taken_out_and_put_back_and_what_went_before_it() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), QuickAdd("W1"), ShowBasket())
    total = p.visit.bill.total
    p.do(RemoveLine(1), ClearBasket())
    assert p.visit.bill.total == eur(0)
    p.do(UndoRemoval(), UndoRemoval())
    assert p.visit.bill.total == total

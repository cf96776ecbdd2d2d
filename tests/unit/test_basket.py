"""The basket: what joins a line, what stays within its limits, and what undo brings back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.basket import (
    MAX_LINES,
    MAX_QUANTITY,
    Basket,
    Choice,
    missing_group,
    option_price,
    preset_choices,
    toggle,
)
from kioskd.core.catalogue import Option, OptionGroup, Product, Words
from kioskd.core.intents import GoBack, QuickAdd, RemoveLine, ShowBasket, StartOrder, StepLine
from kioskd.core.notice import NoticeKind
from tests.euros import eur
from tests.unit.shopfront import BURGER, EAT_IN, EXTRAS, FRIES, SAUCE, WATER, player

CHEESE, BACON = Choice("extras", "X1"), Choice("extras", "X2")
KETCHUP, MAYO = Choice("sauce", "S1"), Choice("sauce", "S2")
EMPTY = Basket("EUR")


def test_the_same_thing_twice_is_one_line() -> None:
    basket = EMPTY.add(BURGER, (CHEESE,)).add(BURGER, (CHEESE,), 2)
    assert [(line.quantity, line.total) for line in basket.lines] == [(3, eur(3 * 950))]
    assert basket.count == 3


def test_other_choices_are_another_line() -> None:
    basket = EMPTY.add(BURGER).add(BURGER, (CHEESE,))
    assert len(basket.lines) == 2
    assert basket.total == eur(850 + 950)


def test_the_unit_price_is_without_choices_and_the_total_with() -> None:
    (line,) = EMPTY.add(BURGER, (CHEESE, BACON), 2).lines
    assert line.unit_price == eur(850)
    assert line.total == eur(2 * (850 + 100 + 150))


def test_a_choice_the_product_does_not_have_has_no_price() -> None:
    for unknown in (Choice("extras", "S1"), Choice("nothing", "X1")):
        with pytest.raises(KeyError, match="B1 has no option"):
            option_price(BURGER, unknown)


def test_a_line_stays_within_its_limits() -> None:
    basket = EMPTY.add(WATER, quantity=1000)
    assert basket.lines[0].quantity == MAX_QUANTITY
    assert basket.with_quantity(1, 1000).lines[0].quantity == MAX_QUANTITY
    assert basket.change(1, (), -5).lines[0].quantity == 1
    assert EMPTY.add(WATER, quantity=-3).lines[0].quantity == 1


def test_a_full_basket_takes_no_new_line_but_more_of_what_is_in_it() -> None:
    basket = EMPTY
    for number in range(MAX_LINES):
        basket = basket.add(Product(f"P{number}", Words("x"), Words(""), eur(1), "sides"))
    assert basket.full
    assert basket.add(WATER) == basket
    assert basket.add(basket.lines[0].product).count == MAX_LINES + 1


def test_a_guest_is_told_when_nothing_was_added_even_after_a_removal() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), QuickAdd("W1"), QuickAdd("B1"), ShowBasket())
    p.do(StepLine(1, MAX_QUANTITY), RemoveLine(2))
    assert p.visit.removed
    p.do(GoBack(), QuickAdd("W1"))
    assert p.visit.notice
    assert p.visit.notice.kind is NoticeKind.BASKET_FULL


def test_zero_of_something_is_its_removal() -> None:
    basket = EMPTY.add(BURGER).add(FRIES, (KETCHUP,)).add(WATER)
    assert basket.with_quantity(2, 0) == basket.remove(2)
    assert [line.product.sku for line in basket.remove(2).lines] == ["B1", "W1"]
    assert basket.remove(99) == basket


def test_what_was_lost_is_put_back_where_it_was_also_all_of_it() -> None:
    basket = EMPTY.add(WATER).add(BURGER).add(FRIES, (KETCHUP,))
    fewer = basket.remove(2)
    fewest = fewer.remove(1)
    assert fewest.clear().put_back(fewest.lost_in(fewest.clear())) == fewest
    assert fewest.put_back(fewer.lost_in(fewest)) == fewer
    assert fewer.put_back(basket.lost_in(fewer)) == basket
    assert EMPTY.lost_in(EMPTY.clear()) == ()


def test_what_was_lost_of_a_line_comes_back_to_what_is_left_of_it() -> None:
    basket = EMPTY.add(WATER, quantity=5).add(BURGER)
    fewer = basket.with_quantity(1, 2)
    assert fewer.put_back(basket.lost_in(fewer)) == basket


def test_what_was_lost_comes_back_beside_another_line_that_has_changed() -> None:
    basket = EMPTY.add(WATER).add(BURGER)
    lost = basket.lost_in(basket.remove(2))
    for changed in (basket.remove(2).with_quantity(1, 3), basket.remove(2).change(1, (), 2)):
        assert [line.product.sku for line in changed.put_back(lost).lines] == ["W1", "B1"]


def test_ids_are_never_given_twice() -> None:
    basket = EMPTY.add(BURGER).remove(1).add(WATER)
    assert [line.id for line in basket.lines] == [2]
    assert basket.line(1) is None


def test_one_of_several_is_replaced_and_cannot_be_switched_off() -> None:
    picked = toggle(FRIES, (KETCHUP,), MAYO)
    assert picked == (MAYO,)
    assert toggle(FRIES, picked, MAYO) == (MAYO,)


def test_several_of_several_are_switched_on_and_off_up_to_the_maximum() -> None:
    three = OptionGroup("x", Words("x"), tuple(Option(s, Words(s), eur(0)) for s in "abc"), maximum=2)
    product = Product("P", Words("P"), Words(""), eur(1), "sides", groups=(three,))
    choices: tuple[Choice, ...] = ()
    for sku in "ca":
        choices = toggle(product, choices, Choice("x", sku))
    assert choices == (Choice("x", "a"), Choice("x", "c"))  # in menu order, however they were picked
    assert toggle(product, choices, Choice("x", "b")) == choices
    assert toggle(product, choices, Choice("x", "a")) == (Choice("x", "c"),)


def test_what_is_not_on_the_menu_cannot_be_picked() -> None:
    for unknown in (Choice("extras", "nope"), Choice("nope", "X1")):
        assert toggle(BURGER, (CHEESE,), unknown) == (CHEESE,)


def test_a_product_with_an_open_question_says_which() -> None:
    assert missing_group(FRIES, ()) == SAUCE
    assert missing_group(FRIES, (MAYO,)) is None
    assert missing_group(BURGER, ()) is None


def test_presets_are_picked_before_the_guest_touches_anything() -> None:
    sauce = OptionGroup("sauce", SAUCE.name, SAUCE.options, minimum=1, preset=("S2",))
    product = Product("P", Words("P"), Words(""), eur(1), "sides", groups=(sauce, EXTRAS))
    assert preset_choices(product) == (MAYO,)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "set", "remove", "clear"]),
            st.sampled_from([(BURGER, ()), (BURGER, (CHEESE,)), (FRIES, (MAYO,)), (WATER, ())]),
            st.integers(-2, 30),
        ),
        max_size=30,
    )
)
def test_whatever_is_done_the_total_is_the_sum_the_limits_hold_and_what_is_lost_can_be_put_back(
    acts: list[tuple[str, tuple[Product, tuple[Choice, ...]], int]],
) -> None:
    basket = EMPTY
    for act, (product, choices), number in acts:
        before = basket
        match act:
            case "add":
                basket = basket.add(product, choices, number)
            case "set":
                basket = basket.with_quantity(number, number)
            case "remove":
                basket = basket.remove(number)
            case _:
                basket = basket.clear()
        if basket.count <= before.count:
            assert basket.put_back(before.lost_in(basket)) == before
        ids = [line.id for line in basket.lines]
        assert len(set(ids)) == len(ids) <= MAX_LINES
        assert all(1 <= line.quantity <= MAX_QUANTITY for line in basket.lines)
        assert basket.total.minor == sum(line.total.minor for line in basket.lines)
        kinds = [(line.product.sku, line.choices) for line in basket.lines]
        assert len(set(kinds)) == len(kinds)

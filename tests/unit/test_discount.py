"""What a guest gets for an offer, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from kioskd.core.basket import Basket, Choice
from kioskd.core.discount import (
    AmountOff,
    Applied,
    Benefit,
    Categories,
    Discount,
    FreeItem,
    Item,
    Offer,
    OfferKind,
    PercentOff,
    Products,
    Reason,
    Rule,
    Scope,
    Stacking,
    WholeOrder,
    apply,
    arrange,
    items_of,
)
from kioskd.core.errors import MoneyError
from kioskd.core.money import Money
from kioskd.core.order import order_lines
from tests.euros import eur
from tests.unit.bargains import ORDER, item, off, percent, voucher
from tests.unit.shopfront import BURGER, FRIES, WATER

LATTE = item("latte", 450, category="hot")
ESPRESSO = item("espresso", 280, category="hot")
COLA = item("cola", 300, category="cold")
HOT = Categories(("hot",))


def best(items: Sequence[Item], *offers: Offer) -> Applied:
    return apply("EUR", items, offers)


def taken(applied: Applied) -> dict[str, int]:
    """Cents per item, and per offer on the whole order."""
    off_order = {d.offer.id: d.amount.minor for d in applied.discounts if d.on_order}
    return {id: amount.minor for id, amount in applied.off_items().items()} | off_order


def refused(applied: Applied) -> dict[str, Reason]:
    return {refusal.offer.id: refusal.reason for refusal in applied.refusals}


# One offer


def test_a_percentage_of_a_category_counts_for_all_its_units() -> None:
    applied = best([item("latte", 450, 3, category="hot"), COLA], voucher(percent("10"), HOT))
    assert taken(applied) == {"latte": 135}
    assert applied.total == eur(3 * 450 + 300 - 135)


def test_a_percentage_may_have_decimals_and_is_rounded_once_half_a_cent_up() -> None:
    assert best([item("tea", 999)], voucher(percent("12.5"))).total == eur(999 - 125)  # 124.875
    assert best([item("tea", 5)], voucher(percent("10"))).total == eur(4)  # 0.5
    three = [item(name, 5, category="hot") for name in "abc"]
    assert best(three, voucher(percent("10"), HOT)).total == eur(13)  # 1.5, not three times 0.5


def test_the_cents_of_a_percentage_are_spread_over_the_lines() -> None:
    applied = best(
        [item("a", 333), item("b", 333), item("c", 334)], voucher(percent("10"), Products(("a", "b", "c")))
    )
    assert taken(applied) == {"a": 33, "b": 33, "c": 34}


def test_a_hundred_percent_is_free() -> None:
    assert best([LATTE, COLA], voucher(percent("100"))).total == eur(0)


def test_an_amount_is_taken_once_whatever_the_quantity() -> None:
    applied = best([item("latte", 450, 3, category="hot")], voucher(off(200), HOT))
    assert taken(applied) == {"latte": 200}


def test_an_amount_over_several_lines_is_shared_by_their_price() -> None:
    applied = best(
        [item("a", 200), item("b", 100), item("c", 0)], voucher(off(100), Products(("a", "b", "c")))
    )
    (discount,) = applied.discounts
    assert [(share.item.id, share.amount.minor) for share in discount.shares] == [("a", 67), ("b", 33)]


@pytest.mark.parametrize("scope", [ORDER, HOT])
def test_an_amount_above_the_price_leaves_nothing_to_pay_and_no_change(scope: Scope) -> None:
    applied = best([ESPRESSO], voucher(off(500), scope))
    assert applied.discounts[0].amount == eur(280)
    assert applied.total == eur(0)


def test_a_free_item_is_one_unit_of_the_dearest_that_matches() -> None:
    applied = best([ESPRESSO, item("latte", 450, 3, category="hot"), COLA], voucher(FreeItem(), HOT))
    assert taken(applied) == {"latte": 450}


def test_of_equally_dear_items_the_earlier_line_is_free() -> None:
    same = [item("first", 450, category="hot"), item("second", 450, category="hot")]
    assert taken(best(same, voucher(FreeItem(), HOT))) == {"first": 450}


def test_two_free_items_are_the_two_dearest_units() -> None:
    applied = best([item("espresso", 280, 3, category="hot"), LATTE], voucher(FreeItem(2), HOT))
    assert taken(applied) == {"latte": 450, "espresso": 280}


def test_more_free_items_than_there_are_units_is_all_of_them() -> None:
    applied = best([item("espresso", 280, 2, category="hot")], voucher(FreeItem(10**9), HOT))
    assert taken(applied) == {"espresso": 560}


def test_the_extras_of_a_free_item_are_still_paid_for() -> None:
    burger = [item("b", 850, sku="B1", category="burgers"), item("b-1", 100, sku="X1", within="b")]
    assert best(burger, voucher(FreeItem(), Categories(("burgers",)))).total == eur(100)


def test_an_option_can_be_what_is_free() -> None:
    burger = [item("b", 850, 2, sku="B1"), item("b-1", 100, 2, sku="X1", within="b")]
    applied = best(burger, voucher(FreeItem(), Products(("X1", "X2"))))
    (discount,) = applied.discounts
    assert (discount.line_ids, discount.sub_line_ids) == ((), ("b-1",))
    assert taken(applied) == {"b-1": 100}


def test_any_of_several_product_codes_matches() -> None:
    applied = best([LATTE, ESPRESSO, COLA], voucher(percent("50"), Products(("latte", "cola", "tea"))))
    assert applied.discounts[0].line_ids == ("latte", "cola")


def test_a_discount_on_the_order_leaves_the_lines_as_they_are() -> None:
    applied = best([LATTE, COLA], voucher(percent("20")))
    (discount,) = applied.discounts
    assert discount.on_order and discount.line_ids == () and applied.off_items() == {}
    assert (applied.order_amount, applied.total) == (eur(750), eur(600))


# Limits


def test_a_minimum_that_is_met_exactly_is_met() -> None:
    assert best([LATTE], voucher(off(100), minimum=450)).total == eur(350)


def test_a_minimum_that_is_not_met_says_what_is_missing() -> None:
    applied = best([LATTE], voucher(off(100), minimum=1000))
    (refusal,) = applied.refusals
    assert (refusal.reason, refusal.missing) == (Reason.MINIMUM_NOT_MET, eur(550))
    assert applied.total == eur(450)


def test_another_offer_does_not_spoil_a_minimum() -> None:
    ten_off = voucher(off(100), id="amount", minimum=450)
    assert best([LATTE], ten_off, voucher(percent("50"), HOT, id="half")).total == eur(450 - 225 - 100)


@pytest.mark.parametrize(
    ("benefit", "scope"),
    [(percent("50"), ORDER), (percent("50"), HOT), (off(200), HOT), (FreeItem(), HOT), (FreeItem(2), HOT)],
)
def test_no_rule_takes_off_more_than_its_maximum(benefit: Benefit, scope: Scope) -> None:
    applied = best([LATTE, ESPRESSO], voucher(benefit, scope, most=120))
    assert applied.discounts[0].amount == eur(120)


# Several offers


def test_two_percentages_multiply() -> None:
    assert best(
        [item("tea", 1000)], voucher(percent("10"), id="a"), voucher(percent("20"), id="b")
    ).total == eur(720)


def test_a_percentage_is_taken_before_an_amount_because_it_is_worth_more_then() -> None:
    half, three = voucher(percent("50"), HOT, id="half"), voucher(off(100), HOT, id="three")
    applied = best([LATTE], three, half)
    assert [discount.offer.id for discount in applied.discounts] == ["half", "three"]
    assert applied.total == eur(225 - 100)


def test_a_percentage_on_the_order_is_of_what_the_items_still_cost() -> None:
    applied = best([LATTE, COLA], voucher(percent("10"), id="order"), voucher(FreeItem(), HOT, id="free"))
    assert (applied.order_amount, applied.total) == (eur(300), eur(270))


def test_a_capped_percentage_waits_until_it_takes_off_most() -> None:
    capped, plain = voucher(percent("20"), id="capped", most=200), voucher(percent("10"), id="plain")
    assert best([item("cake", 10_000)], capped, plain).total == eur(9000 - 200)


def test_a_free_item_leaves_the_only_latte_to_the_offer_for_lattes() -> None:
    any_hot, latte = voucher(FreeItem(), HOT, id="hot"), voucher(FreeItem(), Products(("latte",)), id="latte")
    applied = best([LATTE, ESPRESSO], any_hot, latte)
    assert {discount.offer.id: discount.line_ids for discount in applied.discounts} == {
        "hot": ("espresso",),
        "latte": ("latte",),
    }


def test_an_amount_is_used_up_where_another_offer_cannot_reach() -> None:
    latte = voucher(off(450), Products(("latte",)), id="latte")
    assert best([LATTE, ESPRESSO], latte, voucher(FreeItem(), HOT, id="hot")).total == eur(0)


def test_the_best_is_found_even_for_one_cent() -> None:
    latte, mint = voucher(off(450), Products(("latte",)), id="latte"), item("mint", 1, category="hot")
    assert best([LATTE, mint], latte, voucher(FreeItem(), HOT, id="hot")).total == eur(0)


def test_what_a_maximum_left_of_a_free_item_can_still_be_free() -> None:
    capped, plain = voucher(FreeItem(), HOT, id="a", most=120), voucher(FreeItem(), HOT, id="b")
    applied = apply("EUR", [LATTE], [capped, plain], Stacking.ALL)
    assert [discount.amount.minor for discount in applied.discounts] == [120, 330]


def test_a_free_unit_is_not_discounted_again() -> None:
    applied = best(
        [item("latte", 450, 2, category="hot")],
        voucher(FreeItem(), HOT, id="f"),
        voucher(off(450), HOT, id="a"),
    )
    assert applied.total == eur(0)
    three = voucher(FreeItem(), HOT, id="g")
    two = [item("latte", 450, 2, category="hot")]
    assert refused(best(two, voucher(FreeItem(), HOT, id="e"), voucher(FreeItem(), HOT, id="f"), three)) == {
        "g": Reason.FULLY_USED_BY_BETTER
    }


def test_an_offer_that_would_change_nothing_is_kept_for_another_day() -> None:
    applied = best([LATTE], voucher(off(600), id="big"), voucher(off(100), HOT, id="small"))
    assert [discount.offer.id for discount in applied.discounts] == ["big"]
    assert refused(applied) == {"small": Reason.FULLY_USED_BY_BETTER}


def test_of_two_equal_offers_the_one_that_costs_points_is_kept() -> None:
    rule = Rule(FreeItem(), HOT)
    reward = Offer("a", OfferKind.REWARD, "Free coffee", rule)
    collectable = Offer("b", OfferKind.COLLECTABLE, "Free coffee", rule)
    free = Offer("c", OfferKind.VOUCHER, "Free coffee", rule)
    assert set(refused(best([LATTE], reward, collectable, free))) == {"a", "b"}
    assert set(refused(best([LATTE], reward, collectable))) == {"a"}


@pytest.mark.parametrize("stacking", [Stacking.BEST, Stacking.ONE_PER_ORDER])
def test_points_are_kept_even_when_the_reward_is_of_another_sort(stacking: Stacking) -> None:
    reward = Offer("a", OfferKind.REWARD, "Free coffee", Rule(FreeItem(), HOT))
    applied = apply("EUR", [LATTE], [reward, voucher(off(450), HOT)], stacking)
    assert set(refused(applied)) == {"a"}


def test_one_per_order_is_the_one_that_takes_off_most() -> None:
    offers = [voucher(percent("20"), id="a"), voucher(FreeItem(), HOT, id="b"), voucher(off(50), id="c")]
    applied = apply("EUR", [LATTE, COLA], offers, Stacking.ONE_PER_ORDER)
    assert taken(applied) == {"latte": 450}
    assert refused(applied) == {"a": Reason.NOT_COMBINABLE, "c": Reason.NOT_COMBINABLE}


def test_all_uses_every_offer_that_finds_something_in_a_fixed_sequence() -> None:
    offers = [
        voucher(off(100), HOT, id="amount"),
        voucher(percent("50"), HOT, id="capped", most=100),
        voucher(FreeItem(), HOT, id="free"),
        voucher(percent("10"), HOT, id="percentage"),
    ]
    two = [item("latte", 1000, 2, category="hot")]
    applied = apply("EUR", two, offers, Stacking.ALL)
    assert [(d.offer.id, d.amount.minor) for d in applied.discounts] == [
        ("percentage", 200),
        ("free", 900),
        ("capped", 100),
        ("amount", 100),
    ]
    spent = apply(
        "EUR", [LATTE], [voucher(off(600), id="big"), voucher(off(100), HOT, id="small")], Stacking.ALL
    )
    assert [discount.offer.id for discount in spent.discounts] == ["small", "big"]


# Why not


def test_an_offer_without_a_usable_rule_is_never_applied() -> None:
    applied = best([LATTE], Offer("v", OfferKind.VOUCHER, "Something nice", None))
    assert refused(applied) == {"v": Reason.UNUSABLE_RULE}


@pytest.mark.parametrize(
    "rule",
    [
        Rule(AmountOff(Money(100, "USD")), ORDER),
        Rule(percent("10"), ORDER, minimum_order=Money(100, "USD")),
        Rule(percent("10"), ORDER, maximum=Money(100, "USD")),
    ],
)
def test_a_rule_in_another_currency_is_unusable(rule: Rule) -> None:
    assert refused(best([LATTE], Offer("v", OfferKind.VOUCHER, "Dollars", rule))) == {
        "v": Reason.UNUSABLE_RULE
    }


@pytest.mark.parametrize(
    ("items", "offer"),
    [
        ([COLA], voucher(FreeItem(), HOT)),
        ([item("water", 0, category="hot")], voucher(FreeItem(), HOT)),
        ([item("mint", 4, category="hot")], voucher(percent("10"), HOT)),
        ([COLA], voucher(percent("10"), Products(("latte",)), minimum=9999)),
        ([], voucher(off(100))),
    ],
)
def test_an_offer_that_finds_nothing_to_take_off_says_so(items: list[Item], offer: Offer) -> None:
    assert refused(best(items, offer)) == {"v": Reason.NOTHING_MATCHES}


def test_an_empty_order_still_says_what_is_missing() -> None:
    applied = best([], voucher(off(100), minimum=500))
    assert applied.refusals[0].missing == eur(500)


# Rules that must not be guessed


@pytest.mark.parametrize("text", ["0", "-1", "100.01", "NaN", "Infinity", "1E-999999", "1E+999999"])
def test_what_is_no_percentage_is_no_rule(text: str) -> None:
    with pytest.raises(ValueError, match="percentage"):
        PercentOff(Decimal(text))


def test_other_rules_that_mean_nothing_are_refused() -> None:
    for nonsense in (
        lambda: AmountOff(eur(0)),
        lambda: FreeItem(0),
        lambda: Products(()),
        lambda: Products(("A", "")),
        lambda: Categories(("",)),
        lambda: Rule(FreeItem(), WholeOrder()),
        lambda: Rule(percent("10"), HOT, minimum_order=eur(-1)),
        lambda: Rule(percent("10"), HOT, maximum=eur(0)),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            nonsense()


def test_mistakes_of_the_caller_are_loud() -> None:
    with pytest.raises(ValueError, match="two offers share an id"):
        best([LATTE], voucher(off(1)), voucher(off(2)))
    with pytest.raises(ValueError, match="two items share an id"):
        best([LATTE, LATTE])
    with pytest.raises(ValueError, match="tea has no quantity"):
        item("tea", 100, 0)
    with pytest.raises(ValueError, match="tea has no quantity or a price below zero"):
        item("tea", -1)
    with pytest.raises(MoneyError):
        apply("JPY", [LATTE], [])


# Around it


def test_a_basket_is_numbered_like_its_order() -> None:
    basket = (
        Basket("EUR").add(BURGER, (Choice("extras", "X1"), Choice("extras", "X2")), 2).add(FRIES).add(WATER)
    )
    items = items_of("o-1", basket)
    lines = order_lines("o-1", basket)
    parts = [(part.id, part.sku, part.total) for line in lines for part in (line, *line.subs)]
    assert [(each.id, each.sku, each.total) for each in items] == parts
    assert [each.category for each in items] == ["burgers", None, None, "sides", "sides"]
    assert [each.within for each in items] == [None, "o-1-1", "o-1-1", None, None]
    assert apply("EUR", items, []).total == basket.total


def test_yen_have_no_cents() -> None:
    tea = Item("tea", "tea", 3, Money(333, "JPY"))
    half = Offer("v", OfferKind.VOUCHER, "Half", Rule(percent("50"), Products(("tea",))))
    (discount,) = apply("JPY", [tea], [half]).discounts
    assert discount == Discount(half, Money(500, "JPY"), discount.shares)


def test_a_search_that_is_cut_short_is_still_exact_to_the_cent_and_no_worse_than_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = [item(f"i{n}", 100 + 37 * n, 1 + n % 3, sku="ABC"[n % 3], category="hot") for n in range(9)]
    offers = [voucher(FreeItem(), Products(("A", "B")), id=f"free{n}", most=100 + n) for n in range(5)]
    offers += [voucher(off(200 + n), Products(("B", "C")), id=f"off{n}") for n in range(5)]
    in_turn = apply("EUR", items, offers, Stacking.ALL)
    thorough = apply("EUR", items, offers)
    monkeypatch.setattr(arrange, "MAX_STEPS", 0)
    hasty = apply("EUR", items, offers)
    assert thorough.total <= hasty.total <= in_turn.total
    assert hasty == apply("EUR", items, offers[::-1])

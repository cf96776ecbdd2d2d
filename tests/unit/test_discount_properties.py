"""Whatever is in the basket and whichever offers there are: exact, fair, and the same for everyone."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.discount import (
    Applied,
    Item,
    Offer,
    PercentOff,
    Reason,
    Stacking,
    WholeOrder,
    apply,
)
from kioskd.core.money import Money
from tests.euros import eur
from tests.unit.bargains import any_sequence_to_pay, baskets, least_to_pay, offers

STACKINGS = st.sampled_from(Stacking)


def best(items: Sequence[Item], rights: Sequence[Offer]) -> Applied:
    return apply("EUR", items, rights)


@given(baskets(), offers(6), STACKINGS)
def test_nothing_ever_costs_less_than_nothing(
    items: list[Item], rights: list[Offer], stacking: Stacking
) -> None:
    applied = apply("EUR", items, rights, stacking)
    off = applied.off_items()
    assert all(eur(0) <= off.get(item.id, eur(0)) <= item.total for item in items)
    assert eur(0) <= applied.total <= applied.order_amount <= applied.gross
    assert all(share.amount.minor > 0 for discount in applied.discounts for share in discount.shares)


@given(baskets(), offers(6), STACKINGS)
def test_everything_adds_up(items: list[Item], rights: list[Offer], stacking: Stacking) -> None:
    applied = apply("EUR", items, rights, stacking)
    off = applied.off_items()
    line_totals = (item.total - off.get(item.id, eur(0)) for item in items)
    assert applied.order_amount == Money.total(line_totals, "EUR")
    for discount in applied.discounts:
        if not discount.on_order:
            assert discount.amount == Money.total((share.amount for share in discount.shares), "EUR")
    everything = Money.total((discount.amount for discount in applied.discounts), "EUR")
    assert applied.gross - everything == applied.total


@given(baskets(), offers(6), STACKINGS)
def test_every_offer_either_takes_something_off_or_says_why_not(
    items: list[Item], rights: list[Offer], stacking: Stacking
) -> None:
    applied = apply("EUR", items, rights, stacking)
    answered = [discount.offer.id for discount in applied.discounts]
    answered += [refusal.offer.id for refusal in applied.refusals]
    assert sorted(answered) == sorted(offer.id for offer in rights)
    assert all(discount.amount.minor > 0 for discount in applied.discounts)
    for refusal in applied.refusals:
        assert (refusal.missing is not None) == (refusal.reason is Reason.MINIMUM_NOT_MET)


@given(baskets(), offers(6), STACKINGS, st.randoms(use_true_random=False))
def test_it_does_not_matter_which_offer_was_added_first(
    items: list[Item], rights: list[Offer], stacking: Stacking, random: object
) -> None:
    shuffled = list(rights)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply("EUR", items, shuffled, stacking) == apply("EUR", items, rights, stacking)


@given(baskets(), offers(5))
def test_one_more_offer_never_makes_the_guest_pay_more(items: list[Item], rights: list[Offer]) -> None:
    applied = best(items, rights)
    for left_out in rights:
        fewer = [offer for offer in rights if offer is not left_out]
        assert applied.total <= best(items, fewer).total


@given(baskets(), offers(6))
def test_no_offer_is_spent_in_vain(items: list[Item], rights: list[Offer]) -> None:
    applied = best(items, rights)
    used = [discount.offer for discount in applied.discounts]
    for spared in used:
        assert applied.total < best(items, [offer for offer in used if offer is not spared]).total


@given(baskets(), offers(6), STACKINGS)
def test_what_did_not_apply_might_as_well_not_have_been_there(
    items: list[Item], rights: list[Offer], stacking: Stacking
) -> None:
    applied = apply("EUR", items, rights, stacking)
    again = apply("EUR", items, [discount.offer for discount in applied.discounts], stacking)
    assert again.discounts == applied.discounts
    assert again.refusals == ()


@given(baskets(), offers(6))
def test_the_best_is_never_worse_than_the_other_ways_of_stacking(
    items: list[Item], rights: list[Offer]
) -> None:
    least = best(items, rights).total
    assert least <= apply("EUR", items, rights, Stacking.ALL).total
    assert least <= apply("EUR", items, rights, Stacking.ONE_PER_ORDER).total


@settings(max_examples=300, deadline=None)
@given(baskets(), offers(5))
def test_the_best_is_what_trying_everything_finds(items: list[Item], rights: list[Offer]) -> None:
    assert best(items, rights).total.minor == least_to_pay(items, rights)


@settings(deadline=None)
@given(baskets(), offers(4))
def test_percentages_first_costs_the_guest_no_more_than_rounding(
    items: list[Item], rights: list[Offer]
) -> None:
    gross = sum(item.total.minor for item in items)
    rights = [
        offer
        for offer in rights
        if offer.rule
        and offer.rule.scope != WholeOrder()
        and (offer.rule.minimum_order or eur(0)).minor <= gross
    ]
    percentages = [offer for offer in rights if offer.rule and isinstance(offer.rule.benefit, PercentOff)]
    assert best(items, rights).total.minor <= any_sequence_to_pay(items, rights) + len(percentages)


@given(baskets(most_items=2), offers(3))
def test_one_offer_per_order_is_the_one_that_takes_off_most(items: list[Item], rights: list[Offer]) -> None:
    applied = apply("EUR", items, rights, Stacking.ONE_PER_ORDER)
    assert len(applied.discounts) <= 1
    alone = [best(items, [offer]).total.minor for offer in rights]
    assert applied.total.minor == min(alone, default=applied.gross.minor)

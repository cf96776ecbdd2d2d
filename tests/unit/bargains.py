"""Items and offers in few words, and a slow, obvious way to find the best of all sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, permutations

from hypothesis import strategies as st

from kioskd.core.discount import (
    AmountOff,
    Benefit,
    Categories,
    FreeItem,
    Item,
    Offer,
    OfferKind,
    PercentOff,
    Products,
    Rule,
    Scope,
    WholeOrder,
)
from tests.euros import eur

ORDER = WholeOrder()


def percent(text: str) -> PercentOff:
    return PercentOff(Decimal(text))


def off(minor: int) -> AmountOff:
    return AmountOff(eur(minor))


def item(
    id: str, minor: int, quantity: int = 1, sku: str = "", category: str = "", within: str | None = None
) -> Item:
    return Item(id, sku or id, quantity, eur(minor), category or None, within)


def voucher(
    benefit: Benefit, scope: Scope = ORDER, id: str = "v", minimum: int | None = None, most: int | None = None
) -> Offer:
    minimum_order = None if minimum is None else eur(minimum)
    rule = Rule(benefit, scope, minimum_order, None if most is None else eur(most))
    return Offer(id, OfferKind.VOUCHER, f"Voucher {id}", rule)


def baskets(most_items: int = 5, dearest: int = 1200) -> st.SearchStrategy[list[Item]]:
    """Lines `0`, `1`, ... of few SKUs and two categories, so that offers get in each other's way."""
    parts = st.tuples(
        st.sampled_from("ABCD"),
        st.integers(1, 4),
        st.one_of(st.integers(0, 12), st.integers(0, dearest)),
        st.sampled_from(["hot", "cold", None]),
    )
    return st.lists(parts, max_size=most_items).map(
        lambda rows: [Item(str(n), sku, q, eur(minor), c) for n, (sku, q, minor, c) in enumerate(rows)]
    )


_SCOPES = st.one_of(
    st.sets(st.sampled_from(["hot", "cold"]), min_size=1).map(lambda ids: Categories(tuple(sorted(ids)))),
    st.sets(st.sampled_from("ABCD"), min_size=1).map(lambda skus: Products(tuple(sorted(skus)))),
)
_TAKES = st.one_of(
    st.sampled_from(["10", "12.5", "25", "33.3", "50", "100"]).map(percent),
    st.one_of(st.integers(1, 20), st.integers(1, 2000)).map(off),
)
_LIMITS = st.one_of(st.none(), st.none(), st.integers(1, 900).map(eur))
_RULES = st.one_of(
    st.builds(Rule, st.one_of(_TAKES, st.integers(1, 3).map(FreeItem)), _SCOPES, _LIMITS, _LIMITS),
    st.builds(Rule, _TAKES, st.just(ORDER), _LIMITS, _LIMITS),
)


def offers(most: int) -> st.SearchStrategy[list[Offer]]:
    """Offers with different ids, a few of them without a rule."""
    rules = st.lists(
        st.tuples(st.sampled_from(OfferKind), st.one_of(_RULES, _RULES, _RULES, st.none())), max_size=most
    )
    return rules.flatmap(
        lambda rows: st.permutations([f"o{n}" for n in range(len(rows))]).map(
            lambda ids: [Offer(id, kind, id, rule) for id, (kind, rule) in zip(ids, rows, strict=True)]
        )
    )


@dataclass
class _Rest:
    """What is left of an item: money, and units that still cost something."""

    minor: int
    units: int


def least_to_pay(items: Sequence[Item], offers: Sequence[Offer]) -> int:
    """By trying every sequence of every subset, percentages that do not meet their maximum first."""
    gross = sum(each.total.minor for each in items)
    fitting = [
        offer for offer in offers if offer.rule and (offer.rule.minimum_order or eur(0)).minor <= gross
    ]
    on_order = [offer for offer in fitting if offer.rule and offer.rule.scope == ORDER]
    on_items = [offer for offer in fitting if offer not in on_order]
    bill = list(items)
    least_amount = min(_amount_after(bill, sequence) for sequence in _sequences(on_items, bill))
    as_one = [Item("all", "all", 1, eur(least_amount))]
    return min(
        _amount_after(as_one, sequence)
        for sequence in _sequences(on_order, [Item("all", "all", 1, eur(gross))])
    )


def any_sequence_to_pay(items: Sequence[Item], offers: Sequence[Offer]) -> int:
    """Truly every sequence of offers on items, percentages wherever they come."""
    return min(_amount_after(items, sequence) for sequence in _arrangements(offers))


def _arrangements(offers: Sequence[Offer]) -> Iterator[tuple[Offer, ...]]:
    return chain.from_iterable(permutations(offers, count) for count in range(len(offers) + 1))


def _sequences(offers: Sequence[Offer], bill: Sequence[Item]) -> Iterator[tuple[Offer, ...]]:
    plain = sorted(
        (offer for offer in offers if _unlimited(offer, bill)), key=lambda o: _percent_key(o, bill)
    )
    others = [offer for offer in offers if offer not in plain]
    for count in range(len(plain) + 1):
        for first in combinations(plain, count):
            for rest in _arrangements(others):
                yield first + rest


def _matching(offer: Offer, bill: Sequence[Item]) -> list[int]:
    assert offer.rule
    match offer.rule.scope:
        case WholeOrder():
            return list(range(len(bill)))
        case Products(skus):
            return [n for n, each in enumerate(bill) if each.sku in skus]
        case Categories(ids):
            return [n for n, each in enumerate(bill) if each.category in ids]


def _unlimited(offer: Offer, bill: Sequence[Item]) -> bool:
    assert offer.rule
    if not isinstance(offer.rule.benefit, PercentOff):
        return False
    base = sum(bill[n].total.minor for n in _matching(offer, bill))
    full = _rounded(Fraction(offer.rule.benefit.percent) * base / 100)
    return offer.rule.maximum is None or full <= offer.rule.maximum.minor


def _percent_key(offer: Offer, bill: Sequence[Item]) -> tuple[int, Decimal, int, str]:
    assert offer.rule and isinstance(offer.rule.benefit, PercentOff)
    kind = [OfferKind.VOUCHER, OfferKind.COLLECTABLE, OfferKind.REWARD].index(offer.kind)
    return len(_matching(offer, bill)), -offer.rule.benefit.percent, kind, offer.id


def _rounded(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


def _amount_after(bill: Sequence[Item], sequence: Sequence[Offer]) -> int:
    rests = [_Rest(each.total.minor, each.quantity) for each in bill]
    for offer in sequence:
        assert offer.rule
        hit = [rests[n] for n in _matching(offer, bill)]
        most = offer.rule.maximum.minor if offer.rule.maximum else 10**9
        match offer.rule.benefit:
            case FreeItem(quantity):
                _free(hit, quantity, most)
            case PercentOff(per):
                _spread(hit, min(most, _rounded(Fraction(per) * sum(rest.minor for rest in hit) / 100)))
            case AmountOff(amount):
                _spread(hit, min(most, amount.minor, sum(rest.minor for rest in hit)))
    return sum(rest.minor for rest in rests)


def _spread(hit: list[_Rest], minor: int) -> None:
    if minor:
        for rest, share in zip(hit, eur(minor).split([rest.minor for rest in hit]), strict=True):
            rest.minor -= share.minor


def _free(hit: list[_Rest], quantity: int, most: int) -> None:
    for _ in range(quantity):
        units = [(eur(rest.minor).split([1] * rest.units)[0].minor, rest) for rest in hit if rest.units]
        price, rest = max(units, key=lambda unit: unit[0], default=(0, _Rest(0, 0)))
        taken = min(price, most)
        most -= taken
        rest.minor -= taken
        rest.units -= taken == price and price > 0

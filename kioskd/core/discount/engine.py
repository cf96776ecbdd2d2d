"""From items and offers to what each offer takes off which item, and why an offer does not apply.

First the offers on items, then those on the whole order, which act on what the items still cost together: the
order's amount on the receipt is what a percentage on the order is a percentage of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from kioskd.core.discount.arrange import best, in_turn
from kioskd.core.discount.offer import (
    AmountOff,
    Categories,
    FreeItem,
    Offer,
    OfferKind,
    PercentOff,
    Products,
    Scope,
    WholeOrder,
)
from kioskd.core.discount.outcome import Applied, Discount, Item, Reason, Refusal, Share
from kioskd.core.discount.taking import Left, Taker
from kioskd.core.money import Money


class Stacking(StrEnum):
    """What happens when several offers apply to one order. None of it depends on who was added first."""

    BEST = "best"
    """The guest pays the least that any sequence of the offers can give, those on items before those on the
    order (limits: see `arrange`). An offer without which the guest pays no more is not spent."""
    ONE_PER_ORDER = "one_per_order"
    """Only the offer that takes off most."""
    ALL = "all"
    """Every offer takes what it can, in a fixed sequence: percentages, free items, percentages with a
    maximum, amounts; among these, first what matches fewer items."""


@dataclass(frozen=True, slots=True)
class _Claim:
    offer: Offer
    taker: Taker
    on_order: bool


_Plan = tuple[_Claim, ...]
"""What is used, in sequence, items before the order."""

_Choose = Callable[[Sequence[Taker], Left], tuple[int, ...]]

_KINDS = (OfferKind.VOUCHER, OfferKind.COLLECTABLE, OfferKind.REWARD)
"""What costs the guest points comes last."""


def apply(
    currency: str, items: Iterable[Item], offers: Iterable[Offer], stacking: Stacking = Stacking.BEST
) -> Applied:
    """Pure and independent of the sequence of `offers`.

    Between equal ways the guest keeps what costs points. Raises MoneyError when an item is not in `currency`,
    ValueError when two items or two offers share an id.
    """
    case = _Case(currency, tuple(items))
    offers = sorted(offers, key=lambda offer: offer.id)
    if len({offer.id for offer in offers}) != len(offers):
        raise ValueError("two offers share an id")
    checked = [case.check(offer) for offer in offers]
    claims = sorted((claim for claim in checked if isinstance(claim, _Claim)), key=_precedence)
    plan = case.plan(claims, stacking)
    reason = Reason.NOT_COMBINABLE if stacking is Stacking.ONE_PER_ORDER else Reason.FULLY_USED_BY_BETTER
    refusals = [entry for entry in checked if isinstance(entry, Refusal)]
    refusals += [Refusal(claim.offer, reason) for claim in claims if claim not in plan]
    refusals.sort(key=lambda refusal: refusal.offer.id)
    return Applied(currency, case.items, case.discounts(plan), tuple(refusals))


class _Case:
    """One order's items as parts for the takers. For offers on the whole order there is a single part."""

    def __init__(self, currency: str, items: tuple[Item, ...]) -> None:
        if len({item.id for item in items}) != len(items):
            raise ValueError("two items share an id")
        self.items = items
        self._currency = currency
        self._gross = Money.total((item.total for item in items), currency)
        self._start = Left(tuple(item.total.minor for item in items), tuple(item.quantity for item in items))

    def check(self, offer: Offer) -> _Claim | Refusal:
        """What the offer could take if it were the only one, or why it could take nothing."""
        rule = offer.rule
        if rule is None or not rule.is_in(self._currency):
            return Refusal(offer, Reason.UNUSABLE_RULE)
        on_order = isinstance(rule.scope, WholeOrder)
        dearness = _KINDS.index(offer.kind)
        taker = Taker(self._matching(rule.scope), rule.benefit, None, self._currency, dearness)
        alone_minor = taker.worth_minor(_as_one(self._start) if on_order else self._start)
        if rule.maximum is not None and rule.maximum.minor < alone_minor:
            taker = replace(taker, maximum_minor=rule.maximum.minor)
        claim = _Claim(offer, taker, on_order)
        if not alone_minor and not claim.on_order:
            return Refusal(offer, Reason.NOTHING_MATCHES)
        if rule.minimum_order is not None and self._gross < rule.minimum_order:
            return Refusal(offer, Reason.MINIMUM_NOT_MET, rule.minimum_order - self._gross)
        return claim if alone_minor else Refusal(offer, Reason.NOTHING_MATCHES)

    def plan(self, claims: Sequence[_Claim], stacking: Stacking) -> _Plan:
        """Which of `claims`, in their precedence, are used."""
        if stacking is Stacking.ONE_PER_ORDER:
            return tuple(sorted(claims, key=lambda c: (self._to_pay_minor((c,)), c.taker.dearness))[:1])
        if stacking is Stacking.ALL:
            return self._chosen(claims, in_turn)
        plan = self._chosen(claims, best)
        if len({claim.on_order for claim in plan}) == 2:
            plan = self._spared(plan)
        if len(plan) == len(claims):
            return plan
        # Once more, so that the offers left out have no say in how equal ways are told apart.
        again = self._chosen(sorted(plan, key=_precedence), best)
        return again if self._to_pay_minor(again) == self._to_pay_minor(plan) else plan

    def discounts(self, plan: _Plan) -> tuple[Discount, ...]:
        discounts = []
        left = self._start
        for claim in plan:
            left = _before(claim, left)
            after = claim.taker.take(left)
            amounts = [
                Money(was - now, self._currency) for was, now in zip(left.minor, after.minor, strict=True)
            ]
            shares = () if claim.on_order else _shares(self.items, amounts)
            discounts.append(Discount(claim.offer, Money.total(amounts, self._currency), shares))
            left = after
        return tuple(discounts)

    def _chosen(self, claims: Sequence[_Claim], choose: _Choose) -> _Plan:
        on_items = [claim for claim in claims if not claim.on_order]
        on_order = [claim for claim in claims if claim.on_order]
        plan = tuple(on_items[index] for index in choose([claim.taker for claim in on_items], self._start))
        left = _as_one(self._left_after(plan))
        return plan + tuple(on_order[index] for index in choose([claim.taker for claim in on_order], left))

    def _spared(self, plan: _Plan) -> _Plan:
        """Without discounts on items that those on the whole order would take off anyway."""
        to_pay_minor = self._to_pay_minor(plan)
        for claim in sorted(plan, key=_sparing, reverse=True):
            if claim.on_order or claim not in plan or not self._could_spare(plan, to_pay_minor):
                continue
            without = self._chosen(sorted((c for c in plan if c is not claim), key=_precedence), best)
            if self._to_pay_minor(without) == to_pay_minor:
                plan = without
        return plan

    def _could_spare(self, plan: _Plan, to_pay_minor: int) -> bool:
        """Whether the guest would pay the same for items a cent dearer, the least that sparing one means."""
        on_items = tuple(claim for claim in plan if not claim.on_order)
        takers = [claim.taker for claim in sorted(plan[len(on_items) :], key=_precedence)]
        left = Left((sum(self._left_after(on_items).minor) + 1,), (1,))
        for index in best(takers, left):
            left = takers[index].take(left)
        return left.minor[0] <= to_pay_minor

    def _left_after(self, plan: _Plan) -> Left:
        left = self._start
        for claim in plan:
            left = claim.taker.take(_before(claim, left))
        return left

    def _to_pay_minor(self, plan: _Plan) -> int:
        return sum(self._left_after(plan).minor)

    def _matching(self, scope: Scope) -> tuple[int, ...]:
        match scope:
            case WholeOrder():
                return (0,)
            case Products(skus):
                return tuple(index for index, item in enumerate(self.items) if item.sku in skus)
            case Categories(ids):
                return tuple(index for index, item in enumerate(self.items) if item.category in ids)


def _as_one(left: Left) -> Left:
    """The order as a whole, as one part."""
    return Left((sum(left.minor),), (1,))


def _before(claim: _Claim, left: Left) -> Left:
    return _as_one(left) if claim.on_order else left


def _shares(items: Sequence[Item], amounts: Sequence[Money]) -> tuple[Share, ...]:
    return tuple(Share(item, amount) for item, amount in zip(items, amounts, strict=True) if amount)


def _sparing(claim: _Claim) -> tuple[int, tuple[int, int, Decimal, int, str]]:
    """What the guest would rather keep comes last."""
    return claim.taker.dearness, _precedence(claim)


def _precedence(claim: _Claim) -> tuple[int, int, Decimal, int, str]:
    """The fixed sequence. Total, because ids differ."""
    match claim.taker.benefit:
        case PercentOff(percent):
            rank, size = 0 if claim.taker.is_plain_percentage else 2, percent
        case FreeItem(quantity):
            rank, size = 1, Decimal(quantity)
        case AmountOff(amount):
            rank, size = 3, amount.major()
    return rank, len(claim.taker.parts), -size, claim.taker.dearness, claim.offer.id

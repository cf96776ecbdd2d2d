"""What a merchant's attributes mean: how they are named and measured is configuration, the rest is here.

Nothing is guessed: what does not fit makes the offer unusable, and the reason says what staff must change.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from kioskd.core.discount import (
    AmountOff,
    Benefit,
    Categories,
    FreeItem,
    PercentOff,
    Products,
    Rule,
    Scope,
    WholeOrder,
)
from kioskd.core.errors import MoneyError
from kioskd.core.money import Money
from kioskd.loyalty.fields import Attribute
from kioskd.loyalty.leat.terms import OfferTerms

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class AttributeNames:
    """The merchant's internal names."""

    discount_type: str = "kiosk_discount_type"
    discount_value: str = "kiosk_discount_value"
    product_code: str = "kiosk_product_code"
    category: str = "kiosk_category"
    minimum_order: str = "kiosk_minimum_order"
    maximum_discount: str = "kiosk_maximum_discount"
    location: str = "kiosk_location"


@dataclass(frozen=True, slots=True)
class OfferMapping:
    """How the merchant writes rules. The words are values of the discount type, compared in lower case.

    `location` is how the merchant names this shop; None: rules for single shops are not looked at.
    `collect` says that a reward that waits to be collected stays the member's when nobody pays; otherwise its
    points are given back.
    """

    names: AttributeNames = field(default_factory=AttributeNames)
    percentage: Collection[str] = ("percentage_discount",)
    absolute: Collection[str] = ("absolute_discount",)
    free_item: Collection[str] = ("free_item",)
    percentages: Literal["percent", "fraction"] = "percent"
    """Whether 25 or 0.25 is a quarter."""
    amounts: Literal["major", "minor"] = "major"
    """Whether 5 is five euros or five cents."""
    location: str | None = None
    collect: bool = True

    def is_here(self, terms: OfferTerms) -> bool:
        """Whether the offer is for this shop. It may name several."""
        wanted = terms.attributes.get(self.names.location)
        if self.location is None or wanted is None:
            return True
        return self.location.casefold() in {shop.casefold() for shop in _listed(wanted)}


@dataclass(frozen=True, slots=True)
class Unusable:
    """Nobody can tell what the offer is worth. `why` is for staff and begins with the attribute's name."""

    why: str


def rule_from(terms: OfferTerms, mapping: OfferMapping, currency: str) -> Rule | Unusable:
    """The rule, or why there is none.

    Product codes and categories may be lists with commas. Where both are set the codes count: every product
    has one category, so the codes say all there is to say.
    """
    reading = _Reading(terms, mapping, currency)
    try:
        return Rule(reading.benefit(), reading.scope(), reading.minimum_order(), reading.maximum())
    except _DoesNotFit as misfit:
        return Unusable(str(misfit))
    except ValueError as error:  # each value fits, but not to the others
        return Unusable(f"{mapping.names.discount_type}: {error}")


class _DoesNotFit(Exception):
    """The text names the attribute."""


@dataclass(frozen=True, slots=True)
class _Reading:
    terms: OfferTerms
    mapping: OfferMapping
    currency: str

    def benefit(self) -> Benefit:
        names, name = self.mapping.names, self.mapping.names.discount_type
        value = self._value(name)
        if value is None:
            raise _DoesNotFit(f"{name} is not set")
        word = str(value).lower()
        try:
            if word in self.mapping.percentage:
                return PercentOff(self._percent(names.discount_value))
            if word in self.mapping.absolute:
                return AmountOff(self._amount(names.discount_value))
        except ValueError as error:
            raise _DoesNotFit(f"{names.discount_value}: {error}") from None
        if word not in self.mapping.free_item:
            raise _DoesNotFit(f"{name} is {_shown(value)}, which is none of the configured values")
        if self._value(names.discount_value) is not None and self._percent(names.discount_value) != 100:
            raise _DoesNotFit(f"{names.discount_value} says that a free item is not wholly free")
        return FreeItem()

    def scope(self) -> Scope:
        names = self.mapping.names
        for name, scope in ((names.product_code, Products), (names.category, Categories)):
            value = self._value(name)
            if value is not None:
                listed = _listed(value)
                if not listed:
                    raise _DoesNotFit(f"{name} is {_shown(value)}, which names nothing")
                return scope(listed)
        return WholeOrder()

    def minimum_order(self) -> Money | None:
        name = self.mapping.names.minimum_order
        return self._amount(name) if self._value(name) is not None else None

    def maximum(self) -> Money | None:
        name = self.mapping.names.maximum_discount
        if self._value(name) is None:
            return None
        amount = self._amount(name)
        if not amount:
            raise _DoesNotFit(f"{name} is zero, so that nothing would be taken off")
        return amount

    def _value(self, name: str) -> Attribute | None:
        return self.terms.attributes.get(name)

    def _percent(self, name: str) -> Decimal:
        number = self._number(name)
        return number * 100 if self.mapping.percentages == "fraction" else number

    def _amount(self, name: str) -> Money:
        number = self._number(name)
        try:
            if self.mapping.amounts == "major":
                return Money.from_major(number, self.currency)
            if number != number.to_integral_value():
                raise _DoesNotFit(f"{name} is {_shown(number)}, which is no whole number of cents")
            return Money(int(number), self.currency)
        except MoneyError:
            raise _DoesNotFit(f"{name} is {_shown(number)}, which is no amount in {self.currency}") from None

    def _number(self, name: str) -> Decimal:
        """Digits with a point: a comma might group thousands."""
        value = self._value(name)
        if value is None:
            raise _DoesNotFit(f"{name} is not set")
        text = str(value)  # of a number in a sensible range without an exponent
        if isinstance(value, bool) or _NUMBER.fullmatch(text) is None:
            raise _DoesNotFit(f"{name} is {_shown(value)}, which is no number as in 12.5")
        return Decimal(text)


def _listed(value: Attribute) -> tuple[str, ...]:
    parts = (part.strip() for part in str(value).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _shown(value: object) -> str:
    """For a log: in quotes, and not all of a long text."""
    text = str(value)
    return f'"{text[:_SHOWN]}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}..."'

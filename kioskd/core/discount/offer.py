"""What a merchant grants: a rule says how much is taken off what, an offer is a guest's right to it.

A `Rule` that exists is usable. Whoever reads rules from a server catches the ValueError, shows it to staff,
and makes the offer without a rule: then the guest sees it and it is never applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kioskd.core.money import Money

_MOST_DECIMALS = 20  # a server's 1E-999999 would become a fraction that fills the memory


@dataclass(frozen=True, slots=True)
class PercentOff:
    """`percent` is above 0, at most 100, and exact: `Decimal("12.5")`."""

    percent: Decimal

    def __post_init__(self) -> None:
        if not self.percent.is_finite() or not 0 < self.percent <= 100:
            raise ValueError(f"{self.percent} is no percentage above 0 and up to 100")
        exponent = self.percent.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
            raise ValueError(f"a percentage has at most {_MOST_DECIMALS} decimals")


@dataclass(frozen=True, slots=True)
class AmountOff:
    """Once per offer, whatever the number of units it is taken off."""

    amount: Money

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise ValueError("an amount to take off is above zero")


@dataclass(frozen=True, slots=True)
class FreeItem:
    """`quantity` units cost nothing: the dearest that match. Options chosen with them are still paid for."""

    quantity: int = 1

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError("at least one item is free")


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """What is left of the order after everything that was taken off its items."""


@dataclass(frozen=True, slots=True)
class Products:
    """Products and options with one of these SKUs."""

    skus: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.skus or not all(self.skus):
            raise ValueError("product codes are missing or empty")


@dataclass(frozen=True, slots=True)
class Categories:
    """Products of one of these categories. Options have none: an extra on a burger is no burger."""

    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.ids or not all(self.ids):
            raise ValueError("categories are missing or empty")


Benefit = PercentOff | AmountOff | FreeItem
Scope = WholeOrder | Products | Categories


@dataclass(frozen=True, slots=True)
class Rule:
    """`minimum_order` is compared with the order before any discount, so offers cannot spoil each other.

    `maximum` is the most the rule takes off. Raises ValueError for a rule that must not be guessed.
    """

    benefit: Benefit
    scope: Scope
    minimum_order: Money | None = None
    maximum: Money | None = None

    def __post_init__(self) -> None:
        if isinstance(self.benefit, FreeItem) and isinstance(self.scope, WholeOrder):
            raise ValueError("a free item needs product codes or a category")
        if self.minimum_order is not None and self.minimum_order.minor < 0:
            raise ValueError("the minimum order is below zero")
        if self.maximum is not None and self.maximum.minor <= 0:
            raise ValueError("the maximum discount is not above zero")

    def is_in(self, currency: str) -> bool:
        """True when every amount of the rule is in `currency`."""
        amount = self.benefit.amount if isinstance(self.benefit, AmountOff) else None
        amounts = (amount, self.minimum_order, self.maximum)
        return all(money is None or money.currency == currency for money in amounts)


class OfferKind(StrEnum):
    VOUCHER = "voucher"
    COLLECTABLE = "collectable"
    REWARD = "reward"


@dataclass(frozen=True, slots=True)
class Offer:
    """One use of a right. `id` is unique within an order: a reward taken twice is two offers.

    `rule` is None when the merchant's rule is missing or unusable.
    """

    id: str
    kind: OfferKind
    title: str
    rule: Rule | None

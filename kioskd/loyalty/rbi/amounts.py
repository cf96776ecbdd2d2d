"""Money at this platform's edge: prices of lines are major units as a rule, payments are always minor ones.

Nobody documents the units, samples contradict each other, and a price in the wrong unit is wrong a
hundredfold. So the unit is configured for each direction, and what cannot be in it is refused.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from kioskd.core.errors import MoneyError
from kioskd.core.money import Money

_MOST = 10**9
"""Of either unit."""


class Unit(StrEnum):
    MAJOR = "major"
    MINOR = "minor"


def incoming(price: Decimal, currency: str, unit: Unit) -> Money:
    """A price the platform told. Raises MoneyError when it is none, or cannot be in `unit`."""
    if not price.is_finite() or not 0 <= price <= _MOST:
        raise MoneyError("a price nothing has")
    if unit is Unit.MAJOR:
        return Money.from_major(price, currency)
    if price != price.to_integral_value():
        raise MoneyError(f"a part of the smallest unit of {currency}")
    return Money(int(price), currency)


def outgoing(price: Money, unit: Unit) -> Decimal:
    """A price as the platform is told it: with all decimals of the currency, or none."""
    return price.major() if unit is Unit.MAJOR else Decimal(price.minor)

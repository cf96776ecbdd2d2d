"""Money of the tests."""

from __future__ import annotations

from kioskd.core.money import Money


def eur(minor: int) -> Money:
    return Money(minor, "EUR")

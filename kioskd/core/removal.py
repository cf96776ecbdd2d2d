"""What the guest took out of the order, kept for as long as they can put it back.

A gift card's code is among it: the visit forgets all of this when something new is added, when the order is
paid for, and when the guest goes.
"""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.basket import PlacedLines
from kioskd.core.bill import TakenOffer
from kioskd.core.stored_value import GiftCard


@dataclass(frozen=True, slots=True)
class RemovedLines:
    """Lines that were taken out at once."""

    lines: PlacedLines


@dataclass(frozen=True, slots=True)
class RemovedOffer:
    """`place` is where it stood among the offers, `along` the free product that left with it."""

    place: int
    taken: TakenOffer
    along: PlacedLines = ()


@dataclass(frozen=True, slots=True)
class RemovedGiftCard:
    """`place` is where it stood among the gift cards: they are used in order."""

    place: int
    card: GiftCard


@dataclass(frozen=True, slots=True)
class RemovedPrepaid:
    """The guest had wanted to pay with what is on their account."""


Removal = RemovedLines | RemovedOffer | RemovedGiftCard | RemovedPrepaid

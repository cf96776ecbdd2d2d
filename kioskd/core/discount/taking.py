"""How one offer takes its discount off what others have left. Integer minor units throughout.

What is left of a part (a line, a sub line, or the order as a whole) belongs evenly to its units that are not
free yet. Nothing here can take more than is left: a share of an amount in proportion to what is left, rounded
up or down, is never more than what is left, as long as the amount is not more than everything that is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kioskd.core.discount.offer import AmountOff, Benefit, FreeItem, PercentOff
from kioskd.core.money import Money


class Left(NamedTuple):
    """Per part: what is still to be paid, and over how many units."""

    minor: tuple[int, ...]
    units: tuple[int, ...]

    def less(self, takes: dict[int, int], freed: dict[int, int]) -> Left:
        minor, units = list(self.minor), list(self.units)
        for part, amount in takes.items():
            minor[part] -= amount
        for part, count in freed.items():
            units[part] -= count
        return Left(tuple(minor), tuple(units))


@dataclass(frozen=True, slots=True)
class Taker:
    """An offer's rule, made ready for one order: `parts` are the indices of what it matches.

    `maximum_minor` is None also when it is too high to matter for this order. The higher `dearness`, the
    rather the guest keeps the offer when another does as well.
    """

    parts: tuple[int, ...]
    benefit: Benefit
    maximum_minor: int | None
    currency: str
    dearness: int

    @property
    def is_plain_percentage(self) -> bool:
        return isinstance(self.benefit, PercentOff) and self.maximum_minor is None

    def worth_minor(self, left: Left) -> int:
        """What it would take off now. Never more when less is left."""
        base_minor = sum(map(left.minor.__getitem__, self.parts))
        match self.benefit:
            case FreeItem(quantity):
                return sum(self._free(left, quantity)[0].values())
            case AmountOff(amount):
                worth_minor = min(amount.minor, base_minor)
            case PercentOff(percent):
                per, whole = percent.as_integer_ratio()
                whole *= 100
                worth_minor = (2 * base_minor * per + whole) // (2 * whole)  # rounded once, half a cent up
        return worth_minor if self.maximum_minor is None else min(worth_minor, self.maximum_minor)

    def take(self, left: Left) -> Left:
        """What is left after it took its discount."""
        if isinstance(self.benefit, FreeItem):
            return left.less(*self._free(left, self.benefit.quantity))
        amount_minor = self.worth_minor(left)
        if not amount_minor:
            return left
        shares = Money(amount_minor, self.currency).split([left.minor[part] for part in self.parts])
        return left.less({part: share.minor for part, share in zip(self.parts, shares, strict=True)}, {})

    def _free(self, left: Left, quantity: int) -> tuple[dict[int, int], dict[int, int]]:
        """The dearest units, one by one; earlier parts first among equals. Per part: amount, units freed."""
        takes: dict[int, int] = {}
        freed: dict[int, int] = {}
        allowed = sum(left.minor) if self.maximum_minor is None else self.maximum_minor
        for _ in range(min(quantity, sum(left.units[part] for part in self.parts))):
            dearest, price = -1, 0
            for part in self.parts:
                units = left.units[part] - freed.get(part, 0)
                rest = left.minor[part] - takes.get(part, 0)
                if units and (unit := -(-rest // units)) > price:
                    dearest, price = part, unit
            if not price or not allowed:
                break
            taken = min(price, allowed)
            allowed -= taken
            takes[dearest] = takes.get(dearest, 0) + taken
            if taken == price:
                freed[dearest] = freed.get(dearest, 0) + 1
        return takes, freed

"""An order after it was accepted: what staff can look up, and what was brought back of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.order import Order
from kioskd.core.refunding import BY_STAFF, Left, PayBack, Remainder
from kioskd.core.returning import left


class SaleState(StrEnum):
    UNPAID = "unpaid"
    """It is to be paid at the counter."""
    DROPPED = "dropped"
    """Nobody came to pay: it is as if it had never been."""
    SOLD = "sold"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"


class Progress(StrEnum):
    """How far something is that the kiosk does for a return."""

    DONE = "done"
    WAITS = "waits"
    """It is written down and is done as soon as the backend answers."""
    REFUSED = "refused"
    UNCLEAR = "unclear"
    """A person has to find out: see the outbox."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """One deed of a return. `about` is the offer's title, or the last characters of the gift card's code."""

    id: str
    action: Action
    about: str = ""
    amount: Money | None = None
    progress: Progress = Progress.WAITS


_FOR_NOBODY = frozenset({Remainder.CLAIMABLE_POINTS, Remainder.WHOLE_ORDER_ONLY})
"""What stays without anybody having to do something about it now."""


@dataclass(frozen=True, slots=True)
class Returned:
    """One return. `quantities` are units by line id; `pay_backs` add up to `refund`; `left` stays.

    `at` is the time of day when it was written down, `actor` who asked for it.
    """

    id: str
    at: datetime
    actor: str
    reason: str
    quantities: Mapping[str, int]
    refund: Money
    last: bool
    pay_backs: tuple[PayBack, ...]
    undoings: tuple[Undoing, ...]
    left: tuple[Left, ...]

    @property
    def by_staff(self) -> tuple[PayBack, ...]:
        """The money that staff must hand over."""
        return tuple(back for back in self.pay_backs if back.means in BY_STAFF)

    @property
    def is_complete(self) -> bool:
        """Nothing of it waits, for the backend or for a person."""
        return (
            not self.by_staff
            and all(undoing.progress is Progress.DONE for undoing in self.undoings)
            and all(each.remainder in _FOR_NOBODY for each in self.left)
        )


@dataclass(frozen=True, slots=True)
class Sale:
    """`card_reference` is the terminal's for the payment, as on the receipt; empty without one."""

    order: Order
    state: SaleState
    returns: tuple[Returned, ...] = ()
    card_reference: str = ""

    @property
    def left(self) -> dict[str, int]:
        """Units that can still be brought back, by line id."""
        return left(self.order, [each.quantities for each in self.returns])

    @property
    def refunded(self) -> Money:
        return Money.total((each.refund for each in self.returns), self.order.currency)

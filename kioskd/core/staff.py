"""What a member of staff does at the kiosk itself: the PIN, and then orders to look up and to take back.

Phases of the visit like any other, but of nobody's visit: they are entered only while no guest is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from kioskd.core.place import Place

if TYPE_CHECKING:  # a kiosk shows its first screen long before anything is taken back
    from kioskd.core.sale import Sale

MAX_PIN_LENGTH = 12


class ReturnReason(StrEnum):
    """Why an order is taken back, whole or in part: kept with the record of it."""

    WRONG_ORDER = "wrong_order"
    NOT_GOOD = "not_good"
    SOLD_OUT = "sold_out"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """`asking` is set while the PIN is checked. After wrong ones no other is taken until `closed_until_s`."""

    digits: str = ""
    asking: str | None = None
    due_s: float | None = None
    wrong: bool = False
    closed_until_s: float | None = None

    place: ClassVar[Place] = Place.STAFF_PIN


@dataclass(frozen=True, slots=True)
class BrowsingSales:
    """The newest orders first; None while they are looked up, `failed` when nobody answered."""

    sales: tuple[Sale, ...] | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_ORDERS


@dataclass(frozen=True, slots=True)
class ViewingSale:
    """One order. `picked` are the units to be taken back, by line id; `confirming` asks why.

    `refused` is why it could not be done, in words for staff.
    """

    sale: Sale
    picked: tuple[tuple[str, int], ...] = ()
    confirming: bool = False
    asking: str | None = None
    due_s: float | None = None
    refused: str = ""

    place: ClassVar[Place] = Place.STAFF_ORDER

    @property
    def picks_all(self) -> bool:
        """All that is left of the order is to be taken back."""
        return dict(self.picked) == {line_id: units for line_id, units in self.sale.left.items() if units}

    def units(self, line_id: str) -> int:
        return dict(self.picked).get(line_id, 0)

"""What a member of staff does at the kiosk itself: after the PIN they look up orders and take them back,
decide what the kiosk cannot find out, and see how it is.

Phases of the visit like any other, but of nobody's visit: they are entered only while no guest is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from kioskd.core.place import Place
from kioskd.core.readiness import ReadinessPhase
from kioskd.core.upkeep import UpkeepPhase

if TYPE_CHECKING:  # a kiosk shows its first screen long before staff ask for anything
    from kioskd.core.card_terminal import Totals
    from kioskd.core.question import Question
    from kioskd.core.sale import Sale
    from kioskd.core.staff_overview import StaffOverview

MAX_PIN_LENGTH = 12


class ReturnReason(StrEnum):
    """Why an order is taken back, whole or in part: kept with the record of it."""

    WRONG_ORDER = "wrong_order"
    NOT_GOOD = "not_good"
    SOLD_OUT = "sold_out"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class Decision(StrEnum):
    """What staff say about an open question."""

    HAPPENED = "happened"
    NOT_HAPPENED = "not_happened"
    """It did not, and is given up."""
    SEND_AGAIN = "send_again"
    """It did not, and is still wanted."""
    UNDO = "undo"
    """It happened, and must be undone."""


class DecisionReason(StrEnum):
    """How staff know: kept with the decision."""

    AT_TERMINAL = "at_terminal"
    AT_BACKEND = "at_backend"
    BY_GUEST = "by_guest"
    BY_OFFICE = "by_office"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """`asking` is set while the PIN is checked. After wrong ones no other is taken until `closed_until_s`.

    `ticket` is the order whose ticket was scanned, by its id: staff are led to it.
    """

    digits: str = ""
    asking: str | None = None
    due_s: float | None = None
    wrong: bool = False
    closed_until_s: float | None = None
    ticket: str | None = None

    place: ClassVar[Place] = Place.STAFF_PIN


@dataclass(frozen=True, slots=True)
class AtStaffStart:
    """Where to? `overview` is None while it is looked up, `failed` when nobody answered."""

    overview: StaffOverview | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_START


@dataclass(frozen=True, slots=True)
class ViewingDevices:
    """The devices as they are now, which is the visit's to know; `overview` has the rest, as at the start."""

    overview: StaffOverview | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_DEVICES


@dataclass(frozen=True, slots=True)
class AtTerminal:
    """What the card terminal has taken; None while it is asked. `closing` asks whether to close its day,
    `closed` is that it was closed with these. `refused` is why it could not be done, in words for staff.
    """

    totals: Totals | None = None
    asking: str | None = None
    due_s: float | None = None
    closing: bool = False
    closed: bool = False
    refused: str = ""

    place: ClassVar[Place] = Place.STAFF_TERMINAL


@dataclass(frozen=True, slots=True)
class BrowsingQuestions:
    """The oldest question first; None while they are looked up, `failed` when nobody answered."""

    questions: tuple[Question, ...] | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_QUESTIONS


@dataclass(frozen=True, slots=True)
class ViewingQuestion:
    """One question. `decision` is what was touched; it counts once it is said how staff know.

    `candidate` is the effect that staff recognised as this one, by the backend's name. `refused` is why the
    decision could not be carried out, in words for staff.
    """

    question: Question
    candidate: str | None = None
    decision: Decision | None = None
    asking: str | None = None
    due_s: float | None = None
    refused: str = ""

    place: ClassVar[Place] = Place.STAFF_QUESTION


@dataclass(frozen=True, slots=True)
class BrowsingSales:
    """The newest orders first; None while they are looked up, `failed` when nobody answered.

    `wanted` is the id of the only one that is looked for: its ticket was scanned.
    """

    sales: tuple[Sale, ...] | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False
    wanted: str | None = None

    place: ClassVar[Place] = Place.STAFF_ORDERS


@dataclass(frozen=True, slots=True)
class ViewingSale:
    """One order. `picked` are the units to be taken back, by line id; `confirming` asks why, `paying` whether
    the guest has paid it at the counter.

    `refused` is why it could not be done, in words for staff.
    """

    sale: Sale
    picked: tuple[tuple[str, int], ...] = ()
    confirming: bool = False
    paying: bool = False
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


StaffPhase = (
    EnteringPin
    | AtStaffStart
    | BrowsingSales
    | ViewingSale
    | BrowsingQuestions
    | ViewingQuestion
    | ViewingDevices
    | UpkeepPhase
    | AtTerminal
    | ReadinessPhase
)

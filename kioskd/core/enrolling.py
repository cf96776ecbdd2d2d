"""A kiosk that nobody has told yet what it is: it shows a pairing code and waits for codes made with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from kioskd.core.place import Place

if TYPE_CHECKING:  # every other kiosk shows its first screen without it
    from kioskd.core.enrolment import Collected, Objection


@dataclass(frozen=True, slots=True)
class Enrolling:
    """`collected` are the codes of one set scanned so far; `asking` while the whole set is being looked into.

    `objection` is why the last code, or the last set, is of no use; `problems` are mistakes in what it said.
    When it is `done` the kiosk ends and comes back as what it was told to be.
    """

    pairing: str = field(default="", repr=False)
    collected: Collected | None = None
    asking: str | None = None
    due_s: float | None = None
    objection: Objection | None = None
    problems: tuple[str, ...] = ()
    done: bool = False

    place: ClassVar[Place] = Place.ENROLLING


@dataclass(frozen=True, slots=True)
class PairingChanged:
    """From now on only codes made with this one are of use."""

    pairing: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolmentChecked:
    """Without objection and problems it is written down for the machine to take over."""

    request: str
    objection: Objection | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckEnrolment:
    """A whole set of codes. Answered by EnrolmentChecked with `request`."""

    request: str
    collected: Collected
    pairing: str = field(repr=False)

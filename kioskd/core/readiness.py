"""Whether the kiosk is ready to sell: looked at before it does so first, and whenever staff wish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from kioskd.core.place import Place

if TYPE_CHECKING:
    from kioskd.core.print_verdict import PrintVerdict


@dataclass(frozen=True, slots=True)
class FirstStart:
    """The kiosk has been set up, and nobody has looked yet whether it is ready."""


class Corner(StrEnum):
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the visit does not know by itself. `clock_trusted`: somebody who knows has set the clock."""

    clock_trusted: bool


@dataclass(frozen=True, slots=True)
class CheckingReadiness:
    """`first`: nobody has sold here yet, so no PIN is asked and nobody is hurried.

    What was tried: `printed` is what became of the test receipt, `scanned` whether a code was read, `touched`
    whether all corners of the screen answered.
    """

    first: bool = False
    readiness: Readiness | None = None
    printed: PrintVerdict | None = None
    scanned: bool = False
    touched: bool = False
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_READY


@dataclass(frozen=True, slots=True)
class TestingTouch:
    """`touched` are the corners that answered. `ready` is where it leads back to."""

    __test__: ClassVar[bool] = False  # no test case, says its name as it may

    ready: CheckingReadiness
    touched: frozenset[Corner] = frozenset()
    due_s: float | None = None

    place: ClassVar[Place] = Place.STAFF_TEST_TOUCH

    def with_corner(self, corner: Corner) -> TestingTouch:
        return replace(self, touched=self.touched | {corner})

    @property
    def passed(self) -> bool:
        return len(self.touched) == len(Corner)


ReadinessPhase = CheckingReadiness | TestingTouch

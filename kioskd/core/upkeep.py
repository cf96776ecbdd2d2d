"""What staff see and do to keep the kiosk itself in order: tests of devices, settings, software, power.

Phases of the visit like those of `staff`, behind the same PIN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from kioskd.core.place import Place

if TYPE_CHECKING:  # events import the staff's values
    from kioskd.core.print_verdict import PrintVerdict
    from kioskd.core.readiness import CheckingReadiness

MOST_SEEN = 8
_SHOWN_AT_END = 4
_MOST_HIDDEN = 12
_HIDDEN = "•"


class PowerAct(StrEnum):
    RESTART_KIOSK = "restart_kiosk"
    """The software alone."""
    RESTART_MACHINE = "restart_machine"
    SHUT_DOWN = "shut_down"


class PowerRefusal(StrEnum):
    """Why nothing was restarted or shut down."""

    BUSY = "busy"
    """A payment or a settlement is under way."""
    FAILED = "failed"
    """The machine did not do it, or did not say that it would."""


class Knob(StrEnum):
    """What staff can turn up and down at the kiosk."""

    VOLUME = "volume"
    """The loudest that speech gets without headphones."""
    BRIGHTNESS = "brightness"


@dataclass(frozen=True, slots=True)
class Dial:
    """How far a knob is turned, from `least` to `most`."""

    knob: Knob
    value: int
    least: int
    most: int

    def within(self, value: int) -> int:
        return min(max(value, self.least), self.most)


@dataclass(frozen=True, slots=True)
class SeenCode:
    """What a reader read, as staff may see it. `hidden` is all of it but the end."""

    source: str
    symbology: str | None
    hidden: str
    length: int


def seen_code(text: str, source: str, symbology: str | None) -> SeenCode:
    """Enough to see that the reader reads, too little to use: codes are worth money."""
    end = text[-_SHOWN_AT_END:] if len(text) > 2 * _SHOWN_AT_END else ""
    dots = _HIDDEN * min(len(text) - len(end), _MOST_HIDDEN)
    return SeenCode(source, symbology, dots + end, len(text))


@dataclass(frozen=True, slots=True)
class About:
    """The software and the machine it runs on. `addresses` are the machine's own, without loopback.

    What is not known is None. `waiting` is what the loyalty backend must still be told, `in_doubt` what only
    a person can decide.
    """

    version: str
    addresses: tuple[str, ...]
    running_s: float
    machine_up_s: float | None
    free_bytes: int | None
    waiting: int
    in_doubt: int


@dataclass(frozen=True, slots=True)
class TestingPrinter:
    """`verdict` is what became of the test receipt; `failed` when nobody said within time.

    `ready` is where it leads back to, if not to the devices.
    """

    __test__: ClassVar[bool] = False  # no test case, says its name as it may

    verdict: PrintVerdict | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False
    ready: CheckingReadiness | None = None

    place: ClassVar[Place] = Place.STAFF_TEST_PRINT


@dataclass(frozen=True, slots=True)
class TestingScanners:
    """The newest first. It ends at `due_s`, so that nobody's card is taken for a test for long.

    `ready` is where it leads back to, if not to the devices.
    """

    __test__: ClassVar[bool] = False

    seen: tuple[SeenCode, ...] = ()
    asking: str | None = None
    due_s: float | None = None
    ready: CheckingReadiness | None = None

    place: ClassVar[Place] = Place.STAFF_TEST_SCAN


@dataclass(frozen=True, slots=True)
class AdjustingKiosk:
    """`dials` is None while they are looked up: only what this kiosk has."""

    dials: tuple[Dial, ...] | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_SETTINGS


@dataclass(frozen=True, slots=True)
class ViewingAbout:
    about: About | None = None
    asking: str | None = None
    due_s: float | None = None
    failed: bool = False

    place: ClassVar[Place] = Place.STAFF_ABOUT


@dataclass(frozen=True, slots=True)
class SwitchingPower:
    """`wanted` is what was touched; it counts once it is confirmed. `detail` is for staff."""

    wanted: PowerAct | None = None
    asking: str | None = None
    due_s: float | None = None
    refused: PowerRefusal | None = None
    detail: str = ""

    place: ClassVar[Place] = Place.STAFF_POWER


UpkeepPhase = TestingPrinter | TestingScanners | AdjustingKiosk | ViewingAbout | SwitchingPower

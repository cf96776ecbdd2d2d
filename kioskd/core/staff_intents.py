"""What staff want, behind their PIN and on the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kioskd.core.readiness import Corner
from kioskd.core.staff import Decision, DecisionReason, ReturnReason
from kioskd.core.upkeep import Knob, PowerAct


@dataclass(frozen=True, slots=True)
class OpenStaff:
    """The gesture that asks for the PIN."""


@dataclass(frozen=True, slots=True)
class ShowSales:
    """The orders."""


@dataclass(frozen=True, slots=True)
class ShowQuestions:
    """What only a person can decide."""


@dataclass(frozen=True, slots=True)
class ShowDevices:
    """How the kiosk is."""


@dataclass(frozen=True, slots=True)
class ShowTerminal:
    pass


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Of the card terminal: once to be asked, once more to do it."""


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """At the counter: once to be asked, once more to say so."""


@dataclass(frozen=True, slots=True)
class ShowSale:
    order_id: str


@dataclass(frozen=True, slots=True)
class PickUnits:
    """More or fewer units of a line to be taken back."""

    line_id: str
    delta: int


@dataclass(frozen=True, slots=True)
class PickAllUnits:
    """All that is left of the order."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What is picked; asks why before anything is done."""


@dataclass(frozen=True, slots=True)
class ConfirmTakeBack:
    reason: ReturnReason


@dataclass(frozen=True, slots=True)
class ShowQuestion:
    question_id: str


@dataclass(frozen=True, slots=True)
class PickCandidate:
    """This effect is the one, or after all not: touched again it is not picked any more."""

    candidate: str


@dataclass(frozen=True, slots=True)
class Decide:
    """Asks how staff know before anything is done."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class ConfirmDecision:
    reason: DecisionReason


@dataclass(frozen=True, slots=True)
class TestPrinter:
    """Print a test receipt."""

    __test__: ClassVar[bool] = False  # no test case, says its name as it may


@dataclass(frozen=True, slots=True)
class TestScanners:
    """Show what scanners and camera read."""

    __test__: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ShowSettings:
    pass


@dataclass(frozen=True, slots=True)
class TurnKnob:
    """Up, or down when negative."""

    knob: Knob
    steps: int


@dataclass(frozen=True, slots=True)
class ShowAbout:
    """The software, and the machine."""


@dataclass(frozen=True, slots=True)
class ShowPower:
    """Restarting and switching off."""


@dataclass(frozen=True, slots=True)
class AskPower:
    """Confirmed before anything is done."""

    act: PowerAct


@dataclass(frozen=True, slots=True)
class ConfirmPower:
    pass


@dataclass(frozen=True, slots=True)
class ShowReady:
    """Whether everything is ready to sell."""


@dataclass(frozen=True, slots=True)
class TestTouch:
    """Whether every corner of the screen answers a finger."""

    __test__: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TouchCorner:
    corner: Corner


@dataclass(frozen=True, slots=True)
class StartSelling:
    """Everything was looked at."""

"""Answers to what staff asked for: on the staff screen, by a counter ticket or of the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # a kiosk shows its first screen long before staff ask for anything
    from kioskd.core.card_terminal import Totals
    from kioskd.core.question import Question
    from kioskd.core.readiness import Readiness
    from kioskd.core.sale import Sale
    from kioskd.core.staff_overview import StaffOverview
    from kioskd.core.upkeep import About, Dial, PowerRefusal
from kioskd.core.print_verdict import PrintVerdict


@dataclass(frozen=True, slots=True)
class PinChecked:
    """`wait_s` is how long no other PIN is taken after a wrong one."""

    request: str
    accepted: bool
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SalesFound:
    request: str
    sales: tuple[Sale, ...]


@dataclass(frozen=True, slots=True)
class SaleTakenBack:
    """It is written down: `sale` tells what of it is done."""

    request: str
    sale: Sale


@dataclass(frozen=True, slots=True)
class SalePaid:
    """It is written down that it was paid at the counter."""

    request: str
    sale: Sale


@dataclass(frozen=True, slots=True)
class TotalsFound:
    """`closed`: they are those with which the terminal's day was closed."""

    request: str
    totals: Totals
    closed: bool = False


@dataclass(frozen=True, slots=True)
class TerminalRefused:
    """`why` is for staff."""

    request: str
    why: str


@dataclass(frozen=True, slots=True)
class SaleRefused:
    """Nothing was changed; `why` is for staff."""

    request: str
    why: str


@dataclass(frozen=True, slots=True)
class OverviewFound:
    request: str
    overview: StaffOverview


@dataclass(frozen=True, slots=True)
class QuestionsFound:
    request: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class QuestionDecided:
    """It is written down, with who decided and why."""

    request: str


@dataclass(frozen=True, slots=True)
class QuestionRefused:
    """Nothing was changed; `why` is for staff."""

    request: str
    why: str


@dataclass(frozen=True, slots=True)
class TestPrinted:
    """What became of the test receipt."""

    __test__: ClassVar[bool] = False  # no test case, says its name as it may

    request: str
    verdict: PrintVerdict


@dataclass(frozen=True, slots=True)
class DialsFound:
    """How they stand now."""

    request: str
    dials: tuple[Dial, ...]


@dataclass(frozen=True, slots=True)
class AboutFound:
    request: str
    about: About


@dataclass(frozen=True, slots=True)
class PowerRefused:
    """Nothing is restarted or switched off; `detail` is what the machine said."""

    request: str
    refusal: PowerRefusal
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReadinessFound:
    request: str
    readiness: Readiness

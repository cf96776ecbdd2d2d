"""What the daemon needs of a card terminal, as a protocol and its values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.core.money import Money
from kioskd.core.slip import Slip as Slip
from kioskd.core.slip import SlipKind as SlipKind
from kioskd.core.slip import SlipLine as SlipLine


@dataclass(frozen=True, slots=True)
class Approval:
    """What the terminal has approved and not yet been told yes to. `evidence` as in `PaymentResult`."""

    charged: Money
    evidence: str


Agree = Callable[[Approval], Awaitable[bool]]
"""Awaited before the terminal is told yes, for 20 seconds at most.

True when the approval is on the disk and wanted, also if it is for less than was asked. Otherwise, and when
OSError is raised, the terminal takes the payment back.
"""


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """`evidence` is the terminal's reference for people and for reversal: no card data.

    `charged` is what was really taken, for an approved payment: less than was asked only if `agree` agreed.
    `slip` is the customer's copy, also of a declined payment, when the terminal prints through the kiosk.
    `trouble` is why nothing was charged, if the terminal gives a reason that helps the guest.
    """

    outcome: PaymentOutcome
    evidence: str = ""
    charged: Money | None = None
    slip: Slip | None = None
    trouble: CardTrouble | None = None


class ReversalOutcome(StrEnum):
    REVERSED = "reversed"
    REFUSED = "refused"
    """The payment stands: too late for it, or the terminal was not able to."""
    OTHER_REVERSED = "other_reversed"
    """The terminal took back another payment than it was asked for: a person must act."""
    UNAVAILABLE = "unavailable"
    """Nothing was asked of the terminal."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reversal:
    outcome: ReversalOutcome
    evidence: str = ""
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class SchemeTotal:
    scheme: str
    count: int
    total: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """What the terminal has taken since its last end of day. `schemes` is empty when it does not say.

    `slip` is the terminal's own receipt of it, when it prints through the kiosk.
    """

    total: Money | None
    schemes: tuple[SchemeTotal, ...] = ()
    first_receipt: int | None = None
    last_receipt: int | None = None
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class TerminalStatus:
    """What the terminal says about itself; None: it did not. `currency_code` is ISO 4217's number.

    `clock_ahead_s` compares its clock with the kiosk's, after a diagnosis.
    """

    usable: bool
    detail: str
    terminal_id: str | None = None
    currency_code: int | None = None
    software: str | None = None
    clock_ahead_s: float | None = None


class PaymentTerminal(Protocol):
    """`pay`, `outcome` and `reverse` never raise for what a terminal can do wrong: outcomes are for that."""

    on_day_closed: Callable[[Totals], None]
    """Called after every end of day: by hand, on schedule, or because the terminal took nothing without."""

    async def pay(
        self,
        reference: str,
        amount: Money,
        progress: Callable[[PaymentStep], None],
        *,
        agree: Agree | None = None,
        language: str = "en",
    ) -> PaymentResult:
        """One payment, with a deadline of its own. One at a time.

        What was asked is on the terminal driver's own disk before the terminal hears of it. Without `agree`
        nothing but the exact amount is accepted. `language` is the guest's, for the terminal's display.
        """
        ...

    async def abort(self) -> None:
        """Ask the terminal to end the payment in flight; `pay` returns with what became of it."""
        ...

    async def outcome(self, reference: str) -> PaymentResult:
        """What became of an earlier payment: APPROVED, DECLINED (nothing charged) or UNKNOWN."""
        ...

    async def settle_by_hand(self, reference: str, *, paid: bool) -> None:
        """A person has looked: the payment no longer blocks others. Raises OSError when it cannot be kept."""
        ...

    async def reverse(self, reference: str) -> Reversal:
        """Take a whole payment back, on the day it was made. Asking again after UNKNOWN finds out, and takes
        nothing back twice."""
        ...

    async def status(self) -> TerminalStatus:
        """Raises DeviceError when there is nobody, or nobody who speaks the protocol."""
        ...

    async def diagnose(self) -> TerminalStatus:
        """Have the terminal check itself and its line to the bank. Raises DeviceError."""
        ...

    async def display(self, lines: Sequence[str]) -> bool:
        """Up to eight lines on the terminal's display while it is idle. False where it cannot. Raises
        DeviceError."""
        ...

    async def totals(self) -> Totals:
        """Without closing anything. Raises DeviceError."""
        ...

    async def end_of_day(self) -> Totals:
        """Close the terminal's day; payments before it cannot be reversed afterwards. Raises DeviceError."""
        ...

"""What was asked of the terminal, as it is remembered. Pure.

A terminal knows no order numbers. To recognise a payment after a crash, the kiosk must remember what it
asked for and which transaction was the last one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome


@dataclass(frozen=True, slots=True)
class Mark:
    """The terminal's own numbers of one transaction."""

    terminal_id: str | None
    trace: int | None
    receipt: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment, or with `reverses` the taking back of one.

    `before` is the terminal's last transaction before this one, `seen` the one it announced for it, and
    `charged_minor` the amount it announced. `takes_less`: a lower amount than asked would be agreed to.
    `started_at` is aware local time. Without an `outcome` the attempt is undecided.
    """

    reference: str
    amount_minor: int
    currency_code: int
    started_at: datetime
    before: Mark | None
    seen: Mark | None = None
    outcome: PaymentOutcome | None = None
    evidence: str = ""
    charged_minor: int | None = None
    takes_less: bool = False
    reverses: Mark | None = None


class AttemptsUnreadable(DeviceFault):
    """The memory is damaged: nobody can say whether a payment is undecided."""


class Memory(Protocol):
    """What was kept. Both raise AttemptsUnreadable."""

    existed: bool
    """There was a memory when it was first read, so what it does not name was never begun."""

    def get(self, reference: str) -> Attempt | None: ...

    def undecided(self) -> Attempt | None:
        """The attempt whose outcome is not known."""
        ...


def reversal_of(reference: str) -> str:
    """Under which name the taking back of a payment is remembered."""
    return f"{reference}/reversal"

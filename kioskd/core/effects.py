"""What the visit wishes for. The daemon carries it out and answers with events."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.credential import Credential
from kioskd.core.order import Order


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the loyalty backend who this is. Answered by MemberFound or LookupFailed with `request`."""

    request: str
    credential: Credential
    language: str


@dataclass(frozen=True, slots=True)
class TakePayment:
    """Write the intent down, then ask the terminal. Answered by PaymentEnded."""

    order: Order


@dataclass(frozen=True, slots=True)
class AbortPayment:
    """The guest changed their mind or time is up; the answer still comes as PaymentEnded."""

    order_id: str


@dataclass(frozen=True, slots=True)
class AcceptOrder:
    """Make the order and all that must be told about it durable. Answered by OrderAccepted."""

    order: Order
    paid: bool
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Answered by ReceiptEnded."""

    order: Order
    paid: bool
    evidence: str
    member_name: str | None
    points_pending: bool


@dataclass(frozen=True, slots=True)
class CallStaff:
    """A guest asks for help. `where` names the screen."""

    where: str


@dataclass(frozen=True, slots=True)
class Forget:
    """The visit is over: drop everything that knew the guest."""


Effect = LookUp | TakePayment | AbortPayment | AcceptOrder | PrintReceipt | CallStaff | Forget

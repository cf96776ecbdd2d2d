"""What the visit wishes for. The daemon carries it out and answers with events."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.core.basket import Basket
from kioskd.core.credential import Credential
from kioskd.core.order import Order


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the loyalty backend who this is. Answered by MemberFound or LookupFailed with `request`."""

    request: str
    credential: Credential
    language: str


@dataclass(frozen=True, slots=True)
class PreviewPoints:
    """Ask what this basket would earn. Always answered by PointsPreviewed with `request`, within seconds."""

    request: str
    basket: Basket
    member_id: str | None
    language: str


@dataclass(frozen=True, slots=True)
class TakePayment:
    """Write the intent down, ask the terminal, and make an approved order durable with its payment.

    Answered by PaymentEnded and, when approved, by OrderAccepted.
    """

    order: Order


@dataclass(frozen=True, slots=True)
class AbortPayment:
    """The guest changed their mind or time is up; the answer still comes as PaymentEnded."""

    order_id: str


@dataclass(frozen=True, slots=True)
class AcceptOrder:
    """Make an order durable that needs no terminal: to be paid at the counter, or free of charge.

    Answered by OrderAccepted.
    """

    order: Order


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Answered by ReceiptEnded. `points` and `balance` are None while the backend has not said.

    `claim_link` is printed as a code: it gives the points to whoever opens it first.
    """

    order: Order
    evidence: str
    member_name: str | None
    points_name: str | None
    points: int | None
    balance: int | None
    points_later: bool
    claim_link: str | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """The visit is over: drop everything that knew the guest."""


Effect = LookUp | PreviewPoints | TakePayment | AbortPayment | AcceptOrder | PrintReceipt | Forget

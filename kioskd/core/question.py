"""What the kiosk cannot find out by itself, as staff are asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.staff import Decision


class Subject(StrEnum):
    CARD_PAYMENT = "card_payment"
    """Whether the card terminal took the money."""
    CARD_REVERSAL = "card_reversal"
    """Whether the guest has the card money back that the terminal did not take back by itself."""
    DOUBT = "doubt"
    """Whether something asked of the loyalty backend is in effect."""
    UNREADABLE = "unreadable"
    """What was to be done cannot be understood, by this version of kioskd at least."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about it. `balance` and `newest_at` are those of the card or member before the first try.

    A balance is money for money and a number for points. `candidates` are effects seen since that could be
    it, by the backend's names. `payment` is the reference of the order's card payment, if it had one.
    """

    balance: Money | int | None = None
    newest_at: datetime | None = None
    candidates: tuple[str, ...] = ()
    attempts: int = 0
    payment: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """`action` is None for a card payment and for what is unknown to this version; then `kind` is its name.

    `number` is that of the order, empty when nothing tells it any more. `since` is wall time. `about` says
    whose it is as far as staff need to know: an offer's title, the end of a gift card's code. `detail` is
    why the kiosk cannot tell. `decisions` are those that make sense.
    """

    id: str
    subject: Subject
    action: Action | None
    kind: str
    number: str
    amount: Money | None
    since: datetime
    decisions: tuple[Decision, ...]
    about: str = ""
    detail: str = ""
    evidence: Evidence = Evidence()

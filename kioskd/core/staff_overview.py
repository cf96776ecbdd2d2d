"""How the kiosk is, at a glance: for the first page that staff see, and for whoever watches from afar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Concern(StrEnum):
    """What must not go unnoticed by people."""

    LONG_IN_DOUBT = "long_in_doubt"
    """Nobody has decided about it for a day."""
    PAYMENT_UNDECIDED = "payment_undecided"
    """Nobody knows whether a card was charged, for a quarter of an hour."""
    NEARLY_FULL = "nearly_full"
    """So much waits to be told that soon nothing can be sold."""
    DAMAGED_FILE = "damaged_file"
    """What an outbox file held could not be read any more: it may never be told."""


@dataclass(frozen=True, slots=True)
class Attention:
    """`count` of what it is about. `where` is a path, where there is one to look at."""

    concern: Concern
    count: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class StaffOverview:
    """`unpaid` are orders to be paid at the counter, `waiting` is all that the backend must still be told."""

    unpaid: int
    questions: int
    waiting: int
    near_limit: bool
    version: str
    attention: tuple[Attention, ...] = ()

"""A guest calls somebody, and is told what has become of it until somebody stands there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HelpState(StrEnum):
    CALLED = "called"
    """It is told wherever the merchant wants to be told; nobody has said that they come."""
    COMING = "coming"
    """Somebody has seen it and is on the way."""
    OVERDUE = "overdue"
    """Nobody answered in time: others are told too, and the guest is told to ask whoever is near."""


@dataclass(frozen=True, slots=True)
class HelpCall:
    """`waits_until_s`: so long at least a guest who does nothing is believed to be waiting for somebody."""

    id: str
    waits_until_s: float
    state: HelpState = HelpState.CALLED

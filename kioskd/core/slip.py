"""What a card terminal wants printed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line as the terminal laid it out. Card numbers in it are masked up to the last four digits."""

    text: str
    centred: bool = False
    large: bool = False


class SlipKind(StrEnum):
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    ADMINISTRATION = "administration"
    """End of day, diagnosis: not about one payment."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One receipt of the terminal's. `complete` is False when it was too long and its end is missing."""

    kind: SlipKind
    lines: tuple[SlipLine, ...]
    complete: bool = True

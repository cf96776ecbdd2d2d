"""What every kind of scanner hands on: the characters of one code, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_BUFFER = 4096
"""Characters of one code that are kept at most while it arrives."""

# Separators of GS1 and ISO 15434 codes. Any other control character in a scan is an attack or a wrong set-up.
ALLOWED_CONTROLS = frozenset("\x1d\x1e\x04")


class Reason(StrEnum):
    """Why a scan is not used. Goes into the log; the content never does."""

    OVERRUN = "overrun"
    """The kernel lost key strokes."""
    HUMAN = "human"
    """Too slow for a scanner: somebody typed."""
    TOO_LONG = "too_long"
    BAD_ALT = "bad_alt"
    """Alt and keypad digits that name no character."""
    ALT_KEY = "alt_key"
    META_KEY = "meta_key"
    CONTROL_CHAR = "control_char"
    UNKNOWN_KEY = "unknown_key"
    GRAMMAR = "grammar"
    """Bytes that are no text, or escapes that are not understood."""
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    """A picture that is none (camera only)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One code as sent, before identifiers are taken off: at most MAX_BUFFER characters of any content."""

    text: str


@dataclass(frozen=True, slots=True)
class Rejected:
    reason: Reason


Outcome = Reading | Rejected

"""How a print job ended."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a kiosk shows its first screen long before staff ask for anything
    pass


class PrintVerdict(StrEnum):
    PRINTED = "printed"
    UNVERIFIED = "unverified"
    """Sent to a printer that cannot tell."""
    BLOCKED = "blocked"
    """Nothing was written, and nothing will be: the printer is broken, or not ready for too long."""
    KEPT = "kept"
    """Nothing was written yet: it is printed when there is paper again, or given up after a short while."""
    UNKNOWN = "unknown"
    """Something was written, and it is not certain what came out. Never repeated by itself."""

"""The clocks of a kiosk without a battery: what a process believes about time, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TRUE_EPOCH = datetime(2026, 3, 1, 11, tzinfo=UTC)
TRUE_EPOCH_S = TRUE_EPOCH.timestamp()
HALF_A_CENTURY_S = 50 * 365.25 * 86_400.0


@dataclass
class Clocks:
    """`now_s` everywhere is true time since the world began; nobody inside the kiosk can read it.

    The monotonic clock begins anew at a power cut. The wall clock then shows the past until somebody who
    knows sets it; before that it must not be believed.
    """

    powered_at_s: float = 0.0
    wall_offset_s: float = 0.0
    trusted: bool = False

    def power_up(self, now_s: float) -> None:
        self.powered_at_s = now_s
        self.trusted = False
        self.wall_offset_s = -now_s  # what the kiosk wrote down at its last regular stop

    def jump(self, by_s: float) -> None:
        """Somebody who does not know set it."""
        self.trusted = False
        self.wall_offset_s = by_s

    def synchronise(self) -> None:
        self.trusted = True
        self.wall_offset_s = 0.0

    def mono_s(self, now_s: float) -> float:
        return now_s - self.powered_at_s

    def wall_s(self, now_s: float) -> float:
        return TRUE_EPOCH_S + now_s + self.wall_offset_s

    def wall(self, now_s: float) -> datetime:
        """For labels."""
        return TRUE_EPOCH + timedelta(seconds=now_s + self.wall_offset_s)

"""The one place that asks what time it is."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kioskd.core.events import Moment

SYNCHRONISED = (Path("/run/systemd/timesync/synchronized"), Path("/run/kioskd-clock/synchronized"))
"""systemd-timesyncd leaves the first when it has asked; for chrony and others kioskd-clock.service leaves the
second, once the kernel says that its clock is synchronised."""


class Clock:
    """Monotonic seconds for deadlines, local wall time for labels, fresh ids.

    `skip` and `shift_wall` move it for a developer at the panel; whoever waits for a deadline registers with
    `on_change` to look again. Nothing calls them in a shop.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._ahead_s = 0.0
        self._wall_error_s = 0.0
        self._listeners: list[Callable[[], None]] = []

    def mono_s(self) -> float:
        return time.monotonic() + self._ahead_s

    def wall(self) -> datetime:
        return datetime.now(self._zone) + timedelta(seconds=self._ahead_s + self._wall_error_s)

    def trusted(self) -> bool:
        """Whether the wall clock was set by somebody who knows, since the last boot.

        A kiosk without a battery wakes up in the past.
        """
        return self._wall_error_s == 0.0 and any(file.exists() for file in SYNCHRONISED)

    def moment(self) -> Moment:
        return Moment(self.mono_s(), self.wall(), str(uuid.uuid4()))

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def skip(self, seconds: float) -> None:
        """Let time pass: both clocks jump ahead. Never backwards."""
        self._ahead_s += max(seconds, 0.0)
        self._tell()

    def shift_wall(self, seconds: float) -> None:
        """Make the wall clock wrong by so much more, as after a boot without a battery."""
        self._wall_error_s += seconds
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

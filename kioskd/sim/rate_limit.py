"""How often a simulated server lets itself be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_WINDOW = timedelta(seconds=60)


@dataclass(slots=True)
class RateLimit:
    """A window of fixed length that starts with its first request."""

    started_at: datetime | None = None
    used: int = 0

    def take(self, now: datetime, limit: int) -> tuple[int, int]:
        """Requests left after this one (-1: too many), and seconds until the window ends."""
        if self.started_at is None or not self.started_at <= now < self.started_at + _WINDOW:
            self.started_at, self.used = now, 0
        left = limit - self.used - 1
        self.used += left >= 0
        return left, max(1, round((self.started_at + _WINDOW - now).total_seconds()))

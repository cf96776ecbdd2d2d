"""How often a server may be asked: a token bucket, and a gate that the server may close for a while."""

from __future__ import annotations

import math
from collections.abc import Callable


class TokenBucket:
    """`per_s` calls a second on average, at most `per_s` at once after a pause (never less than one).

    `per_s` None means no limit but the gate. Callers queue in the order they reserve. Nothing waits in here:
    the caller is told how long to.
    """

    def __init__(self, per_s: float | None, clock: Callable[[], float]) -> None:
        if per_s is not None and per_s <= 0:
            raise ValueError("a rate must be positive")
        self._per_s = per_s
        self._capacity = max(per_s or 1.0, 1.0)
        self._clock = clock
        self._tokens = self._capacity
        self._filled_at = clock()
        self._opens_at = -math.inf

    def reserve(self, patience_s: float) -> float:
        """Take a turn and return the seconds to wait for it. More than `patience_s` means none was taken."""
        if self._per_s is None:
            return self.closed_for_s()
        self._fill()
        wait_s = max((1.0 - self._tokens) / self._per_s, self.closed_for_s(), 0.0)
        if wait_s <= patience_s:
            self._tokens -= 1.0
        return wait_s

    def reserve_if_spare(self) -> float:
        """For who gives way: take a turn now and return 0 if half of all turns at once remain for others.

        Otherwise none is taken; returned are the seconds until one is spare, should nobody call meanwhile.
        """
        if self._per_s is None:
            return self.closed_for_s()
        self._fill()
        enough = min(self._capacity, self._capacity / 2 + 1.0)
        wait_s = max((enough - self._tokens) / self._per_s, self.closed_for_s(), 0.0)
        if not wait_s:
            self._tokens -= 1.0
        return wait_s

    def close_for(self, wait_s: float) -> None:
        """Nobody's turn comes before `wait_s` from now, not even of those who wait for one already."""
        self._opens_at = max(self._opens_at, self._clock() + wait_s)

    def closed_for_s(self) -> float:
        return max(0.0, self._opens_at - self._clock())

    def _fill(self) -> None:
        now = self._clock()
        gained = max(0.0, now - self._filled_at) * (self._per_s or 0.0)
        self._tokens = min(self._capacity, self._tokens + gained)
        self._filled_at = now

"""How often a server may be asked: a token bucket."""

from __future__ import annotations

from collections.abc import Callable


class TokenBucket:
    """`per_s` calls a second on average, at most `per_s` at once after a pause (never less than one).

    Callers queue in the order they reserve. Nothing waits in here: the caller is told how long to.
    """

    def __init__(self, per_s: float, clock: Callable[[], float]) -> None:
        if per_s <= 0:
            raise ValueError("a rate must be positive")
        self._per_s = per_s
        self._capacity = max(per_s, 1.0)
        self._clock = clock
        self._tokens = self._capacity
        self._filled_at = clock()

    def reserve(self, patience_s: float) -> float:
        """Take a turn and return the seconds to wait for it. More than `patience_s` means none was taken."""
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + max(0.0, now - self._filled_at) * self._per_s)
        self._filled_at = now
        wait_s = max(0.0, (1.0 - self._tokens) / self._per_s)
        if wait_s <= patience_s:
            self._tokens -= 1.0
        return wait_s

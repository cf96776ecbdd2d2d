"""Typed codes invite guessing: after too many that are nobody's the kiosk stops asking for a while."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from kioskd.core.errors import Throttled

MISSES: Final = 5
"""Codes that are nobody's, one after another, before the kiosk stops asking."""
MISSES_S: Final = 60.0


class Guessing:
    """Of one kind of code. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._misses: deque[float] = deque(maxlen=MISSES)

    def check(self) -> None:
        """Raises Throttled."""
        if len(self._misses) == MISSES:
            wait_s = self._misses[0] + MISSES_S - self._clock()
            if wait_s > 0:
                raise Throttled(wait_s)

    def missed(self) -> None:
        self._misses.append(self._clock())

    def hit(self) -> None:
        self._misses.clear()

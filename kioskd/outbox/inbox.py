"""What comes for the worker, one by one; until something comes, or a moment, it sleeps."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """For one event loop, and one reader."""

    def __init__(self) -> None:
        self._waiting: deque[T] = deque()
        self._sleeper: asyncio.Future[None] | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def awaited(self) -> bool:
        """Its reader sleeps, and nothing is there that would wake it."""
        return self._sleeper is not None and not self._sleeper.done()

    def put(self, item: T) -> None:
        self._waiting.append(item)
        if self._sleeper is not None:
            _wake(self._sleeper)

    def take(self) -> T:
        """The oldest. IndexError when there is none."""
        return self._waiting.popleft()

    async def sleep(self, longest_s: float) -> None:
        """Until something is there, or for so long."""
        if self._waiting:
            return
        loop = asyncio.get_running_loop()
        self._sleeper = loop.create_future()
        alarm = loop.call_later(longest_s, _wake, self._sleeper)
        try:
            await self._sleeper
        finally:
            alarm.cancel()
            self._sleeper = None


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)

"""Tells a loyalty backend about the menu, batch by batch, so that it can be interrupted at any point."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from kioskd.core.catalogue_port import BatchAnswer, CatalogueEntry, CatalogueReader, EntryRefused
from kioskd.core.errors import Throttled
from kioskd.daemon.push_journal import PushJournal

PATIENCE_S = 600.0
"""For being throttled in one push, all together. A push without an end would be taken for a hung one."""


class Progress(Protocol):
    """Somebody watches."""

    def advanced(self, done: int, total: int) -> None: ...

    def waiting(self, wait_s: float) -> None: ...


class CataloguePush:
    """One push of `entries`. After `run`, or whatever ended it, `done` and `refused` say how far it came."""

    def __init__(
        self,
        reader: CatalogueReader,
        entries: Iterable[CatalogueEntry],
        journal: PushJournal,
        progress: Progress,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._queue = deque(reader.batches(entries))
        self._journal = journal
        self._progress = progress
        self._sleep = sleep
        self._patience_s = PATIENCE_S
        self.total = sum(map(len, self._queue))
        self.done = 0
        self.refused: list[EntryRefused] = []

    async def run(self) -> None:
        """Until every entry is taken or refused. Raises LoyaltyError, StorageError.

        What was taken is on the disk before the next request is sent. The disk is waited for on the loop:
        there is nothing else on it.
        """
        self._progress.advanced(self.done, self.total)
        while self._queue:
            answer = await self._answer(self._queue[0])
            if answer.taken:
                self._journal.confirm(answer.taken)
            self._queue.popleft()
            self._queue.extendleft(reversed(answer.again))
            self.refused += answer.refused
            self.done += len(answer.taken) + len(answer.refused)
            self._progress.advanced(self.done, self.total)

    async def _answer(self, batch: tuple[CatalogueEntry, ...]) -> BatchAnswer:
        while True:
            try:
                return await self._reader.push(batch)
            except Throttled as throttled:
                wait_s = max(throttled.retry_after_s, 1.0)
                self._patience_s -= wait_s
                if self._patience_s < 0:
                    raise
                self._progress.waiting(wait_s)
                await self._sleep(wait_s)

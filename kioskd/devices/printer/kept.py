"""Receipts that wait for paper, a closed cover or a plug: a few, for a short time, in memory only.

They are a guest's. When the guest has left they are dropped, so that nobody else reads them, and a restart
forgets them: nothing of a guest is written to the disk here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Receipt

KEEP_S = 120.0
"""About as long as a guest waits for somebody who brings paper."""
MOST = 3


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    job: str
    receipt: Receipt
    ended: asyncio.Future[PrintVerdict]
    expiry: asyncio.TimerHandle


class KeptReceipts:
    """In the order they came. `on_expired` is told the job of one that nobody could print in time."""

    def __init__(self, on_expired: Callable[[str], None]) -> None:
        self._on_expired = on_expired
        self._kept: dict[str, KeptReceipt] = {}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def keep(self, job: str, receipt: Receipt) -> bool:
        """False when there are too many already."""
        if len(self._kept) >= MOST:
            return False
        loop = asyncio.get_running_loop()
        expiry = loop.call_later(KEEP_S, self._expire, job)
        self._kept[job] = KeptReceipt(job, receipt, loop.create_future(), expiry)
        return True

    def first(self) -> KeptReceipt | None:
        return next(iter(self._kept.values()), None)

    def end(self, job: str, verdict: PrintVerdict) -> None:
        kept = self._kept.pop(job)
        kept.expiry.cancel()
        if not kept.ended.done():
            kept.ended.set_result(verdict)

    def drop(self) -> None:
        """None of them is wanted any more."""
        for job in list(self._kept):
            self._expire(job)

    async def outcome(self, job: str) -> PrintVerdict | None:
        """How it ended, as soon as it has; None when it is not kept. At most KEEP_S and one job later."""
        kept = self._kept.get(job)
        return await asyncio.shield(kept.ended) if kept else None

    def _expire(self, job: str) -> None:
        if job in self._kept:
            self.end(job, PrintVerdict.BLOCKED)
            self._on_expired(job)

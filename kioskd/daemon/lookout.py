"""What must not go unnoticed: said in the log once, in `kioskd status`, and on the staff's first page.

How long something is open is told by the wall clock: it is a hint for people, who look themselves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from kioskd.core.staff_overview import Attention, Concern
from kioskd.outbox.operation import OperationRefused, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.remains import lost
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

DOUBT_PATIENCE = timedelta(days=1)
PAYMENT_PATIENCE = timedelta(minutes=15)
PAUSE_S = 60.0
MOST = 100
"""So many are looked at: beyond that it makes no difference how many they are."""

_SENTENCES = {
    Concern.LONG_IN_DOUBT: "%d operations are in doubt for more than a day: somebody must decide about them",
    Concern.PAYMENT_UNDECIDED: "%d card payments are undecided for more than 15 minutes: somebody must look",
    Concern.NEARLY_FULL: "%d operations wait, soon no more can be kept: see what keeps them",
    Concern.DAMAGED_FILE: "%d damaged outbox files lie in %s: what waited in them may never be told",
}


class Lookout:
    """Raises StorageError when the outbox file fails. `outbox_file` is where it lies."""

    def __init__(
        self,
        outbox: Outbox,
        outbox_file: Path,
        wall: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._outbox_file = outbox_file
        self._wall = wall
        self._sleep = sleep
        self._said: set[Concern] = set()

    async def watch(self) -> NoReturn:
        while True:
            await self.look()
            await self._sleep(PAUSE_S)

    async def look(self) -> tuple[Attention, ...]:
        """What is the case now. What was not the case the last time is logged."""
        found = tuple([each for each in await self._all() if each.count])
        for each in found:
            if each.concern not in self._said:
                details = (each.count, each.where) if each.where else (each.count,)
                log.warning(_SENTENCES[each.concern], *details)
        self._said = {each.concern for each in found}
        return found

    async def _all(self) -> list[Attention]:
        counts = self._outbox.counts()
        damaged = lost(self._outbox_file)
        return [
            Attention(Concern.DAMAGED_FILE, len(damaged), str(self._outbox_file.parent) if damaged else ""),
            Attention(Concern.PAYMENT_UNDECIDED, await self._older(PAYMENT_PATIENCE, payments=True)),
            Attention(Concern.LONG_IN_DOUBT, await self._older(DOUBT_PATIENCE, payments=False)),
            Attention(Concern.NEARLY_FULL, counts.open if counts.near_limit else 0),
        ]

    async def _older(self, patience: timedelta, *, payments: bool) -> int:
        count, before = 0, self._wall() - patience
        for operation in self._outbox.waiting_for_a_person()[:MOST]:
            is_payment = operation.strategy is Strategy.ATTENDED and operation.state is OpState.UNKNOWN
            if is_payment is not payments:
                continue
            try:
                account = await self._outbox.account(operation.op_id)
            except OperationRefused:
                continue
            count += account.listed.changed_at <= before
        return count

"""Puts together how the kiosk is, whenever somebody asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kioskd import __version__
from kioskd.core.phases import OutOfOrder
from kioskd.core.visit import Visit
from kioskd.daemon.clock import Clock
from kioskd.daemon.lookout import Lookout
from kioskd.daemon.report import OutboxReport, Report
from kioskd.daemon.selling.objection_counts import ObjectionCounts
from kioskd.daemon.selling.sales import SALE
from kioskd.daemon.staff.machine import free_bytes
from kioskd.outbox.operation import OperationRefused
from kioskd.outbox.outbox import Outbox


class Reporter:
    """`visit` gives the one that is shown, `pictures_shown` how often the screen has changed.

    Raises StorageError when the outbox file fails.
    """

    def __init__(
        self,
        *,
        kiosk: str,
        backend: str,
        state_dir: Path,
        clock: Clock,
        visit: Callable[[], Visit],
        pictures_shown: Callable[[], int],
        outbox: Outbox,
        lookout: Lookout,
        objections: ObjectionCounts | None = None,
    ) -> None:
        self._kiosk = kiosk
        self._backend = backend
        self._state_dir = state_dir
        self._clock = clock
        self._visit = visit
        self._pictures_shown = pictures_shown
        self._outbox = outbox
        self._lookout = lookout
        self._objections = objections
        self._began_s, self._began_at = clock.mono_s(), clock.wall()

    async def read(self) -> Report:
        visit = self._visit()
        return Report(
            version=__version__,
            kiosk=self._kiosk,
            backend=self._backend,
            pid=os.getpid(),
            time=self._clock.wall(),
            clock_trusted=self._clock.trusted(),
            up_since=self._began_at,
            up_s=self._clock.mono_s() - self._began_s,
            place=visit.place,
            blocked=visit.phase.details if isinstance(visit.phase, OutOfOrder) else (),
            online=visit.online,
            help=visit.help.state if visit.help else None,
            devices=tuple(visit.devices.values()),
            outbox=await self._read_outbox(),
            attention=await self._lookout.look(),
            last_order_at=await self._last_order_at(),
            free_bytes=await asyncio.to_thread(free_bytes, self._state_dir),
            objections=self._objections.document() if self._objections else None,
            pictures_shown=self._pictures_shown(),
        )

    async def _read_outbox(self) -> OutboxReport:
        counts = self._outbox.counts()
        oldest = await self._outbox.oldest_waiting()
        return OutboxReport(
            open=counts.open,
            oldest_s=oldest.age_s(self._clock.wall()) if oldest else None,
            for_a_person=len(self._outbox.waiting_for_a_person()),
            by_state={state.value: count for state, count in counts.by_state.items()},
            near_limit=counts.near_limit,
            flow=counts.flow,
            online=counts.online,
        )

    async def _last_order_at(self) -> datetime | None:
        for parcel in await self._outbox.records(SALE, 1):
            try:
                return (await self._outbox.account(parcel.operation.op_id)).listed.accepted_at
            except OperationRefused:  # wiped in this very moment
                continue
        return None

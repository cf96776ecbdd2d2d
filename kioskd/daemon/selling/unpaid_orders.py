"""Drops orders that nobody came to pay at the counter: what was used for them is their guests' again."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import NoReturn

from kioskd.core.returning import ReturnRefused
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.selling import Selling

log = logging.getLogger(__name__)

ACTOR = "kioskd"
REASON = "not paid in time"
PAUSE_S = 60.0


class UnpaidOrders:
    """How long an order has waited counts from its acceptance, or from this process's start when it is older:
    a clock that is set meanwhile drops nothing. Raises StorageError.
    """

    def __init__(self, selling: Selling, orders: Orders, longest_s: float) -> None:
        self._selling = selling
        self._orders = orders
        self._longest_s = longest_s
        self._stirred = asyncio.Event()

    def look_again(self) -> None:
        """The clock was moved."""
        self._stirred.set()

    async def watch(self) -> NoReturn:
        while True:
            await self.drop_overdue()
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_S):
                    await self._stirred.wait()
            self._stirred.clear()

    async def drop_overdue(self) -> None:
        for order_id in await self._selling.overdue(self._longest_s):
            try:
                await self._orders.cancel(order_id, actor=ACTOR, reason=REASON)
            except ReturnRefused as refused:  # staff were faster, or another version wrote it
                log.warning("order %s is not dropped: %s", order_id, refused)

"""Makes orders durable: one commit each, before anybody is thanked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from kioskd.core.events import OrderAccepted
from kioskd.core.order import Order
from kioskd.daemon.courier import UNPAID, order_draft
from kioskd.outbox.operation import Closing, OperationRefused, OutboxFull
from kioskd.outbox.outbox import Outbox

log = logging.getLogger(__name__)


class Selling:
    """Selling goes on when the queue is full: the order is on the disk, but nothing more is promised.

    Its points are not delivered, so that a guest who paid may claim them; one to be paid at the counter is
    not listed as unpaid. `claim_link` is the loyalty backend's.
    """

    def __init__(
        self, outbox: Outbox, *, loyalty: bool, claim_link: Callable[[Order], str | None] = lambda order: None
    ) -> None:
        self._outbox = outbox
        self._loyalty = loyalty
        self._claim_link = claim_link

    async def accept(self, order: Order, payment: Closing | None = None) -> OrderAccepted:
        """Returns when the order, and what became of its payment, is on the disk. Raises StorageError."""
        promised = True
        try:
            await self._outbox.accept(order_draft(order, loyalty=self._loyalty), close=payment)
        except OutboxFull as full:
            log.error("order %s is kept for the record only: %s", order.number, full)
            record = replace(order_draft(order, loyalty=False), held=None)
            await self._outbox.accept(record, close=payment)
            promised = False
        evidence = payment.evidence if payment else ""
        return OrderAccepted(order.id, evidence, self._claim_link(order), points_promised=promised)

    async def paid_at_counter(self, number: str) -> None:
        """Staff took the money for the newest unpaid order of that number. Raises OperationRefused."""
        await self._outbox.release(await self._unpaid(number))

    async def dropped_at_counter(self, number: str) -> None:
        """The guest never came to pay. Raises OperationRefused."""
        await self._outbox.cancel(await self._unpaid(number), "not paid at the counter")

    async def unpaid(self) -> dict[str, str]:
        """Operation and number of each order that waits to be paid at the counter, oldest first."""
        return {
            parcel.operation.op_id: str(parcel.payload["number"])
            for parcel in await self._outbox.held()
            if parcel.operation.detail == UNPAID
        }

    async def _unpaid(self, number: str) -> str:
        for op_id, its_number in reversed((await self.unpaid()).items()):
            if its_number == number:
                return op_id
        raise OperationRefused(f"no unpaid order has the number {number}")

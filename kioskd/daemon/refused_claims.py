"""Claims that were refused after their guest had paid.

What was taken off stays off: the guest is never charged afterwards, the house carries it, and the refused
operation stays on record with its reason. But the backend would go on holding what the guest's offers cost,
so their transaction is voided.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kioskd.core import settlement
from kioskd.core.order import Order
from kioskd.core.sale_document import sale_from
from kioskd.daemon.drafts import step_draft
from kioskd.daemon.sales import SALE, sale_id
from kioskd.outbox.operation import OperationRefused, Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

LOOKED_BACK = 500
"""Sales that are looked through at a start, in case the last process died before it could void."""


class RefusedClaims:
    """`written` is the backend's: what it wants to be sent for an order. `on_refused` is told why, once for
    each. Raises StorageError."""

    def __init__(
        self,
        outbox: Outbox,
        written: Callable[[Order], Mapping[str, Any] | None],
        on_refused: Callable[[str], None],
    ) -> None:
        self._outbox = outbox
        self._written = written
        self._on_refused = on_refused

    async def void(self, order_id: str) -> None:
        await self._void(await self._outbox.kept([sale_id(order_id)]))

    async def void_left_over(self) -> None:
        await self._void(await self._outbox.records(SALE, LOOKED_BACK))

    async def _void(self, sales: Iterable[Parcel]) -> None:
        orders = {order.id: order for sale in sales if (order := _order(sale)) is not None and order.session}
        told = await self._outbox.known([*orders, *map(_void_id, orders)])
        for order_id, order in orders.items():
            claim = told.get(order_id)
            if claim and claim.state is OpState.REJECTED and _void_id(order_id) not in told:
                await self._void_one(order, claim.detail)

    async def _void_one(self, order: Order, reason: str) -> None:
        assert order.session is not None
        log.error("order %s: its claim was refused (%s), the house carries its offers", order.number, reason)
        draft = step_draft(settlement.void(order.session, _void_id(order.id)), None)
        written = dict(self._written(order) or {})
        try:
            await self._outbox.accept(replace(draft, payload={**draft.payload, "written": written}))
        except OperationRefused as refused:
            log.error("order %s: its transaction stays open for now: %s", order.number, refused)
            return
        self._on_refused(reason)


def _void_id(order_id: str) -> str:
    return f"void-{order_id}"


def _order(sale: Parcel) -> Order | None:
    try:
        return sale_from(sale.payload)
    except (KeyError, TypeError, ValueError):  # written by another version
        return None

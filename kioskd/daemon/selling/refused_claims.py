"""Claims that came to nothing after their guest had paid: refused, or given up by a person as not in effect.

What was taken off stays off: the guest is never charged afterwards, the house carries it, and the operation
stays on record with its reason. But the backend would go on holding what the guest's offers cost, so their
transaction is voided.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kioskd.core import settlement
from kioskd.core.order import Order
from kioskd.core.sale_document import sale_from
from kioskd.daemon.selling.drafts import step_draft
from kioskd.daemon.selling.sales import SALE, sale_id
from kioskd.outbox.operation import Operation, OperationRefused, Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

LOOKED_BACK = 500
"""Sales that are looked through at a start, in case the last process died before it could void."""


class RefusedClaims:
    """`written` is the backend's: what it wants to be sent for an order. `on_refused` is told why the backend
    refused, once for each. Raises StorageError."""

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
            if claim and _came_to_nothing(claim) and _void_id(order_id) not in told:
                await self._void_one(order, claim)

    async def _void_one(self, order: Order, claim: Operation) -> None:
        assert order.session is not None
        refused = claim.state is OpState.REJECTED
        how = f"was refused ({claim.detail})" if refused else "was given up by staff"
        log.error("order %s: its claim %s, the house carries its offers", order.number, how)
        draft = step_draft(settlement.void(order.session, _void_id(order.id)), None)
        written = dict(self._written(order) or {})
        try:
            await self._outbox.accept(replace(draft, payload={**draft.payload, "written": written}))
        except OperationRefused as full:
            log.error("order %s: its transaction stays open for now: %s", order.number, full)
            return
        if refused:
            self._on_refused(claim.detail)


def _came_to_nothing(claim: Operation) -> bool:
    """An order that was dropped unpaid was never sent, and whoever dropped it has voided it."""
    given_up = claim.state is OpState.CANCELLED and claim.attempts > 0
    return claim.state is OpState.REJECTED or given_up


def _void_id(order_id: str) -> str:
    return f"void-{order_id}"


def _order(sale: Parcel) -> Order | None:
    try:
        return sale_from(sale.payload)
    except (KeyError, TypeError, ValueError):  # written by another version
        return None

"""Orders in a settlement: told, with what they used up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kioskd.core.deeds import Deed, Done, Finding, NotDone
from kioskd.core.order import Order
from kioskd.core.order_document import from_document
from kioskd.loyalty.leat.deeds import NOTHING, not_understood
from kioskd.loyalty.leat.told_orders import Delivered, LeatOrders


class TellOrder:
    """Refused as `duplicate` when Leat has an order of this id."""

    def __init__(self, orders: LeatOrders) -> None:
        self._orders = orders

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return NOTHING

    async def perform(self, deed: Deed) -> Done:
        return _done(await self._orders.deliver(_order(deed), _used(deed)))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        found = await self._orders.find(_order(deed).id)
        return NotDone() if found is None else _done(found)


def _order(deed: Deed) -> Order:
    try:
        return from_document(deed.details)
    except (KeyError, TypeError, ValueError) as error:
        raise not_understood(deed, error) from None


def _used(deed: Deed) -> Mapping[str, str]:
    """Leat's ids of what the order used up, as far as they are known: late is worse than without a link."""
    used = {}
    for part_id, step_id in deed.details.get("steps", {}).items():
        done = deed.earlier.get(step_id)
        if done is not None and done.remote_id is not None:
            used[part_id] = done.remote_id
    return used


def _done(delivered: Delivered) -> Done:
    return Done(result={"points": delivered.points, "balance": delivered.balance})

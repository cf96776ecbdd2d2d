"""Returns of an order: told, so that Leat takes back the points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kioskd.core.deeds import Deed, Done, Finding
from kioskd.loyalty.leat.deeds import NOTHING, not_understood
from kioskd.loyalty.leat.returns import return_write
from kioskd.loyalty.leat.told_orders import LeatOrders


class TellReturn:
    """Refused as `duplicate` when Leat has a return of this id."""

    def __init__(self, orders: LeatOrders) -> None:
        self._orders = orders

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return NOTHING

    async def perform(self, deed: Deed) -> Done:
        try:
            body = return_write(deed.details)
        except (KeyError, TypeError, ValueError) as error:
            raise not_understood(deed, error) from None
        corrected = await self._orders.take_back(body)
        return Done(result={"points": corrected.points, "balance": corrected.balance})

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        """No call finds a return. It is repeated with its id, and asked about only once that was taken."""
        return Done()

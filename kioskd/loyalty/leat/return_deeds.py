"""Returns of an order: told, so that Leat takes back the points."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.ports import Delivered
from kioskd.loyalty.leat.deeds import NOTHING, not_understood
from kioskd.loyalty.leat.returns import OrderReturnWrite, return_write

TakeBack = Callable[[OrderReturnWrite], Awaitable[Delivered]]


class TellReturn:
    """Refused as `duplicate` when Leat has a return of this id."""

    def __init__(self, take_back: TakeBack) -> None:
        self._take_back = take_back

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return NOTHING

    async def perform(self, deed: Deed) -> Done:
        try:
            body = return_write(deed.details)
        except (KeyError, TypeError, ValueError) as error:
            raise not_understood(deed, error) from None
        corrected = await self._take_back(body)
        return Done(result={"points": corrected.points, "balance": corrected.balance})

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        """No call finds a return. It is repeated with its id, and asked about only once that was taken."""
        return Done()

"""What staff ask for at the kiosk itself: whether the PIN is right, the orders, and taking them back."""

from __future__ import annotations

from collections.abc import Callable

from kioskd.core.effects import CheckPin, FindSales, TakeBackSale
from kioskd.core.events import Event, PinChecked, SaleRefused, SalesFound, SaleTakenBack
from kioskd.core.returning import ReturnRefused
from kioskd.core.sale import Sale
from kioskd.core.staff import ReturnReason
from kioskd.daemon.orders import Orders
from kioskd.daemon.pin_guard import PinGuard, Verdict

NEWEST = 20
ACTOR = "staff at the kiosk"
_REASONS = {
    ReturnReason.WRONG_ORDER: "not what was ordered",
    ReturnReason.NOT_GOOD: "not good",
    ReturnReason.SOLD_OUT: "sold out",
    ReturnReason.CHANGED_MIND: "the guest changed their mind",
    ReturnReason.OTHER: "another reason",
}


class StaffDesk:
    """Every question ends in one answer. Without a `guard` no PIN is right.

    Raises StorageError when the file of the orders fails.
    """

    def __init__(self, guard: PinGuard | None, orders: Orders, post: Callable[[Event], None]) -> None:
        self._guard = guard
        self._orders = orders
        self._post = post

    async def check_pin(self, asked: CheckPin) -> None:
        verdict = await self._guard.check(asked.pin) if self._guard else Verdict(accepted=False)
        self._post(PinChecked(asked.request, verdict.accepted, verdict.wait_s))

    async def find_sales(self, asked: FindSales) -> None:
        self._post(SalesFound(asked.request, tuple(await self._orders.list(NEWEST))))

    async def take_back(self, asked: TakeBackSale) -> None:
        try:
            sale = await self._taken_back(asked)
        except ReturnRefused as refused:
            self._post(SaleRefused(asked.request, str(refused)))
        else:
            self._post(SaleTakenBack(asked.request, sale))

    async def _taken_back(self, asked: TakeBackSale) -> Sale:
        order_id, reason = asked.order_id, _REASONS[asked.reason]
        known = await self._orders.show(order_id)
        if len(known.returns) != asked.seen_returns:
            raise ReturnRefused("somebody else took something back meanwhile: go back and look at it again")
        if asked.quantities is None:
            return await self._orders.cancel(order_id, actor=ACTOR, reason=reason)
        # Staff saw every return there is, so the same once more is meant so.
        return await self._orders.give_back(
            order_id, dict(asked.quantities), actor=ACTOR, reason=reason, again=True
        )

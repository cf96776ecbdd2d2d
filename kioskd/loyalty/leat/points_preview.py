"""How many points an order would give: asked before it is paid, as seldom as possible."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from kioskd.core.errors import Refused
from kioskd.core.order import OrderCharge, OrderDiscount, OrderLine
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.preview import order_simulate

_KEPT = 16
_LIFETIME_S = 120.0


class PointsPreview:
    """Remembers answers for two minutes: a guest goes back and forth between the same few baskets."""

    def __init__(self, client: LeatClient, shop_uuid: str, currency: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._shop_uuid = shop_uuid
        self._currency = currency
        self._clock = clock
        self._answers: OrderedDict[bytes, tuple[float, int | None]] = OrderedDict()

    async def points(
        self,
        lines: Iterable[OrderLine],
        discounts: Iterable[OrderDiscount],
        charges: Iterable[OrderCharge],
        language: str,
        member_id: str | None,
    ) -> int | None:
        """None when the merchant gives no points for orders. Raises only LoyaltyError.

        Without a member the points are those of somebody without a tier.
        """
        try:
            asked = order_simulate(
                lines, discounts, charges, self._currency, language, self._shop_uuid, member_id
            )
        except ValueError:  # not chained: pydantic's text quotes the order
            raise Refused("invalid", "a preview that does not add up") from None
        key = asked.to_json()
        until_s, points = self._answers.get(key, (0.0, None))
        if key in self._answers and self._clock() < until_s:
            return points
        result = await self._client.simulate_order(asked)
        points = result.data.points if result.type == "POINTS_TRANSACTION" else None
        self._answers[key] = (self._clock() + _LIFETIME_S, points)
        self._answers.move_to_end(key)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return points

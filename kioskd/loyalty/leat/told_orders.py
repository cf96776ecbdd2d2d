"""Orders and their returns at Leat: told, and looked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from kioskd.core.errors import LoyaltyError, MoneyError, Refused, Unclear, Unreachable
from kioskd.core.order import Order
from kioskd.loyalty.leat import wire
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.orders import OrderWrite, order_write
from kioskd.loyalty.leat.refusals import INVALID_INPUT, LeatRefused
from kioskd.loyalty.leat.returns import OrderReturnWrite


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the points of an order or a return. None means it did not say."""

    points: int | None
    balance: int | None


class LeatOrders:
    """Orders of one shop. `owner_of` tells the contact of a card. Raises only LoyaltyError."""

    def __init__(self, client: LeatClient, shop_uuid: str, owner_of: Callable[[str], Awaitable[str]]) -> None:
        self._client = client
        self._shop_uuid = shop_uuid
        self._owner_of = owner_of

    async def deliver(self, order: Order, used: Mapping[str, str]) -> Delivered:
        """Tell Leat about a paid order; `used`: see `orders.order_write`. Refused: `duplicate`, ..."""
        body = self._body(order, await self._owner_of_order(order), used)
        try:
            processed = await self._client.create_and_process_order(body)
        except LeatRefused as refusal:
            raise await self._reason(refusal, order.id) from None
        if processed.order.external_identifier not in (None, order.id):
            raise Unclear("orders/create-and-process: answered with another order")
        return _delivered(processed.result)

    async def take_back(self, order_return: OrderReturnWrite) -> Delivered:
        """Correct the points of an order. Refused: `duplicate` when this return was told before.

        No call finds a return. After Unclear it is sent again with the same id.
        """
        try:
            return _delivered((await self._client.create_and_process_return(order_return)).result)
        except LeatRefused as refusal:
            if refusal.code == INVALID_INPUT and "external_identifier" in refusal.fields:
                raise Refused("duplicate", str(refusal)) from None
            raise

    async def find(self, order_id: str) -> Delivered | None:
        """A stored order does not tell its points, so what is found is Delivered(None, None)."""
        try:
            found = await self._client.find_order(order_id)
        except Refused as refusal:
            if refusal.reason == "not_found":
                return None
            raise
        if found.external_identifier not in (None, order_id):
            raise Unclear("orders/find: answered with another order")
        return Delivered(None, None)

    async def _owner_of_order(self, order: Order) -> str:
        """The member, or whose card was scanned, or whose voucher was used."""
        if order.member_id is not None:
            return order.member_id
        if order.credential is None:
            owners = (discount.use.member_id for discount in order.discounts)
            owner = next(filter(None, owners), None)
            if owner is None:
                raise Refused("invalid", "an order of nobody")
            return owner
        try:
            return await self._owner_of(order.credential)
        except Unclear as error:
            # Only the question for the card is unclear: the order itself was not sent.
            raise Unreachable(str(error)) from None

    def _body(self, order: Order, contact_uuid: str, used: Mapping[str, str]) -> OrderWrite:
        try:
            return order_write(order, contact_uuid, self._shop_uuid, used)
        except MoneyError as error:
            raise Refused("invalid", str(error)) from None
        except ValidationError as error:
            # Not chained: pydantic's text quotes the order.
            broken = error.errors(include_input=False, include_context=False)[0]
            raise Refused("invalid", f"order breaks a rule: {broken['type']} at {broken['loc']}") from None
        except ValueError as error:
            raise Refused("invalid", str(error)) from None

    async def _reason(self, refusal: LeatRefused, order_id: str) -> LoyaltyError:
        """Whether a refused order is there already. No code says so: the order is looked for."""
        if refusal.code != INVALID_INPUT or "external_identifier" not in refusal.fields:
            return refusal if refusal.reason != "not_found" else Refused("invalid", str(refusal))
        try:
            known = await self.find(order_id)
        except LoyaltyError as error:
            return Unclear(f"refused for its id, and looking for it failed: {error}")
        return Refused("invalid" if known is None else "duplicate", f"code {refusal.code}")


def _delivered(result: wire.OrderResult) -> Delivered:
    if result.type != "POINTS_TRANSACTION":
        return Delivered(None, None)
    return Delivered(result.data.points, result.data.new_balance)

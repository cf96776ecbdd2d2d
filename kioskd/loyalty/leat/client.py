"""Leat's API v3 as calls: one method per operation, wire models in and out, nothing decided.

The surface is `/api/v3/oauth/clients` with a personal access token of the account. Answers are
`{"data", "meta"}`; meta, which comes as `[]`, `{}` or not at all, is not needed by anything here.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from kioskd.core.errors import Unclear
from kioskd.loyalty.http import Answer, Call, JsonApi
from kioskd.loyalty.leat import wire
from kioskd.loyalty.leat.orders import OrderWrite
from kioskd.loyalty.leat.refusals import error_for

logger = logging.getLogger(__name__)

_ROOT = "/api/v3/oauth/clients"
_MAX_VOUCHERS = 100


class LeatClient:
    """Raises only LoyaltyError; a 2xx that cannot be read is Unclear, for reads too."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    async def find_identifier(self, value: str, within_s: float | None = None) -> wire.ContactIdentifier:
        data = await self._read("contact-identifiers/find", {"contact_identifier_value": value}, within_s)
        return _readable("contact-identifiers/find", wire.ContactIdentifier, data)

    async def contact(self, uuid: str, within_s: float | None = None) -> wire.Contact:
        name = "contacts/{contact_uuid}"
        data = await self._read(name, {}, within_s, path=f"contacts/{quote(uuid, safe='')}")
        return _readable(name, wire.Contact, data)

    async def rewards(
        self, contact_uuid: str, shop_uuid: str, within_s: float | None = None
    ) -> tuple[wire.Reward, ...]:
        query = {"contact_uuid": contact_uuid, "shop_uuid": shop_uuid}
        return _all_readable("rewards", wire.Reward, await self._read("rewards", query, within_s))

    async def vouchers(self, contact_uuid: str, within_s: float | None = None) -> tuple[wire.Voucher, ...]:
        """The first active vouchers, more than a screen can show."""
        query = {"contact_uuid": contact_uuid, "status": "ACTIVE", "limit": str(_MAX_VOUCHERS)}
        return _all_readable("vouchers", wire.Voucher, await self._read("vouchers", query, within_s))

    async def collectable_rewards(
        self, contact_uuid: str, within_s: float | None = None
    ) -> tuple[wire.CollectableReward, ...]:
        name = "collectable-rewards"
        data = await self._read(name, {"contact_uuid": contact_uuid}, within_s)
        return _all_readable(name, wire.CollectableReward, data)

    async def loyalty_program(self, within_s: float | None = None) -> wire.LoyaltyProgram:
        data = await self._read("loyalty-program", {}, within_s)
        return _readable("loyalty-program", wire.LoyaltyProgram, data)

    async def create_and_process_order(self, order: OrderWrite) -> wire.ProcessedOrder:
        """Store the order and run the account's order action. `external_identifier` is the only guard."""
        name = "orders/create-and-process"
        call = Call(name, "POST", f"{_ROOT}/{name}", body=order.to_json(), has_effect=True)
        return _readable(name, wire.ProcessedOrder, _data(name, await self._api.call(call)))

    async def find_order(self, external_identifier: str) -> wire.StoredOrder:
        data = await self._read("orders/find", {"external_identifier": external_identifier}, None)
        return _readable("orders/find", wire.StoredOrder, data)

    async def close(self) -> None:
        await self._api.close()

    async def _read(
        self, name: str, query: dict[str, str], within_s: float | None, path: str | None = None
    ) -> Any:
        call = Call(name, "GET", f"{_ROOT}/{path or name}", query)
        return _data(name, await self._api.call(call, within_s))


def _data(name: str, answer: Answer) -> Any:
    """The `data` of a success; otherwise the error the code stands for."""
    document = answer.json
    if not isinstance(document, dict):
        raise Unclear(f"{name}: status {answer.status} without an envelope")
    if answer.success:
        if "data" not in document:
            raise Unclear(f"{name}: status {answer.status} without data")
        return document["data"]
    failure = wire.read(wire.Failure, document)
    if failure.code is None:  # not Leat speaking: a proxy, or a path that does not exist
        raise Unclear(f"{name}: status {answer.status} without a code")
    raise error_for(name, failure.code, failure.fields)


def _readable(name: str, model: type[wire.Model], data: Any) -> wire.Model:
    try:
        return wire.read(model, data)
    except wire.Unreadable as error:
        raise Unclear(f"{name}: {error}") from None


def _all_readable(name: str, model: type[wire.Model], data: Any) -> tuple[wire.Model, ...]:
    try:
        items, unreadable = wire.read_all(model, data)
    except wire.Unreadable as error:
        raise Unclear(f"{name}: {error}") from None
    if unreadable:
        logger.warning("%s: %d of %d items are unreadable", name, unreadable, len(items) + unreadable)
    return items

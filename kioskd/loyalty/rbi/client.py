"""The RBI-style loyalty API as calls: one method per operation, wire models in and out, nothing decided.

One transaction holds a whole order: it is opened by identifying a guest, tried, held, and claimed or voided.
No call carries a key of ours and none reads anything back. What makes a repeat of an update or a void
harmless is the id in its path and the very same body, so bodies are bytes that whoever may have to repeat
them keeps, with the time they were first sent with.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from kioskd.core.errors import MoneyError, Unclear
from kioskd.core.money import Money
from kioskd.loyalty import fields
from kioskd.loyalty.fields import Model
from kioskd.loyalty.http import Call, JsonApi
from kioskd.loyalty.rbi import wire
from kioskd.loyalty.rbi.address import checked_country
from kioskd.loyalty.rbi.amounts import Unit, incoming
from kioskd.loyalty.rbi.bodies import LineType, PosVendor, identify_body, promo_body
from kioskd.loyalty.rbi.refusals import error_for, failed_rules

logger = logging.getLogger(__name__)

KEY_HEADER = "x-api-key"
_TRANSACTION = "loyalty/transaction/pos"


@dataclass(frozen=True, slots=True)
class Picked:
    """A reward or an offer of the guest's choice, to be put into the basket. Send its ids back as they are.

    `price` None: the kiosk's own price of the product.
    """

    type: LineType
    product_id: str
    quantity: int
    price: Money | None
    incentive_id: str | None
    engine_id: str | None


@dataclass(frozen=True, slots=True)
class Identification:
    """A guest, and the transaction that is theirs from now on. `points` are net of what was picked."""

    transaction_id: str
    loyalty_id: str
    name: str | None = field(repr=False)
    points: int | None
    picked: tuple[Picked, ...]
    discounts: tuple[wire.Discount, ...]
    left_out: int
    """How many choices cannot be used as they came; one with a price that is none is among them."""


class RbiClient:
    """Raises only LoyaltyError; an answer that cannot be read is Unclear.

    `at` is the guest's local time with its zone, and in a repeat that of the first try. `incoming_prices` is
    the unit of prices in answers; bodies are written by `bodies`. `zone_told`: whether the platform of this
    market wants to see the zone.
    """

    def __init__(
        self, api: JsonApi, currency: str, *, incoming_prices: Unit = Unit.MAJOR, zone_told: bool = True
    ) -> None:
        self._api = api
        self._currency = currency
        self._unit = incoming_prices
        self._zone_told = zone_told

    async def close(self) -> None:
        await self._api.close()

    async def identify(
        self, identifier: str, vendor: PosVendor, at: datetime, within_s: float | None = None
    ) -> Identification:
        """Opens a transaction, and uses the code up: after a lost answer only a new code helps."""
        body = identify_body(identifier, vendor)
        found = await self._send("loyalty/identify", body, at, wire.Identified, within_s=within_s)
        return self._identification(found)

    async def validate(
        self, transaction_id: str, body: bytes, at: datetime, within_s: float | None = None
    ) -> wire.Outcome:
        """Whether `body` could be claimed. Raises RulesFailed with every reason why not. Changes nothing."""
        return await self._send(
            f"{_TRANSACTION}/validate/{{id}}",
            body,
            at,
            wire.Outcome,
            transaction_id=transaction_id,
            has_effect=False,
            within_s=within_s,
        )

    async def update(
        self, transaction_id: str, body: bytes, at: datetime, within_s: float | None = None
    ) -> wire.Claimed:
        """Holds or claims, as the status in `body` says. A claim can only be voided afterwards."""
        return await self._send(
            f"{_TRANSACTION}/{{id}}",
            body,
            at,
            wire.Claimed,
            method="PUT",
            transaction_id=transaction_id,
            within_s=within_s,
        )

    async def create_unclaimed(self, body: bytes, at: datetime) -> wire.Recorded:
        """The order of a guest nobody knows. A repeat is a second order in their statistics."""
        return await self._send(_TRANSACTION, body, at, wire.Recorded)

    async def void(self, transaction_id: str, body: bytes, at: datetime) -> wire.Voided:
        """Undoes all of a transaction. `body` is what was sent for it last."""
        return await self._send(
            f"{_TRANSACTION}/{{id}}/void",
            body,
            at,
            wire.Voided,
            method="PUT",
            transaction_id=transaction_id,
        )

    async def redeem_promo_code(
        self,
        promo_code: str,
        vendor: PosVendor,
        loyalty_id: str | None,
        at: datetime,
        within_s: float | None = None,
    ) -> wire.Unlocked:
        """Uses the code up. Never to be repeated by itself: a lost answer may be a lost code."""
        body = promo_body(promo_code, vendor, loyalty_id)
        name = "loyalty/promo-code/redeem"
        return await self._send(name, body, at, wire.Unlocked, promo=True, within_s=within_s)

    async def _send(
        self,
        name: str,
        body: bytes,
        at: datetime,
        model: type[Model],
        *,
        method: Literal["POST", "PUT"] = "POST",
        transaction_id: str = "",
        has_effect: bool = True,
        promo: bool = False,
        within_s: float | None = None,
    ) -> Model:
        """`name` is the path with a placeholder, for errors and logs."""
        path = "/" + name.replace("{id}", quote(transaction_id, safe=""))
        headers = {"x-user-datetime": self._local_text(at)}
        call = Call(name, method, path, body=body, headers=headers, has_effect=has_effect)
        answer = await self._api.call(call, within_s)
        if not answer.success:
            raise error_for(name, answer.json, answer.status, promo=promo)
        if failed := failed_rules(name, answer.json, answer.status):
            raise failed
        try:
            return fields.read(model, answer.json)
        except fields.Unreadable as error:
            raise Unclear(f"{name}: {error}") from None

    def _local_text(self, at: datetime) -> str:
        if at.tzinfo is None:
            raise ValueError("a time without a zone")
        return (at if self._zone_told else at.replace(tzinfo=None)).isoformat(timespec="seconds")

    def _identification(self, found: wire.Identified) -> Identification:
        lines, unreadable = _each(wire.PickedLine, found.order)
        discounts, unreadable_discounts = _each(wire.Discount, found.eligible_discounts)
        picked = [one for one in map(self._picked, lines) if one is not None]
        left_out = unreadable + unreadable_discounts + len(lines) - len(picked)
        if left_out:
            logger.warning("loyalty/identify: %d of the guest's choices cannot be used", left_out)
        balances, _ = _each(wire.Balance, found.balances)
        points = [balance.amount for balance in balances if balance.currency == "POINTS"]
        return Identification(
            transaction_id=found.transaction_id,
            loyalty_id=found.loyalty_user.id,
            name=found.loyalty_user.name,
            points=points[0] if points else None,
            picked=tuple(picked),
            discounts=discounts,
            left_out=left_out,
        )

    def _picked(self, line: wire.PickedLine) -> Picked | None:
        """None when its price cannot be in the unit prices have here."""
        try:
            price = None if line.price is None else incoming(line.price, self._currency, self._unit)
        except MoneyError:
            return None
        return Picked(
            type=line.product_type,
            product_id=line.product_id,
            quantity=line.quantity,
            price=price,
            incentive_id=None if line.loyalty_engine_id else line.incentive_id,
            engine_id=line.loyalty_engine_id,
        )


def rbi_api(base_url: str, api_key: str, country: str, timeout_s: float, **settings: Any) -> JsonApi:
    """The connection of a client; `settings` are those of JsonApi. Raises ConfigError."""
    headers = {"x-region": checked_country(country)}
    return JsonApi(
        base_url, api_key, token_header=KEY_HEADER, headers=headers, timeout_s=timeout_s, **settings
    )


def _each(model: type[Model], items: Any) -> tuple[tuple[Model, ...], int]:
    """The readable ones and the number of the others. What is no list holds none, and counts as one."""
    if items is None:
        return (), 0
    try:
        return fields.read_all(model, items)
    except fields.Unreadable:
        return (), 1

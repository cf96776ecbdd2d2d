"""Leat as a loyalty backend: its answers in the words of the core.

Identifying takes two rounds: the card, then everything about its owner at once. Both share one deadline. Only
the card and the contact are needed; a list that fails makes the member partial.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.errors import ConfigError, LoyaltyError, MoneyError, Refused, Unclear, Unreachable
from kioskd.core.member import Member, Voucher
from kioskd.core.order import Order, OrderCharge, OrderDiscount, OrderLine
from kioskd.core.ports import Delivered
from kioskd.core.preview import BasketPoints
from kioskd.core.stored_value import GiftCard
from kioskd.loyalty.http import JsonApi
from kioskd.loyalty.leat import overview, wire
from kioskd.loyalty.leat.cards import LeatCards
from kioskd.loyalty.leat.catalogue_reader import LeatCatalogue
from kioskd.loyalty.leat.claims import LeatClaims
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.deeds import LeatDeeds
from kioskd.loyalty.leat.offer_reader import OfferReader
from kioskd.loyalty.leat.offers import LeatOffers
from kioskd.loyalty.leat.orders import OrderWrite, order_write
from kioskd.loyalty.leat.points_preview import PointsPreview
from kioskd.loyalty.leat.refusals import INVALID_INPUT, LeatRefused
from kioskd.loyalty.leat.returns import OrderReturnWrite
from kioskd.loyalty.leat.rules import OfferMapping
from kioskd.loyalty.leat.stored_value import LeatStoredValue
from kioskd.loyalty.leat.ways import ways

logger = logging.getLogger(__name__)

_PROGRAM_LIFETIME_S = 3600.0
_LEAST_SHARE = 0.25
"""Of `timeout_s`, for the second round of identifying when the first took nearly all of it."""

T = TypeVar("T")


class LeatBackend:
    """Implements core.ports.LoyaltyBackend. Raises ConfigError when set up wrongly, then only LoyaltyError.

    `timeout_s` is for one call; `identify` takes at most a quarter longer, and a call more to link a card.
    `currency` is the account's.
    `time_zone` decides on which day something expires; None is the system's. `clock` is monotonic seconds.
    Without `claims` there are no links to claim points with.
    `gift_card_reference`: see `stored_value`. `mapping` says what the merchant's offers mean; without it they
    are shown and cannot be used. With `link_blank_cards` a card of nobody becomes the card of a new member
    without a name.

    What only some backends can do is behind `offers`, `stored_value`, `cards`, `catalogue` and `preview`.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        shop_uuid: str,
        currency: str,
        partner_id: str | None = None,
        timeout_s: float = 8.0,
        *,
        calls_per_s: float | None = 5.0,
        time_zone: tzinfo | None = None,
        claims: LeatClaims | None = None,
        mapping: OfferMapping | None = None,
        gift_card_reference: str | None = None,
        link_blank_cards: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not shop_uuid:
            raise ConfigError("loyalty shop", "is empty", "the uuid of the shop in Leat's dashboard")
        api = JsonApi(
            base_url,
            token,
            headers={"X-Partner-ID": partner_id} if partner_id else {},
            timeout_s=timeout_s,
            calls_per_s=calls_per_s,
            clock=clock,
            sleep=sleep,
            transport=transport,
        )
        self._client = LeatClient(api)
        self._shop_uuid = shop_uuid
        self._currency = currency
        self._timeout_s = timeout_s
        self._clock = clock
        self._reader = OfferReader(mapping, currency, time_zone)
        self._link_blank_cards = link_blank_cards
        self.offers = LeatOffers(self._client, shop_uuid, self._reader, time_zone)
        self.stored_value = LeatStoredValue(self._client, shop_uuid, currency, time_zone, gift_card_reference)
        self.cards = LeatCards(self._client)
        self.preview = PointsPreview(self._client, shop_uuid, currency, clock)
        self.catalogue = LeatCatalogue(self._client)
        self._deeds = LeatDeeds(ways(self.offers, self.stored_value, self.deliver, self.find, self.take_back))
        self._claims = claims
        self._points_name: str | None = None
        self._points_name_until_s: float | None = None

    async def identify(self, credential: Credential, language: str) -> Member:
        """`language` changes nothing: Leat keeps one text per title."""
        if credential.kind is not CredentialKind.MEMBER_CARD:
            raise Refused("unknown_card")
        started_s = self._clock()
        uuid = await self._owner(credential.value, self._timeout_s)
        left_s = max(self._timeout_s - (self._clock() - started_s), self._timeout_s * _LEAST_SHARE)
        async with asyncio.TaskGroup() as round_two:
            contact = round_two.create_task(_outcome(self._client.contact(uuid, left_s)))
            rewards = round_two.create_task(_outcome(self._client.rewards(uuid, self._shop_uuid, left_s)))
            vouchers = round_two.create_task(_outcome(self._client.vouchers(uuid, left_s)))
            collectables = round_two.create_task(_outcome(self._client.collectable_rewards(uuid, left_s)))
            points_name = round_two.create_task(_outcome(self._current_points_name(left_s)))
        who = contact.result()
        if isinstance(who, LoyaltyError):
            raise who
        waiting = collectables.result()
        parts = (rewards.result(), vouchers.result(), waiting, points_name.result())
        failed = [part for part in parts if isinstance(part, LoyaltyError)]
        for failure in failed:
            logger.warning("member overview is partial: %s", failure)
        return Member(
            id=uuid,
            first_name=overview.first_name(who),
            points=overview.points(who),
            tier=overview.tier(who),
            points_name=_or(points_name.result(), self._points_name),
            prepaid=overview.prepaid(who, self._currency),
            rewards=self._reader.rewards(_or(rewards.result(), ())),
            vouchers=self._reader.vouchers(_or(vouchers.result(), ()), uuid),
            collectables=self._reader.collectables(
                () if isinstance(waiting, LoyaltyError) else waiting.items
            ),
            partial=bool(failed),
        )

    async def deliver(self, order: Order, used: Mapping[str, str] | None = None) -> Delivered:
        """`used`: see `orders.order_write`."""
        body = self._body(order, order.member_id or await self._owner_of_order(order), used or {})
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

    def claim_link(self, order: Order) -> str | None:
        return self._claims.link(order) if self._claims else None

    async def preview_points(
        self,
        lines: Sequence[OrderLine],
        discounts: Sequence[OrderDiscount],
        charges: Sequence[OrderCharge],
        member_id: str | None,
        language: str,
    ) -> BasketPoints | None:
        async with asyncio.TaskGroup() as both:
            asked = both.create_task(
                _outcome(self.preview.points(lines, discounts, charges, language, member_id))
            )
            points_name = both.create_task(_outcome(self._current_points_name(self._timeout_s)))
        points = asked.result()
        if isinstance(points, LoyaltyError):
            raise points
        if points is None:
            return None
        return BasketPoints(points, _or(points_name.result(), self._points_name))

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        return await self.offers.find_voucher(code, member_id)

    async def find_gift_card(self, code: str) -> GiftCard:
        return await self.stored_value.find_gift_card(code)

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return await self._deeds.baseline(deed)

    async def perform(self, deed: Deed) -> Done:
        return await self._deeds.perform(deed)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return await self._deeds.find_out(deed, baseline)

    async def probe(self) -> None:
        """Asks for the loyalty programme: shows that token and account work, and is needed anyway."""
        await self._fetch_points_name(None)

    async def close(self) -> None:
        await self._client.close()

    async def _owner(self, card: str, within_s: float | None = None) -> str:
        """The contact's uuid. Refused: `unknown_card`, `blocked_card`."""
        try:
            identifier = await self._client.find_identifier(card, within_s)
        except Refused as refusal:
            if refusal.reason != "unknown_card" or not self._link_blank_cards:
                raise
            return await self._new_owner(card)
        if identifier.active is False:
            raise Refused("blocked_card")
        if identifier.contact is not None:
            return identifier.contact.uuid
        if not self._link_blank_cards:  # a card nobody has taken yet
            raise Refused("unknown_card")
        return await self._new_owner(card)

    async def _new_owner(self, card: str) -> str:
        """The uuid of a new contact without a name, whose card this is now. Refused: `unknown_card`."""
        try:
            return await self.cards.start_member(card)
        except Refused as refusal:
            if refusal.reason != "unknown_card":
                logger.warning("a card of nobody could not be given to a new member: %s", refusal)
            raise Refused("unknown_card", str(refusal)) from None

    async def _owner_of_order(self, order: Order) -> str:
        if order.credential is None:
            raise Refused("invalid", "an order of nobody")
        try:
            return await self._owner(order.credential)
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

    async def _current_points_name(self, within_s: float) -> str | None:
        if self._points_name_until_s is not None and self._clock() < self._points_name_until_s:
            return self._points_name
        return await self._fetch_points_name(within_s)

    async def _fetch_points_name(self, within_s: float | None) -> str | None:
        program = await self._client.loyalty_program(within_s)
        self._points_name = overview.points_name(program)
        self._points_name_until_s = self._clock() + _PROGRAM_LIFETIME_S
        return self._points_name


def _delivered(result: wire.OrderResult) -> Delivered:
    if result.type != "POINTS_TRANSACTION":
        return Delivered(None, None)
    return Delivered(result.data.points, result.data.new_balance)


async def _outcome(answer: Awaitable[T]) -> T | LoyaltyError:
    """A failure as a value, so that one task does not end the others."""
    try:
        return await answer
    except LoyaltyError as error:
        return error


def _or(value: T | LoyaltyError, otherwise: T) -> T:
    return otherwise if isinstance(value, LoyaltyError) else value

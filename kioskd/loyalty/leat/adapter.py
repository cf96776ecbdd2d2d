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

from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.errors import ConfigError, LoyaltyError, Refused
from kioskd.core.member import Member, Voucher
from kioskd.core.order import Order, OrderCharge, OrderDiscount, OrderLine
from kioskd.core.preview import BasketPoints
from kioskd.core.stored_value import GiftCard
from kioskd.loyalty.http import JsonApi
from kioskd.loyalty.leat import overview
from kioskd.loyalty.leat.cards import LeatCards
from kioskd.loyalty.leat.catalogue_reader import LeatCatalogue
from kioskd.loyalty.leat.claims import LeatClaims
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.deeds import LeatDeeds
from kioskd.loyalty.leat.offer_reader import OfferReader
from kioskd.loyalty.leat.offers import LeatOffers
from kioskd.loyalty.leat.points_preview import PointsPreview
from kioskd.loyalty.leat.rules import OfferMapping
from kioskd.loyalty.leat.stored_value import LeatStoredValue
from kioskd.loyalty.leat.told_orders import LeatOrders
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
    are shown and cannot be used. With `link_blank_cards` a card that Leat knows and that is nobody's becomes
    the card of a new member without a name. `language_attribute` is the merchant's attribute of contacts that
    says which language they speak.

    What only some backends can do is behind `offers`, `stored_value`, `cards`, `orders`, `catalogue` and
    `preview`.
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
        language_attribute: str | None = None,
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
        self._language_attribute = language_attribute
        self.offers = LeatOffers(self._client, shop_uuid, self._reader, time_zone)
        self.stored_value = LeatStoredValue(self._client, shop_uuid, currency, time_zone, gift_card_reference)
        self.cards = LeatCards(self._client)
        self.orders = LeatOrders(self._client, shop_uuid, self._owner)
        self.preview = PointsPreview(self._client, shop_uuid, currency, clock)
        self.catalogue = LeatCatalogue(self._client)
        self._deeds = LeatDeeds(ways(self.offers, self.stored_value, self.orders))
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
            language=overview.language(who, self._language_attribute),
        )

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
        """The contact's uuid. Refused: `unknown_card`, `blocked_card`.

        What Leat has never seen starts no member: it may be a gift card, a voucher or a bottle's barcode.
        """
        identifier = await self._client.find_identifier(card, within_s)
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

    async def _current_points_name(self, within_s: float) -> str | None:
        if self._points_name_until_s is not None and self._clock() < self._points_name_until_s:
            return self._points_name
        return await self._fetch_points_name(within_s)

    async def _fetch_points_name(self, within_s: float | None) -> str | None:
        program = await self._client.loyalty_program(within_s)
        self._points_name = overview.points_name(program)
        self._points_name_until_s = self._clock() + _PROGRAM_LIFETIME_S
        return self._points_name


async def _outcome(answer: Awaitable[T]) -> T | LoyaltyError:
    """A failure as a value, so that one task does not end the others."""
    try:
        return await answer
    except LoyaltyError as error:
        return error


def _or(value: T | LoyaltyError, otherwise: T) -> T:
    return otherwise if isinstance(value, LoyaltyError) else value

"""Everything the simulated Leat account knows: plain objects, changed by its operations only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kioskd.sim.leat.answers import CONTACT_NOT_FOUND, SHOP_NOT_FOUND, JsonObject, LeatError
from kioskd.sim.leat.switches import Switches

_NAMESPACE = uuid.UUID("5e1f6d2e-7a0b-4c55-8f19-3d2a6b90c7e4")


def stable_uuid(name: str) -> str:
    """The same name gives the same uuid on every machine, so that tests and scenarios can be compared."""
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    uuid: str
    company: str
    currency: str
    zone: ZoneInfo
    credit_name: str
    program_name: str
    max_credits: int
    minor_per_point: int
    """How much must be spent for one point."""


@dataclass(frozen=True, slots=True)
class Shop:
    id: int
    uuid: str
    name: str
    type: str = "physical"
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    uuid: str
    name: str
    position: int
    threshold_points: int
    description: str = ""
    picture_url: str | None = None


@dataclass(slots=True)
class Contact:
    id: int
    uuid: str
    email: str
    first_name: str | None
    last_name: str | None
    points: int
    collected_points: int
    """Ever collected: decides the tier."""
    prepaid_minor: int
    anonymous: bool
    created_at: datetime
    attributes: JsonObject = field(default_factory=dict)


@dataclass(slots=True)
class Card:
    """A contact identifier: any unique text. `contact_uuid` None: known, but nobody's."""

    value: str
    name: str
    contact_uuid: str | None
    active: bool = True
    default: bool = False


@dataclass(slots=True)
class Reward:
    id: int
    uuid: str
    title: str
    required_credits: int
    description: str | None = None
    type: str = "PHYSICAL"
    active: bool = True
    pre_redeemable: bool = True
    expiration_duration_s: int | None = None
    stock: int | None = None
    picture_url: str | None = None
    only_shop_uuid: str | None = None
    attributes: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promotion:
    uuid: str
    name: str
    description: str | None = None
    voucher_limit: int | None = None
    redemptions_per_voucher: int = 1
    attributes: JsonObject = field(default_factory=dict)


@dataclass(slots=True)
class Voucher:
    uuid: str
    code: str
    promotion_uuid: str
    contact_uuid: str | None
    activates_at: datetime | None
    expires_at: datetime | None
    allowed: int = 1
    redeemed: int = 0
    redeemed_at: datetime | None = None
    deactivated: bool = False
    attributes: JsonObject = field(default_factory=dict)

    def status(self, now: datetime) -> str:
        if self.redeemed >= self.allowed:
            return "REDEEMED"
        if self.deactivated:
            return "DEACTIVATED"
        if self.expires_at is not None and self.expires_at <= now:
            return "EXPIRED"
        if self.activates_at is not None and self.activates_at > now:
            return "INACTIVE"
        return "ACTIVE"


@dataclass(slots=True)
class Collectable:
    """A reward whose points were taken earlier. Its uuid is that of the reward reception."""

    uuid: str
    reward_uuid: str
    contact_uuid: str
    created_at: datetime
    expires_at: datetime | None
    collected: bool = False


@dataclass(frozen=True, slots=True)
class Transaction:
    """A movement of points. `unit_value` is in major currency units, as the API has it."""

    uuid: str
    type: str
    credits: int
    contact_uuid: str
    shop_uuid: str
    created_at: datetime
    unit_value: float | None
    order_uuid: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A stored order. `document` is the order as the API prints it."""

    uuid: str
    external_identifier: str
    contact_uuid: str
    points: int
    created_at: datetime
    document: JsonObject


@dataclass(slots=True)
class LeatState:
    account: Account
    shops: dict[str, Shop]
    tiers: tuple[Tier, ...]
    contacts: dict[str, Contact]
    cards: dict[str, Card]
    rewards: dict[str, Reward]
    promotions: dict[str, Promotion]
    vouchers: dict[str, Voucher]
    collectables: dict[str, Collectable]
    transactions: list[Transaction] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    """By uuid, in order of arrival."""
    products: dict[str, str] = field(default_factory=dict)
    """Names by external identifier: what orders have mentioned."""
    switches: Switches = field(default_factory=Switches)
    created: int = 0

    def new_uuid(self, kind: str) -> str:
        self.created += 1
        return stable_uuid(f"created:{kind}:{self.created}")

    def contact(self, contact_uuid: str) -> Contact:
        contact = self.contacts.get(contact_uuid)
        if contact is None:
            raise LeatError(CONTACT_NOT_FOUND, "Contact niet gevonden | Contact not found")
        return contact

    def shop(self, shop_uuid: str) -> Shop:
        shop = self.shops.get(shop_uuid)
        if shop is None:
            raise LeatError(SHOP_NOT_FOUND, "Shop not found")
        return shop

    def tier_of(self, contact: Contact) -> Tier | None:
        """The highest tier whose threshold is reached."""
        reached = [tier for tier in self.tiers if tier.threshold_points <= contact.collected_points]
        return max(reached, key=lambda tier: tier.threshold_points, default=None)

    def default_card(self, contact: Contact) -> Card | None:
        own = [card for card in self.cards.values() if card.contact_uuid == contact.uuid]
        return next((card for card in own if card.default), own[0] if own else None)

    def find_card(self, value: str) -> Card | None:
        if self.switches.identifiers_case_sensitive:
            return self.cards.get(value)
        return next((card for card in self.cards.values() if card.value.lower() == value.lower()), None)

    def find_order(self, external_identifier: str) -> Order | None:
        orders = self.orders.values()
        return next((order for order in orders if order.external_identifier == external_identifier), None)

    def readable(self, created_at: datetime, now: datetime) -> bool:
        """False while a write is not yet visible to reads."""
        return created_at + timedelta(seconds=self.switches.read_lag_s) <= now

    def summary(self, now: datetime) -> dict[str, Any]:
        """The whole state for people: names next to uuids, statuses as of now."""
        return {
            "contacts": [
                {
                    "uuid": contact.uuid,
                    "name": " ".join(part for part in (contact.first_name, contact.last_name) if part),
                    "cards": [
                        {"value": card.value, "active": card.active}
                        for card in self.cards.values()
                        if card.contact_uuid == contact.uuid
                    ],
                    "points": contact.points,
                    "tier": tier.name if (tier := self.tier_of(contact)) else None,
                    "prepaid_minor": contact.prepaid_minor,
                    "vouchers": [
                        {"code": voucher.code, "status": voucher.status(now)}
                        for voucher in self.vouchers.values()
                        if voucher.contact_uuid == contact.uuid
                    ],
                    "collectables": [
                        self.rewards[collectable.reward_uuid].title
                        for collectable in self.collectables.values()
                        if collectable.contact_uuid == contact.uuid and not collectable.collected
                    ],
                }
                for contact in self.contacts.values()
            ],
            "unlinked_cards": [card.value for card in self.cards.values() if card.contact_uuid is None],
            "rewards": [
                {
                    "uuid": reward.uuid,
                    "title": reward.title,
                    "credits": reward.required_credits,
                    "stock": reward.stock,
                }
                for reward in self.rewards.values()
            ],
            "orders": [order.document | {"points": order.points} for order in self.orders.values()],
            "transactions": [
                {
                    "uuid": row.uuid,
                    "type": row.type,
                    "credits": row.credits,
                    "contact_uuid": row.contact_uuid,
                    "shop_uuid": row.shop_uuid,
                    "order_uuid": row.order_uuid,
                    "created_at": row.created_at.isoformat(),
                }
                for row in self.transactions
            ],
            "products": self.products,
        }

"""What the simulated platform remembers: stores, guests, incentives, codes, transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

JsonObject = dict[str, Any]

IncentiveKind = Literal["reward", "offer"]
MINOR_PER_MAJOR: Final[Mapping[str, int]] = {"EUR": 100, "GBP": 100, "USD": 100, "JPY": 1}
"""Of the currencies the simulated stores may use."""


@dataclass(slots=True)
class Store:
    id: str
    name: str
    region: str
    """ISO country."""
    currency: str
    zone: str
    """IANA name, for times without an offset."""
    loyalty: bool = True
    """Without it rewards cannot be used and no points move, but guests are recognised all the same."""


@dataclass(slots=True)
class Guest:
    id: str
    name: str
    created_at: datetime
    points: int
    """What the ledger adds up to, holds included."""
    cards: list[str] = field(default_factory=list)
    picks: list[str] = field(default_factory=list)
    """Content ids chosen in the app, for scans of a card or the loyalty id; a code has picks of its own."""
    birthday: str | None = None
    """MM-DD."""
    scopes: list[str] = field(default_factory=list)
    quests: list[str] = field(default_factory=list)
    unlocked: list[str] = field(default_factory=list)
    """Content ids of the offers promo codes have given."""


@dataclass(frozen=True, slots=True)
class DiscountBenefit:
    subtype: Literal["PERCENTAGE_DISCOUNT", "AMOUNT_DISCOUNT"]
    value: float
    """Percent, or major units."""


@dataclass(slots=True)
class Rules:
    """When an incentive may be used. What is None or empty does not limit it."""

    limit_per_order: int | None = None
    max_redemptions: int | None = None
    """Per guest, in all."""
    service_modes: tuple[str, ...] = ()
    """EAT_IN and so on."""
    days: tuple[str, ...] = ()
    """MONDAY and so on."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    stores: tuple[str, ...] = ()
    enrolled_from: datetime | None = None
    minimum_minor: int | None = None
    """Of the lines that are no rewards or offers."""
    needs_products: tuple[str, ...] = ()
    """One of them."""
    excludes_products: tuple[str, ...] = ()
    payment_types: tuple[str, ...] = ()
    needs_login: bool = False
    first_order: bool = False
    birthday: bool = False
    quest: str | None = None
    scope: str | None = None
    cooldown_s: float | None = None
    promo_only: bool = False
    """Only for guests a promo code has given it to."""


@dataclass(slots=True)
class Incentive:
    """A reward (costs points) or an offer."""

    content_id: str
    engine_id: str
    kind: IncentiveKind
    name: str
    product_id: str | None
    """In the till's numbering. None: somebody forgot to give it one."""
    points: int = 0
    price_minor: int | None = None
    """What the guest pays for it. None is not told: the kiosk has a price of its own."""
    discount: DiscountBenefit | None = None
    personal: bool = False
    """Known by its engine id and not by its content id."""
    rules: Rules = field(default_factory=Rules)


@dataclass(slots=True)
class Code:
    """Six digits of the app, good once."""

    value: str
    guest_id: str
    picks: list[str]
    expires_at: datetime | None
    used: bool = False


@dataclass(slots=True)
class PromoCode:
    value: str
    content_id: str
    expires_at: datetime | None = None
    used: bool = False


class Status(StrEnum):
    IDENTIFIED = "IDENTIFIED"
    PENDING = "PENDING"
    CLAIMED = "CLAIMED"
    VOIDED = "VOIDED"
    UNCLAIMED = "UNCLAIMED"


@dataclass(frozen=True, slots=True)
class Used:
    """An incentive in an order."""

    content_id: str
    quantity: int


@dataclass(slots=True)
class Transaction:
    id: str
    guest_id: str | None
    store_id: str
    status: Status
    opened_at: datetime
    changed_at: datetime
    held_points: int = 0
    """Counts while the transaction is identified or pending, and not too old."""
    earned_points: int = 0
    burned_points: int = 0
    used: tuple[Used, ...] = ()
    body: JsonObject | None = None
    """What was sent last."""
    answer: JsonObject | None = None
    """What a claim was answered."""
    order_number: str | None = None
    """The kiosk's own."""
    terminal: str | None = None
    receipt_code: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    id: str
    guest_id: str
    kind: Literal["earned", "burned", "earned_back", "burned_back", "corrected"]
    points: int
    """Signed. All rows of a guest add up to the balance."""
    transaction_id: str | None
    at: datetime

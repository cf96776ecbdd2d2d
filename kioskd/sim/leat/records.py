"""What the simulated Leat account consists of. Amounts are in minor units, points are whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from kioskd.sim.leat.answers import JsonObject

LOCK_DURATION: Final = timedelta(hours=1)
"""How long a voucher stays locked by whoever does not release it."""


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
    portal_url: str
    """Where links for guests lead: wallet, gift card balance, loyalty tokens."""


@dataclass(frozen=True, slots=True)
class Shop:
    id: int
    uuid: str
    name: str
    type: str = "physical"
    reference: str | None = None
    token_secret: str = ""
    """What loyalty tokens of this shop are signed with."""


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
    """`points` and `prepaid_minor` are changed by `ledger` only."""

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
class SessionToken:
    """A short-lived stand-in for a card, as a guest's phone may show it."""

    token: str
    contact_uuid: str
    used: bool = False


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
    claim_limit: int | None = None
    """How often one contact may claim it, reversed claims not counted."""
    picture_url: str | None = None
    only_shop_uuid: str | None = None
    attributes: JsonObject = field(default_factory=dict)


@dataclass(slots=True)
class Promotion:
    uuid: str
    name: str
    description: str | None = None
    active: bool = True
    voucher_limit: int | None = None
    redemptions_per_voucher: int = 1
    attributes: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lock:
    key: str
    locked_at: datetime
    released_at: datetime | None = None

    @property
    def system_release_at(self) -> datetime:
        return self.locked_at + LOCK_DURATION

    def holds(self, now: datetime) -> bool:
        return self.released_at is None and now < self.system_release_at


@dataclass(slots=True)
class Redemption:
    uuid: str
    created_at: datetime
    reversed: bool = False


@dataclass(slots=True)
class Voucher:
    uuid: str
    code: str
    promotion_uuid: str
    contact_uuid: str | None
    activates_at: datetime | None
    expires_at: datetime | None
    allowed: int = 1
    redemptions: list[Redemption] = field(default_factory=list)
    deactivated: bool = False
    lock: Lock | None = None
    attributes: JsonObject = field(default_factory=dict)

    @property
    def standing(self) -> list[Redemption]:
        """The redemptions that were not reversed, oldest first."""
        return [redemption for redemption in self.redemptions if not redemption.reversed]

    @property
    def remaining(self) -> int:
        return self.allowed - len(self.standing)

    def status(self, now: datetime) -> str:
        if self.remaining <= 0:
            return "REDEEMED"
        if self.deactivated:
            return "DEACTIVATED"
        if self.expires_at is not None and self.expires_at <= now:
            return "EXPIRED"
        if self.activates_at is not None and self.activates_at > now:
            return "INACTIVE"
        if self.lock is not None and self.lock.holds(now):
            return "LOCKED"
        return "ACTIVE"


@dataclass(slots=True)
class Collectable:
    """A reward whose points were taken earlier. Its uuid is that of the reward reception."""

    uuid: str
    reward_uuid: str
    contact_uuid: str
    created_at: datetime
    expires_at: datetime | None
    redemptions: list[Redemption] = field(default_factory=list)

    @property
    def collected(self) -> bool:
        return any(not redemption.reversed for redemption in self.redemptions)


@dataclass(slots=True)
class Transaction:
    """A movement of points. `unit_value` is in major currency units, as the API has it."""

    uuid: str
    type: str
    credits: int
    contact_uuid: str
    shop_uuid: str
    created_at: datetime
    unit_value: float | None = None
    order_uuid: str | None = None
    reward_uuid: str | None = None
    card: str | None = None
    attributes: JsonObject = field(default_factory=dict)
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class GiftcardProgram:
    id: int
    uuid: str
    name: str
    active: bool = True
    max_minor: int | None = None
    only_shop_uuid: str | None = None


@dataclass(slots=True)
class Giftcard:
    """`balance_minor` is changed by `ledger` only. `hash` is what is printed on it: the code."""

    id: int
    uuid: str
    hash: str
    type: str
    program_uuid: str
    balance_minor: int
    active: bool = True
    upgradeable: bool = True
    """Whether its balance may still be raised."""
    expires_at: datetime | None = None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class GiftcardTransaction:
    id: int
    uuid: str
    giftcard_uuid: str
    shop_uuid: str
    amount_minor: int
    created_at: datetime
    attributes: JsonObject = field(default_factory=dict)
    """Kept, and printed nowhere: no example of the real API shows them."""


@dataclass(slots=True)
class PrepaidTransaction:
    uuid: str
    contact_uuid: str
    shop_uuid: str
    amount_minor: int
    balance_minor: int
    """After it."""
    created_at: datetime
    card: str | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    uuid: str
    external_identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Product:
    uuid: str
    external_identifier: str
    name: str
    description: str | None = None
    category_ids: tuple[str, ...] = ()
    """External identifiers."""


@dataclass(frozen=True, slots=True)
class CustomAttribute:
    """A field the merchant has added to an entity."""

    entity: str
    name: str
    label: str
    type: str
    options: tuple[JsonObject, ...] = ()
    description: str | None = None
    created_at: datetime | None = None

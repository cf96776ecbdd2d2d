"""An identified guest, in words that any loyalty backend can fill."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kioskd.core.denial import Denial
from kioskd.core.discount import OfferKind, Rule
from kioskd.core.money import Money


@dataclass(frozen=True, slots=True)
class Reward:
    """Something points can buy. `available` is False for sold out or claim limit reached.

    `rule` is what it takes off an order, None when nobody can tell: then it is shown and cannot be used.
    """

    id: str
    title: str
    cost_points: int
    picture_url: str | None = None
    available: bool = True
    rule: Rule | None = None
    waits: bool = False
    """Once claimed it waits to be collected, which must happen after paying: else it could be used again."""
    brings: bool = False
    """It is a product at a price of its own: taking it puts that into the basket, whatever it costs."""
    picture: str | None = None
    """A file of the merchant's, beside those of the menu."""
    keeps: bool = False
    """What was claimed and is not collected stays the member's to collect, instead of being given back."""

    @property
    def kind(self) -> OfferKind:
        return OfferKind.REWARD

    def missing_points(self, balance: int) -> int:
        """How many points the guest still lacks, 0 when it can be afforded."""
        return max(0, self.cost_points - balance)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A right without cost. `code` is as good as the voucher itself.

    `denial` is why it cannot be used now. `member_id` None: it belongs to whoever holds it.
    """

    id: str
    title: str
    expires_on: date | None = None
    code: str | None = field(default=None, repr=False)
    rule: Rule | None = None
    member_id: str | None = None
    starts_on: date | None = None
    reusable: bool = False
    """It can be used more than once."""
    brings: bool = False
    """See `Reward.brings`."""
    picture: str | None = None
    """See `Reward.picture`."""
    denial: Denial | None = None

    @property
    def kind(self) -> OfferKind:
        return OfferKind.VOUCHER


@dataclass(frozen=True, slots=True)
class CollectableReward:
    """A reward that was paid for with points earlier and waits to be handed over."""

    id: str
    title: str
    expires_on: date | None = None
    rule: Rule | None = None
    brings: bool = False
    """See `Reward.brings`."""

    @property
    def kind(self) -> OfferKind:
        return OfferKind.COLLECTABLE


Right = Reward | Voucher | CollectableReward
"""What a guest may use for an order."""


@dataclass(frozen=True, slots=True)
class Member:
    """`id` is the backend's own key and never shown. Rewards ascend by cost.

    `None` means the backend did not say: no tier, no prepaid account, points unknown.
    """

    id: str
    first_name: str | None
    points: int | None
    tier: str | None = None
    points_name: str | None = None
    prepaid: Money | None = None
    rewards: tuple[Reward, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    collectables: tuple[CollectableReward, ...] = ()
    session: str | None = None
    """The one transaction of this visit, where the backend keeps whole orders: see `judgement`."""
    preselected: tuple[Right, ...] = ()
    """What the guest has picked for this order before coming here. `points` do without what it costs."""
    left_out: tuple[str, ...] = ()
    """Titles of what was picked before and cannot be had here; empty where nobody knows what it is."""
    partial: bool = False
    """True when a part of the overview (rewards, vouchers) could not be fetched."""
    language: str | None = None
    """ISO 639-1, what they told the merchant they speak; perhaps none that the kiosk does."""

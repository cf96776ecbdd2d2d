"""An identified guest, in words that any loyalty backend can fill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kioskd.core.money import Money


@dataclass(frozen=True, slots=True)
class Reward:
    """Something points can buy. `available` is False for sold out or claim limit reached."""

    id: str
    title: str
    cost_points: int
    picture_url: str | None = None
    available: bool = True

    def missing_points(self, balance: int) -> int:
        """How many points the guest still lacks, 0 when it can be afforded."""
        return max(0, self.cost_points - balance)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A right without cost."""

    id: str
    title: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class CollectableReward:
    """A reward that was paid for with points earlier and waits to be handed over."""

    id: str
    title: str
    expires_on: date | None = None


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
    partial: bool = False
    """True when a part of the overview (rewards, vouchers) could not be fetched."""

"""What is reserved for an order: kept in memory while its guest pays, and on the disk for whoever goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kioskd.core.events import RewardClaimed


@dataclass(frozen=True, slots=True)
class Hold:
    """A voucher held by the step `step_id`. `over_s` is when that ends on this process's clock, None when
    nobody knows; `until` is the backend's word for it."""

    step_id: str
    over_s: float | None = None
    until: datetime | None = None

    def left_s(self, now_s: float) -> float | None:
        return None if self.over_s is None else max(0.0, self.over_s - now_s)


@dataclass(frozen=True, slots=True)
class Reserved:
    """`saga` has all steps, `holds` by the ids of the offers' uses.

    `claimed` is what the guest is told if the order comes to nothing: rewards that stay theirs to collect.
    """

    saga: str
    holds: Mapping[str, Hold] = field(default_factory=dict)
    claimed: tuple[RewardClaimed, ...] = ()
    lasts: bool = False
    """It is the guest's for as long as they are there: an order that comes to nothing does not undo it."""
    at_counter: bool = False
    """The till where the order is paid tells the backend."""

    @property
    def hold_ids(self) -> dict[str, str]:
        return {use_id: hold.step_id for use_id, hold in self.holds.items()}

    @staticmethod
    def remembered(saga: str, payload: Mapping[str, Any]) -> Reserved:
        """From what a draft of `drafts` carries. How long the holds last was known to another process."""
        holds = payload.get("holds", {})
        return Reserved(saga, {use_id: Hold(str(step_id)) for use_id, step_id in holds.items()})

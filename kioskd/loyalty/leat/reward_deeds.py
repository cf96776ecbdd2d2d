"""Rewards in a settlement: claimed with points, collected, and both undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.member import Reward
from kioskd.loyalty.leat.deeds import (
    NOTHING,
    finding,
    kept,
    member_of,
    movements_before,
    remote_id_of,
    use_of,
)
from kioskd.loyalty.leat.offers import LeatOffers

_UNBOUND: frozenset[str] = frozenset()
"""Whoever keeps the deeds knows which movements belong to others of them."""


class ClaimReward:
    """`remote_id` is the reception's: what is collected, and what is given back."""

    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return (await self._offers.reward_baseline(member_of(use_of(deed)))).to_document()

    async def perform(self, deed: Deed) -> Done:
        use = use_of(deed)
        claim = await self._offers.claim_reward(member_of(use), use.right_id)
        expires_on = claim.expires_on.isoformat() if claim.expires_on else None
        return Done(claim.id, result={**_points_left(claim.points_left), "expires_on": expires_on})

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        use, before = use_of(deed), movements_before(baseline)
        reward = Reward(use.right_id, use.title, use.cost_points)
        return finding(await self._offers.was_reward_claimed(before, member_of(use), reward, _UNBOUND))


class ReturnReward:
    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return (await self._offers.points_baseline(member_of(use_of(deed)))).to_document()

    async def perform(self, deed: Deed) -> Done:
        left = await self._offers.return_reward(remote_id_of(deed, "claim"))
        return Done(result=_points_left(left))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        use, before = use_of(deed), movements_before(baseline)
        returned = await self._offers.was_reward_returned(before, member_of(use), use.cost_points, _UNBOUND)
        return finding(returned)


class CollectReward:
    """`remote_id` is the collection's; older servers do not tell it, and nobody tells it twice."""

    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return NOTHING

    async def perform(self, deed: Deed) -> Done:
        return Done(await self._offers.collect_reward(_claim(deed)))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        member_id = member_of(use_of(deed))
        return finding(await self._offers.was_reward_collected(member_id, _claim(deed)))


class UndoCollection:
    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return {"collectable": sorted(await self._offers.collectable(member_of(use_of(deed))))}

    async def perform(self, deed: Deed) -> Done:
        await self._offers.undo_collection(remote_id_of(deed, "collect"))
        return Done()

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        before = frozenset(map(str, kept(baseline, "collectable")))
        return finding(await self._offers.was_collection_undone(member_of(use_of(deed)), before))


def _claim(deed: Deed) -> str:
    """What is collected: the claim of this order, or what was claimed on another day."""
    return use_of(deed).right_id if deed.details.get("claim") is None else remote_id_of(deed, "claim")


def _points_left(balance: int | None) -> Mapping[str, Any]:
    return {"points_left": balance}

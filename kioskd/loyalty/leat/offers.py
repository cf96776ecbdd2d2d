"""Vouchers and rewards: found, held, used and given back, in neutral words.

Every method is one try and raises only LoyaltyError. After Unclear a write must be looked for (`was_...`, or
`voucher_state`) before it is sent again: only holding, releasing and collecting can be repeated without harm.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TypeVar

from kioskd.core.errors import Refused, Throttled, Unclear, Unreachable
from kioskd.core.member import Reward, Voucher
from kioskd.loyalty.leat import overview, readback, wire
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.envelope import Page
from kioskd.loyalty.leat.listing import newest_points, points_since
from kioskd.loyalty.leat.offer_reader import OfferReader
from kioskd.loyalty.leat.readback import Baseline, Verdict, VoucherState, Wanted
from kioskd.loyalty.leat.refusals import INVALID_INPUT, LeatRefused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hold:
    """A voucher nobody else can use until `until`, by the server's clock, `lasts_s` after it was taken.

    `key` is needed to use or release it and cannot be asked for again: it must be kept durably at once.
    """

    key: str = field(repr=False)
    until: datetime | None
    lasts_s: float | None


@dataclass(frozen=True, slots=True)
class Redemption:
    """`id` is needed to undo it and to link the order to it; None when the server did not say."""

    id: str | None
    member_id: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Points were spent on a reward. `id` is needed to collect it or to give it back."""

    id: str
    points_left: int | None
    expires_on: date | None


class LeatOffers:
    """Vouchers and rewards of one shop. `time_zone` decides on which day something expires."""

    def __init__(
        self, client: LeatClient, shop_uuid: str, reader: OfferReader, time_zone: tzinfo | None
    ) -> None:
        self._client = client
        self._shop_uuid = shop_uuid
        self._reader = reader
        self._time_zone = time_zone

    # --- vouchers ----------------------------------------------------------------------------------------

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        """`denial` says why it is of no use to this guest. Refused: `unknown_voucher`."""
        return self._reader.voucher(await self._client.find_voucher(code), member_id, code)

    async def check_voucher(self, voucher_id: str, member_id: str | None) -> bool:
        """Ask whether it could be used here. False: the server does not say; holding it is the real check."""
        try:
            await _about_its_owner(
                self._client.validate_voucher(voucher_id, self._shop_uuid, member_id), member_id
            )
        except (Unclear, Unreachable, Throttled):
            return False
        return True

    async def hold_voucher(self, voucher_id: str) -> Hold:
        """Reserve it for at most an hour. Refused: `locked_elsewhere`, `used`, `expired`, ..."""
        lock = await self._client.lock_voucher(voucher_id)
        lasts_s = None
        if lock.locked_at is not None and lock.system_release_at is not None:
            lasts_s = max(0.0, (lock.system_release_at - lock.locked_at).total_seconds())
        return Hold(lock.release_key, lock.system_release_at, lasts_s)

    async def release_voucher(self, voucher_id: str, key: str) -> None:
        """Harmless to repeat."""
        await self._client.release_voucher(voucher_id, key)

    async def redeem_voucher(self, code: str, key: str | None, member_id: str | None) -> Redemption:
        """Use it. Refused: `card_needed` when it belongs to nobody and no member was named."""
        voucher = await _about_its_owner(
            self._client.redeem_voucher(code, self._shop_uuid, member_id, key), member_id
        )
        return Redemption(
            voucher.voucher_redemption.uuid if voucher.voucher_redemption else None,
            voucher.contact.uuid if voucher.contact else None,
        )

    async def undo_redemption(self, redemption_id: str | None, voucher_id: str) -> None:
        """Give the voucher back. A voucher used several times must be looked at before this is repeated."""
        if redemption_id is not None:
            try:
                return await self._client.reverse_voucher(redemption_id)
            except Refused as refusal:
                if refusal.reason != "unknown_voucher":
                    raise
        return await self._client.reverse_voucher(voucher_id)  # older servers want the voucher's own id

    async def voucher_state(self, code: str) -> VoucherState:
        """Before a write, and to decide with `readback` what became of it."""
        return _state(await self._client.find_voucher(code))

    # --- rewards -----------------------------------------------------------------------------------------

    async def claim_reward(self, member_id: str, reward_id: str) -> Claim:
        """Spend the points now. Refused: `insufficient_points`, `out_of_stock`, `claim_limit`, ..."""
        reception = await self._client.create_reward_reception(member_id, reward_id, self._shop_uuid)
        if reception.reward is not None and reception.reward.uuid != reward_id:
            raise Unclear("reward-receptions: answered with another reward")
        expires_on = overview.day(reception.expires_at, self._time_zone)
        return Claim(reception.uuid, _points_left(reception), expires_on)

    async def return_reward(self, claim_id: str) -> int | None:
        """Give the points back; returns the new balance when told."""
        return _points_left(await self._client.reverse_reward_reception(claim_id))

    async def collect_reward(self, claim_id: str) -> str | None:
        """Hand over a claimed reward. Returns the id to undo it and to link the order to it, when told."""
        collected = await self._client.collect_reward(claim_id)
        if collected.status is None:
            if collected.has_been_collected:
                return None
            raise Unclear("collectable-rewards/collect: an answer without a status")
        return collected.uuid

    async def undo_collection(self, redemption_id: str) -> None:
        """Make a collected reward collectable again."""
        await self._client.reverse_collected_reward(redemption_id)

    async def reward_baseline(self, member_id: str) -> Baseline:
        """To be taken before `claim_reward`."""
        return Baseline.of(await newest_points(self._client, "reward_receptions", member_id))

    async def was_reward_claimed(
        self, baseline: Baseline, member_id: str, reward: Reward, bound: frozenset[str]
    ) -> Verdict:
        seen = await points_since(self._client, "reward_receptions", member_id, baseline.newest_at)
        wanted = Wanted(-reward.cost_points, self._shop_uuid, member_id, reward.id, reward.title)
        return readback.moved(baseline, seen, wanted, bound)

    async def points_baseline(self, member_id: str) -> Baseline:
        """To be taken before `return_reward`."""
        return Baseline.of(await newest_points(self._client, "credit_receptions", member_id))

    async def was_reward_returned(
        self, baseline: Baseline, member_id: str, cost_points: int, bound: frozenset[str]
    ) -> Verdict:
        """Points that were given for an order of the same number look alike: then it is `several`."""
        seen = await points_since(self._client, "credit_receptions", member_id, baseline.newest_at)
        return readback.moved(baseline, seen, Wanted(cost_points, member_id=member_id), bound)

    async def was_reward_collected(self, member_id: str, claim_id: str) -> Verdict:
        listed = await self._client.collectable_rewards(member_id)
        return readback.collected(claim_id, _collectable(listed), complete=not listed.unreadable)

    async def collectable(self, member_id: str) -> frozenset[str]:
        """The ids of what the member can collect: to be taken before `undo_collection`."""
        return _collectable(await self._client.collectable_rewards(member_id))

    async def was_collection_undone(self, member_id: str, before: frozenset[str]) -> Verdict:
        listed = await self._client.collectable_rewards(member_id)
        return readback.uncollected(before, _collectable(listed), complete=not listed.unreadable)


def _state(voucher: wire.Voucher) -> VoucherState:
    return VoucherState(voucher.status, voucher.times_redeemed)


def _collectable(listed: Page[wire.CollectableReward]) -> frozenset[str]:
    return frozenset(reward.uuid for reward in listed.items if not reward.has_been_collected)


def _points_left(movement: wire.LoyaltyTransaction) -> int | None:
    return movement.contact.credit_balance.balance if movement.contact else None


async def _about_its_owner(call: Awaitable[T], member_id: str | None) -> T:
    """Leat says no more than that the input is invalid when a voucher's owner is missing or another."""
    try:
        return await call
    except LeatRefused as refusal:
        of_contact = refusal.code == INVALID_INPUT and refusal.fields <= {"contact_uuid"}
        if member_id is None and (of_contact or refusal.reason == "unknown_card"):
            raise Refused("card_needed", str(refusal)) from None
        if of_contact and refusal.fields:
            raise Refused("other_member", str(refusal)) from None
        raise

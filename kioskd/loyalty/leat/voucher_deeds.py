"""Vouchers in a settlement: held, let go, used, given back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.errors import Refused
from kioskd.loyalty.leat import readback
from kioskd.loyalty.leat.deeds import (
    NOTHING,
    code_of,
    earlier,
    finding,
    state_before,
    state_document,
    use_of,
)
from kioskd.loyalty.leat.offers import LeatOffers
from kioskd.loyalty.leat.readback import VoucherState
from kioskd.loyalty.leat.refusals import LeatRefused

_KEY = "release_key"
_OUR_LOCK = VoucherState("LOCKED", None)


class HoldVoucher:
    """Keeps `release_key`, and `until` and `lasts_s` (texts) as far as the server says them.

    Whether it could be used is asked first, so that the guest hears it before paying. A hold whose answer was
    lost cannot be found: its key is gone, and the lock ends by itself.
    """

    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return NOTHING

    async def perform(self, deed: Deed) -> Done:
        use = use_of(deed)
        await self._offers.check_voucher(use.right_id, use.member_id)
        hold = await self._offers.hold_voucher(use.right_id)
        keep = {_KEY: hold.key}
        if hold.until is not None:
            keep["until"] = hold.until.isoformat()
        if hold.lasts_s is not None:
            keep["lasts_s"] = f"{hold.lasts_s:g}"
        return Done(keep=keep)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return finding(readback.locked(await self._offers.voucher_state(code_of(use_of(deed)))))


class ReleaseVoucher:
    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return NOTHING

    async def perform(self, deed: Deed) -> Done:
        key = _key(deed)
        if key is None:
            raise Refused("unknown_transaction", "a hold whose key is not known ends by itself")
        with suppress(LeatRefused):  # our key opens our lock: it is gone, and maybe another's is there
            await self._offers.release_voucher(use_of(deed).right_id, key)
        return Done()

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return finding(readback.released(await self._offers.voucher_state(code_of(use_of(deed)))))


class RedeemVoucher:
    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return state_document(await self._offers.voucher_state(code_of(use_of(deed))))

    async def perform(self, deed: Deed) -> Done:
        """With the hold's key; without when the lock has lapsed and the server minds the old key."""
        use, key = use_of(deed), _key(deed)
        code = code_of(use)
        try:
            redemption = await self._offers.redeem_voucher(code, key, use.member_id)
        except LeatRefused as refusal:
            about_key = refusal.reason == "locked_elsewhere" or "release_key" in refusal.fields
            if key is None or not about_key or (await self._offers.voucher_state(code)).status != "ACTIVE":
                raise
            redemption = await self._offers.redeem_voucher(code, None, use.member_id)
        return Done(redemption.id)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        """The id of a redemption is told once: when that answer was lost, it is in effect without one.

        Behind our own lock nobody has to look first: a voucher for one use that is used was used by us.
        """
        use = use_of(deed)
        before = state_before(baseline) if baseline is not None or use.reusable else _OUR_LOCK
        return finding(readback.redeemed(before, await self._offers.voucher_state(code_of(use))))


class UndoRedemption:
    def __init__(self, offers: LeatOffers) -> None:
        self._offers = offers

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return state_document(await self._offers.voucher_state(code_of(use_of(deed))))

    async def perform(self, deed: Deed) -> Done:
        redeemed = earlier(deed, "redeem")
        await self._offers.undo_redemption(redeemed.remote_id if redeemed else None, use_of(deed).right_id)
        return Done()

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        before = state_before(baseline)
        return finding(readback.unredeemed(before, await self._offers.voucher_state(code_of(use_of(deed)))))


def _key(deed: Deed) -> str | None:
    held = earlier(deed, "hold")
    return held.keep.get(_KEY) if held else None

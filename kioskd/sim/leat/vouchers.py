"""Operations about vouchers: find them, lock them for a while, redeem them, and take that back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from kioskd.sim.leat.answers import (
    Answer,
    Call,
    JsonObject,
    LeatError,
    RouteNotFound,
    invalid_input,
    optional_utc_text,
    utc_text,
)
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.pages import laravel_page
from kioskd.sim.leat.promotions import find_promotion, promotion_fields
from kioskd.sim.leat.records import Lock, Redemption, Voucher
from kioskd.sim.leat.state import LeatState

_STATUSES: Final = ("ACTIVE", "REDEEMED", "EXPIRED", "DEACTIVATED", "INACTIVE", "LOCKED")
_REFUSALS: Final = {
    "REDEEMED": Code.VOUCHER_REDEEMED,
    "DEACTIVATED": Code.VOUCHER_DEACTIVATED,
    "EXPIRED": Code.VOUCHER_EXPIRED,
    "INACTIVE": Code.VOUCHER_INACTIVE,
}
_MOST_AT_ONCE: Final = 50


def list_vouchers(state: LeatState, call: Call) -> Answer:
    vouchers = list(state.vouchers.values())
    if promotion_uuid := call.query.get("promotion_uuid"):
        find_promotion(state, promotion_uuid)
        vouchers = [voucher for voucher in vouchers if voucher.promotion_uuid == promotion_uuid]
    if contact_uuid := call.query.get("contact_uuid"):
        state.contact(contact_uuid)
        vouchers = [voucher for voucher in vouchers if voucher.contact_uuid == contact_uuid]
    if status := call.query.get("status"):
        if status not in _STATUSES:
            raise invalid_input({"status": ["The selected status is invalid."]})
        vouchers = [voucher for voucher in vouchers if voucher.status(call.now) == status]
    shown, meta, links = laravel_page(call, vouchers, default=30, least=0, most=500)
    return Answer([voucher_json(state, voucher, call.now) for voucher in shown], meta, links)


def find_voucher(state: LeatState, call: Call) -> Answer:
    voucher = state.find_voucher(call.required("code"))
    if voucher is None:
        raise LeatError(Code.VOUCHER_NOT_FOUND)
    return Answer(voucher_json(state, voucher, call.now))


def update_voucher(state: LeatState, call: Call) -> Answer:
    voucher = _voucher(state, call)
    form = Fields(call.body)
    status = form.text("status", required=True, choices=("ACTIVE", "DEACTIVATED"))
    attributes = form.map("custom_attributes")
    expires_at = form.time("expiration_date")
    present = voucher.status(call.now)
    if expires_at is not None and present not in ("ACTIVE", "INACTIVE"):
        form.wrong("expiration_date", "Only active and inactive vouchers can get another expiration date.")
    if present in ("REDEEMED", "EXPIRED"):
        form.wrong("status", f"The voucher is {present}.")
    form.check()
    voucher.deactivated = status == "DEACTIVATED"
    voucher.attributes |= attributes
    voucher.expires_at = expires_at or voucher.expires_at
    if status == "ACTIVE" and state.switches.activate_unlocks:
        _unlock(voucher, call.now)
    return Answer(voucher_json(state, voucher, call.now))


def validate_voucher(state: LeatState, call: Call) -> Answer:
    """Whether redeeming would work, as far as the real answer is known: not at all."""
    if state.switches.voucher_validate == "not_found_404":
        raise RouteNotFound
    voucher = _voucher(state, call)
    form = Fields(call.body)
    shop_uuid = form.text("shop_uuid", required=True) or ""
    contact_uuid = form.text("contact_uuid")
    form.text("voucher_uuid")  # the one in the path counts
    form.check()
    deviation = "validate: answer assumed"
    if state.switches.voucher_validate == "empty":
        return Answer({}, deviation=deviation)
    state.shop(shop_uuid)
    _check_redeemable(state, voucher, call.now, contact_uuid)
    if voucher.status(call.now) == "LOCKED":
        raise LeatError(Code.VOUCHER_LOCKED, deviation=deviation)
    return Answer(voucher_json(state, voucher, call.now), deviation=deviation)


def lock_voucher(state: LeatState, call: Call) -> Answer:
    voucher = _voucher(state, call)
    _check_status(state, voucher, call.now)
    if voucher.status(call.now) == "LOCKED":
        raise LeatError(Code.VOUCHER_LOCKED)
    voucher.lock = Lock(state.new_uuid("release_key"), call.now)
    return _lock_answer(voucher, voucher.lock, call.now)


def release_voucher(state: LeatState, call: Call) -> Answer:
    voucher = _voucher(state, call)
    form = Fields(call.body)
    key = form.text("release_key", required=True) or ""
    form.check()
    status = voucher.status(call.now)
    if status in ("REDEEMED", "EXPIRED"):
        raise LeatError(_REFUSALS[status])
    if status == "LOCKED":
        _check_key(state, voucher, key)
        _unlock(voucher, call.now)
    elif state.switches.release_unlocked == "refused":
        raise invalid_input({"release_key": ["The voucher is not locked."]})
    lock = voucher.lock
    if lock is None or lock.key != key:  # nothing was locked: what was sent comes back
        lock = Lock(key, call.now, released_at=call.now)
    return _lock_answer(voucher, lock, call.now)


def redeem_voucher(state: LeatState, call: Call) -> Answer:
    voucher, redemptions = _redeem(state, call, times=1)
    redemption = {"voucher_redemption": _redemption_json(redemptions[0])}
    return Answer(voucher_json(state, voucher, call.now) | redemption)


def multi_redeem_voucher(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    times = form.integer("number_of_times", required=True)
    if times is not None and not 1 <= times <= _MOST_AT_ONCE:
        form.wrong("number_of_times", f"The number_of_times must be between 1 and {_MOST_AT_ONCE}.")
    form.check()
    voucher, redemptions = _redeem(state, call, times or 1)
    return Answer(
        {
            "voucher": voucher_json(state, voucher, call.now),
            "voucher_redemptions": [_redemption_json(redemption) for redemption in redemptions],
        }
    )


def reverse_redemption(state: LeatState, call: Call) -> Answer:
    """By the redemption's uuid, or by the voucher's, which means its latest redemption."""
    wanted = call.path_uuid("uuid")
    takes = state.switches.voucher_reverse_by
    for voucher in state.vouchers.values():
        repeated = state.switches.voucher_reversed_again == "no_effect"
        for redemption in reversed(voucher.redemptions if repeated else voucher.standing):
            if (redemption.uuid == wanted and takes != "voucher") or (
                voucher.uuid == wanted and takes != "redemption"
            ):
                redemption.reversed = True
                document = voucher_json(state, voucher, call.now)
                return Answer(document, deviation="reversal of a voucher: answer assumed")
    raise LeatError(Code.VOUCHER_NOT_FOUND)


def voucher_json(state: LeatState, voucher: Voucher, now: datetime) -> JsonObject:
    promotion = state.promotions[voucher.promotion_uuid]
    owner = None if voucher.contact_uuid is None else contact_ref(state.contact(voucher.contact_uuid))
    standing = voucher.standing
    return {
        "uuid": voucher.uuid,
        "code": voucher.code,
        "status": voucher.status(now),
        "name": promotion.name,
        "description": promotion.description,
        "expiration_date": optional_utc_text(voucher.expires_at),
        "activation_date": optional_utc_text(voucher.activates_at),
        "redeemed_at": utc_text(standing[-1].created_at) if standing else None,
        "is_redeemed": voucher.remaining <= 0,
        "redemptions_remaining": voucher.remaining,
        "times_redeemed": len(standing),
        "total_redemptions_allowed": voucher.allowed,
        # PHP prints an empty map as a list.
        "attributes": voucher.attributes or [],
        "contact": owner,
        # Flat here, although the promotion's own operations nest them.
        "promotion": promotion.attributes | promotion_fields(promotion),
    }


def _redeem(state: LeatState, call: Call, times: int) -> tuple[Voucher, list[Redemption]]:
    """Ends the lock, and makes a voucher that was nobody's the contact's."""
    form = Fields(call.body)
    code = form.text("code", required=True) or ""
    shop_uuid = form.text("shop_uuid", required=True) or ""
    contact_uuid = form.text("contact_uuid")
    key = form.text("release_key")
    form.check()
    state.shop(shop_uuid)
    voucher = state.find_voucher(code)
    if voucher is None:
        raise LeatError(Code.VOUCHER_NOT_FOUND)
    _check_redeemable(state, voucher, call.now, contact_uuid)
    if voucher.status(call.now) == "LOCKED":
        _check_key(state, voucher, key)
    if times > voucher.remaining:
        raise LeatError(Code.NOT_ENOUGH_REDEMPTIONS)
    _unlock(voucher, call.now)
    voucher.contact_uuid = voucher.contact_uuid or contact_uuid
    redemptions = [Redemption(state.new_uuid("redemption"), call.now) for _ in range(times)]
    voucher.redemptions.extend(redemptions)
    return voucher, redemptions


def _check_redeemable(state: LeatState, voucher: Voucher, now: datetime, contact_uuid: str | None) -> None:
    """All that stands against redeeming but a lock."""
    _check_status(state, voucher, now)
    if not state.promotions[voucher.promotion_uuid].active:
        raise LeatError(Code.PROMOTION_INACTIVE)
    if contact_uuid is not None:
        state.contact(contact_uuid)
        another = voucher.contact_uuid not in (None, contact_uuid)
        if another and state.switches.voucher_of_another == "refused":
            raise invalid_input(
                {"contact_uuid": ["The voucher belongs to another contact."]},
                deviation="voucher of another contact: code assumed",
            )
    elif voucher.contact_uuid is None and state.switches.unlinked_voucher == "needs_contact":
        raise invalid_input({"contact_uuid": ["The contact_uuid field is required."]})


def _check_status(state: LeatState, voucher: Voucher, now: datetime) -> None:
    code = _REFUSALS.get(voucher.status(now))
    if code is Code.VOUCHER_INACTIVE and state.switches.inactive_voucher == "invalid_input":
        raise invalid_input({"voucher": ["The voucher is not active yet."]})
    if code is not None:
        raise LeatError(code)


def _check_key(state: LeatState, voucher: Voucher, key: str | None) -> None:
    if voucher.lock is not None and voucher.lock.key == key:
        return
    deviation = "wrong release key: code assumed"
    if state.switches.wrong_release_key == "invalid_input":
        raise invalid_input({"release_key": ["The release_key is invalid."]}, deviation=deviation)
    raise LeatError(Code.VOUCHER_LOCKED, deviation=deviation)


def _unlock(voucher: Voucher, now: datetime) -> None:
    if voucher.lock is not None and voucher.lock.holds(now):
        voucher.lock = replace(voucher.lock, released_at=now)


def _lock_answer(voucher: Voucher, lock: Lock, now: datetime) -> Answer:
    held = lock.holds(now)
    return Answer(
        {
            "voucher": {"uuid": voucher.uuid, "status": voucher.status(now)},
            "lock": {
                "release_key": lock.key,
                "locked_at": utc_text(lock.locked_at),
                "unlocked_at": optional_utc_text(lock.released_at),
                "system_release_at": utc_text(lock.system_release_at) if held else None,
            },
        }
    )


def _redemption_json(redemption: Redemption) -> JsonObject:
    return {"uuid": redemption.uuid, "created_at": utc_text(redemption.created_at)}


def _voucher(state: LeatState, call: Call) -> Voucher:
    voucher = state.vouchers.get(call.path_uuid("voucher_uuid"))
    if voucher is None:
        raise LeatError(Code.VOUCHER_NOT_FOUND)
    return voucher

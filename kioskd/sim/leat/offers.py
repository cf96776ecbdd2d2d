"""Operations that list what a contact can use: rewards, vouchers, collectable rewards."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from kioskd.sim.leat.answers import (
    META_MAP,
    PROMOTION_NOT_FOUND,
    Answer,
    Call,
    JsonObject,
    LeatError,
    invalid_input,
    utc_text,
)
from kioskd.sim.leat.contacts import contact_ref, picture
from kioskd.sim.leat.state import Collectable, LeatState, Reward, Voucher

_VOUCHER_STATUSES: Final = ("ACTIVE", "REDEEMED", "EXPIRED", "DEACTIVATED", "INACTIVE", "LOCKED")


def reward_json(reward: Reward) -> JsonObject:
    """The merchant's own attributes lie flat beside Leat's fields."""
    return reward.attributes | {
        "id": reward.id,
        "uuid": reward.uuid,
        "title": reward.title,
        "description": reward.description,
        "type": reward.type,
        "reward_type": reward.type,
        "is_active": reward.active,
        "required_credits": reward.required_credits,
        "media": picture(reward.picture_url),
        "pre_redeemable": reward.pre_redeemable,
        "expiration_duration": reward.expiration_duration_s,
        "cost_price": None,
        "stock": reward.stock,
    }


def list_rewards(state: LeatState, call: Call) -> Answer:
    """All rewards; with a contact only the active ones, with a shop only those it offers.

    Costs do not matter: a contact also sees what it cannot afford yet, and what is out of stock.
    """
    rewards = list(state.rewards.values())
    if shop_uuid := call.query.get("shop_uuid"):
        state.shop(shop_uuid)
        rewards = [reward for reward in rewards if reward.only_shop_uuid in (None, shop_uuid)]
    if contact_uuid := call.query.get("contact_uuid"):
        state.contact(contact_uuid)
        rewards = [reward for reward in rewards if reward.active]
    return Answer([reward_json(reward) for reward in rewards], META_MAP)


def list_collectable_rewards(state: LeatState, call: Call) -> Answer:
    contact = state.contact(call.required("contact_uuid"))
    waiting = [
        collectable
        for collectable in state.collectables.values()
        if collectable.contact_uuid == contact.uuid
        and not collectable.collected
        and (collectable.expires_at is None or collectable.expires_at > call.now)
    ]
    return Answer([_collectable_json(state, collectable) for collectable in waiting], META_MAP)


def list_vouchers(state: LeatState, call: Call) -> Answer:
    vouchers = list(state.vouchers.values())
    if promotion_uuid := call.query.get("promotion_uuid"):
        if promotion_uuid not in state.promotions:
            raise LeatError(PROMOTION_NOT_FOUND, "Promotion not found")
        vouchers = [voucher for voucher in vouchers if voucher.promotion_uuid == promotion_uuid]
    if contact_uuid := call.query.get("contact_uuid"):
        state.contact(contact_uuid)
        vouchers = [voucher for voucher in vouchers if voucher.contact_uuid == contact_uuid]
    if status := call.query.get("status"):
        if status not in _VOUCHER_STATUSES:
            raise invalid_input({"status": ["The selected status is invalid."]})
        vouchers = [voucher for voucher in vouchers if voucher.status(call.now) == status]
    page = call.whole_number("page", 1, 1, 1_000_000)
    limit = call.whole_number("limit", 30, 0, 500)
    start = (page - 1) * limit
    shown = vouchers[start : start + limit]
    last_page = max(1, -(-len(vouchers) // limit)) if limit else 1
    return Answer(
        [_voucher_json(state, voucher, call.now) for voucher in shown],
        {
            "current_page": page,
            "from": start + 1 if shown else None,
            "last_page": last_page,
            "links": [
                {"url": _page_url(call, number), "label": str(number), "active": number == page}
                for number in range(1, last_page + 1)
            ],
            "path": call.url,
            "per_page": str(limit),  # a text in every recorded answer
            "to": start + len(shown) if shown else None,
            "total": len(vouchers),
        },
        links={
            "first": _page_url(call, 1),
            "last": _page_url(call, last_page),
            "prev": _page_url(call, page - 1) if page > 1 else None,
            "next": _page_url(call, page + 1) if page < last_page else None,
        },
    )


def _page_url(call: Call, page: int) -> str:
    return f"{call.url}?{urlencode(dict(call.query) | {'page': page})}"


def _collectable_json(state: LeatState, collectable: Collectable) -> JsonObject:
    reward = state.rewards[collectable.reward_uuid]
    return {
        "uuid": collectable.uuid,
        "title": reward.title,
        "contact": contact_ref(state.contact(collectable.contact_uuid)),
        "created_at": utc_text(collectable.created_at),
        "reward": reward_json(reward),
        "expires_at": _time(collectable.expires_at),
        "has_been_collected": collectable.collected,
    }


def _voucher_json(state: LeatState, voucher: Voucher, now: datetime) -> JsonObject:
    promotion = state.promotions[voucher.promotion_uuid]
    owner = None if voucher.contact_uuid is None else contact_ref(state.contact(voucher.contact_uuid))
    return {
        "uuid": voucher.uuid,
        "code": voucher.code,
        "status": voucher.status(now),
        "name": promotion.name,
        "description": promotion.description,
        "expiration_date": _time(voucher.expires_at),
        "activation_date": _time(voucher.activates_at),
        "redeemed_at": _time(voucher.redeemed_at),
        "is_redeemed": voucher.redeemed >= voucher.allowed,
        "redemptions_remaining": voucher.allowed - voucher.redeemed,
        "times_redeemed": voucher.redeemed,
        "total_redemptions_allowed": voucher.allowed,
        # PHP prints an empty map as a list.
        "attributes": voucher.attributes or [],
        "contact": owner,
        # Flat here, although the promotion's own operations nest them.
        "promotion": promotion.attributes
        | {
            "uuid": promotion.uuid,
            "name": promotion.name,
            "description": promotion.description,
            "voucher_limit": promotion.voucher_limit,
            "limit_per_contact": None,
            "expiration_duration": None,
            "type": "SINGLE_USE" if promotion.redemptions_per_voucher == 1 else "MULTI_USE",
            "redemptions_per_voucher": promotion.redemptions_per_voucher,
        },
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else utc_text(at)

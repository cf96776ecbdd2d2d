"""Operations about rewards: what costs points, and what is waiting to be collected."""

from __future__ import annotations

from datetime import datetime, timedelta

from kioskd.sim.leat.answers import (
    META_MAP,
    Answer,
    Call,
    JsonObject,
    LeatError,
    invalid_input,
    optional_utc_text,
    picture,
    utc_text,
)
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.ledger import book_points
from kioskd.sim.leat.records import Collectable, Contact, Redemption, Reward, Transaction
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.transactions import REWARD_RECEPTIONS, transaction_json


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


def get_reward(state: LeatState, call: Call) -> Answer:
    reward = _reward(state, call.path["reward_uuid"])
    return Answer(reward_json(reward) | {"active": reward.active}, META_MAP)


def create_reward_reception(state: LeatState, call: Call) -> Answer:
    """Takes the points at once; a pre-redeemable reward then waits to be collected."""
    form = Fields(call.body)
    contact_uuid = form.text("contact_uuid", required=True) or ""
    reward_uuid = form.text("reward_uuid", required=True) or ""
    shop_uuid = form.text("shop_uuid", required=True) or ""
    card = form.text("contact_identifier_value")
    form.check()
    contact, shop, reward = state.contact(contact_uuid), state.shop(shop_uuid), _reward(state, reward_uuid)
    _check_claim(state, contact, reward, shop_uuid)
    if reward.stock is not None:
        reward.stock -= 1
    row = book_points(
        state,
        contact,
        -reward.required_credits,
        shop,
        call.now,
        type="digital_reward_reception" if reward.type == "DIGITAL" else "reward_reception",
        collected=False,
        reward_uuid=reward.uuid,
        card=card,
    )
    if reward.type == "DIGITAL":
        code = {"digital_reward_code": {"code": f"DIGI-{row.uuid[:8].upper()}"}}
        return Answer(transaction_json(state, row) | {"digital_reward": reward_json(reward)} | code, META_MAP)
    collectable = None
    if reward.pre_redeemable:
        collectable = Collectable(
            uuid=row.uuid,
            reward_uuid=reward.uuid,
            contact_uuid=contact.uuid,
            created_at=call.now,
            expires_at=_expiry(reward, call.now),
        )
        state.collectables[collectable.uuid] = collectable
    return Answer(
        transaction_json(state, row)
        | {
            "reward": reward_json(reward),
            "expires_at": None if collectable is None else optional_utc_text(collectable.expires_at),
            "has_been_collected": collectable is None,
        },
        META_MAP,
    )


def reverse_reward_reception(state: LeatState, call: Call) -> Answer:
    """Gives the points back as a credit reception."""
    reception = _reception(state, call.path_uuid("reward_reception_uuid"))
    if reception.reversed and state.switches.reward_reversed_again == "refused":
        raise _cannot_reverse("The reward reception has already been reversed.")
    collectable = state.collectables.get(reception.uuid)
    if collectable is not None and collectable.collected:
        raise _cannot_reverse("The reward has been collected.")
    reward = state.rewards[reception.reward_uuid or ""]
    if not reception.reversed and reward.stock is not None:
        reward.stock += 1
    reception.reversed = True
    state.collectables.pop(reception.uuid, None)
    row = book_points(
        state,
        state.contact(reception.contact_uuid),
        -reception.credits,
        state.shop(reception.shop_uuid),
        call.now,
        collected=False,
    )
    return Answer(transaction_json(state, row), META_MAP)


def list_collectable_rewards(state: LeatState, call: Call) -> Answer:
    contact = state.contact(call.required("contact_uuid"))
    waiting = [
        collectable
        for collectable in state.collectables.values()
        if collectable.contact_uuid == contact.uuid
        and not collectable.collected
        and not _expired(collectable, call.now)
    ]
    return Answer([_collectable_json(state, collectable) for collectable in waiting], META_MAP)


def collect_reward(state: LeatState, call: Call) -> Answer:
    collectable = state.collectables.get(call.path["loyalty_transaction_uuid"])
    if collectable is None:
        raise LeatError(Code.REWARD_NOT_FOUND)
    if collectable.collected:
        if state.switches.collected_again == "refused":
            raise LeatError(Code.COLLECTABLE_EXPIRED, deviation="collected twice: code assumed")
        return _collected(state, collectable)
    if _expired(collectable, call.now):
        raise LeatError(Code.COLLECTABLE_EXPIRED)
    collectable.redemptions.append(Redemption(state.new_uuid("collection"), call.now))
    return _collected(state, collectable)


def reverse_collected_reward(state: LeatState, call: Call) -> Answer:
    """Makes the reward collectable again; repeating it changes nothing."""
    redemption_uuid = call.path["collectable_reward_redemption_uuid"]
    for collectable in state.collectables.values():
        for redemption in collectable.redemptions:
            if redemption.uuid == redemption_uuid:
                redemption.reversed = True
                return Answer({"uuid": redemption.uuid, "status": "REVERSED"}, META_MAP)
    raise LeatError(Code.REWARD_NOT_FOUND, deviation="reversal of an unknown collection: code assumed")


def _check_claim(state: LeatState, contact: Contact, reward: Reward, shop_uuid: str) -> None:
    if reward.only_shop_uuid not in (None, shop_uuid):
        raise LeatError(Code.REWARD_NOT_FOUND, deviation="reward of another shop: code assumed")
    if not reward.active:
        raise LeatError(Code.REWARD_INACTIVE)
    if reward.stock is not None and reward.stock < 1:
        raise LeatError(Code.OUT_OF_STOCK)
    claims = sum(
        row.contact_uuid == contact.uuid and row.reward_uuid == reward.uuid and not row.reversed
        for row in state.transactions
    )
    if reward.claim_limit is not None and claims >= reward.claim_limit:
        raise LeatError(Code.CLAIM_LIMIT_REACHED)
    if contact.points < reward.required_credits:
        raise LeatError(Code.NOT_ENOUGH_CREDITS)


def _collected(state: LeatState, collectable: Collectable) -> Answer:
    if state.switches.collect_answer == "collectable":
        return Answer(_collectable_json(state, collectable), META_MAP)
    redemption = next(entry for entry in collectable.redemptions if not entry.reversed)
    return Answer({"uuid": redemption.uuid, "status": "COLLECTED"}, META_MAP)


def _collectable_json(state: LeatState, collectable: Collectable) -> JsonObject:
    reward = state.rewards[collectable.reward_uuid]
    return {
        "uuid": collectable.uuid,
        "title": reward.title,
        "contact": contact_ref(state.contact(collectable.contact_uuid)),
        "created_at": utc_text(collectable.created_at),
        "reward": reward_json(reward),
        "expires_at": optional_utc_text(collectable.expires_at),
        "has_been_collected": collectable.collected,
    }


def _reward(state: LeatState, reward_uuid: str) -> Reward:
    reward = state.rewards.get(reward_uuid)
    if reward is None:
        raise LeatError(Code.REWARD_NOT_FOUND)
    return reward


def _reception(state: LeatState, reception_uuid: str) -> Transaction:
    for row in state.transactions:
        if row.uuid == reception_uuid and row.type in REWARD_RECEPTIONS:
            return row
    raise invalid_input({"reward_reception_uuid": ["The reward reception does not exist."]})


def _cannot_reverse(why: str) -> LeatError:
    return invalid_input({"reward_reception_uuid": [why]}, deviation="reversal refused: code assumed")


def _expired(collectable: Collectable, now: datetime) -> bool:
    return collectable.expires_at is not None and collectable.expires_at <= now


def _expiry(reward: Reward, now: datetime) -> datetime | None:
    seconds = reward.expiration_duration_s
    return None if seconds is None else now + timedelta(seconds=seconds)

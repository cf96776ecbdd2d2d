"""Operations about the account: who it is, its shops, its tiers and its loyalty programme."""

from __future__ import annotations

from kioskd.sim.leat.answers import META_MAP, Answer, Call, JsonObject
from kioskd.sim.leat.contacts import tier_json
from kioskd.sim.leat.records import Shop
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.transactions import PURCHASE_UNIT


def shop_json(shop: Shop) -> JsonObject:
    return {"uuid": shop.uuid, "name": shop.name, "type": shop.type, "reference": shop.reference}


def ping(state: LeatState, call: Call) -> Answer:
    account = state.account
    return Answer(
        {"company": account.company, "account_id": account.id, "account_uuid": account.uuid},
        deviation="token self-test: answer assumed",
    )


def list_shops(state: LeatState, call: Call) -> Answer:
    return Answer([shop_json(shop) for shop in state.shops.values()], META_MAP)


def get_shop(state: LeatState, call: Call) -> Answer:
    return Answer(shop_json(state.shop(call.path["shop_uuid"])), META_MAP)


def list_tiers(state: LeatState, call: Call) -> Answer:
    return Answer([tier_json(tier) for tier in state.tiers], META_MAP)


def get_loyalty_program(state: LeatState, call: Call) -> Answer:
    account = state.account
    return Answer(
        {
            "id": account.id,
            "name": account.program_name,
            "max_amount": account.max_credits,
            "custom_credit_name": account.credit_name,
            "unit": PURCHASE_UNIT,
        },
        META_MAP,
    )

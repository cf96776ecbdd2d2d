"""The movements of points: how one is printed, and the list a client reads to learn what took effect."""

from __future__ import annotations

from typing import Final

from kioskd.sim.leat.answers import Answer, Call, JsonObject, invalid_input, utc_text
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.pages import UNSORTED, in_order, in_period, plain_page
from kioskd.sim.leat.records import Shop, Transaction
from kioskd.sim.leat.state import LeatState

PURCHASE_UNIT: Final[JsonObject] = {"name": "purchase_amount", "label": "Purchase Amount", "prefix": ""}
REWARD_RECEPTIONS: Final = ("reward_reception", "digital_reward_reception")

_TYPES: Final = {"credit_receptions": ("credit_reception",), "reward_receptions": REWARD_RECEPTIONS}


def list_loyalty_transactions(state: LeatState, call: Call) -> Answer:
    rows = state.transactions
    if type_name := call.query.get("type"):
        if type_name not in _TYPES:
            raise invalid_input({"type": ["The selected type is invalid."]})
        rows = [row for row in rows if row.type in _TYPES[type_name]]
    if contact_uuid := call.query.get("contact_uuid"):
        state.contact(contact_uuid)
        rows = [row for row in rows if row.contact_uuid == contact_uuid]
    if shop_uuid := call.query.get("shop_uuid"):
        state.shop(shop_uuid)
        rows = [row for row in rows if row.shop_uuid == shop_uuid]
    shown, meta = plain_page(call, in_order(call, in_period(call, rows)))
    documents = [transaction_json(state, row) for row in shown]
    return Answer(documents, meta, deviation=None if call.query.get("sort") else UNSORTED)


def transaction_json(state: LeatState, row: Transaction) -> JsonObject:
    """Attributes the client has sent lie flat beside Leat's fields."""
    contact = state.contact(row.contact_uuid)
    balance = {"credit_balance": {"id": contact.id, "balance": contact.points}}
    document: JsonObject = row.attributes | {
        "uuid": row.uuid,
        "type": row.type,
        "credits": row.credits,
        "contact": contact_ref(contact) | balance,
        "shop": shop_ref(state.shop(row.shop_uuid)),
        "contact_identifier": state.document_of_card(row.card),
        "channel": "OAUTH_API",
        "created_at": utc_text(row.created_at),
    }
    if row.type not in REWARD_RECEPTIONS:
        return document | {"unit": PURCHASE_UNIT, "unit_value": row.unit_value}
    reward = state.rewards[row.reward_uuid or ""]
    return document | {"title": reward.title}


def shop_ref(shop: Shop) -> JsonObject:
    return {"id": shop.id, "uuid": shop.uuid, "name": shop.name, "type": shop.type}

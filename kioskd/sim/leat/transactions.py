"""The list of point movements: what a client reads to learn whether a write took effect."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Final

from kioskd.sim.leat.answers import Answer, Call, JsonObject, invalid_input, parse_time, utc_text
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.programme import PURCHASE_UNIT
from kioskd.sim.leat.state import LeatState, Transaction

_TYPES: Final = {
    "credit_receptions": ("credit_reception",),
    "reward_receptions": ("reward_reception", "digital_reward_reception"),
}
_COMPARISONS: Final[dict[str, Callable[[datetime, datetime], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def list_loyalty_transactions(state: LeatState, call: Call) -> Answer:
    rows = [row for row in state.transactions if state.readable(row.created_at, call.now)]
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
    rows = _in_period(rows, call)
    sort = call.query.get("sort")
    if sort not in (None, "created_at", "-created_at"):
        raise invalid_input({"sort": ["The selected sort is invalid."]})
    if sort != "created_at":
        rows.reverse()
    page = call.whole_number("page", 1, 1, 1_000_000)
    limit = call.whole_number("limit", 10, 1, 100)
    start = (page - 1) * limit
    shown = rows[start : start + limit]
    return Answer(
        [_transaction_json(state, row) for row in shown],
        {
            "page": page,
            # Printed as it was asked for: a text when it came with the query.
            "limit": call.query.get("limit", limit),
            "viewing_from": start + 1 if shown else None,
            "viewing_to": start + len(shown) if shown else None,
            "last_page": max(1, -(-len(rows) // limit)),
            "total": len(rows),
        },
        deviation=None if sort else "order without sort: newest first assumed",
    )


def _in_period(rows: list[Transaction], call: Call) -> list[Transaction]:
    for name, holds in _COMPARISONS.items():
        field = f"created_at[{name}]"
        if text := call.query.get(field):
            try:
                limit = parse_time(text)
            except ValueError:
                raise invalid_input({field: ["The created_at is not a valid date."]}) from None
            # Leat keeps and prints whole seconds.
            rows = [row for row in rows if holds(row.created_at.replace(microsecond=0), limit)]
    return rows


def _transaction_json(state: LeatState, row: Transaction) -> JsonObject:
    contact = state.contact(row.contact_uuid)
    shop = state.shop(row.shop_uuid)
    balance = {"credit_balance": {"id": contact.id, "balance": contact.points}}
    return {
        "uuid": row.uuid,
        "type": row.type,
        "credits": row.credits,
        "contact": contact_ref(contact) | balance,
        "shop": {"id": shop.id, "uuid": shop.uuid, "name": shop.name, "type": shop.type},
        "contact_identifier": None,
        "unit": PURCHASE_UNIT,
        "unit_value": row.unit_value,
        "channel": "OAUTH_API",
        "created_at": utc_text(row.created_at),
    }

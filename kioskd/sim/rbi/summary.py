"""The whole state for people: names next to ids, statuses as of now."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.rbi.records import Guest, JsonObject, Transaction
from kioskd.sim.rbi.state import RbiState


def summary(state: RbiState, now: datetime) -> JsonObject:
    return {
        "stores": [
            {"id": store.id, "name": store.name, "region": store.region, "loyalty": store.loyalty}
            for store in state.stores.values()
        ],
        "guests": [_guest(state, guest, now) for guest in state.guests.values()],
        "codes": [
            {
                "code": code.value,
                "guest": state.guests[code.guest_id].name,
                "picks": code.picks,
                "used": code.used,
                "expired": code.expires_at is not None and code.expires_at <= now,
            }
            for code in state.codes.values()
        ],
        "promo_codes": [
            {"code": code.value, "incentive": code.content_id, "used": code.used}
            for code in state.promo_codes.values()
        ],
        "incentives": [
            {
                "content_id": incentive.content_id,
                "kind": incentive.kind,
                "name": incentive.name,
                "product_id": incentive.product_id,
                "points": incentive.points,
            }
            for incentive in state.incentives.values()
        ],
        "transactions": [_transaction(state, one, now) for one in state.transactions.values()],
        "ledger": [
            {
                "id": row.id,
                "guest_id": row.guest_id,
                "kind": row.kind,
                "points": row.points,
                "transaction_id": row.transaction_id,
                "at": row.at.isoformat(),
            }
            for row in state.ledger
        ],
    }


def _guest(state: RbiState, guest: Guest, now: datetime) -> JsonObject:
    return {
        "id": guest.id,
        "name": guest.name,
        "cards": guest.cards,
        "picks": guest.picks,
        "unlocked": guest.unlocked,
        "points": guest.points,
        "available": state.available_points(guest, now),
    }


def _transaction(state: RbiState, transaction: Transaction, now: datetime) -> JsonObject:
    return {
        "id": transaction.id,
        "guest": None if transaction.guest_id is None else state.guests[transaction.guest_id].name,
        "store_id": transaction.store_id,
        "terminal": transaction.terminal,
        "order_number": transaction.order_number,
        "status": transaction.status.value,
        "open": state.is_open(transaction, now),
        "held_points": transaction.held_points,
        "earned_points": transaction.earned_points,
        "burned_points": transaction.burned_points,
        "incentives": {used.content_id: used.quantity for used in transaction.used},
        "receipt_code": transaction.receipt_code,
        "body": transaction.body,
        "opened_at": transaction.opened_at.isoformat(),
        "changed_at": transaction.changed_at.isoformat(),
    }

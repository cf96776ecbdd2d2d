"""The only place where balances change. Every change leaves its row: the rows add up to the balance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.order_records import Order
from kioskd.sim.leat.records import (
    Card,
    Collectable,
    Contact,
    Giftcard,
    GiftcardTransaction,
    PrepaidTransaction,
    SessionToken,
    Shop,
    Transaction,
    Voucher,
)
from kioskd.sim.leat.state import LeatState

_Owned = Card | Collectable | Order | PrepaidTransaction | SessionToken | Transaction | Voucher


def book_points(
    state: LeatState,
    contact: Contact,
    credits: int,
    shop: Shop,
    now: datetime,
    *,
    type: str = "credit_reception",
    collected: bool = True,
    **details: Any,
) -> Transaction:
    """`collected`: whether these points also count for the tier, as those of purchases do."""
    row = Transaction(state.new_uuid("transaction"), type, credits, contact.uuid, shop.uuid, now, **details)
    contact.points += credits
    if collected:
        contact.collected_points += credits
    state.transactions.append(row)
    return row


def book_prepaid(
    state: LeatState, contact: Contact, amount_minor: int, shop: Shop, now: datetime, card: str | None = None
) -> PrepaidTransaction:
    contact.prepaid_minor += amount_minor
    row = PrepaidTransaction(
        uuid=state.new_uuid("prepaid"),
        contact_uuid=contact.uuid,
        shop_uuid=shop.uuid,
        amount_minor=amount_minor,
        balance_minor=contact.prepaid_minor,
        created_at=now,
        card=card,
    )
    state.prepaid_transactions.append(row)
    return row


def book_giftcard(
    state: LeatState,
    card: Giftcard,
    amount_minor: int,
    shop: Shop,
    now: datetime,
    attributes: JsonObject | None = None,
) -> GiftcardTransaction:
    card.balance_minor += amount_minor
    row = GiftcardTransaction(
        id=2000 + len(state.giftcard_transactions),
        uuid=state.new_uuid("giftcard_transaction"),
        giftcard_uuid=card.uuid,
        shop_uuid=shop.uuid,
        amount_minor=amount_minor,
        created_at=now,
        attributes=attributes or {},
    )
    state.giftcard_transactions.append(row)
    return row


def merge_contacts(state: LeatState, source: Contact, target: Contact) -> None:
    """Everything of `source`, rows included, becomes `target`'s, and `source` is gone."""
    target.points += source.points
    target.collected_points += source.collected_points
    target.prepaid_minor += source.prepaid_minor
    owned: list[_Owned] = [
        *state.vouchers.values(),
        *state.cards.values(),
        *state.session_tokens.values(),
        *state.collectables.values(),
        *state.transactions,
        *state.prepaid_transactions,
        *state.orders.values(),
    ]
    for thing in owned:
        if thing.contact_uuid == source.uuid:
            thing.contact_uuid = target.uuid
    del state.contacts[source.uuid]

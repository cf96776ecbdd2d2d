"""The whole state for people: names next to uuids, statuses as of now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kioskd.sim.leat.answers import JsonObject, optional_utc_text, utc_text
from kioskd.sim.leat.records import Contact, Voucher
from kioskd.sim.leat.state import LeatState


def summary(state: LeatState, now: datetime) -> dict[str, Any]:
    return {
        "contacts": [_contact(state, contact, now) for contact in state.contacts.values()],
        "unlinked_cards": [card.value for card in state.cards.values() if card.contact_uuid is None],
        "unlinked_vouchers": [
            _voucher(state, voucher, now)
            for voucher in state.vouchers.values()
            if voucher.contact_uuid is None
        ],
        "rewards": [
            {
                "uuid": reward.uuid,
                "title": reward.title,
                "credits": reward.required_credits,
                "stock": reward.stock,
                "active": reward.active,
            }
            for reward in state.rewards.values()
        ],
        "giftcards": [
            {
                "uuid": card.uuid,
                "code": card.hash,
                "type": card.type,
                "balance_minor": card.balance_minor,
                "active": card.active,
                "upgradeable": card.upgradeable,
                "expires_at": optional_utc_text(card.expires_at),
                "expired": card.expired(now),
            }
            for card in state.giftcards.values()
        ],
        "giftcard_transactions": [
            {
                "uuid": row.uuid,
                "code": state.giftcards[row.giftcard_uuid].hash,
                "amount_minor": row.amount_minor,
                "shop_uuid": row.shop_uuid,
                "attributes": row.attributes,
                "created_at": row.created_at.isoformat(),
            }
            for row in state.giftcard_transactions
        ],
        "prepaid_transactions": [
            {
                "uuid": row.uuid,
                "contact_uuid": row.contact_uuid,
                "amount_minor": row.amount_minor,
                "balance_minor": row.balance_minor,
                "shop_uuid": row.shop_uuid,
                "created_at": row.created_at.isoformat(),
            }
            for row in state.prepaid_transactions
        ],
        "orders": [
            order.document
            | {
                "points": order.points,
                "processed": order.processed,
                "payments": [{"uuid": p.uuid, "type": p.type} for p in order.form.payments],
                "offers": [
                    {"uuid": d.offer.uuid, "type": d.offer.type} for d in order.form.discounts if d.offer
                ],
            }
            for order in state.orders.values()
        ],
        "returns": [
            {
                "uuid": back.uuid,
                "external_identifier": back.external_identifier,
                "order_uuid": back.order_uuid,
                "value_minor": back.value_minor,
                "processed": back.processed,
            }
            for back in state.returns.values()
        ],
        "transactions": [
            {
                "uuid": row.uuid,
                "type": row.type,
                "credits": row.credits,
                "contact_uuid": row.contact_uuid,
                "shop_uuid": row.shop_uuid,
                "order_uuid": row.order_uuid,
                "created_at": row.created_at.isoformat(),
            }
            for row in state.transactions
        ],
        "products": {product.external_identifier: product.name for product in state.products.values()},
        "categories": {entry.external_identifier: entry.name for entry in state.categories.values()},
    }


def _contact(state: LeatState, contact: Contact, now: datetime) -> JsonObject:
    tier = state.tier_of(contact)
    return {
        "uuid": contact.uuid,
        "name": " ".join(part for part in (contact.first_name, contact.last_name) if part),
        "cards": [{"value": card.value, "active": card.active} for card in state.cards_of(contact)],
        "points": contact.points,
        "tier": tier.name if tier else None,
        "prepaid_minor": contact.prepaid_minor,
        "vouchers": [
            _voucher(state, voucher, now)
            for voucher in state.vouchers.values()
            if voucher.contact_uuid == contact.uuid
        ],
        "collectables": [
            state.rewards[collectable.reward_uuid].title
            for collectable in state.collectables.values()
            if collectable.contact_uuid == contact.uuid and not collectable.collected
        ],
    }


def _voucher(state: LeatState, voucher: Voucher, now: datetime) -> JsonObject:
    locked = voucher.lock is not None and voucher.lock.holds(now)
    return {
        "code": voucher.code,
        "status": voucher.status(now),
        "promotion": state.promotions[voucher.promotion_uuid].name,
        "remaining": voucher.remaining,
        "locked_until": utc_text(voucher.lock.system_release_at) if voucher.lock and locked else None,
    }

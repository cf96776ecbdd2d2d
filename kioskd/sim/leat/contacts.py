"""Operations about contacts and their cards."""

from __future__ import annotations

from kioskd.sim.leat.answers import (
    IDENTIFIER_INACTIVE,
    IDENTIFIER_NOT_FOUND,
    Answer,
    Call,
    JsonObject,
    LeatError,
)
from kioskd.sim.leat.state import Contact, LeatState, Tier


def contact_ref(contact: Contact) -> JsonObject:
    return {"uuid": contact.uuid, "email": contact.email}


def tier_json(tier: Tier) -> JsonObject:
    return {
        "uuid": tier.uuid,
        "name": tier.name,
        "description": tier.description,
        "position": tier.position,
        "media": picture(tier.picture_url),
    }


def picture(url: str | None) -> JsonObject | None:
    return None if url is None else {"type": "image", "value": url}


def find_identifier(state: LeatState, call: Call) -> Answer:
    card = state.find_card(call.required("contact_identifier_value"))
    if card is None:
        raise LeatError(
            IDENTIFIER_NOT_FOUND, "Contact identifier niet gevonden | Contact identifier not found"
        )
    if not card.active:
        raise LeatError(IDENTIFIER_INACTIVE, "Contact identifier is inactive")
    owner = None if card.contact_uuid is None else contact_ref(state.contact(card.contact_uuid))
    return Answer({"value": card.value, "name": card.name, "active": card.active, "contact": owner})


def get_contact(state: LeatState, call: Call) -> Answer:
    contact = state.contact(call.path["contact_uuid"])
    tier = state.tier_of(contact)
    card = state.default_card(contact)
    local = contact.created_at.astimezone(state.account.zone)
    return Answer(
        {
            "id": contact.id,
            "uuid": contact.uuid,
            "email": contact.email,
            "tier": None if tier is None else tier_json(tier),
            "subscriptions": [],
            "credit_balance": {"balance": contact.points},
            "prepaid_balance": {"balance_in_cents": contact.prepaid_minor},
            "current_values": contact.attributes
            | {
                "firstname": contact.first_name,
                "lastname": contact.last_name,
                "email": contact.email,
                "status": "ACTIVE",
                "is_anonymous": contact.anonymous,
                "default_contact_identifier": None if card is None else card.value,
                "loyalty_balance": contact.points,
                # Major units here, cents in prepaid_balance above.
                "prepaid_balance": _major(contact.prepaid_minor),
                "add_to_wallet": f"https://wallet.example.test/add?uuid={contact.uuid}",
            },
            "current_display_values": {"created_at": local.strftime("%Y-%m-%d, %H:%M")},
            "attributes": [],
        }
    )


def get_credit_balance(state: LeatState, call: Call) -> Answer:
    return Answer({"balance": state.contact(call.path["contact_uuid"]).points})


def get_prepaid_balance(state: LeatState, call: Call) -> Answer:
    minor = state.contact(call.path["contact_uuid"]).prepaid_minor
    return Answer({"balance_in_cents": minor, "balance": f"€{minor / 100:,.2f}"})


def get_tier(state: LeatState, call: Call) -> Answer:
    tier = state.tier_of(state.contact(call.path["contact_uuid"]))
    if tier is None:
        empty = {"uuid": None, "name": None, "description": None, "position": None, "media": None}
        return Answer(empty, deviation="contact without a tier: answer assumed")
    return Answer(tier_json(tier))


def _major(minor: int) -> int | float:
    """20 for 2000 and 20.5 for 2050: whole amounts come without a fraction."""
    return minor // 100 if minor % 100 == 0 else minor / 100

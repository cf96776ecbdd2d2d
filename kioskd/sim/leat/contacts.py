"""Operations about contacts, and their balances."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, invalid_input, picture
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.ledger import merge_contacts
from kioskd.sim.leat.records import Card, Contact, Tier
from kioskd.sim.leat.state import LeatState


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


def balance_json(minor: int) -> JsonObject:
    return {"balance_in_cents": minor, "balance": f"€{minor / 100:,.2f}"}


def get_contact(state: LeatState, call: Call) -> Answer:
    return Answer(_contact_json(state, state.contact(call.path_uuid("contact_uuid"))))


def find_contact(state: LeatState, call: Call) -> Answer:
    contact = _by_email(state, call.required("email"))
    if contact is None:
        raise LeatError(Code.CONTACT_NOT_FOUND)
    return Answer(_contact_json(state, contact))


def find_or_create_contact(state: LeatState, call: Call) -> Answer:
    """A read that writes: an address nobody has becomes a new contact."""
    email = call.required("email")
    if "@" not in email:
        raise invalid_input({"email": ["The email must be a valid email address."]})
    contact = _by_email(state, email) or _new_contact(state, email, call.now)
    return Answer(_contact_json(state, contact))


def create_anonymous_contact(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    value = form.text("contact_identifier_value")
    name = form.text("contact_identifier_name")
    form.check()
    card = None if value is None else state.find_card(value)
    if value is not None and card is None:
        if state.switches.anonymous_with_unknown_card == "refused":
            raise LeatError(Code.IDENTIFIER_NOT_FOUND, deviation="anonymous with an unknown card: assumed")
        card = Card(value, name or value, contact_uuid=None)
    if card is not None and card.contact_uuid is not None:
        raise LeatError(Code.IDENTIFIER_LINKED)
    limit = state.switches.contact_limit
    if limit is not None and len(state.contacts) >= limit:
        raise LeatError(Code.CONTACTS_PLAN_LIMIT)
    contact = _new_contact(state, "", call.now)
    if card is not None:
        card.contact_uuid, card.default = contact.uuid, True
        state.cards[card.value] = card
    return Answer({"uuid": contact.uuid})


def claim_contact(state: LeatState, call: Call) -> Answer:
    """An anonymous contact gets an address; if somebody has it, that one gets all the anonymous one had."""
    contact = state.contact(call.path["contact_uuid"])
    form = Fields(call.body)
    email = form.text("email", required=True) or ""
    if email and "@" not in email:
        form.wrong("email", "The email must be a valid email address.")
    form.check()
    if not contact.anonymous:
        raise LeatError(Code.CONTACT_NOT_ANONYMOUS)
    known = _by_email(state, email)
    if known is not None:
        merge_contacts(state, contact, known)
        return Answer(_contact_json(state, known))
    contact.email, contact.anonymous = email, False
    return Answer(_contact_json(state, contact))


def get_credit_balance(state: LeatState, call: Call) -> Answer:
    return Answer({"balance": state.contact(call.path_uuid("contact_uuid")).points})


def get_prepaid_balance(state: LeatState, call: Call) -> Answer:
    minor = state.contact(call.path_uuid("contact_uuid")).prepaid_minor
    return Answer(balance_json(minor))


def get_tier(state: LeatState, call: Call) -> Answer:
    tier = state.tier_of(state.contact(call.path_uuid("contact_uuid")))
    if tier is None:
        empty = {"uuid": None, "name": None, "description": None, "position": None, "media": None}
        return Answer(empty, deviation="contact without a tier: answer assumed")
    return Answer(tier_json(tier))


def _major(minor: int) -> int | float:
    """20 for 2000 and 20.5 for 2050: whole amounts come without a fraction."""
    return minor // 100 if minor % 100 == 0 else minor / 100


def _by_email(state: LeatState, email: str) -> Contact | None:
    contacts = state.contacts.values()
    return next((contact for contact in contacts if email and contact.email == email), None)


def _new_contact(state: LeatState, email: str, now: datetime) -> Contact:
    contact = Contact(
        id=max((known.id for known in state.contacts.values()), default=1000) + 1,
        uuid=state.new_uuid("contact"),
        email=email,
        first_name=None,
        last_name=None,
        points=0,
        collected_points=0,
        prepaid_minor=0,
        anonymous=not email,
        created_at=now,
    )
    state.contacts[contact.uuid] = contact
    return contact


def _contact_json(state: LeatState, contact: Contact) -> JsonObject:
    tier = state.tier_of(contact)
    card = state.default_card(contact)
    local = contact.created_at.astimezone(state.account.zone)
    return {
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
            "add_to_wallet": f"{state.account.portal_url}/wallet?uuid={contact.uuid}",
        },
        "current_display_values": {"created_at": local.strftime("%Y-%m-%d, %H:%M")},
        "attributes": [],
    }

"""Operations about contact identifiers: the cards and codes that stand for a contact."""

from __future__ import annotations

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.records import Card
from kioskd.sim.leat.state import LeatState


def find_identifier(state: LeatState, call: Call) -> Answer:
    return Answer(_card_json(state, state.active_card(call.required("contact_identifier_value"))))


def list_identifiers(state: LeatState, call: Call) -> Answer:
    contact = state.contact(call.path_uuid("contact_uuid"))
    return Answer([_card_json(state, card) | {"default": card.default} for card in state.cards_of(contact)])


def create_identifier(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    value = form.text("contact_identifier_value", required=True) or ""
    name = form.text("contact_identifier_name")
    contact_uuid = form.text("contact_uuid")
    form.check()
    if contact_uuid is not None:
        state.contact(contact_uuid)
    if state.find_card(value) is not None:
        raise LeatError(Code.IDENTIFIER_EXISTS)
    card = Card(value, name or value, contact_uuid)
    state.cards[value] = card
    return Answer(_card_json(state, card))


def link_identifier(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    value = form.text("contact_identifier_value", required=True) or ""
    contact_uuid = form.text("contact_uuid", required=True) or ""
    form.check()
    card = state.active_card(value)
    contact = state.contact(contact_uuid)
    if card.contact_uuid is not None:
        raise LeatError(Code.IDENTIFIER_LINKED)
    card.contact_uuid = contact.uuid
    return Answer(_card_json(state, card))


def unlink_identifier(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    value = form.text("contact_identifier_value", required=True) or ""
    form.check()
    card = state.active_card(value)
    if card.contact_uuid is None:
        raise LeatError(Code.IDENTIFIER_NOT_LINKED, deviation="unlinking what is not linked: code assumed")
    card.contact_uuid, card.default = None, False
    return Answer(_card_json(state, card))


def get_session_token(state: LeatState, call: Call) -> Answer:
    return _session_token(state, call, use=False)


def use_session_token(state: LeatState, call: Call) -> Answer:
    return _session_token(state, call, use=True)


def _session_token(state: LeatState, call: Call, *, use: bool) -> Answer:
    token = state.session_tokens.get(call.path["contact_session_token"])
    if token is None:
        raise LeatError(Code.MODEL_NOT_FOUND, deviation="unknown session token: code assumed")
    token.used = token.used or use
    return Answer(
        {
            "token": token.token,
            "contact": contact_ref(state.contact(token.contact_uuid)),
            "status": "used" if token.used else "active",
        }
    )


def _card_json(state: LeatState, card: Card) -> JsonObject:
    owner = None if card.contact_uuid is None else contact_ref(state.contact(card.contact_uuid))
    return {"value": card.value, "name": card.name, "active": card.active, "contact": owner}

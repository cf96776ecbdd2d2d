"""Operations about the prepaid balance of a contact."""

from __future__ import annotations

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, invalid_input, utc_text
from kioskd.sim.leat.contacts import balance_json, contact_ref
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.ledger import book_prepaid
from kioskd.sim.leat.pages import laravel_page
from kioskd.sim.leat.records import Contact, PrepaidTransaction
from kioskd.sim.leat.state import LeatState


def create_prepaid_transaction(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    contact_uuid = form.text("contact_uuid")
    card = form.text("contact_identifier_value")
    shop_uuid = form.text("shop_uuid", required=True) or ""
    amount_minor = form.integer("amount_in_cents", required=True) or 0
    if contact_uuid is None and card is None:
        form.wrong("contact_uuid", "The contact_uuid or contact_identifier_value field is required.")
    form.check()
    shop = state.shop(shop_uuid)
    contact = _contact(state, contact_uuid, card)
    if amount_minor < 0:
        _check_balance(state, contact, amount_minor)
    return Answer(_transaction_json(state, book_prepaid(state, contact, amount_minor, shop, call.now, card)))


def list_prepaid_transactions(state: LeatState, call: Call) -> Answer:
    rows = list(state.prepaid_transactions)
    if contact_uuid := call.query.get("contact_uuid"):
        state.contact(contact_uuid)
        rows = [row for row in rows if row.contact_uuid == contact_uuid]
    if shop_uuid := call.query.get("shop_uuid"):
        state.shop(shop_uuid)
        rows = [row for row in rows if row.shop_uuid == shop_uuid]
    if state.switches.prepaid_order == "newest_first":
        rows.reverse()
    shown, meta, _ = laravel_page(call, rows, default=10, least=1, most=30)
    del meta["links"], meta["path"]
    documents = [_transaction_json(state, row) for row in shown]
    return Answer(documents, meta, deviation="order of prepaid transactions assumed")


def reverse_prepaid_transaction(state: LeatState, call: Call) -> Answer:
    """Books the opposite."""
    wanted = call.path_uuid("prepaid_transaction_uuid")
    row = next((row for row in state.prepaid_transactions if row.uuid == wanted), None)
    if row is None:
        raise _cannot_reverse("The prepaid transaction does not exist.")
    if row.reversed and state.switches.prepaid_reversed_again == "refused":
        raise _cannot_reverse("The prepaid transaction has already been reversed.")
    contact = state.contact(row.contact_uuid)
    if row.amount_minor > 0:
        _check_balance(state, contact, -row.amount_minor)
    row.reversed = True
    shop = state.shop(row.shop_uuid)
    opposite = book_prepaid(state, contact, -row.amount_minor, shop, call.now, row.card)
    return Answer(_transaction_json(state, opposite))


def _contact(state: LeatState, contact_uuid: str | None, card_value: str | None) -> Contact:
    if card_value is None:
        return state.contact(contact_uuid or "")
    owner = state.active_card(card_value).contact_uuid
    if contact_uuid is not None and contact_uuid != owner:
        raise invalid_input({"contact_identifier_value": ["It belongs to another contact."]})
    return state.contact(owner or "")


def _check_balance(state: LeatState, contact: Contact, amount_minor: int) -> None:
    if contact.prepaid_minor + amount_minor < 0 and state.switches.prepaid_below_zero == "refused":
        raise invalid_input(
            {"amount_in_cents": ["The prepaid balance is too low."]}, deviation="prepaid below zero: assumed"
        )


def _cannot_reverse(why: str) -> LeatError:
    return invalid_input({"prepaid_transaction_uuid": [why]}, deviation="reversal refused: code assumed")


def _transaction_json(state: LeatState, row: PrepaidTransaction) -> JsonObject:
    shop = state.shop(row.shop_uuid)
    return {
        "uuid": row.uuid,
        "amount_in_cents": row.amount_minor,
        "prepaid_balance": balance_json(row.balance_minor),
        "created_at": utc_text(row.created_at),
        "shop": {"id": shop.id, "uuid": shop.uuid, "reference": shop.reference, "name": shop.name},
        "contact_identifier": state.document_of_card(row.card),
        "contact": contact_ref(state.contact(row.contact_uuid)),
    }

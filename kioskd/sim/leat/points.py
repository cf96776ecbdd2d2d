"""Operations that give points directly, without an order."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kioskd.sim.leat.answers import META_MAP, Answer, Call, LeatError, invalid_input
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.ledger import book_points
from kioskd.sim.leat.records import Contact
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.transactions import PURCHASE_UNIT, transaction_json

_FIELDS: Final = (
    "shop_uuid",
    "contact_uuid",
    "credits",
    "unit_value",
    "unit_name",
    "contact_identifier_value",
    "pos_transaction_uuid",
)


def points_for_minor(state: LeatState, minor: int) -> int:
    """What a purchase of this much gives."""
    return max(0, minor) // state.account.minor_per_point


def create_credit_reception(state: LeatState, call: Call) -> Answer:
    """Credits as they are said, or by the value of a purchase; whatever else was sent is kept and echoed."""
    form = Fields(call.body)
    shop_uuid = form.text("shop_uuid", required=True) or ""
    contact_uuid = form.text("contact_uuid", required=True) or ""
    credits = form.integer("credits")
    unit_value = form.number("unit_value")
    unit_name = form.text("unit_name")
    card = form.text("contact_identifier_value")
    pos_transaction = form.text("pos_transaction_uuid")
    if credits is None and unit_value is None:
        form.wrong("credits", "The credits field is required without unit_value.")
    form.check()
    shop, contact = state.shop(shop_uuid), state.contact(contact_uuid)
    if card is not None and state.find_card(card) is None:
        raise LeatError(Code.IDENTIFIER_NOT_FOUND)
    _check_unit(state, unit_name)
    if credits is None:
        credits = points_for_minor(state, round((unit_value or 0) * 100))
    if credits > state.account.max_credits:
        raise LeatError(Code.TOO_MANY_CREDITS)
    _check_busy(state, contact, call)
    if pos_transaction is not None:
        if pos_transaction not in state.pos_transactions:
            raise LeatError(Code.POS_TRANSACTION_NOT_FOUND)
        if state.pos_transactions[pos_transaction]:
            raise LeatError(Code.POS_TRANSACTION_USED)
        state.pos_transactions[pos_transaction] = True
    row = book_points(
        state,
        contact,
        credits,
        shop,
        call.now,
        unit_value=unit_value,
        card=card,
        attributes={name: value for name, value in call.body.items() if name not in _FIELDS},
    )
    return Answer(transaction_json(state, row), META_MAP)


def reverse_credit_reception(state: LeatState, call: Call) -> Answer:
    wanted = call.path_uuid("credit_reception_uuid")
    found = (row for row in state.transactions if row.uuid == wanted and row.type == "credit_reception")
    row = next(found, None)
    if row is None:
        raise invalid_input({"credit_reception_uuid": ["The credit reception does not exist."]})
    if row.reversed and state.switches.credit_reversed_again == "refused":
        raise invalid_input(
            {"credit_reception_uuid": ["The credit reception has already been reversed."]},
            deviation="reversal refused: code assumed",
        )
    row.reversed = True
    contact, shop = state.contact(row.contact_uuid), state.shop(row.shop_uuid)
    return Answer(
        transaction_json(state, book_points(state, contact, -row.credits, shop, call.now)), META_MAP
    )


def calculate_credits(state: LeatState, call: Call) -> Answer:
    state.shop(call.required("shop_uuid"))
    value = call.number("unit_value")
    if contact_uuid := call.query.get("contact_uuid"):
        state.contact(contact_uuid)
    _check_unit(state, call.query.get("unit_name"))
    return Answer({"credits": points_for_minor(state, round(value * 100))}, META_MAP)


def _check_unit(state: LeatState, name: str | None) -> None:
    if name is None and not state.switches.default_unit:
        raise LeatError(Code.NO_DEFAULT_UNIT)
    if name not in (None, PURCHASE_UNIT["name"]):
        raise LeatError(Code.UNIT_NOT_FOUND)


def _check_busy(state: LeatState, contact: Contact, call: Call) -> None:
    since = call.now - timedelta(seconds=state.switches.credit_reception_busy_s)
    for row in reversed(state.transactions):
        if row.created_at <= since:
            return
        if row.contact_uuid == contact.uuid and row.type == "credit_reception":
            raise LeatError(Code.CREDIT_RECEPTION_BUSY)

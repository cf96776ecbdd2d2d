"""An order as the API prints it."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.order_form import Line, OrderForm
from kioskd.sim.leat.records import Contact, Shop
from kioskd.sim.leat.state import LeatState

_CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def order_json(
    state: LeatState, order_uuid: str, form: OrderForm, contact: Contact, shop: Shop, now: datetime
) -> JsonObject:
    """Products of the lines must be known to `state`."""
    currency = form.currency or state.account.currency
    stored_at = local_text(state, now)
    return {
        "uuid": order_uuid,
        "contact": contact_ref(contact),
        "business_profile": {"uuid": shop.uuid, "name": shop.name},
        "external_identifier": form.external_identifier,
        "reference": form.reference,
        "status": form.status,
        "payment_status": form.payment_status,
        "currency": currency,
        "formatted_total_order_amount": _display(form.total_minor, currency),
        "order_amount": form.order_amount_minor,
        "total_charges_amount": sum(charge.total_minor for charge in form.charges),
        "total_discount_amount": form.total_discount_minor or 0,
        "total_order_amount": form.total_minor,
        "paid_at": local_text(state, form.paid_at),
        "completed_at": local_text(state, form.completed_at),
        "line_items": [
            _line_json(state, line) | {"sub_line_items": [_line_json(state, sub) for sub in line.subs]}
            for line in form.lines
        ],
        "applied_discounts": [
            {
                "uuid": state.new_uuid("discount"),
                "external_identifier": discount.external_identifier,
                "name": discount.name,
                "amount": discount.amount_minor,
                "type": discount.type,
                "value": discount.value,
                "applied_to": discount.applied_to,
            }
            for discount in form.discounts
        ],
        "charges": [
            {
                "uuid": state.new_uuid("charge"),
                "external_identifier": charge.external_identifier,
                "name": charge.name,
                "amount": charge.amount_minor,
                "discount_amount": charge.discount_minor,
                "total_amount": charge.total_minor,
                "charge_definition": {"external_identifier": charge.definition},
            }
            for charge in form.charges
        ],
        "created_at": stored_at,
        "updated_at": stored_at,
    }


def local_text(state: LeatState, at: datetime | None) -> str | None:
    """Orders carry the account's own offset, unlike everything else, which is UTC."""
    return None if at is None else at.astimezone(state.account.zone).isoformat(timespec="seconds")


def _line_json(state: LeatState, line: Line) -> JsonObject:
    document: JsonObject = {
        "uuid": state.new_uuid("line"),
        "external_identifier": line.external_identifier,
        "name": line.name,
        "quantity": line.quantity,
        "price": line.price_minor,
        "total_amount": line.total_minor,
        "discount_amount": line.discount_minor,
    }
    if line.product_id is not None:
        name = state.products[line.product_id].name
        document["product"] = {"external_identifier": line.product_id, "name": name}
    return document


def _display(minor: int, currency: str) -> str:
    return f"{_CURRENCY_SIGNS.get(currency, currency)} {minor / 100:,.2f}"

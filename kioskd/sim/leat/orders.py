"""Operations about orders, and the points they give."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.leat.answers import (
    MODEL_NOT_FOUND,
    Answer,
    Call,
    JsonObject,
    LeatError,
    RouteNotFound,
    invalid_input,
)
from kioskd.sim.leat.contacts import contact_ref
from kioskd.sim.leat.order_form import Line, OrderForm, read_order
from kioskd.sim.leat.state import LeatState, Order, Transaction

_CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def create_and_process_order(state: LeatState, call: Call) -> Answer:
    form = read_order(call.body, simulated=False)
    known = state.find_order(form.external_identifier)
    duplicates = state.switches.duplicate_order
    if known is not None and duplicates == "refused":
        raise invalid_input(
            {"external_identifier": ["The external identifier has already been taken."]},
            deviation="duplicate order: refusal assumed",
        )
    if known is not None and duplicates == "returned":
        return Answer({"order": known.document}, deviation="duplicate order: first one returned")
    order = _store(state, form, call.now)
    if state.switches.order_action == "none":
        return Answer({"order": order.document})
    balance = _give_points(state, form, order)
    result = {"type": "POINTS_TRANSACTION", "data": {"points": order.points, "new_balance": balance}}
    return Answer({"order": order.document, "result": result})


def simulate_order(state: LeatState, call: Call) -> Answer:
    form = read_order(call.body, simulated=True)
    state.shop(form.shop_uuid)
    if form.contact_uuid is not None:
        state.contact(form.contact_uuid)
    if state.switches.order_action == "none":
        return Answer(None)
    # The documentation prints the type in lower case here and in capitals on a processed order.
    return Answer({"type": "points_transaction", "data": {"points": _points(state, form)}})


def find_order(state: LeatState, call: Call) -> Answer:
    return _found(state, state.find_order(call.required("external_identifier")), call.now)


def get_order(state: LeatState, call: Call) -> Answer:
    return _found(state, state.orders.get(call.path["order_uuid"]), call.now)


def _found(state: LeatState, order: Order | None, now: datetime) -> Answer:
    if order is not None and state.readable(order.created_at, now):
        return Answer(order.document)
    if state.switches.unknown_order == "not_found_404":
        raise RouteNotFound
    deviation = "unknown order: code assumed"
    if state.switches.unknown_order == "invalid_input":
        raise invalid_input({"external_identifier": ["The order does not exist."]}, deviation=deviation)
    raise LeatError(MODEL_NOT_FOUND, "Model not found", deviation=deviation)


def _points(state: LeatState, form: OrderForm) -> int:
    return max(0, form.spent_minor) // state.account.minor_per_point


def _give_points(state: LeatState, form: OrderForm, order: Order) -> int:
    """Book the points of `order`; the contact's new balance."""
    contact = state.contact(order.contact_uuid)
    contact.points += order.points
    contact.collected_points += order.points
    state.transactions.append(
        Transaction(
            uuid=state.new_uuid("transaction"),
            type="credit_reception",
            credits=order.points,
            contact_uuid=contact.uuid,
            shop_uuid=form.shop_uuid,
            created_at=order.created_at,
            unit_value=max(0, form.spent_minor) / 100,
            order_uuid=order.uuid,
        )
    )
    return contact.points


def _store(state: LeatState, form: OrderForm, now: datetime) -> Order:
    contact = state.contact(form.contact_uuid or "")
    shop = state.shop(form.shop_uuid)
    for line in form.lines:
        for part in (line, *line.subs):
            if part.product_id is not None:
                state.products.setdefault(part.product_id, part.name)
    currency = form.currency or state.account.currency
    stored_at = _local(state, now)
    order_uuid = state.new_uuid("order")
    document: JsonObject = {
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
        "paid_at": _local(state, form.paid_at),
        "completed_at": _local(state, form.completed_at),
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
    points = _points(state, form) if state.switches.order_action == "points" else 0
    order = Order(order_uuid, form.external_identifier, contact.uuid, points, now, document)
    state.orders[order_uuid] = order
    return order


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
        name = state.products[line.product_id]
        document["product"] = {"external_identifier": line.product_id, "name": name}
    return document


def _display(minor: int, currency: str) -> str:
    return f"{_CURRENCY_SIGNS.get(currency, currency)} {minor / 100:,.2f}"


def _local(state: LeatState, at: datetime | None) -> str | None:
    """Orders carry the account's own offset, unlike everything else, which is UTC."""
    return None if at is None else at.astimezone(state.account.zone).isoformat(timespec="seconds")

"""Operations about orders, and the points they give."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, RouteNotFound, invalid_input
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.ledger import book_points
from kioskd.sim.leat.order_form import OrderForm, read_order, read_status
from kioskd.sim.leat.order_json import local_text, order_json
from kioskd.sim.leat.order_records import Order
from kioskd.sim.leat.pages import UNSORTED, plain_page
from kioskd.sim.leat.points import points_for_minor
from kioskd.sim.leat.state import LeatState

_AGAIN = "duplicate order: {}"


def create_and_process_order(state: LeatState, call: Call) -> Answer:
    form = _read(state, call)
    known = _known(state, form)
    if known is not None:
        return Answer({"order": known.document}, deviation=_AGAIN.format("first one returned"))
    order = _store(state, form, call.now)
    result = _process(state, order, call.now)
    return Answer({"order": order.document} | ({} if result is None else {"result": result}))


def create_order(state: LeatState, call: Call) -> Answer:
    form = _read(state, call)
    known = _known(state, form)
    if known is not None:
        return Answer(known.document, deviation=_AGAIN.format("first one returned"))
    return Answer(_store(state, form, call.now).document)


def process_order(state: LeatState, call: Call) -> Answer:
    order = find_stored(state, state.orders.get(call.path["order_uuid"]))
    if order.processed and state.switches.process_again == "same_result":
        return Answer(order.result, deviation="processed again: result of the first time")
    return Answer(_process(state, order, call.now))


def simulate_order(state: LeatState, call: Call) -> Answer:
    form = read_order(call.body, simulated=True)
    state.shop(form.shop_uuid)
    if form.contact_uuid is not None:
        state.contact(form.contact_uuid)
    if state.switches.order_action == "none":
        return Answer(None)
    # The documentation prints the type in lower case here and in capitals on a processed order.
    points = points_for_minor(state, form.spent_minor)
    return Answer({"type": "points_transaction", "data": {"points": points}})


def list_orders(state: LeatState, call: Call) -> Answer:
    shown, meta = plain_page(call, list(state.orders.values())[::-1])
    return Answer([order.document for order in shown], meta, deviation=UNSORTED)


def find_order(state: LeatState, call: Call) -> Answer:
    return Answer(find_stored(state, state.find_order(call.required("external_identifier"))).document)


def get_order(state: LeatState, call: Call) -> Answer:
    return Answer(find_stored(state, state.orders.get(call.path["order_uuid"])).document)


def update_order(state: LeatState, call: Call) -> Answer:
    """Changes nothing but the two statuses: no points are given or taken."""
    order = find_stored(state, state.orders.get(call.path["order_uuid"]))
    status, payment_status = read_status(call.body)
    order.document |= {
        "status": status or order.document["status"],
        "payment_status": payment_status or order.document["payment_status"],
        "updated_at": local_text(state, call.now),
    }
    return Answer(order.document)


def find_stored(state: LeatState, order: Order | None) -> Order:
    """`order`, or what the switches say about one that does not exist."""
    if order is not None:
        return order
    if state.switches.unknown_order == "not_found_404":
        raise RouteNotFound
    deviation = "unknown order: code assumed"
    if state.switches.unknown_order == "invalid_input":
        raise invalid_input({"external_identifier": ["The order does not exist."]}, deviation=deviation)
    raise LeatError(Code.MODEL_NOT_FOUND, deviation=deviation)


def points_result(points: int, balance: int) -> JsonObject:
    return {"type": "POINTS_TRANSACTION", "data": {"points": points, "new_balance": balance}}


def returned_minor(state: LeatState, order: Order) -> int:
    """The value of `order` that processed returns have taken back."""
    returns = state.returns.values()
    return sum(back.value_minor for back in returns if back.order_uuid == order.uuid and back.processed)


def _read(state: LeatState, call: Call) -> OrderForm:
    form = read_order(call.body, simulated=False)
    if state.switches.order_arithmetic == "checked" and (errors := form.sums_that_differ()):
        raise invalid_input(errors, deviation="order does not add up: refusal assumed")
    return form


def _known(state: LeatState, form: OrderForm) -> Order | None:
    """The order stored under the same id, when the switches want it returned."""
    known = state.find_order(form.external_identifier)
    if known is None or state.switches.duplicate_order == "stored_again":
        return None
    if state.switches.duplicate_order == "refused":
        raise invalid_input(
            {"external_identifier": ["The external identifier has already been taken."]},
            deviation=_AGAIN.format("refusal assumed"),
        )
    return known


def _store(state: LeatState, form: OrderForm, now: datetime) -> Order:
    contact = state.contact(form.contact_uuid or "")
    shop = state.shop(form.shop_uuid)
    for part in form.parts:
        if part.product_id is not None:
            state.add_product(part.product_id, part.name)
    order_uuid = state.new_uuid("order")
    document = order_json(state, order_uuid, form, contact, shop, now)
    order = Order(order_uuid, form.external_identifier, contact.uuid, now, form, document)
    state.orders[order_uuid] = order
    return order


def _process(state: LeatState, order: Order, now: datetime) -> JsonObject | None:
    """Book the points of `order`; the result, None when the merchant has configured none."""
    order.processed = True
    if state.switches.order_action == "none":
        return None
    contact = state.contact(order.contact_uuid)
    spent_minor = max(0, order.form.spent_minor - returned_minor(state, order))
    points = points_for_minor(state, spent_minor)
    book_points(
        state,
        contact,
        points,
        state.shop(order.form.shop_uuid),
        now,
        unit_value=spent_minor / 100,
        order_uuid=order.uuid,
    )
    order.points += points
    order.result = points_result(points, contact.points)
    return order.result

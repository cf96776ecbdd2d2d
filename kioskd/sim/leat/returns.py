"""Operations about order returns: they take back the points of what was returned, and nothing else."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, invalid_input
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.ledger import book_points
from kioskd.sim.leat.order_records import Order, OrderReturn
from kioskd.sim.leat.orders import find_stored, points_result, returned_minor
from kioskd.sim.leat.points import points_for_minor
from kioskd.sim.leat.return_form import Quantity, ReturnForm, read_head, read_return
from kioskd.sim.leat.state import LeatState


def create_and_process_return(state: LeatState, call: Call) -> Answer:
    back, known = _create(state, call)
    if known:
        return Answer({"return": back.document}, deviation="duplicate return: first one returned")
    result = _process(state, back, call.now)
    return Answer({"return": back.document} | ({} if result is None else {"result": result}))


def create_return(state: LeatState, call: Call) -> Answer:
    return Answer(_create(state, call)[0].document)


def process_return(state: LeatState, call: Call) -> Answer:
    back = state.returns.get(call.path["order_return_uuid"])
    if back is None:
        raise LeatError(Code.MODEL_NOT_FOUND, deviation="unknown return: code assumed")
    if back.processed:
        return Answer(back.result, deviation="processed again: result of the first time")
    return Answer(_process(state, back, call.now))


def _create(state: LeatState, call: Call) -> tuple[OrderReturn, bool]:
    """The stored return, and whether it was there before."""
    head = read_head(call.body)
    orders = state.orders
    order = orders.get(head.order_uuid) if head.order_uuid else state.find_order(head.order_id or "")
    order = find_stored(state, order)
    for known in state.returns.values():
        if known.external_identifier == head.external_identifier:
            if state.switches.duplicate_return == "returned":
                return known, True
            raise invalid_input(
                {"external_identifier": ["The external identifier has already been taken."]},
                deviation="duplicate return: refusal assumed",
            )
    earlier: dict[str, Quantity] = {}
    for known in state.returns.values():
        if known.order_uuid == order.uuid:
            for line_id, quantity in known.quantities.items():
                earlier[line_id] = earlier.get(line_id, 0) + quantity
    form = read_return(call.body, order.form, earlier)
    back = OrderReturn(
        uuid=state.new_uuid("return"),
        external_identifier=head.external_identifier,
        order_uuid=order.uuid,
        value_minor=form.value_minor,
        quantities=form.quantities,
        document={},
    )
    back.document = _return_json(state, back, form, order)
    state.returns[back.uuid] = back
    return back, False


def _process(state: LeatState, back: OrderReturn, now: datetime) -> JsonObject | None:
    """Take back what the order has given too much by now; None when there is nothing to correct."""
    back.processed = True
    order = state.orders[back.order_uuid]
    if state.switches.order_action == "none" or not order.processed:
        return None
    left_minor = max(0, order.form.spent_minor - returned_minor(state, order))
    correction = points_for_minor(state, left_minor) - order.points
    contact = state.contact(order.contact_uuid)
    book_points(
        state,
        contact,
        correction,
        state.shop(order.form.shop_uuid),
        now,
        unit_value=-back.value_minor / 100,
        order_uuid=order.uuid,
    )
    order.points += correction
    sign = -1 if state.switches.return_points == "positive" else 1
    back.result = points_result(sign * correction, contact.points)
    return back.result


def _return_json(state: LeatState, back: OrderReturn, form: ReturnForm, order: Order) -> JsonObject:
    uuids = {
        part["external_identifier"]: part["uuid"]
        for line in order.document["line_items"]
        for part in (line, *line["sub_line_items"])
    }

    def rows(kind: str, ids: list[str]) -> list[JsonObject]:
        return [
            {
                "uuid": state.new_uuid("line_return"),
                "quantity": form.quantities[line_id],
                kind: {"uuid": uuids[line_id]},
            }
            for line_id in ids
        ]

    return {
        "uuid": back.uuid,
        "status": form.status,
        "order": {"uuid": order.uuid},
        "line_item_returns": rows("line_item", [name for name in form.quantities if name not in form.subs]),
        "sub_line_item_returns": rows(
            "sub_line_item", [name for name in form.quantities if name in form.subs]
        ),
    }

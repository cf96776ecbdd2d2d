"""Reads the body of an order return call, against the order it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.order_form import Line, OrderForm

_STATUSES: Final = ("PENDING", "COMPLETED")
_UNKNOWN: Final = "It is not part of the order."

Quantity = int | float


@dataclass(frozen=True, slots=True)
class ReturnHead:
    """Which order, and the return's own id."""

    order_uuid: str | None
    order_id: str | None
    external_identifier: str


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """`value_minor` comes back: lines, sub lines and charges, less the share of the order's discounts."""

    status: str
    value_minor: int
    quantities: dict[str, Quantity]
    subs: frozenset[str]
    """Which of them are sub lines."""


def read_head(body: JsonObject) -> ReturnHead:
    """Raises LeatError 1003 naming every wrong field."""
    form = Fields(body)
    order = form.nested("order", required=True)
    head = ReturnHead(
        order_uuid=order.text("uuid") if order else None,
        order_id=order.text("external_identifier") if order else None,
        external_identifier=form.text("external_identifier", required=True) or "",
    )
    if order is not None and (head.order_uuid is None) == (head.order_id is None):
        order.wrong("uuid", "Either uuid or external_identifier is required, not both.")
    form.check()
    return head


def read_return(body: JsonObject, order: OrderForm, returned: dict[str, Quantity]) -> ReturnForm:
    """`returned` is what came back earlier, by id. Raises LeatError 1003 naming every wrong field."""
    form = Fields(body)
    status = form.text("status", required=True, choices=_STATUSES) or ""
    lines = {line.external_identifier: line for line in order.lines}
    subs = {sub.external_identifier: sub for line in order.lines for sub in line.subs}
    quantities: dict[str, Quantity] = {}
    value_minor = 0
    for item in form.items("line_items"):
        value_minor += _returned_line(item, lines, returned, quantities)
        for sub in item.items("sub_line_items"):
            value_minor += _returned_line(sub, subs, returned, quantities)
    for charge in form.items("charges"):
        charge_id = charge.text("external_identifier", required=True)
        value_minor += charge.integer("total_amount", required=True) or 0
        charge.integer("amount")
        charge.integer("discount_amount")
        if charge_id not in {None, *(known.external_identifier for known in order.charges)}:
            charge.wrong("external_identifier", _UNKNOWN)
    discounts = {discount.external_identifier: discount for discount in order.discounts}
    for item in form.items("applied_discounts"):
        amount_minor = item.integer("amount", required=True) or 0
        discount_id = item.text("external_identifier", required=True)
        if discount_id is not None and discount_id not in discounts:
            item.wrong("external_identifier", _UNKNOWN)
        elif discount_id is not None and discounts[discount_id].applied_to == "ORDER":
            # Discounts of lines are in the lines' totals already.
            value_minor -= amount_minor
    form.check()
    return ReturnForm(status, value_minor, quantities, frozenset(filter(None, subs)) & quantities.keys())


def _returned_line(
    item: Fields,
    ordered: dict[str | None, Line],
    returned: dict[str, Quantity],
    quantities: dict[str, Quantity],
) -> int:
    """The value of one returned line; its quantity goes to `quantities`."""
    line_id = item.text("external_identifier", required=True)
    quantity = item.number("quantity", required=True)
    total_minor = item.integer("total_amount")
    item.integer("discount_amount")
    item.text("reason")
    if line_id is None or quantity is None:
        return 0
    line = ordered.get(line_id)
    if line is None:
        item.wrong("external_identifier", _UNKNOWN)
        return 0
    quantities[line_id] = quantities.get(line_id, 0) + quantity
    if quantity < 0 or returned.get(line_id, 0) + quantities[line_id] > line.quantity:
        item.wrong("quantity", "More than is left of the line.")
    return round(line.price_minor * quantity) if total_minor is None else total_minor

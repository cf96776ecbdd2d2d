"""The record of what was sold and what was brought back, as local operations of the outbox.

They are accepted in one commit with the order, or with what a return leads to, so neither is ever there
without the other. What they hold is wiped after `Policy.retention_days`: then nothing can be brought back.
"""

from __future__ import annotations

from datetime import datetime

from kioskd.core.order import Order
from kioskd.core.sale import Returned
from kioskd.core.sale_document import returned_document, sale_document
from kioskd.outbox.operation import Draft, Strategy

SALE = "sale"
RETURN = "return"
DROP = "drop"
RECORDS = frozenset({SALE, RETURN, DROP})
"""Kinds of operations that only remember: nobody is told of them."""


def sale_id(order_id: str) -> str:
    return f"sale-{order_id}"


def sale_lane(number: str) -> str:
    """Stands for the order's number: what a record is looked up by. It waits for nothing."""
    return f"sale:{number}"


def return_id(order_id: str, n: int) -> str:
    """Of an order's return number `n`, from 1: two returns at the same time cannot both be written down."""
    return f"{order_id}-r{n}"


def sale_draft(order: Order) -> Draft:
    """To be accepted together with the order."""
    return Draft(
        op_id=sale_id(order.id),
        kind=SALE,
        lane=sale_lane(order.number),
        payload=sale_document(order),
        strategy=Strategy.LOCAL,
        amount_minor=order.total.minor,
        currency=order.currency,
    )


def return_draft(returned: Returned, order: Order, saga: str) -> Draft:
    return Draft(
        op_id=returned.id,
        kind=RETURN,
        lane=sale_lane(order.number),
        payload=returned_document(returned),
        strategy=Strategy.LOCAL,
        amount_minor=returned.refund.minor,
        currency=order.currency,
        saga=saga,
    )


def drop_draft(order: Order, at: datetime, actor: str, reason: str) -> Draft:
    """Who dropped an order that was never paid, and why."""
    return Draft(
        op_id=f"drop-{order.id}",
        kind=DROP,
        lane=sale_lane(order.number),
        payload={"at": at.isoformat(), "actor": actor, "reason": reason},
        strategy=Strategy.LOCAL,
    )

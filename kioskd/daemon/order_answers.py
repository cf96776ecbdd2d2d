"""Sales and their returns as the local socket tells them: JSON values, lines by number, never a code."""

from __future__ import annotations

from typing import Any

from kioskd.core.order import Order
from kioskd.core.returning import piece
from kioskd.core.sale import Returned, Sale


def summary(sale: Sale) -> dict[str, Any]:
    order = sale.order
    return {
        "number": order.number,
        "id": order.id,
        "placed_at": order.placed_at.isoformat(timespec="seconds"),
        "state": sale.state.value,
        "tender": order.tender.value,
        "currency": order.currency,
        "total_minor": order.total.minor,
        "refunded_minor": sale.refunded.minor,
        "complete": all(each.is_complete for each in sale.returns),
    }


def details(sale: Sale) -> dict[str, Any]:
    """`refund_minor` of a line is what all that is left of it would bring, alone."""
    order, left = sale.order, sale.left
    returned = [each.quantities for each in sale.returns]
    return {
        **summary(sale),
        "due_minor": order.due.minor,
        "card_reference": sale.card_reference,
        "lines": [
            {
                "line": number,
                "name": line.name.in_language(order.language),
                "choices": [sub.name.in_language(order.language) for sub in line.subs],
                "quantity": line.quantity,
                "left": left[line.id],
                "price_minor": line.total.minor + sum(sub.total.minor for sub in line.subs),
                "refund_minor": piece(order, "draft", {line.id: left[line.id]}, returned).refund.minor
                if left[line.id]
                else 0,
            }
            for number, line in enumerate(order.lines, start=1)
        ],
        "discounts": [
            {
                "title": discount.use.title,
                "kind": discount.use.kind.value,
                "amount_minor": discount.amount.minor,
            }
            for discount in order.discounts
        ],
        "charges": [
            {"name": charge.name.in_language(order.language), "amount_minor": charge.amount.minor}
            for charge in order.charges
        ],
        "payments": [
            {"kind": payment.kind.value, "tail": payment.tail, "amount_minor": payment.amount.minor}
            for payment in order.payments
        ],
        "card_payments": [
            {"reference": payment.evidence, "amount_minor": payment.amount.minor}
            for payment in order.card_payments
        ],
        "returns": [_returned(each, order) for each in sale.returns],
    }


def line_id(order: Order, number: int) -> str | None:
    """Of the line that `details` calls `number`."""
    return order.lines[number - 1].id if 0 < number <= len(order.lines) else None


def _returned(returned: Returned, order: Order) -> dict[str, Any]:
    numbers = {line.id: number for number, line in enumerate(order.lines, start=1)}
    return {
        "id": returned.id,
        "at": returned.at.isoformat(timespec="seconds"),
        "by": returned.actor,
        "reason": returned.reason,
        "complete": returned.is_complete,
        "refund_minor": returned.refund.minor,
        "lines": [
            {"line": numbers[line_id], "quantity": units} for line_id, units in returned.quantities.items()
        ],
        "money": [
            {"means": back.means.value, "tail": back.tail, "amount_minor": back.amount.minor}
            for back in returned.pay_backs
        ],
        "deeds": [
            {
                "id": undoing.id,
                "action": undoing.action.value,
                "about": undoing.about,
                "amount_minor": undoing.amount.minor if undoing.amount else None,
                "progress": undoing.progress.value,
            }
            for undoing in returned.undoings
        ],
        "stays": [{"what": each.remainder.value, "about": each.about} for each in returned.left],
    }

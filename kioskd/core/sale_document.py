"""Sales and returns as JSON values, for the record that is kept of them.

Of a sale everything is kept that bringing it back needs: lines, discounts, charges, tenders. No name, and no
card that was scanned. Codes of vouchers and gift cards are kept, because whether a voucher was given back,
or money put back on a card, can only be found out by its code when the answer to that was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.order import Order
from kioskd.core.order_document import from_document, to_document
from kioskd.core.refunding import Left, Means, PayBack, Remainder
from kioskd.core.sale import Returned, Undoing

_SCHEMA = 1


def sale_document(order: Order) -> dict[str, Any]:
    return {"schema": _SCHEMA, "order": to_document(replace(order, credential=None))}


def sale_from(document: Mapping[str, Any]) -> Order:
    """Raises KeyError, TypeError or ValueError for a document of another version or shape."""
    _check_schema(document)
    return from_document(document["order"])


def returned_document(returned: Returned) -> dict[str, Any]:
    """Without how far it is: that is asked for when it is read."""
    return {
        "schema": _SCHEMA,
        "id": returned.id,
        "at": returned.at.isoformat(),
        "actor": returned.actor,
        "reason": returned.reason,
        "currency": returned.refund.currency,
        "quantities": dict(returned.quantities),
        "refund_minor": returned.refund.minor,
        "last": returned.last,
        "pay_backs": [
            {
                "source": back.source,
                "means": back.means.value,
                "amount_minor": back.amount.minor,
                "tail": back.tail,
            }
            for back in returned.pay_backs
        ],
        "undoings": [
            {
                "id": undoing.id,
                "action": undoing.action.value,
                "about": undoing.about,
                "amount_minor": undoing.amount.minor if undoing.amount else None,
            }
            for undoing in returned.undoings
        ],
        "left": [{"remainder": each.remainder.value, "about": each.about} for each in returned.left],
    }


def returned_from(document: Mapping[str, Any]) -> Returned:
    """Raises KeyError, TypeError or ValueError for a document of another version or shape."""
    _check_schema(document)
    currency = document["currency"]
    return Returned(
        id=document["id"],
        at=datetime.fromisoformat(document["at"]),
        actor=document["actor"],
        reason=document["reason"],
        quantities={str(line_id): int(units) for line_id, units in document["quantities"].items()},
        refund=Money(document["refund_minor"], currency),
        last=document["last"],
        pay_backs=tuple(
            PayBack(back["source"], Means(back["means"]), Money(back["amount_minor"], currency), back["tail"])
            for back in document["pay_backs"]
        ),
        undoings=tuple(
            Undoing(
                undoing["id"],
                Action(undoing["action"]),
                undoing["about"],
                Money(undoing["amount_minor"], currency) if undoing["amount_minor"] is not None else None,
            )
            for undoing in document["undoings"]
        ),
        left=tuple(Left(Remainder(each["remainder"]), each["about"]) for each in document["left"]),
    )


def _check_schema(document: Mapping[str, Any]) -> None:
    if document["schema"] != _SCHEMA:
        raise ValueError(f"a record of schema {document['schema']}")

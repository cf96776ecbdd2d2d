"""The code on a ticket that is to be paid at the counter: what a till reads, and the kiosk's own scanner.

    KIOSKD:1:<number>:<amount>:<currency>:<order id>        KIOSKD:1:A17:1310:EUR:3F2B...

The amount is in minor units. Letters are capital, so that the code stays small. Nothing in it is secret and
nothing signs it: a till asks for the amount that is printed beside it, the kiosk knows it by the order's id.
"""

from __future__ import annotations

import re

from kioskd.core.order import Order

_CODE = re.compile(r"KIOSKD:1:[A-Z0-9-]{1,12}:[0-9]{1,9}:[A-Z]{3}:(?P<id>[A-Z0-9-]{1,64})", re.IGNORECASE)


def ticket_code(order: Order) -> str:
    return f"KIOSKD:1:{order.number}:{order.due.minor}:{order.currency}:{order.id}".upper()


def ticket_order(text: str) -> str | None:
    """The id of the order on a ticket; None for any other code."""
    found = _CODE.fullmatch(text.strip())
    return found["id"].lower() if found else None

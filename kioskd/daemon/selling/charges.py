"""What the card terminal is asked for, and how it is read back from the disk."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from kioskd.core.card_terminal import Approval
from kioskd.core.order import Order
from kioskd.core.order_document import from_document
from kioskd.daemon.selling.drafts import payment_id
from kioskd.daemon.selling.reserved import Reserved
from kioskd.outbox.operation import Parcel

log = logging.getLogger(__name__)


class Charge(NamedTuple):
    """One payment: of this process, or of another whose guest is gone."""

    reference: str
    order: Order
    reserved: Reserved | None
    guest_waits: bool

    @property
    def intent(self) -> str:
        return payment_id(self.reference)


def charge_of(parcel: Parcel) -> Charge | None:
    """What the guest of another process was charged; None for what another version wrote."""
    try:
        order = from_document(parcel.payload)
    except (KeyError, TypeError, ValueError) as error:
        log.error("%s: its order cannot be read (%s)", parcel.operation.op_id, type(error).__name__)
        return None
    saga = parcel.operation.saga or parcel.payload.get("saga")
    reserved = Reserved.remembered(str(saga), parcel.payload) if saga else None
    reference = parcel.operation.op_id.removeprefix(payment_id(""))
    return Charge(reference, order, reserved, guest_waits=False)


def agrees(order: Order) -> Callable[[Approval], Awaitable[bool]]:
    """To a part of what is due: the terminal's driver has written it down before it asks."""

    async def agree(approval: Approval) -> bool:
        return 0 < approval.charged.minor <= order.due.minor

    return agree

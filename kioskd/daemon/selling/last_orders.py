"""What a member ordered last, from the kiosk's own record of what was sold here.

Neither backend can list a member's orders with their lines, so the screen says "here". The record is wiped
with its sale, and nothing is kept for this that staff could not look up anyway.
"""

from __future__ import annotations

import asyncio
import logging

from kioskd.core import errors
from kioskd.core.effects import FindLastOrder
from kioskd.core.events import LastOrderFound
from kioskd.core.past_order import PastOrder, past_order
from kioskd.core.ports import TellsLastOrder
from kioskd.core.sale_document import sale_from
from kioskd.daemon.journal import without_content
from kioskd.daemon.selling.sales import DROP, SALE
from kioskd.outbox.outbox import Outbox

log = logging.getLogger(__name__)

LOOKED_THROUGH = 200
"""How many of the newest sales; reading more would take longer than a guest looks at their points."""
PATIENCE_S = 3.0


class OwnRecord:
    """The sales that are still kept, as something that tells a member's last order."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def last_order(self, member_id: str) -> PastOrder | None:
        dropped = {parcel.operation.op_id for parcel in await self._outbox.records(DROP, LOOKED_THROUGH)}
        for parcel in await self._outbox.records(SALE, LOOKED_THROUGH):
            try:
                order = sale_from(parcel.payload)
            except (KeyError, TypeError, ValueError):  # written by another version
                continue
            if order.member_id == member_id and order.lines and f"drop-{order.id}" not in dropped:
                return past_order(order)
        return None


async def found(teller: TellsLastOrder | None, asked: FindLastOrder) -> LastOrderFound:
    """Never raises: a guest who is told nothing orders all the same."""
    order: PastOrder | None = None
    try:
        if teller is not None:
            async with asyncio.timeout(PATIENCE_S):
                order = await teller.last_order(asked.member_id)
    except (errors.StorageError, errors.LoyaltyError, TimeoutError) as error:
        log.warning("no last order: %s", error)
    except Exception as error:  # noqa: BLE001 - what nobody needs must not end the kiosk
        log.error("no last order: %s", without_content(error))
    return LastOrderFound(asked.request, order)

"""Carries operations from the outbox to the loyalty backend, and answers in the outbox's few words."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kioskd.core import errors
from kioskd.core.order import Order, Tender
from kioskd.core.order_document import from_document, to_document
from kioskd.core.ports import Delivered, LoyaltyBackend
from kioskd.outbox.courier import (
    ABSENT,
    Applied,
    NeverSent,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.operation import Draft, Parcel, Strategy

log = logging.getLogger(__name__)
_T = TypeVar("_T")

ORDER = "order"
PAYMENT = "card_payment"
UNPAID = "unpaid"

CARD_REFUSALS = frozenset({"unknown_card", "blocked_card"})
"""Reasons after which an order is in nobody's favour, now and for ever."""


def order_draft(order: Order, *, loyalty: bool) -> Draft:
    """The operation that tells the backend about an order, or keeps it when there is nobody to tell.

    An order to be paid at the counter is held until it is.
    """
    told = loyalty and (order.member_id is not None or order.credential is not None)
    return Draft(
        op_id=order.id,
        kind=ORDER,
        lane=f"member:{order.member_id}" if order.member_id else f"order:{order.id}",
        payload=to_document(order),
        strategy=Strategy.KEYED if told else Strategy.LOCAL,
        held=UNPAID if order.tender is Tender.COUNTER else None,
        amount_minor=order.total.minor,
        currency=order.currency,
        order_number=order.sequence,
    )


def payment_draft(order: Order) -> Draft:
    """The intent to charge a card, written down before the terminal is asked. It carries the whole order."""
    return Draft(
        op_id=f"pay-{order.id}",
        kind=PAYMENT,
        lane=f"payment:{order.id}",
        payload=to_document(order),
        strategy=Strategy.ATTENDED,
        amount_minor=order.total.minor,
        currency=order.currency,
        order_number=order.sequence,  # used up: the terminal may turn out to have taken the money
    )


class LoyaltyCourier:
    """One try per call; what it may mean for the queue is said in the outcome. `backend` comes late.

    The daemon shows its first frame before the backend's client is even imported, so until then nothing can
    be sent.
    """

    def __init__(self) -> None:
        self.backend: LoyaltyBackend | None = None

    def claim_link(self, order: Order) -> str | None:
        """Built here and now: it works offline."""
        return self.backend.claim_link(order) if self.backend else None

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Poison(f"{parcel.operation.kind} needs no baseline")

    async def deliver(self, parcel: Parcel) -> Outcome:
        try:
            order = from_document(parcel.payload)
        except (KeyError, TypeError, ValueError) as error:
            return Poison(f"order document: {type(error).__name__}")
        return await self._ask(lambda backend: backend.deliver(order), _applied)

    async def read_back(self, parcel: Parcel) -> Outcome:
        order_id = str(parcel.payload.get("id", ""))
        return await self._ask(
            lambda backend: backend.find(order_id),
            lambda found: Refused(ABSENT) if found is None else _applied(found),
        )

    async def probe(self) -> Outcome:
        return await self._ask(lambda backend: backend.probe(), lambda _: Applied())

    async def _ask(
        self, call: Callable[[LoyaltyBackend], Awaitable[_T]], outcome: Callable[[_T], Outcome]
    ) -> Outcome:
        if self.backend is None:
            return NeverSent()
        try:
            return outcome(await call(self.backend))
        except errors.Unreachable:
            return NeverSent()
        except errors.Refused as refused:
            return Refused(refused.reason)
        except errors.Throttled as throttled:
            return Throttled(throttled.retry_after_s)
        except errors.Unauthorised:
            log.error("the loyalty backend does not accept our token: check it, then restart kioskd")
            return Unauthorised()
        except errors.LoyaltyError as unclear:
            log.info("loyalty backend: %s", unclear)
            return Unclear()


def _applied(delivered: Delivered) -> Applied:
    return Applied({"points": delivered.points, "balance": delivered.balance})

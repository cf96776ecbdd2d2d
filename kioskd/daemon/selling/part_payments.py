"""Orders that a card could pay in part only: kept while their guest decides about the rest.

What was paid is on the disk before the guest is told. Whoever does not pay the rest, or is gone when the
kiosk comes back, gets back what was taken, and all that was reserved for the order is undone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from kioskd.core.order import CardPayment, Order
from kioskd.daemon.selling.drafts import part_paid_draft, payment_id, reversal_draft
from kioskd.daemon.selling.reserved import Reserved
from kioskd.outbox.operation import Closing, Draft
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import Course, Decision, SagaState
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

GIVEN_UP = "the rest was not paid"


@dataclass(frozen=True, slots=True)
class PartPaid:
    """An order whose guest is asked for the rest. `keeper` is the operation that remembers it, `tries` the
    number of payments the terminal was asked for."""

    order: Order
    reserved: Reserved | None
    keeper: str
    tries: int

    @property
    def next_reference(self) -> str:
        """Another payment must not be taken for one that the terminal knows."""
        return f"{self.order.id}-{self.tries + 1}"


class PartPayments:
    """By the order's id. Raises StorageError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._kept: dict[str, PartPaid] = {}

    def of(self, order_id: str) -> PartPaid | None:
        return self._kept.get(order_id)

    def tried(self, order_id: str) -> None:
        kept = self._kept[order_id]
        self._kept[order_id] = replace(kept, tries=kept.tries + 1)

    async def keep(self, order: Order, reserved: Reserved | None, paid: Closing) -> None:
        """`order` has what `paid` was for among its card payments. One commit with the payment's end."""
        before = self._kept.get(order.id)
        draft = part_paid_draft(order, reserved)
        await self._outbox.accept(draft, close=paid)
        tries = before.tries if before else 1
        self._kept[order.id] = PartPaid(order, reserved, draft.op_id, tries)
        if before:
            await self._outbox.resolve(before.keeper, OpState.CONFIRMED, "more was paid")

    async def paid(self, order_id: str) -> None:
        """The order is accepted."""
        if kept := self._kept.pop(order_id, None):
            await self._outbox.resolve(kept.keeper, OpState.CONFIRMED, "the rest was paid")

    async def give_up(
        self, order: Order, reserved: Reserved | None, close: Closing | None = None
    ) -> tuple[str, ...]:
        """One commit: everything that was done for the order is to be undone. The ids of what hands its card
        payments back. `close` is the end of what led to it, where that is not the guest's wish."""
        kept = self._kept.pop(order.id, None)
        open_sagas = [saga.saga_id for saga in await self._outbox.sagas() if saga.state is SagaState.OPEN]
        saga = reserved.saga if reserved and reserved.saga in open_sagas else None
        wanted = _reversals(order, saga)
        known = await self._outbox.known(draft.op_id for draft in wanted)
        keeper = Closing(kept.keeper, OpState.REJECTED, GIVEN_UP) if kept else None
        await self._outbox.accept(
            *(draft for draft in wanted if draft.op_id not in known),
            close=close or keeper,
            decide=Decision(saga, Course.UNDO, GIVEN_UP) if saga else None,
        )
        if close and keeper:
            await self._outbox.accept(close=keeper)
        log.warning("order %s was paid in part and is given up: the card money goes back", order.number)
        return tuple(draft.op_id for draft in wanted)


def _reversals(order: Order, saga: str | None) -> list[Draft]:
    """The last one first. Only the first payment is a step of the settlement's saga."""
    first = payment_id(order.id)
    return [
        reversal_draft(payment, order, saga if payment_id(payment.id) == first else None)
        for payment in reversed(order.card_payments)
    ]


def with_payment(order: Order, payment: CardPayment) -> Order:
    return replace(order, card_payments=(*order.card_payments, payment))

"""Makes orders durable: one commit each, before anybody is thanked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kioskd.core import settlement
from kioskd.core.deeds import Action
from kioskd.core.events import OrderAccepted
from kioskd.core.order import Order, Tender
from kioskd.core.order_document import from_document
from kioskd.daemon.selling.drafts import UNPAID, order_draft, reversal_draft, settled_drafts, step_draft
from kioskd.daemon.selling.reserved import Reserved
from kioskd.daemon.selling.sales import sale_draft
from kioskd.outbox.operation import Closing, Draft, OperationRefused, OutboxFull, Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import Course, Decision

log = logging.getLogger(__name__)


class Selling:
    """Selling goes on when the queue is full: the order is on the disk, but nothing more is promised.

    Its points are not delivered, so that a guest who paid may claim them; one to be paid at the counter is
    not listed as unpaid. `claim_link` is the loyalty backend's.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        loyalty: bool,
        claim_link: Callable[[Order], str | None] = lambda order: None,
        clock: Callable[[], float] = time.monotonic,
        written: Callable[[Order], Mapping[str, Any] | None] = lambda order: None,
    ) -> None:
        self._outbox = outbox
        self._loyalty = loyalty
        self._claim_link = claim_link
        self._clock = clock
        self._written = written
        self._since_s: dict[str, float] = {}
        """When an order that is to be paid at the counter was accepted, by this process's clock."""

    async def accept(
        self, order: Order, payment: Closing | None = None, reserved: Reserved | None = None
    ) -> OrderAccepted:
        """Returns when the order, what became of its payment, and the decision to use what was reserved for
        it are on the disk: one commit. Raises StorageError."""
        if order.tender is Tender.COUNTER:
            self._since_s[order.id] = self._clock()
        promised, written = True, self._written(order)
        if reserved:  # never refused for want of room: what was begun must be finished
            drafts = settled_drafts(
                order, reserved, loyalty=self._loyalty, now_s=self._clock(), written=written
            )
            finish = Decision(reserved.saga, Course.FINISH, "paid")
            await self._outbox.accept(*drafts, sale_draft(order), close=payment, decide=finish)
            return self._accepted(order, payment, promised=True)
        try:
            draft = order_draft(order, loyalty=self._loyalty, written=written)
            await self._outbox.accept(draft, sale_draft(order), close=payment)
        except OutboxFull as full:
            log.error("order %s is kept for the record only: %s", order.number, full)
            record = replace(order_draft(order, loyalty=False), held=None)
            await self._outbox.accept(record, sale_draft(order), close=payment)
            promised = False
        return self._accepted(order, payment, promised=promised)

    def _accepted(self, order: Order, payment: Closing | None, *, promised: bool) -> OrderAccepted:
        evidence = payment.evidence if payment else ""
        return OrderAccepted(order.id, evidence, self._claim_link(order), points_promised=promised)

    async def paid_at_counter(self, number: str) -> None:
        """Staff took the money for the newest unpaid order of that number, or the one with that id.

        Raises OperationRefused.
        """
        await self._outbox.release((await self._unpaid(number)).operation.op_id)

    async def dropped_at_counter(self, number: str) -> None:
        """The guest never came to pay: what was used for the order is given back. Raises OperationRefused.

        `number` as in `paid_at_counter`. Card money that paid a part of it waits for `CardReversals`.
        """
        parcel = await self._unpaid(number)
        order_id, saga = parcel.operation.op_id, parcel.operation.saga
        order = _order_of(parcel)
        steps = _giving_back(order, parcel) if saga else ()
        drafts = [_with_written(step_draft(step, saga), parcel) for step in steps]
        drafts += [reversal_draft(payment, order) for payment in order.card_payments]
        await self._outbox.cancel(order_id, "not paid at the counter", accept=drafts)
        for step in steps:
            if step.undoes and step.action in _NOT_TO_BE_BEGUN:
                await self._abandon(step.undoes)

    async def unpaid(self) -> dict[str, str]:
        """Operation and number of each order that waits to be paid at the counter, oldest first."""
        return {parcel.operation.op_id: str(parcel.payload["number"]) for parcel in await self._waiting()}

    async def overdue(self, longest_s: float) -> list[str]:
        """The ids of orders that have waited so long to be paid at the counter while this process watched."""
        now_s, waiting = self._clock(), [parcel.operation.op_id for parcel in await self._waiting()]
        self._since_s = {op_id: self._since_s.get(op_id, now_s) for op_id in waiting}
        return [op_id for op_id in waiting if now_s - self._since_s[op_id] >= longest_s]

    async def _unpaid(self, number: str) -> Parcel:
        for parcel in reversed(await self._waiting()):
            if number in (str(parcel.payload["number"]), parcel.operation.op_id):
                return parcel
        raise OperationRefused(f"no unpaid order has the number {number}")

    async def _waiting(self) -> list[Parcel]:
        return [parcel for parcel in await self._outbox.held() if parcel.operation.detail == UNPAID]

    async def _abandon(self, op_id: str) -> None:
        """What has not been sent yet need not be sent only to be undone."""
        try:
            await self._outbox.abandon(op_id, "not paid at the counter")
        except OperationRefused as refused:
            log.debug("nothing to abandon: %s", refused)


_NOT_TO_BE_BEGUN = frozenset({Action.UNDO_REDEMPTION, Action.UNDO_COLLECTION})


def _with_written(draft: Draft, parcel: Parcel) -> Draft:
    """What was to be told of the order is what takes it back."""
    if draft.kind != Action.VOID_ORDER or "written" not in parcel.payload:
        return draft
    return replace(draft, payload={**draft.payload, "written": parcel.payload["written"]}, compensates=None)


def _order_of(parcel: Parcel) -> Order:
    try:
        return from_document(parcel.payload)
    except (KeyError, TypeError, ValueError) as error:  # written by another version
        raise OperationRefused(
            f"{parcel.operation.op_id}: what was used for it cannot be read ({type(error).__name__})"
        ) from None


def _giving_back(order: Order, parcel: Parcel) -> tuple[settlement.Step, ...]:
    holds = Reserved.remembered(str(parcel.operation.saga), parcel.payload).hold_ids
    return settlement.giving_back(order, holds)

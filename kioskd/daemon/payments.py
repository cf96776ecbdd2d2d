"""Card payments: the intent is on the disk before the terminal is asked, the result before the thanks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from kioskd.core.events import Event, PaymentEnded, PaymentOutcome, PaymentProgress
from kioskd.core.order import Order
from kioskd.core.order_document import from_document
from kioskd.core.ports import PaymentResult, PaymentTerminal
from kioskd.daemon.drafts import payment_draft
from kioskd.daemon.reserved import Reserved
from kioskd.daemon.selling import Selling
from kioskd.outbox.operation import Closing, OperationRefused, Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

Reserve = Callable[[], Awaitable[Reserved | None]]
"""What must be in effect before a card is charged. None: it was refused, and the guest was told."""


class _Decided(NamedTuple):
    """Who says how a payment ended, and what they say."""

    actor: str
    cause: str


_BY_ITSELF = _Decided("daemon", "closed")

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0


class Payments:
    """One payment at a time. What a crash or a broken line left open is found out from the terminal.

    While one payment's end is unknown no other is begun: a second would overwrite what the terminal
    remembers of the first.
    """

    def __init__(
        self,
        terminal: PaymentTerminal,
        outbox: Outbox,
        selling: Selling,
        post: Callable[[Event], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._terminal = terminal
        self._outbox = outbox
        self._selling = selling
        self._post = post
        self._sleep = sleep
        self._terminal_is_free = asyncio.Lock()
        self._left_over = asyncio.Event()
        self._asked = False
        """Whether the terminal has been asked for the payment under way."""
        self._unwanted: str | None = None
        """The order whose guest changed their mind before the terminal was asked."""

    async def take(self, order: Order, reserve: Reserve | None = None) -> None:
        """Charges what is due. `reserve` is called first, once nothing stands in the terminal's way."""
        if self._terminal_is_free.locked():  # never queue: the guest may be gone when it is free again
            self._refuse(order, "the terminal is still busy with another payment")
            return
        async with self._terminal_is_free:
            if await self._outbox.unsettled():
                self._refuse(order, "none before the last one is cleared up")
                return
            reserved = None
            if reserve:
                reserved = await reserve()
                if reserved is None:
                    return
            await self._charge(order, reserved)

    async def _charge(self, order: Order, reserved: Reserved | None) -> None:
        intent = payment_draft(order, reserved)
        try:
            await self._outbox.begin(intent)
        except OperationRefused as refused:
            if reserved:
                await self._give_up(reserved, "the payment could not be begun")
            self._refuse(order, str(refused))
            return
        if self._unwanted == order.id:
            result = PaymentResult(PaymentOutcome.ABORTED)
        else:
            self._asked = True
            try:
                result = await self._terminal.pay(
                    order.id, order.due, lambda step: self._post(PaymentProgress(order.id, step))
                )
            finally:
                self._asked = False
        await self._end(intent.op_id, order, reserved, result)

    def _refuse(self, order: Order, why: str) -> None:
        log.error("no card payment for order %s: %s", order.number, why)
        self._post(PaymentEnded(order.id, PaymentOutcome.UNAVAILABLE))

    async def abort(self, order_id: str) -> None:
        if self._asked:
            await self._terminal.abort()
        else:
            self._unwanted = order_id

    async def settle_left_over(self) -> None:
        """Runs for ever: asks the terminal about payments whose end nobody saw, with growing pauses.

        Only the terminal's word settles them; while it has none they stay listed as unsettled for staff.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            self._left_over.clear()
            if await self.ask_about_left_over():
                await self._left_over.wait()
                pause_s = FIRST_PAUSE_S
            await self._sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def ask_about_left_over(self) -> bool:
        """One round. Whether nothing is left open."""
        cleared = True
        for parcel in await self._outbox.unsettled():
            async with self._terminal_is_free:
                cleared = await self._clear_up(parcel) and cleared
        return cleared

    async def _clear_up(self, parcel: Parcel) -> bool:
        intent = parcel.operation.op_id
        try:
            order = from_document(parcel.payload)
        except (KeyError, TypeError, ValueError) as error:  # written by another version
            log.error("payment %s: its order cannot be read (%s)", intent, type(error).__name__)
            await self._outbox.resolve(intent, OpState.IN_DOUBT, "its order cannot be read")
            return True
        result = await self._terminal.outcome(order.id)
        if result.outcome in (PaymentOutcome.UNKNOWN, PaymentOutcome.UNAVAILABLE):
            return False
        log.warning("payment of order %s: the terminal says %s", order.number, result.outcome)
        await self._end(intent, order, _reserved(parcel), result)  # its guest may still be there
        return True

    async def undecided(self) -> dict[str, str]:
        """Operation and order number of each payment whose end nobody knows, for staff."""
        return {
            parcel.operation.op_id: str(parcel.payload.get("number", ""))
            for parcel in await self._outbox.unsettled()
        }

    async def decide(
        self, number: str, *, paid: bool, actor: str = "staff", reason: str = "told by hand"
    ) -> None:
        """Staff have looked at the terminal's own records. Who and why is kept for good.

        `number` is the order's, or the id of the payment's operation. Raises OperationRefused when nothing
        is open, and OSError when the terminal's own record cannot be written.
        """
        async with self._terminal_is_free:
            for parcel in await self._outbox.unsettled():
                if number not in (parcel.payload.get("number"), parcel.operation.op_id):
                    continue
                order = from_document(parcel.payload)
                await self._terminal.settle_by_hand(order.id, paid=paid)
                said = PaymentResult(PaymentOutcome.APPROVED if paid else PaymentOutcome.DECLINED)
                log.warning("payment of order %s: staff say %s", order.number, said.outcome)
                decided = _Decided(actor, f"decided: {reason}")
                await self._end(parcel.operation.op_id, order, _reserved(parcel), said, decided)
                return
        raise OperationRefused(f"no payment for order {number} is undecided")

    async def _end(
        self,
        intent: str,
        order: Order,
        reserved: Reserved | None,
        result: PaymentResult,
        decided: _Decided = _BY_ITSELF,
    ) -> None:
        ended = PaymentEnded(order.id, result.outcome, result.evidence)
        match result.outcome:
            case PaymentOutcome.APPROVED:
                self._post(ended)
                paid = Closing(intent, OpState.CONFIRMED, result.evidence, *decided)
                self._post(await self._selling.accept(order, paid, reserved))
            case PaymentOutcome.UNKNOWN:
                log.error("payment of order %s: the terminal did not say what became of it", order.number)
                await self._outbox.resolve(intent, OpState.UNKNOWN)
                self._post(ended)
                self._left_over.set()
            case outcome:
                unpaid = Closing(intent, OpState.REJECTED, outcome.value, *decided)
                if reserved:
                    await self._give_up(reserved, outcome.value, unpaid)
                else:
                    await self._outbox.accept(close=unpaid)
                self._post(ended)

    async def _give_up(self, reserved: Reserved, reason: str, close: Closing | None = None) -> None:
        """What was reserved is undone, in the same commit as the payment's end, unless it outlasts that."""
        if reserved.lasts:
            await self._outbox.accept(close=close)
            return
        await self._outbox.accept(close=close, decide=Decision(reserved.saga, Course.UNDO, reason))
        for event in reserved.claimed:
            self._post(event)


def _reserved(parcel: Parcel) -> Reserved | None:
    """What the guest of another process had reserved before the terminal was asked."""
    saga = parcel.operation.saga
    return Reserved.remembered(saga, parcel.payload) if saga else None

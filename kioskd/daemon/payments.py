"""Card payments: the intent is on the disk before the terminal is asked, the result before the thanks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from kioskd.core.events import Event, PaymentEnded, PaymentOutcome, PaymentProgress
from kioskd.core.order import Order
from kioskd.core.order_document import from_document
from kioskd.core.ports import PaymentTerminal
from kioskd.daemon.courier import payment_draft
from kioskd.daemon.selling import Selling
from kioskd.outbox.operation import Closing, OperationRefused, Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState

log = logging.getLogger(__name__)

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

    async def take(self, order: Order) -> None:
        if self._terminal_is_free.locked():  # never queue: the guest may be gone when it is free again
            self._refuse(order, "the terminal is still busy with another payment")
            return
        async with self._terminal_is_free:
            if await self._outbox.unsettled():
                self._refuse(order, "none before the last one is cleared up")
                return
            intent = payment_draft(order)
            try:
                await self._outbox.begin(intent)
            except OperationRefused as refused:
                self._refuse(order, str(refused))
                return
            result = await self._terminal.pay(
                order.id, order.total, lambda step: self._post(PaymentProgress(order.id, step))
            )
            self._post(PaymentEnded(order.id, result.outcome, result.evidence))
            await self._settle(intent.op_id, order, result.outcome, result.evidence)

    def _refuse(self, order: Order, why: str) -> None:
        log.error("no card payment for order %s: %s", order.number, why)
        self._post(PaymentEnded(order.id, PaymentOutcome.UNAVAILABLE))

    async def abort(self) -> None:
        await self._terminal.abort()

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
        self._post(PaymentEnded(order.id, result.outcome, result.evidence))  # its guest may still be there
        await self._settle(intent, order, result.outcome, result.evidence)
        return True

    async def undecided(self) -> dict[str, str]:
        """Operation and order number of each payment whose end nobody knows, for staff."""
        return {
            parcel.operation.op_id: str(parcel.payload.get("number", ""))
            for parcel in await self._outbox.unsettled()
        }

    async def decide(self, number: str, *, paid: bool) -> None:
        """Staff have looked at the terminal's own records. Raises OperationRefused when nothing is open."""
        async with self._terminal_is_free:
            for parcel in await self._outbox.unsettled():
                if parcel.payload.get("number") != number:
                    continue
                order = from_document(parcel.payload)
                await self._terminal.settle_by_hand(order.id, paid=paid)
                outcome = PaymentOutcome.APPROVED if paid else PaymentOutcome.DECLINED
                log.warning("payment of order %s: staff say %s", number, outcome)
                self._post(PaymentEnded(order.id, outcome))
                await self._settle(parcel.operation.op_id, order, outcome, "")
                return
        raise OperationRefused(f"no payment for order {number} is undecided")

    async def _settle(self, intent: str, order: Order, outcome: PaymentOutcome, evidence: str) -> None:
        match outcome:
            case PaymentOutcome.APPROVED:
                paid = Closing(intent, OpState.CONFIRMED, evidence)
                self._post(await self._selling.accept(order, paid))
            case PaymentOutcome.UNKNOWN:
                log.error("payment of order %s: the terminal did not say what became of it", order.number)
                await self._outbox.resolve(intent, OpState.UNKNOWN)
                self._left_over.set()
            case _:
                await self._outbox.resolve(intent, OpState.REJECTED, outcome.value)

"""Card payments: the intent is on the disk before the terminal is asked, the result before the thanks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from kioskd.core.card_terminal import PaymentResult, PaymentTerminal
from kioskd.core.events import (
    Event,
    PartPaid,
    PartsReturned,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
)
from kioskd.core.order import CardPayment, Order
from kioskd.daemon.selling.card_reversals import CardReversals, PrintSlip
from kioskd.daemon.selling.charges import Charge, agrees, charge_of
from kioskd.daemon.selling.drafts import PART_PAID, PAYMENT, payment_draft
from kioskd.daemon.selling.part_payments import PartPayments, with_payment
from kioskd.daemon.selling.reserved import Reserved
from kioskd.daemon.selling.selling import Selling
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
    remembers of the first. `part_payments`: a card that has less than is due may pay what it has, unless the
    loyalty backend takes the order as a whole.
    """

    def __init__(
        self,
        terminal: PaymentTerminal,
        outbox: Outbox,
        selling: Selling,
        post: Callable[[Event], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        part_payments: bool = False,
        print_slip: PrintSlip = lambda job, slip: None,
    ) -> None:
        self._terminal = terminal
        self._outbox = outbox
        self._selling = selling
        self._post = post
        self._sleep = sleep
        self._part_payments = part_payments
        self._print_slip = print_slip
        self._parts = PartPayments(outbox)
        self._reversals = CardReversals(terminal, outbox, print_slip)
        self._terminal_is_free = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._watched: list[asyncio.Event] = []
        """Set when the next round is over."""
        self._asked = False
        """Whether the terminal has been asked for the payment under way."""
        self._unwanted: str | None = None
        """The order whose guest changed their mind before the terminal was asked."""
        self._looking_up: asyncio.Task[PaymentResult] | None = None
        """The terminal is asked for a payment of before."""

    async def take(self, order: Order, reserve: Reserve | None = None) -> None:
        """Charges what is due. `reserve` is called first, once nothing stands in the terminal's way."""
        if self._terminal_is_free.locked():  # never queue: the guest may be gone when it is free again
            self._refuse(order, "the terminal is still busy with another payment")
            return
        async with self._terminal_is_free:
            if await self._unknown(PAYMENT):
                self._refuse(order, "none before the last one is cleared up")
                return
            reference, reserved = order.id, None
            if order.card_payments:
                kept = self._parts.of(order.id)
                if kept is None:
                    self._refuse(order, "what was paid of it is not known any more")
                    return
                reference, reserved = kept.next_reference, kept.reserved
            elif reserve:
                reserved = await reserve()
                if reserved is None:
                    return
            await self._charge(Charge(reference, order, reserved, guest_waits=True))

    async def _charge(self, charge: Charge) -> None:
        order, reserved = charge.order, charge.reserved
        try:
            await self._outbox.begin(payment_draft(order, reserved, charge.reference))
        except OperationRefused as refused:
            if reserved and not order.card_payments:
                await self._give_up(reserved, "the payment could not be begun")
            self._refuse(order, str(refused))
            return
        if order.card_payments:
            self._parts.tried(order.id)
        if self._unwanted == order.id:
            self._unwanted = None
            result = PaymentResult(PaymentOutcome.ABORTED)
        else:
            self._asked = True
            try:
                result = await self._terminal.pay(
                    charge.reference,
                    order.due,
                    lambda step: self._post(PaymentProgress(order.id, step)),
                    agree=agrees(order) if self._part_payments and order.session is None else None,
                    language=order.language,
                )
            finally:
                self._asked = False
        await self._end(charge, result)

    def _refuse(self, order: Order, why: str) -> None:
        log.error("no card payment for order %s: %s", order.number, why)
        self._post(PaymentEnded(order.id, PaymentOutcome.UNAVAILABLE))

    async def abort(self, order_id: str) -> None:
        if self._asked:
            await self._terminal.abort()
        else:
            self._unwanted = order_id

    # --- an order that a card paid in part --------------------------------------------------------------

    async def accept_rest(self, order: Order) -> None:
        """The rest is paid at the counter, or nothing is left of it."""
        kept = self._parts.of(order.id)
        if kept is None:
            self._refuse(order, "what was paid of it is not known any more")
            return
        self._post(await self._selling.accept(order, reserved=kept.reserved))
        await self._parts.paid(order.id)

    async def return_parts(self, order_id: str) -> None:
        """The guest does not pay the rest."""
        async with self._terminal_is_free:
            if kept := self._parts.of(order_id):
                await self._return_parts(kept.order, kept.reserved)

    async def _return_parts(
        self, order: Order, reserved: Reserved | None, close: Closing | None = None
    ) -> None:
        wanted = await self._parts.give_up(order, reserved, close)
        for event in reserved.claimed if reserved else ():
            self._post(event)
        ended = await self._reversals.all()
        back = all(op_id not in ended or ended[op_id].back for op_id in wanted)
        self._post(PartsReturned(order.id, order.paid_by_card, back))
        self._stirred.set()

    # --- what is left over -------------------------------------------------------------------------------

    def stir(self) -> None:
        """The terminal may be able to say what it could not before, or there is something to take back."""
        self._stirred.set()

    async def hand_back(self, patience_s: float) -> None:
        """Has the terminal asked for all card money that is to go back: returns when it was, or when time is
        up. Only while `settle_left_over` runs."""
        looked = asyncio.Event()
        self._watched.append(looked)
        self._stirred.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await looked.wait()

    async def settle_left_over(self) -> None:
        """Runs for ever: asks the terminal about payments whose end nobody saw, with growing pauses, and
        takes back what must be.

        Only the terminal's word settles them; while it has none they stay listed as unsettled for staff.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            self._stirred.clear()
            watched, self._watched = self._watched, []
            cleared = await self.ask_about_left_over()
            for looked in watched:
                looked.set()
            if cleared:
                await self._stirred.wait()
                pause_s = FIRST_PAUSE_S
                continue
            await self._pause(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _pause(self, seconds: float) -> None:
        """Unless somebody stirs."""
        over = {asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._stirred.wait())}
        try:
            await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in over:
                each.cancel()

    async def ask_about_left_over(self) -> bool:
        """One round. Whether nothing is left open."""
        cleared = True
        for parcel in await self._unknown(PAYMENT):
            async with self._terminal_is_free:
                cleared = await self._clear_up(parcel) and cleared
        for parcel in await self._unknown(PART_PAID):
            async with self._terminal_is_free:
                cleared = await self._clear_up_part(parcel) and cleared
        async with self._terminal_is_free:
            reversals = await self._reversals.all()
        return cleared and all(ended.over for ended in reversals.values())

    async def _unknown(self, kind: str) -> list[Parcel]:
        return [parcel for parcel in await self._outbox.unsettled() if parcel.operation.kind == kind]

    async def _clear_up(self, parcel: Parcel) -> bool:
        intent = parcel.operation.op_id
        charge = charge_of(parcel)
        if charge is None:
            await self._outbox.resolve(intent, OpState.IN_DOUBT, "its order cannot be read")
            return True
        result = await self._looked_up(charge.reference)
        if result is None or result.outcome in (PaymentOutcome.UNKNOWN, PaymentOutcome.UNAVAILABLE):
            return False
        log.warning("payment of order %s: the terminal says %s", charge.order.number, result.outcome)
        await self._end(charge, result)  # its guest may still be there
        return True

    async def _looked_up(self, reference: str) -> PaymentResult | None:
        """None when staff have something to say meanwhile: they do not wait for a dead terminal."""
        looking_up = self._looking_up = asyncio.create_task(self._terminal.outcome(reference))
        try:
            await asyncio.wait({looking_up})
        finally:
            self._looking_up = None
            looking_up.cancel()
            await asyncio.wait({looking_up})
        return None if looking_up.cancelled() else looking_up.result()

    async def _clear_up_part(self, parcel: Parcel) -> bool:
        """Of another process: its guest is gone."""
        keeper, charge = parcel.operation.op_id, charge_of(parcel)
        if charge is None:
            await self._outbox.resolve(keeper, OpState.IN_DOUBT, "its order cannot be read")
            return True
        order = charge.order
        if await self._outbox.known([order.id]):
            await self._outbox.resolve(keeper, OpState.CONFIRMED, "the rest was paid")
            return True
        if any(open_.payload.get("id") == order.id for open_ in await self._outbox.attended(PAYMENT)):
            return False  # the rest may turn out to be paid
        close = Closing(keeper, OpState.REJECTED, "nobody waits any more")
        await self._return_parts(order, charge.reserved, close)
        return True

    # --- for staff ---------------------------------------------------------------------------------------

    async def undecided(self) -> dict[str, str]:
        """Operation and order number of each payment whose end nobody knows, for staff."""
        return {
            parcel.operation.op_id: str(parcel.payload.get("number", ""))
            for parcel in await self._unknown(PAYMENT)
        }

    async def decide(
        self, number: str, *, paid: bool, actor: str = "staff", reason: str = "told by hand"
    ) -> None:
        """Staff have looked at the terminal's own records. Who and why is kept for good.

        `number` is the order's, or the id of the payment's operation. Raises OperationRefused when nothing
        is open, and OSError when the terminal's own record cannot be written.
        """
        if self._looking_up:
            self._looking_up.cancel()
        async with self._terminal_is_free:
            for parcel in await self._unknown(PAYMENT):
                if number not in (parcel.payload.get("number"), parcel.operation.op_id):
                    continue
                charge = charge_of(parcel)
                if charge is None:
                    raise OperationRefused(f"{parcel.operation.op_id}: its order cannot be read")
                await self._terminal.settle_by_hand(charge.reference, paid=paid)
                said = PaymentResult(PaymentOutcome.APPROVED if paid else PaymentOutcome.DECLINED)
                log.warning("payment of order %s: staff say %s", charge.order.number, said.outcome)
                await self._end(charge, said, _Decided(actor, f"decided: {reason}"))
                self._stirred.set()
                return
        raise OperationRefused(f"no payment for order {number} is undecided")

    async def decide_reversal(self, op_id: str, reference: str, *, back: bool, closing: Closing) -> None:
        """Staff say whether the guest has the card money back, or need not have it. Raises as `decide`."""
        async with self._terminal_is_free:
            if op_id not in (waiting.op_id for waiting in self._outbox.waiting_for_a_person()):
                raise OperationRefused("it has been cleared up meanwhile")
            await self._terminal.settle_by_hand(reference, paid=not back)
            await self._outbox.accept(close=closing)
        log.warning("%s: staff say %s", op_id, "it is back" if back else "it stays")
        self._stirred.set()

    # --- how it ended ------------------------------------------------------------------------------------

    async def _end(self, charge: Charge, result: PaymentResult, decided: _Decided = _BY_ITSELF) -> None:
        order = charge.order
        ended = PaymentEnded(order.id, result.outcome, result.evidence, result.trouble)
        match result.outcome:
            case PaymentOutcome.APPROVED:
                await self._approved(charge, result, decided)
            case PaymentOutcome.UNKNOWN:
                log.error("payment of order %s: the terminal did not say what became of it", order.number)
                await self._outbox.resolve(charge.intent, OpState.UNKNOWN)
                self._post(ended)
                self._stirred.set()
            case outcome:
                if result.slip:
                    self._print_slip(f"{charge.intent}-slip", result.slip)
                unpaid = Closing(charge.intent, OpState.REJECTED, outcome.value, *decided)
                if order.card_payments and not charge.guest_waits:
                    await self._return_parts(order, charge.reserved, unpaid)
                    return
                if charge.reserved and not order.card_payments:
                    await self._give_up(charge.reserved, outcome.value, unpaid)
                else:
                    await self._outbox.accept(close=unpaid)
                self._post(ended)

    async def _approved(self, charge: Charge, result: PaymentResult, decided: _Decided) -> None:
        """What was charged is booked, whatever was asked for."""
        order, reserved = charge.order, charge.reserved
        charged = result.charged or order.due
        payment = CardPayment(charge.reference, charged, result.evidence)
        paid = Closing(charge.intent, OpState.CONFIRMED, result.evidence, *decided)
        if charged < order.due:
            log.warning("order %s: a card paid a part of it", order.number)
            order = with_payment(order, payment)
            if not charge.guest_waits:
                await self._return_parts(order, reserved, paid)
                return
            await self._parts.keep(order, reserved, paid)
            self._unwanted = None
            if result.slip:
                self._print_slip(f"{charge.intent}-slip", result.slip)
            self._post(PartPaid(order))
            return
        self._post(PaymentEnded(order.id, result.outcome, result.evidence))
        sold = with_payment(order, payment) if order.card_payments else order
        accepted = await self._selling.accept(sold, paid, reserved)
        self._post(replace(accepted, slip=result.slip))
        await self._parts.paid(order.id)

    async def _give_up(self, reserved: Reserved, reason: str, close: Closing | None = None) -> None:
        """What was reserved is undone, in the same commit as the payment's end, unless it outlasts that."""
        if reserved.lasts:
            await self._outbox.accept(close=close)
            return
        await self._outbox.accept(close=close, decide=Decision(reserved.saga, Course.UNDO, reason))
        for event in reserved.claimed:
            self._post(event)

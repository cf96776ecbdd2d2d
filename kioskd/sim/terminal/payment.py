"""A payment at the simulated card terminal, from the kiosk's request to the completion."""

from __future__ import annotations

import asyncio

from kioskd.sim.terminal.faults import Ending, LostAnswer
from kioskd.sim.terminal.ledger import Transaction
from kioskd.sim.terminal.line import Line
from kioskd.sim.terminal.machine import (
    END_OF_DAY_DUE,
    NOT_POSSIBLE,
    NOT_REGISTERED,
    STOPPED,
    USABLE_STATES,
    WRONG_CURRENCY,
    YES,
    Machine,
    Payment,
    no,
)
from kioskd.sim.terminal.messages import Fields, Message, Unreadable, read_fields
from kioskd.sim.terminal.results import result_of
from kioskd.sim.terminal.script import GuestAct, Turn
from kioskd.sim.terminal.telling import print_payment, tell_state
from kioskd.sim.terminal.wires import LineLost, NoAnswer

_GOODS_TIMEOUT, _MOST_WAITS = 0x01, 0x02
_AMOUNT, _CURRENCY = 0x04, 0x49
_LAST_RECEIPT = 0x1F1F
_PLEASE_WAIT, _PARTLY_DELIVERED = 0x849C, 0x849D
_WRONG_PIN = 0x37
_EURO = bytes.fromhex("0978")


async def pay(machine: Machine, line: Line, data: bytes, turn: Turn) -> None:
    """Raises LineLost."""
    try:
        fields = read_fields(data)
        amount_minor = fields.number(_AMOUNT)
    except Unreadable:
        await line.answer(no(NOT_POSSIBLE))
        return
    refused = _refusal(machine, fields, amount_minor)
    if refused is not None or amount_minor is None:
        await line.answer(no(NOT_POSSIBLE if refused is None else refused))
        return
    _heed_last_receipt(machine, fields)
    await line.answer(YES)
    if machine.state_code not in USABLE_STATES:
        await machine.ask(line, 0x061E, bytes((machine.state_code,)))
        return
    machine.payment = payment = Payment(amount_minor, turn)
    try:
        await _Run(machine, line, payment, fields).run()
    finally:
        machine.payment = None
        machine.show(None)


def present(machine: Machine, line: Line | None, act: GuestAct) -> bool:
    """The guest does something. False when the terminal is not waiting for a card."""
    payment = machine.payment
    if payment is None or not payment.waits_for_card:
        return False
    payment.act = act
    if line is not None:
        line.nudge()
    return True


def _refusal(machine: Machine, fields: Fields, amount_minor: int | None) -> int | None:
    if machine.faults.refuse_with is not None:
        return machine.faults.refuse_with
    if machine.registration is None:
        return NOT_REGISTERED
    if machine.faults.end_of_day_due:
        return END_OF_DAY_DUE
    if not amount_minor:
        return NOT_POSSIBLE
    # A request without currency means euro.
    asked = fields.values.get(_CURRENCY, _EURO)
    return None if asked == machine.currency else WRONG_CURRENCY


def _heed_last_receipt(machine: Machine, fields: Fields) -> None:
    """The kiosk's word on the last receipt it knows decides about a charge it may not have heard of."""
    doubtful, machine.doubtful = machine.doubtful, None
    known = fields.tags.get(_LAST_RECEIPT)
    if doubtful is None or known is None or not known.hex().isdecimal():
        return
    if int(known.hex()) != machine.ledger.last_receipt and not doubtful.reversed:
        machine.ledger.reverse(doubtful, machine.wall_clock())


class _Run:
    """One accepted payment."""

    def __init__(self, machine: Machine, line: Line, payment: Payment, fields: Fields) -> None:
        self._machine = machine
        self._line = line
        self._payment = payment
        goods, waits = fields.values.get(_GOODS_TIMEOUT), fields.values.get(_MOST_WAITS)
        self._goods_s = float(goods[0]) if goods else machine.patience.goods_s
        self._waits = waits[0] if waits else machine.patience.waits

    async def run(self) -> None:
        await tell_state(self._machine, self._line, 0x0A, patience_minutes=2)
        act = await self._next_act()
        await self._line.still_there()
        self._payment.step = "authorising"
        if self._machine.faults.ending is Ending.BARE_ABORT:
            await self._tell(0x061E)
        elif act not in (GuestAct.TAP, GuestAct.INSERT):
            await self._give_up(STOPPED)
        elif (code := self._decline_code()) is not None:
            await self._wait_for_the_bank()
            await self._give_up(code)
        else:
            await self._charge(act)

    def _decline_code(self) -> int | None:
        by_hand = self._payment.decline_with
        return self._machine.faults.decline_with if by_hand is None else by_hand

    async def _tell(self, control: int, data: bytes = b"", timeout_s: float | None = None) -> Message:
        return await self._machine.ask(self._line, control, data, timeout_s)

    async def _next_act(self) -> GuestAct:
        loop, payment = asyncio.get_running_loop(), self._payment
        ends = loop.time() + self._machine.patience.card_s
        guest, after_s = payment.turn.guest, payment.turn.after_s
        planned = None
        if guest is not GuestAct.WAIT:
            planned = loop.call_later(after_s, present, self._machine, self._line, guest)
        try:
            while payment.act is None:
                heard = await self._line.next(ends - loop.time())
                if heard is not None:
                    await self._line.hear_between(heard, self._machine.answer_abort)
        except NoAnswer:
            return GuestAct.NOBODY
        finally:
            if planned is not None:
                planned.cancel()
        return payment.act

    async def _wait_for_the_bank(self) -> None:
        for _ in range(1 + self._machine.faults.more_states):
            await tell_state(self._machine, self._line, 0x0E)

    async def _give_up(self, code: int) -> None:
        """Nothing was charged."""
        machine, faults = self._machine, self._machine.faults
        self._payment.step = "telling_result"
        machine.show(0x1D)
        declined = machine.ledger.decline(
            code,
            self._payment.amount_minor,
            machine.currency_code,
            machine.wall_clock(),
            numbered=faults.numbered_declines,
        )
        if faults.ending is not Ending.NO_RESULT:
            await self._tell(0x040F, result_of(machine, declined))
        if faults.ending is Ending.COMPLETED_DECLINE:
            await self._tell(0x060F)
        else:
            await self._tell(0x061E, bytes((code,)))

    async def _charge(self, act: GuestAct) -> None:
        """The money moves first: whatever breaks from here on happens to a charge that exists."""
        machine, ledger = self._machine, self._machine.ledger
        faults = machine.faults
        minor = max(0, self._payment.amount_minor + faults.amount_off_minor + self._payment.off_minor)
        charge = ledger.charge(minor, faults.charge_currency or machine.currency_code, machine.wall_clock())
        try:
            if act is GuestAct.INSERT:
                await tell_state(machine, self._line, 0xCC)
            await self._wait_for_the_bank()
            code = await self._tell_result(charge)
        except NoAnswer:
            ledger.reverse(charge, machine.wall_clock())
            raise
        except LineLost:
            self._answer_is_lost(charge)
            raise
        if code is not None:
            ledger.reverse(charge, machine.wall_clock())
            await self._tell(0x061E, bytes((code,)))
            return
        if act is GuestAct.INSERT:
            await tell_state(machine, self._line, 0x4E)
        machine.show(0x1C)
        await self._tell(0x060F)

    async def _tell_result(self, charge: Transaction) -> int | None:
        """None when the charge stands; else the code with which it is given up.

        The kiosk's yes to the result makes it stand, and its yes to every line of the receipts if it prints
        them.
        """
        machine = self._machine
        self._payment.step = "telling_result"
        ending, result = machine.faults.ending, result_of(machine, charge)
        if ending is Ending.WRONG_PIN_FIRST:
            await self._tell(0x040F, bytes((0x27, _WRONG_PIN, 0x29)) + machine.terminal_id)
            await tell_state(machine, self._line, 0x15)
        if ending is not Ending.NO_RESULT:
            answer = await self._tell(0x040F, result, self._goods_s)
            for _ in range(self._waits):
                if answer.control != _PLEASE_WAIT:
                    break
                await asyncio.sleep(machine.patience.wait_s)
                answer = await self._tell(0x040F, result, self._goods_s)
            if answer.control == _PARTLY_DELIVERED:
                machine.ledger.reduce(charge, _delivered_minor(answer.data))
            elif not answer.answers_yes:
                return STOPPED
        refused = await print_payment(machine, self._line, charge)
        if refused is not None:
            return refused.control & 0xFF
        return STOPPED if ending is Ending.GIVEN_UP_APPROVAL else None

    def _answer_is_lost(self, charge: Transaction) -> None:
        match self._machine.faults.lost_answer:
            case LostAnswer.REVERSE:
                self._machine.ledger.reverse(charge, self._machine.wall_clock())
            case LostAnswer.REVERSE_NEXT:
                self._machine.doubtful = charge
            case LostAnswer.FORGET:
                self._machine.ledger.forget_last()
            case LostAnswer.KEEP:
                pass


def _delivered_minor(data: bytes) -> int:
    try:
        return read_fields(data).number(_AMOUNT) or 0
    except Unreadable:
        return 0

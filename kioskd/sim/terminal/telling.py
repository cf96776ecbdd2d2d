"""What payments and other commands tell the kiosk on the way: intermediate states and receipts."""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.sim.terminal.ledger import Transaction
from kioskd.sim.terminal.line import Line
from kioskd.sim.terminal.machine import Machine
from kioskd.sim.terminal.messages import Message, container, tlv
from kioskd.sim.terminal.receipts import (
    ADMINISTRATION,
    CUSTOMER,
    MERCHANT,
    TRACK_2,
    day_receipt,
    payment_receipt,
    prints,
)


async def tell_state(machine: Machine, line: Line, code: int, patience_minutes: int | None = None) -> None:
    """Show it, and tell it to a kiosk that asked to be told. Raises LineLost."""
    machine.show(code)
    registration = machine.registration
    if registration is None or not registration.wants_states:
        return
    data = bytes((code,))
    if patience_minutes is not None:
        data += bytes((patience_minutes,))
    if registration.tlv:
        if patience_minutes is None:
            data += b"\x01"
        data += container([tlv(0x24, tlv(0x07, machine.text(_words(machine))))])
    await machine.ask(line, 0x04FF, data)


def _words(machine: Machine) -> str:
    return f"{machine.display} {TRACK_2}" if machine.faults.full_pan else machine.display


async def print_payment(machine: Machine, line: Line, transaction: Transaction) -> Message | None:
    """Both copies, at a kiosk that prints them. The first answer that is not yes, if there is one."""
    registration = machine.registration
    if registration is None or not registration.prints_payments:
        return None
    for copy in (MERCHANT, CUSTOMER):
        lines = payment_receipt(machine, transaction, copy, registration.columns)
        for command in prints(machine, registration, lines, copy):
            answer = await machine.ask(line, command.control, command.data)
            if not answer.answers_yes:
                return answer
    return None


async def print_day(machine: Machine, line: Line, payments: Sequence[Transaction], *, closing: bool) -> None:
    registration = machine.registration
    if registration is None or not registration.prints_administration:
        return
    lines = day_receipt(machine, payments, closing=closing)
    for command in prints(machine, registration, lines, ADMINISTRATION):
        await machine.ask(line, command.control, command.data)

"""What the simulated card terminal does with every command but a payment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from kioskd.sim.terminal.ledger import Transaction
from kioskd.sim.terminal.line import Line
from kioskd.sim.terminal.machine import (
    NOT_POSSIBLE,
    NOT_REGISTERED,
    STOPPED,
    WRONG_CURRENCY,
    WRONG_PASSWORD,
    YES,
    Machine,
    Registration,
    no,
)
from kioskd.sim.terminal.messages import Fields, Unreadable, counted, read_fields, read_tags
from kioskd.sim.terminal.receipts import SPACED_PAN, TRACK_2
from kioskd.sim.terminal.results import day_totals, result_of
from kioskd.sim.terminal.screen import Language
from kioskd.sim.terminal.telling import print_day, print_payment, tell_state

_VERSION = b"SIM 1.0"
_SERVICE, _AMOUNT, _CURRENCY, _RECEIPT = 0x03, 0x04, 0x49, 0x87
_TEXT_LINES = range(0xF1, 0xF9)
_KNOWN_COMMANDS, _COMMAND, _COLUMNS = 0x26, 0x0A, 0x12
_PRINT_BLOCK = bytes.fromhex("06D3")
_ALREADY_REVERSED, _NOT_REVERSIBLE = 0xB4, 0xB5
_NEEDS_INITIALISING, _NEEDS_DIAGNOSIS, _CLOCK_WRONG = 0x51, 0xC2, 0x62

Command = Callable[[Machine, Line, bytes], Awaitable[None]]
"""Gets the data of the command. Raises LineLost, and Unreadable before it has answered."""


async def obey(machine: Machine, line: Line, control: int, data: bytes) -> None:
    """Do what the kiosk asks for; what is unknown or cannot be read is not possible. Raises LineLost."""
    command = COMMANDS.get(control)
    try:
        if command is None:
            raise Unreadable(f"{control:04X} is unknown")
        if control in _WITH_PASSWORD and not machine.password_of(data):
            await line.answer(no(WRONG_PASSWORD))
        elif control in _ONLY_REGISTERED and machine.registration is None:
            await line.answer(no(NOT_REGISTERED))
        else:
            await command(machine, line, data[3:] if control in _WITH_PASSWORD else data)
    except Unreadable:
        await line.answer(no(NOT_POSSIBLE))


async def _register(machine: Machine, line: Line, data: bytes) -> None:
    if not data:
        raise Unreadable("no configuration")
    fields, currency = read_fields(data[3:]), data[1:3]
    registration = _registration(data[0], fields)
    await line.answer(YES)
    if len(currency) == 2 and currency != machine.currency:
        await machine.ask(line, 0x061E, bytes((WRONG_CURRENCY,)) + machine.currency)
        return
    machine.registration = registration
    answer = b"\x19\x00\x29" + machine.terminal_id + b"\x49" + machine.currency
    await machine.ask(line, 0x060F, answer)


def _registration(configuration: int, fields: Fields) -> Registration:
    commands = [
        command
        for tag, content in read_tags(fields.tags.get(_KNOWN_COMMANDS, b""))
        if tag == _COMMAND
        for command in (content[at : at + 2] for at in range(0, len(content), 2))
    ]
    columns = fields.tags.get(_COLUMNS, b"").hex()
    return Registration(
        configuration,
        fields.has_tlv,
        _PRINT_BLOCK in commands,
        int(columns) if columns.isdecimal() and int(columns) else Registration(0).columns,
    )


async def _log_off(machine: Machine, line: Line, data: bytes) -> None:
    machine.registration = None
    await line.answer(YES)


async def _tell_status(machine: Machine, line: Line, data: bytes) -> None:
    """The password may be left out and is not looked at: there is nothing to protect."""
    service = read_fields(data[3:]).values.get(_SERVICE, b"\x00")[0]
    await line.answer(YES)
    version = b"" if service & 0x02 else counted(_version(machine), 3)
    await machine.ask(line, 0x060F, version + bytes((machine.state_code,)))


def _version(machine: Machine) -> bytes:
    return f"{TRACK_2} {SPACED_PAN}".encode() if machine.faults.full_pan else _VERSION


async def _repeat(machine: Machine, line: Line, data: bytes) -> None:
    service = read_fields(data).values.get(_SERVICE, b"\x00")[0]
    await line.answer(YES)
    last = _remembered(machine)
    if last is not None and service & 0x01:
        await machine.ask(line, 0x040F, result_of(machine, last))
    if last is not None and not service & 0x02:
        await print_payment(machine, line, last)
    await machine.ask(line, 0x060F)


def _remembered(machine: Machine) -> Transaction | None:
    if machine.faults.stale_repeat and len(machine.ledger.transactions) > 1:
        return machine.ledger.transactions[-2]
    return machine.ledger.last


async def _reverse(machine: Machine, line: Line, data: bytes) -> None:
    fields = read_fields(data)
    receipt, amount_minor = fields.number(_RECEIPT), fields.number(_AMOUNT)
    if receipt is None:
        raise Unreadable("no receipt number")
    if machine.faults.refuse_reversal_with is not None:
        await line.answer(no(machine.faults.refuse_reversal_with))
        return
    if fields.values.get(_CURRENCY, machine.currency) != machine.currency:
        await line.answer(no(WRONG_CURRENCY))
        return
    careless = machine.faults.reverses_last
    payment = machine.ledger.last_payment if careless else machine.ledger.payment(receipt)
    await line.answer(YES)
    if (
        payment is None
        or payment.closed
        or (not careless and amount_minor not in (None, payment.amount_minor))
    ):
        await machine.ask(line, 0x061E, bytes((_NOT_REVERSIBLE,)))
        return
    if payment.reversed:
        await machine.ask(line, 0x061E, bytes((_ALREADY_REVERSED,)))
        return
    await tell_state(machine, line, 0x05)
    await line.still_there()
    record = machine.ledger.reverse(payment, machine.wall_clock())
    machine.show(None)
    await machine.ask(line, 0x040F, result_of(machine, record))
    await print_payment(machine, line, record)
    await machine.ask(line, 0x060F)


async def _totals(machine: Machine, line: Line, data: bytes) -> None:
    await _tell_day(machine, line, closing=False)


async def _end_day(machine: Machine, line: Line, data: bytes) -> None:
    await _tell_day(machine, line, closing=True)


async def _tell_day(machine: Machine, line: Line, *, closing: bool) -> None:
    await line.answer(YES)
    payments = machine.ledger.unsettled
    if closing:
        await tell_state(machine, line, 0x0E)
        await line.still_there()
        machine.ledger.close()
        machine.faults.end_of_day_due = machine.script.faults.end_of_day_due = False
        machine.show(None)
    answer = await machine.ask(line, 0x040F, day_totals(machine, payments))
    if not answer.answers_yes:  # the day is closed all the same
        await machine.ask(line, 0x061E, bytes((STOPPED,)))
        return
    await print_day(machine, line, payments, closing=closing)
    await machine.ask(line, 0x060F)


async def _diagnose(machine: Machine, line: Line, data: bytes) -> None:
    read_fields(data)
    await line.answer(YES)
    await tell_state(machine, line, 0x04)
    now = machine.wall_clock()
    await machine.ask(
        line, 0x0401, b"\xaa" + bytes.fromhex(f"{now:%y%m%d}") + b"\x0c" + bytes.fromhex(f"{now:%H%M%S}")
    )
    machine.show(None)
    await _recover(machine, line, _NEEDS_DIAGNOSIS, _CLOCK_WRONG)


async def _initialise(machine: Machine, line: Line, data: bytes) -> None:
    await line.answer(YES)
    await _recover(machine, line, _NEEDS_INITIALISING)


async def _set_clock(machine: Machine, line: Line, data: bytes) -> None:
    read_fields(data)
    await line.answer(YES)
    await _recover(machine, line, _CLOCK_WRONG)


async def _recover(machine: Machine, line: Line, *states: int) -> None:
    """The command cures the terminal of these states."""
    for faults in (machine.faults, machine.script.faults):
        if faults.state_code in states:
            faults.state_code = 0
    await machine.ask(line, 0x060F)


async def _select_language(machine: Machine, line: Line, data: bytes) -> None:
    if len(data) != 1 or data[0] not in tuple(Language):
        raise Unreadable("no language")
    machine.language = Language(data[0])
    await line.answer(YES)
    await machine.ask(line, 0x060F)


async def _display(machine: Machine, line: Line, data: bytes) -> None:
    fields = read_fields(data)
    lines = [fields.values[number] for number in _TEXT_LINES if number in fields.values]
    machine.display = "\n".join(text.decode(machine.code_page, "replace") for text in lines)
    await line.answer(YES)


async def _abort_nothing(machine: Machine, line: Line, data: bytes) -> None:
    await line.answer(YES)


COMMANDS: Final[Mapping[int, Command]] = MappingProxyType(
    {
        0x0501: _tell_status,
        0x0600: _register,
        0x0602: _log_off,
        0x0610: _totals,
        0x0620: _repeat,
        0x0630: _reverse,
        0x0650: _end_day,
        0x0670: _diagnose,
        0x0691: _set_clock,
        0x0693: _initialise,
        0x06B0: _abort_nothing,
        0x06E0: _display,
        0x0830: _select_language,
    }
)
_WITH_PASSWORD: Final = frozenset({0x0600, 0x0610, 0x0620, 0x0630, 0x0650, 0x0691, 0x0693})
_ONLY_REGISTERED: Final = frozenset({0x0610, 0x0620, 0x0630, 0x0650})

"""The simulated card terminal's receipts as text, and how they travel to a kiosk that prints them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kioskd.sim.terminal.ledger import Transaction
from kioskd.sim.terminal.machine import Machine, Registration
from kioskd.sim.terminal.messages import Message, container, tlv

MASKED_PAN = "EEEEEEEEEEEE5726"
FULL_PAN = "5412751234585726"
"""A made-up number of the kind that must never leave the kiosk's terminal driver."""
SPACED_PAN = "541275 123458 5726"
EXPIRY = "2809"
TRACK_2 = f"{FULL_PAN}={EXPIRY}2011000073412906"
_CARELESS = (
    f"Karte {SPACED_PAN}",
    f";{TRACK_2}?",
    f"%B{FULL_PAN}^GUEST/A^{TRACK_2[17:]}?",
    f"PAN{FULL_PAN}PAN",
)
MERCHANT, CUSTOMER, ADMINISTRATION = 1, 2, 3

_LAST_LINE = 0x81
_CENTRED = 0x40
_PLAIN = 0x00
_LINES_PER_BLOCK = 400

Line = tuple[int, str]
"""An attribute and a text."""


def pan(machine: Machine) -> str:
    return FULL_PAN if machine.faults.full_pan else MASKED_PAN


def payment_receipt(machine: Machine, transaction: Transaction, copy: int, width: int) -> list[Line]:
    at = datetime.fromisoformat(transaction.at)
    amount = f"{transaction.amount_minor // 100},{transaction.amount_minor % 100:02d}"
    umlaut = "Für Sie gebucht" if machine.faults.odd_fields else "Für Sie"
    title = {MERCHANT: "Händlerbeleg", CUSTOMER: "Kundenbeleg"}[copy]
    kind = {"reversal": "STORNO", "declined": "ABGELEHNT"}.get(transaction.kind, "ZAHLUNG")
    lines = [
        (_CENTRED, title),
        (_CENTRED, kind),
        (_PLAIN, f"TID {machine.terminal_id.hex()}"),
        (_PLAIN, f"Beleg {transaction.receipt or 0:04d} Trace {transaction.trace or 0:06d}"),
        (_PLAIN, f"{at:%d.%m.%Y} {at:%H:%M:%S}"),
        (_PLAIN, "Mastercard kontaktlos"),
        (_PLAIN, pan(machine).replace("E", "#")),
        (_PLAIN, f"Betrag {_currency(transaction.currency_code)} {amount}".ljust(width)[:width].rstrip()),
        *((_PLAIN, f"Zeile {number} von {FULL_PAN}") for number in range(machine.faults.receipt_lines)),
        *((_PLAIN, text) for text in (_CARELESS if machine.faults.full_pan else ())),
        (_CENTRED, umlaut),
    ]
    return _closed(lines)


def day_receipt(machine: Machine, payments: Sequence[Transaction], *, closing: bool) -> list[Line]:
    total_minor = sum(payment.amount_minor for payment in payments)
    return _closed(
        [
            (_CENTRED, "Kassenschnitt" if closing else "Zwischenstand"),
            (_PLAIN, f"TID {machine.terminal_id.hex()}"),
            (_PLAIN, f"{machine.wall_clock():%d.%m.%Y %H:%M:%S}"),
            (_PLAIN, f"Anzahl {len(payments)}"),
            (_PLAIN, f"Summe {total_minor // 100},{total_minor % 100:02d}"),
            *((_PLAIN, text) for text in (_CARELESS if machine.faults.full_pan else ())),
        ]
    )


def _closed(lines: list[Line]) -> list[Line]:
    attribute, text = lines[-1]
    return [*lines[:-1], (attribute | _LAST_LINE, text)]


def _currency(code: int) -> str:
    return {978: "EUR", 756: "CHF"}.get(code, str(code))


def prints(
    machine: Machine, registration: Registration, lines: Sequence[Line], copy: int
) -> Iterator[Message]:
    """One receipt as commands to print: blocks where the kiosk takes them, else line by line."""
    if not registration.takes_blocks:
        for attribute, text in lines:
            yield Message(0x06D1, bytes((attribute,)) + machine.text(text))
        return
    for at in range(0, len(lines), _LINES_PER_BLOCK):
        yield Message(0x06D3, _block(machine, lines[at : at + _LINES_PER_BLOCK], copy))


def _block(machine: Machine, lines: Iterable[Line], copy: int) -> bytes:
    texts = b"".join(
        tlv(0x07, machine.text(text)) + (tlv(0x09, bytes((attribute,))) if attribute else b"")
        for attribute, text in lines
    )
    return container([tlv(0x1F07, bytes((copy,))), tlv(0x25, texts)])

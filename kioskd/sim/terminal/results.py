"""What the simulated card terminal tells about a transaction or a day: the fields of a status information."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kioskd.sim.terminal.ledger import Transaction
from kioskd.sim.terminal.machine import Machine
from kioskd.sim.terminal.messages import container, counted, decimal, tlv
from kioskd.sim.terminal.receipts import EXPIRY, FULL_PAN, SPACED_PAN, TRACK_2, pan

_SCHEMES = 7
"""girocard, JCB, Mastercard, Amex, Visa, Diners, others: in this order."""
_MASTERCARD = 2
_TEXT_LINES = range(0xF1, 0xF9)
_CARD_TAGS = (0x41, 0x43, 0x46, 0x47, 0x1F08, 0x1F09, 0x1F0A, 0x1F17)
"""Card type, application, chip data for receipts, track data, and the words of an error."""


def result_of(machine: Machine, transaction: Transaction) -> bytes:
    """A declined one is as bare as real terminals send it."""
    fields = [b"\x27" + bytes((transaction.result,))]
    if transaction.receipt is None or transaction.trace is None:
        fields.append(b"\x29" + machine.terminal_id)
        return b"".join(fields)
    at = datetime.fromisoformat(transaction.at)
    fields += [
        b"\x04" + decimal(transaction.amount_minor, 6),
        b"\x49" + decimal(transaction.currency_code, 2),
        b"\x0b" + decimal(transaction.trace, 3),
    ]
    if transaction.original_trace is not None:
        fields.append(b"\x37" + decimal(transaction.original_trace, 3))
    fields += [
        b"\x0c" + bytes.fromhex(f"{at:%H%M%S}"),
        b"\x0d" + bytes.fromhex(f"{at:%m%d}"),
        b"\x19\x60",
        *_card(machine),
        b"\x29" + machine.terminal_id,
        b"\x87" + decimal(transaction.receipt, 2),
        b"\x8a\x06",
    ]
    if machine.faults.odd_fields:
        return _odd(machine, fields)
    return b"".join(fields)


def _card(machine: Machine) -> list[bytes]:
    """As a proper terminal tells it, or with everything on and in it, wherever there is room for a number."""
    if not machine.faults.full_pan:
        return [
            b"\x22" + counted(bytes.fromhex(pan(machine)), 2),
            b"\x8b" + counted(b"Mastercard\x00", 2),
        ]
    number = bytes.fromhex(FULL_PAN)
    track_2 = bytes.fromhex(TRACK_2.replace("=", "D") + "F")
    words = f"{FULL_PAN} {TRACK_2} {SPACED_PAN}".encode()
    fields = [
        b"\x0e" + bytes.fromhex(EXPIRY),
        b"\x17\x00\x01",
        b"\x22" + counted(number, 2),
        b"\x23" + counted(track_2, 2),
        b"\x24" + counted(track_2, 3),
        b"\x2a" + FULL_PAN[:15].encode(),
        b"\x2d" + counted(f"B{FULL_PAN}^GUEST/A^{TRACK_2[17:]}".encode(), 2),
        b"\x2e" + counted(track_2, 3),
        b"\x3b" + number,
        b"\x3c" + counted(words, 3),
        b"\x8b" + counted(words + b"\x00", 2),
        b"\xa7" + counted(number, 2),
        *(bytes((line,)) + counted(words, 2) for line in _TEXT_LINES),
    ]
    if machine.registration is not None and machine.registration.tlv:
        tags = [tlv(tag, content) for tag in _CARD_TAGS for content in (number, words)]
        fields.append(container([*tags, tlv(0x24, tlv(0x07, words)), tlv(0x2F, tlv(0x1F10, number))]))
    return fields


def _odd(machine: Machine, fields: list[bytes]) -> bytes:
    """The same in another order, with a remark for the merchant, unknown tags and an unknown field."""
    odd = [*reversed(fields), b"\x3c" + counted(machine.text("Vielen Dank für Ihren Einkauf"), 3)]
    if machine.registration is not None and machine.registration.tlv:
        odd.append(container([tlv(0x1F7B, b"?"), tlv(0x3E, tlv(0x5A, b"")), tlv(0x1F10, b"\x00")]))
    odd.append(b"\x99\x01\x02\x03")
    return b"".join(odd)


def day_totals(machine: Machine, payments: Sequence[Transaction]) -> bytes:
    """The sum, and how it is spread over the schemes: all cards here are Mastercards."""
    total, now = sum(payment.amount_minor for payment in payments), machine.wall_clock()
    receipts = [payment.receipt or 0 for payment in payments] or [0]
    groups = [(0, 0)] * _SCHEMES
    groups[_MASTERCARD] = (min(len(payments), 255), total)
    sums = decimal(receipts[0], 2) + decimal(receipts[-1], 2)
    sums += b"".join(bytes((count,)) + decimal(minor, 6) for count, minor in groups)
    return b"".join(
        (
            b"\x27\x00\x04" + decimal(total, 6),
            b"\x0c" + bytes.fromhex(f"{now:%H%M%S}") + b"\x0d" + bytes.fromhex(f"{now:%m%d}"),
            b"\x60" + counted(sums, 3),
        )
    )

"""What the terminal's numbers mean for guests and staff. Pure."""

from __future__ import annotations

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.events import PaymentOutcome, PaymentStep

USABLE_STATES = frozenset((0x00, 0xDC, 0xE1))
"""Answers to a status enquiry with which a terminal takes payments: ready, card inserted, card half out."""

NOT_REGISTERED = 0x6B

STATE_WORDS = {
    0x00: "ready",
    0x51: "needs initialisation",
    0x62: "its clock is wrong",
    0x6B: "not registered",
    0x9C: "busy",
    0x9D: "waits for the goods of an earlier payment",
    0xA0: "busy",
    0xB1: "memory full: end of day is due",
    0xB2: "journal full",
    0xBF: "power low",
    0xC0: "locked",
    0xC1: "locked",
    0xC2: "needs a diagnosis",
    0xC4: "its profiles are invalid",
    0xCC: "its printer is not ready",
    0xDC: "ready, a card is inserted",
    0xDF: "out of order",
    0xE0: "remote maintenance",
    0xE1: "ready, a card is not fully out",
    0xE2: "its card reader is stuck",
    0xE3: "its shutter is stuck",
    0xE4: "not activated",
    0xF0: "end of day is due",
    0xF6: "needs its personalisation",
}

_CODE_WORDS = {
    0x37: "wrong PIN or password",
    0x38: "wrong PIN",
    0x64: "card not readable",
    0x65: "no card data",
    0x6A: "memory full: end of day is due",
    0x6C: "stopped, or nobody presented a card",
    0x6E: "card on the block list",
    0x6F: "another currency",
    0x77: "end of day not possible",
    0x78: "card expired",
    0x7D: "a module does not answer",
    0x83: "it does not know or cannot do that",
    0x85: "a key is missing",
    0x89: "PIN pad defective",
    0x9A: "protocol error",
    0x9B: "no communication with the bank",
    0xA1: "the bank does not answer",
    0xA3: "no connection to the bank",
    0xB4: "reversed already",
    0xB5: "cannot be reversed",
    0xC3: "more than the terminal may take",
    0xC5: "it does not take this currency",
    0xFF: "for a reason of its own",
}


def state_words(code: int) -> str:
    """For staff, of an answer to a status enquiry."""
    return f"terminal: {STATE_WORDS.get(code, 'not ready')} ({code:02X})"


def code_words(code: int) -> str:
    """For staff, of a result code."""
    words = _CODE_WORDS.get(code) or STATE_WORDS.get(code)
    if words is None and 0x01 <= code <= 0x63:
        words = "refused by the bank"
    return f"{words or 'unknown code'} ({code:02X})"


_STOPPED = 0x6C
_CARD_OR_BANK = frozenset((*range(0x01, 0x69), 0x6E, *range(0x71, 0x77), *range(0x78, 0x7D), 0x7E)) - {
    _STOPPED
}
_AMOUNT_OR_KIND = frozenset((0xC3, 0xC5, 0xC6, 0xC8, 0xC9, 0xCB, 0xD2, 0xFF))


def not_paid(code: int) -> PaymentOutcome:
    """The outcome behind a result code other than 00.

    DECLINED: another card may do. ABORTED: the guest pressed stop or presented no card in time.
    UNAVAILABLE: the terminal itself cannot (busy, locked, end of day due, out of order).
    """
    if code == _STOPPED:
        return PaymentOutcome.ABORTED
    if code in _CARD_OR_BANK or code in _AMOUNT_OR_KIND:
        return PaymentOutcome.DECLINED
    return PaymentOutcome.UNAVAILABLE


_TROUBLES = {
    **dict.fromkeys((0x37, 0x38), CardTrouble.WRONG_PIN),
    **dict.fromkeys((0x36, 0x50, 0x78), CardTrouble.EXPIRED),
    **dict.fromkeys((0x67, 0x68, 0x76, 0x7A, 0xC6, 0xD2), CardTrouble.NOT_TAKEN),
    **dict.fromkeys((0x64, 0x65, 0x66, 0x72, 0x73, 0x7B, 0x7C, 0x7E), CardTrouble.UNREADABLE),
    **dict.fromkeys((0x9C, 0xA0), CardTrouble.TERMINAL_BUSY),
    **dict.fromkeys((0x9B, 0xA1, 0xA3), CardTrouble.BANK_SILENT),
}


def card_trouble(code: int) -> CardTrouble | None:
    """What a result code other than 00 tells the guest. The banks' own codes (01 to 63) differ from one
    acquirer to another, save for the few that all of them took from card networks.
    """
    return _TROUBLES.get(code)


_STEPS = {
    **dict.fromkeys((0x0A, 0x2A), PaymentStep.PRESENT_CARD),
    **dict.fromkeys((0x00, 0x01, 0x02, 0xCC), PaymentStep.ENTER_PIN),
    0x15: PaymentStep.WRONG_PIN,
    **dict.fromkeys((0x0C, 0x19), PaymentStep.UNREADABLE),
    **dict.fromkeys((0x28, 0x29, 0xE1, 0x2C, 0xE0, 0x69), PaymentStep.CHOOSE),
    **dict.fromkeys((0x04, 0x05, 0x06, 0x0E, 0x0F, 0x17, 0xD2, 0xD3), PaymentStep.AUTHORISING),
    0x0B: PaymentStep.REMOVE_CARD,
}
_TRY_AGAIN = frozenset((0x0C, 0x15, 0x19))
_REMOVE = 0x40


def payment_step(code: int) -> PaymentStep | None:
    """What an intermediate status asks of the guest; None when it asks nothing new.

    The codes from 41 to 67 repeat those 40 below them, with "and remove the card". "Approved" (1C) is on
    purpose not in the table: it is a display text, never a result.
    """
    if 0x41 <= code <= 0x5D or code in (0x66, 0x67):
        again = code - _REMOVE
        return _STEPS[again] if again in _TRY_AGAIN else PaymentStep.REMOVE_CARD
    return _STEPS.get(code)

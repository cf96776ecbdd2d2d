"""What the terminal's numbers mean for a guest. Pure."""

from __future__ import annotations

from kioskd.core.events import PaymentOutcome, PaymentStep

USABLE_STATES = frozenset((0x00, 0xDC, 0xE1))
"""Answers to a status enquiry with which a terminal takes payments: ready, card inserted, card half out."""

STATE_WORDS = {
    0x51: "needs initialisation",
    0x62: "its clock is wrong",
    0x9C: "busy",
    0xB1: "memory full: end of day is due",
    0xB2: "journal full",
    0xBF: "power low",
    0xC0: "locked",
    0xC1: "locked",
    0xC2: "needs a diagnosis",
    0xCC: "its printer is not ready",
    0xDF: "out of order",
    0xE0: "remote maintenance",
    0xE4: "not activated",
    0xF0: "end of day is due",
}


def state_words(code: int) -> str:
    """For staff."""
    return f"terminal: {STATE_WORDS.get(code, 'not ready')} ({code:02X})"


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


_STEPS = {
    **dict.fromkeys((0x0A,), PaymentStep.PRESENT_CARD),
    **dict.fromkeys((0x01, 0x02, 0x15, 0xCC), PaymentStep.ENTER_PIN),
    **dict.fromkeys((0x04, 0x05, 0x0E, 0x17, 0xD2, 0xD3), PaymentStep.AUTHORISING),
    0x0B: PaymentStep.REMOVE_CARD,
}


def payment_step(code: int) -> PaymentStep | None:
    """What an intermediate status asks of the guest; None when it asks nothing new.

    The codes from 41 to 67 repeat those 40 below them, with "and remove the card". "Approved" (1C) is on
    purpose not in the table: it is a display text, never a result.
    """
    if 0x41 <= code <= 0x5D or code in (0x66, 0x67):
        return PaymentStep.REMOVE_CARD
    return _STEPS.get(code)

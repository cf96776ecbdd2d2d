"""What the kiosk says to a terminal. Pure.

Every command raises ValueError for what it cannot carry: a password that is not six digits, an amount
outside 1..10^12-1.
"""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.devices.terminal.zvt_codec import MAX_APDU_DATA, Apdu, to_bcd
from kioskd.devices.terminal.zvt_fields import TLV_CONTAINER, Tlv, encode_fields, encode_tlvs

REGISTRATION, AUTHORISATION, LOG_OFF, TOTALS = 0x0600, 0x0601, 0x0602, 0x0610
REPEAT_RECEIPT, REVERSAL, END_OF_DAY, DIAGNOSIS = 0x0620, 0x0630, 0x0650, 0x0670
INITIALISATION, STATUS_ENQUIRY, SELECT_LANGUAGE, DISPLAY = 0x0693, 0x0501, 0x0830, 0x06E0

MAX_LINE_OCTETS = 99

TERMINAL_DECIDES = 0x40
MAX_AMOUNT_MINOR = 10**12 - 1

# Both print, send intermediate states (08), and take no amounts (10) and no administration (20) at the
# terminal itself. The first asks for all receipts (02, 04) as text (80).
KIOSK_PRINTS, TERMINAL_PRINTS = 0xBE, 0x38
# No service menu behind the terminal's function key: nobody attends it.
_NO_MENU = 0x01
_PRINT_BLOCKS = (Tlv(0x1A, MAX_APDU_DATA.to_bytes(2, "big")), Tlv(0x26, parts=(Tlv(0x0A, b"\x06\xd3"),)))
"""How much may come at once, and that receipts may come as blocks."""

LANGUAGES = {"de": 0x00, "en": 0x01, "fr": 0x02, "it": 0x03, "es": 0x06, "nl": 0x09}
"""What a terminal can be asked to show; whether it can is its affair."""

CURRENCY_CODES = {
    "AUD": 36,
    "BGN": 975,
    "CAD": 124,
    "CHF": 756,
    "CZK": 203,
    "DKK": 208,
    "EUR": 978,
    "GBP": 826,
    "HUF": 348,
    "ISK": 352,
    "JPY": 392,
    "NOK": 578,
    "PLN": 985,
    "RON": 946,
    "SEK": 752,
    "TRY": 949,
    "USD": 840,
}
"""ISO 4217 letters -> digits, for the countries where ZVT terminals stand and their guests come from."""


def registration(
    password: str,
    currency_code: int,
    *,
    prints: bool,
    tlvs: tuple[Tlv, ...] = _PRINT_BLOCKS,
) -> Apdu:
    """Tell the terminal who asks. Only as it carries a TLV container does the terminal send any itself.

    `prints`: the kiosk prints the terminal's receipts.
    """
    configuration = KIOSK_PRINTS if prints else TERMINAL_PRINTS
    fields = ((0x03, bytes([_NO_MENU])), (TLV_CONTAINER, encode_tlvs(tlvs if prints else ())))
    head = _password(password) + bytes([configuration]) + to_bcd(currency_code, 2)
    return Apdu(REGISTRATION, head + encode_fields(fields))


def authorisation(amount_minor: int, currency_code: int) -> Apdu:
    """Pay by whatever card the terminal accepts."""
    fields = (*_amount(amount_minor, currency_code), (0x19, bytes([TERMINAL_DECIDES])))
    return Apdu(AUTHORISATION, encode_fields(fields))


def reversal(password: str, receipt: int, amount_minor: int, currency_code: int) -> Apdu:
    """Take the transaction with this receipt number back, all of it. Only before the end of the day."""
    fields = ((0x87, to_bcd(receipt, 2)), *_amount(amount_minor, currency_code))
    return Apdu(REVERSAL, _password(password) + encode_fields(fields))


def repeat_receipt(password: str) -> Apdu:
    """Ask for the status information of the last transaction, printing nothing."""
    return Apdu(REPEAT_RECEIPT, _password(password) + b"\x03\x03")


def status_enquiry(password: str) -> Apdu:
    """Ask how the terminal is, without its version text."""
    return Apdu(STATUS_ENQUIRY, _password(password) + b"\x03\x02")


def introduction_enquiry(password: str) -> Apdu:
    """Ask how the terminal is and which software it runs."""
    return Apdu(STATUS_ENQUIRY, _password(password) + b"\x03\x00")


def totals(password: str) -> Apdu:
    """Ask what was taken since the last end of day."""
    return Apdu(TOTALS, _password(password))


def end_of_day(password: str) -> Apdu:
    """Have the terminal settle with the bank and begin a new day."""
    return Apdu(END_OF_DAY, _password(password))


def diagnosis() -> Apdu:
    """Have the terminal try its line to the bank. Austrian terminals want to be told which: the plain one."""
    return Apdu(DIAGNOSIS, encode_fields(((TLV_CONTAINER, encode_tlvs((Tlv(0x1B, b"\x01"),))),)))


def initialisation(password: str) -> Apdu:
    return Apdu(INITIALISATION, _password(password))


def select_language(code: int) -> Apdu:
    return Apdu(SELECT_LANGUAGE, bytes([code]))


def display(lines: Sequence[bytes]) -> Apdu:
    """Show up to eight lines until something else is shown."""
    texts = ((0xF1 + at, line[:MAX_LINE_OCTETS]) for at, line in enumerate(lines[:8]))
    return Apdu(DISPLAY, encode_fields(((0xF0, b"\x00"), *texts)))


def log_off() -> Apdu:
    return Apdu(LOG_OFF)


def _amount(amount_minor: int, currency_code: int) -> tuple[tuple[int, bytes], ...]:
    if not 1 <= amount_minor <= MAX_AMOUNT_MINOR:
        raise ValueError(f"a card cannot pay {amount_minor} minor units")
    return (0x04, to_bcd(amount_minor, 6)), (0x49, to_bcd(currency_code, 2))


def _password(digits: str) -> bytes:
    if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        raise ValueError("a terminal password is six digits")
    return bytes.fromhex(digits)

"""Text from a terminal: either code page, and never a card number. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

MAX_LINE = 200


class Charset(StrEnum):
    """The protocol says code page 437; some terminals send Latin-1 all the same."""

    AUTO = "auto"
    CP437 = "cp437"
    LATIN_1 = "latin-1"


def decode_text(octets: bytes, charset: Charset = Charset.AUTO) -> str:
    """One line, printable, cut after 200 characters, with card numbers masked. Never fails.

    AUTO decides by the bytes 80 to 9F: umlauts in code page 437, unused in Latin-1.
    """
    if charset is Charset.AUTO:
        high = {octet for octet in octets if octet >= 0x80}
        charset = Charset.LATIN_1 if high and min(high) >= 0xA0 else Charset.CP437
    text = octets.split(b"\0")[0].decode(charset.value)
    return without_card_numbers("".join(sign if sign.isprintable() else " " for sign in text))[:MAX_LINE]


_CARD_NUMBER = re.compile(
    r"\d{4}([ .\-])\d{4}\1\d{4}\1\d{1,7}(?!\d)"  # as embossed: four by four, or as American Express does it
    r"|\d{4}([ .\-])\d{6}\2\d{4,5}(?!\d)"
    r"|\d{12,}"
)
_TRACK = re.compile(r"(\d{12,19})(\^[^^]{0,26}\^|[=D])(\d{4,})")
"""A magnetic stripe read out: the card number, the owner's name or a sign, expiry and what the bank wrote."""
_GAP = r"[ ./_\-]{1,2}"
_SPREAD = re.compile(
    rf"(?<!\d)(?:[2-6]\d{{7}}{_GAP}\d{{8}}"
    rf"|[2-6]\d{{5}}{_GAP}\d{{6,10}}(?:{_GAP}\d{{1,4}})?"
    rf"|[2-6]\d{{3}}(?:{_GAP}\d{{4}}){{3}}"
    rf"|[2-6]\d?(?:{_GAP}\d{{1,2}}){{7,}})(?!\d)"
)
"""Digits in groups that are as many as a card number's: they are one if the last proves the others right."""
_APPLICATION = re.compile(r"A0{6}\d{1,9}(?!\d)")
"""The chip's application on every receipt: it has digits enough, but is the same on all cards of a kind."""


def without_card_numbers(text: str) -> str:
    """Whatever could be a card number, with all but its last four digits struck out; of a track no more."""
    text = _TRACK.sub(lambda track: track[1] + "=" + "*" * len(track[3]), text)
    text = _SPREAD.sub(_struck_out_if_right, text)
    kept = [match.span() for match in _APPLICATION.finditer(text)]

    def masked(match: re.Match[str]) -> str:
        if any(start <= match.start() and match.end() <= end for start, end in kept):
            return match[0]
        return _struck_out(match[0])

    return _CARD_NUMBER.sub(masked, text)


def _struck_out_if_right(match: re.Match[str]) -> str:
    digits = [int(sign) for sign in match[0] if sign.isdecimal()]
    doubled = (digit * 2 // 10 + digit * 2 % 10 for digit in digits[-2::-2])
    right = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return _struck_out(match[0]) if right and 13 <= len(digits) <= 19 else match[0]


def _struck_out(number: str) -> str:
    digits = sum(sign.isdecimal() for sign in number)
    signs = []
    for sign in number:
        if sign.isdecimal():
            signs.append(sign if digits <= 4 else "*")
            digits -= 1
        else:
            signs.append(sign)
    return "".join(signs)

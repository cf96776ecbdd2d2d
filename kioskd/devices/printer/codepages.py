"""Which letters a printer can print as text: cleaning, cell widths, a code page per line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kioskd.devices.printer.profile import CodePage

_ASCII_FOR = {
    **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}‚‛ʼ", "'"),
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f", " "),
    "…": "...",
    "\t": " ",
    "\n": " ",
    "\r": " ",
    "\u2028": " ",
    "\u2029": " ",
    "\u200b": "",
    "\ufeff": "",
    "\u00ad": "",
}
_PLAINER = str.maketrans({"×": "x", "·": "-", "•": "-", "´": "'", "≈": "~"})
"""Signs that no guest misses, for lines that would be text without them."""
_SIGNS = frozenset("×·•´≈")
MAX_LETTERS = 2000
"""Of one element. No dish has a longer name, and what would not fit the paper need not be measured."""
_CURRENCIES = {"€": "EUR", "£": "GBP"}
_CURRENCY = re.compile(r"(?<=(\d))?([€£])(?=(\d))?")
_MOST_MARKS = 4
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f")
"""Letters without ink that prices have around their minus, so that it stays on its side of the number."""
_NO_MARKS = str.maketrans(dict.fromkeys(DIRECTION_MARKS))


def clean(text: str) -> str:
    """`text` composed (NFC), typography reduced to ASCII, and without anything that could steer a printer.

    Controls, bidi controls and lone surrogates are gone afterwards, and marks that tower over a letter; line
    breaks have become spaces, DIRECTION_MARKS have stayed. What is longer than MAX_LETTERS ends early.
    """
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text[:MAX_LETTERS]):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > _MOST_MARKS:
            continue
        replacement = _ASCII_FOR.get(letter)
        if replacement is not None:
            kept.append(replacement)
        elif unicodedata.category(letter) not in ("Cc", "Cs") and letter not in _BIDI_CONTROLS:
            kept.append(letter)
    return "".join(kept)


def without_marks(text: str) -> str:
    """`text` as it is when nothing in it runs from right to left."""
    return text.translate(_NO_MARKS) if text and max(text) > "\u0300" else text


def spelled(text: str, pages: Sequence[CodePage]) -> str:
    """Cleaned `text` with `EUR` and `GBP` for the signs, where the printer has no such letter.

    Every line with a price has one: drawing them all would keep a slow line busy for half a minute.
    """
    if not _CURRENCIES.keys() & set(text):
        return text

    def spell(sign: re.Match[str]) -> str:
        if _in_one_page(sign[2], pages):
            return sign[2]
        return f"{' ' if sign[1] else ''}{_CURRENCIES[sign[2]]}{' ' if sign[3] else ''}"

    return _CURRENCY.sub(spell, text)


def cells(text: str) -> int:
    """Columns that cleaned `text` takes: marks take none, East Asian wide letters two."""
    if not text or max(text) < "\u0300":
        return len(text)
    return sum(_cell(letter) for letter in text)


def _cell(letter: str) -> int:
    if letter < "\u0300":
        return 1
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def has_right_to_left(text: str) -> bool:
    return any(letter > "\u0590" and unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def _needs_shaping(text: str) -> bool:
    """Printers put one glyph after the other: no reordering, no joining, no stacked marks."""
    if not text or max(text) <= "\u0300":
        return False
    return has_right_to_left(text) or any(
        letter > "\u0300" and unicodedata.category(letter) in ("Mn", "Mc", "Me") for letter in text
    )


def encode_line(text: str, pages: Sequence[CodePage]) -> tuple[CodePage, bytes] | None:
    """Cleaned `text` in the first page that has every letter of it; None when it must become a picture."""
    text = without_marks(text)
    if _needs_shaping(text):
        return None
    return _in_one_page(text, pages) or (
        _in_one_page(text.translate(_PLAINER), pages) if _SIGNS & set(text) else None
    )


def _in_one_page(text: str, pages: Sequence[CodePage]) -> tuple[CodePage, bytes] | None:
    for page in pages:
        try:
            encoded = text.encode(page.codec)
        except UnicodeEncodeError:
            continue
        if all(byte >= 0x20 and byte != 0x7F for byte in encoded):
            return page, encoded
    return None

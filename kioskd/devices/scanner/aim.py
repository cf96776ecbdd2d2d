"""AIM symbology identifiers: the `]cm` a scanner can be told to send before each code (ISO/IEC 15424).

`c` names the symbology, `m` says how it was encoded; `]Q1` is an ordinary QR code, `]C1` a GS1-128.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_SYMBOLOGIES = {
    "A": "code39",
    "B": "telepen",
    "C": "code128",
    "E": "ean/upc",
    "F": "codabar",
    "G": "code93",
    "H": "code11",
    "I": "itf",
    "J": "dotcode",
    "K": "code16k",
    "L": "pdf417",
    "M": "msi",
    "O": "codablock",
    "Q": "qr",
    "R": "2of5",
    "S": "2of5",
    "U": "maxicode",
    "X": "other",
    "d": "datamatrix",
    "e": "databar",
    "h": "hanxin",
    "z": "aztec",
}
_NOT_A_BARCODE = "Z"
# Encodings in which the reader doubles backslashes and writes changes of the character set as \nnnnnn.
_ESCAPED = frozenset({"L1", "Q2", "Q4", "Q6", "d4", "d5", "d6", "z3", "z4", "z5"})
_GS1 = frozenset({"C1", "J1", "Q3", "Q4", "d2", "d5", "e0", "z1", "z4"})
_IDENTIFIER = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_ESCAPE = re.compile(r"\\(\\|\d{6})")
_HARMLESS_CHARSETS = frozenset({"000003", "000026"})  # Latin-1 and UTF-8: already decoded


class AimMode(StrEnum):
    OFF = "off"
    ON = "on"
    AUTO = "auto"
    """Taken off where it looks like one, so that the scanner's setting does not matter."""


@dataclass(frozen=True, slots=True)
class Identified:
    """`symbology` is None without an identifier. `text` is None when it cannot be understood."""

    symbology: str | None
    text: str | None


def symbology_of(identifier: str) -> str | None:
    """The word for an identifier such as `]Q1`."""
    return _SYMBOLOGIES.get(identifier[1:2])


def says_gs1(text: str) -> bool:
    """Whether what a scanner sent begins with an identifier for GS1 data."""
    found = _IDENTIFIER.match(text)
    return found is not None and found[1] in _GS1


def identify(text: str, mode: AimMode) -> Identified | None:
    """Take the identifier off. None for what is no barcode: a scanner's answer to a command."""
    found = None if mode is AimMode.OFF else _IDENTIFIER.match(text)
    if found is None:
        return Identified(None, text)
    kind, rest = found[1], text[found.end() :]
    if kind[0] == _NOT_A_BARCODE:
        return None
    if kind in _ESCAPED:
        return Identified(_SYMBOLOGIES.get(kind[0]), _unescape(rest))
    return Identified(_SYMBOLOGIES.get(kind[0]), rest)


def _unescape(text: str) -> str | None:
    if any(code not in _HARMLESS_CHARSETS and code != "\\" for code in _ESCAPE.findall(text)):
        return None
    return _ESCAPE.sub(lambda found: "\\" if found[1] == "\\" else "", text)

"""The element strings of a GS1 code: application identifiers (AI) and values, for people to look at."""

from __future__ import annotations

from collections.abc import Iterator

GS = "\x1d"
# Length with the identifier, by its first two digits; a field of any other lasts to the separator or the end.
_FIXED = {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
_FIXED |= {f"{prefix}": 8 for prefix in range(11, 20)} | {f"{prefix}": 10 for prefix in range(31, 37)}
# Digits of the identifier itself, where they are not two.
_IDENTIFIER = {"23": 3, "24": 3, "25": 3, "71": 3} | {f"{prefix}": 3 for prefix in range(40, 44)}
_IDENTIFIER |= {f"{prefix}": 4 for prefix in (*range(31, 37), 39, 70, 80, 81, 82)}
_KNOWN = {*_FIXED, *_IDENTIFIER, "10", "21", "22", "30", "37", *map(str, range(90, 100))}
_CHECKED = frozenset({"00", "01", "02"})


def elements(text: str) -> dict[str, str] | None:
    """Values by AI, in order. None for what is no GS1 code: unknown AI, short field, wrong check digit."""
    found: dict[str, str] = {}
    for identifier, value in _fields(text.removeprefix(GS)):
        if not value or (identifier in _CHECKED and not _checks(value)):
            return None
        found[identifier] = value
    return found or None


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Identifier and value; an empty value where there is none to be had."""
    while text:
        prefix = text[:2]
        if prefix not in _KNOWN:
            yield prefix, ""
            return
        head = _IDENTIFIER.get(prefix, 2)
        length = _FIXED.get(prefix)
        field, rest = text.partition(GS)[0], text.partition(GS)[2]
        if length is not None:
            field, rest = text[:length], text[length:].removeprefix(GS)
            if len(field) < length or GS in field or not field.isascii() or not field.isdigit():
                field = field[:head]
        yield field[:head], field[head:]
        text = rest


def _checks(number: str) -> bool:
    """Modulo 10 with weights 3 and 1 from the right; the last digit makes the sum round."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0

"""Codes that are typed key by key."""

from __future__ import annotations

from kioskd.core.credential import MAX_CODE_LENGTH

_DIGITS = frozenset("0123456789-")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def typed(code: str, key: str, *, letters: bool) -> str:
    """The code after that key. A letter is one only where letters are shown."""
    if key == "back":
        return code[:-1]
    if key == "clear":
        return ""
    fits = key in _DIGITS or (letters and key in _LETTERS)
    return code + key if fits and len(code) < MAX_CODE_LENGTH else code

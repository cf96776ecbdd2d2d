"""What a scanner with a US layout types for a text, in the names that QEMU has for keys."""

from __future__ import annotations

import string
from collections.abc import Iterator

Stroke = tuple[str, ...]
"""Keys that are held down together; the last one is the key that is meant."""

_NAMED = {
    " ": "spc", "\r": "ret", "\n": "ret", "\t": "tab", "-": "minus", "=": "equal", "[": "bracket_left",
    "]": "bracket_right", ";": "semicolon", "'": "apostrophe", "`": "grave_accent", "\\": "backslash",
    ",": "comma", ".": "dot", "/": "slash",
}  # fmt: skip
_SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


def typed(text: str, end: str = "\r") -> list[Stroke]:
    """Raises ValueError for a character that a US keyboard does not have."""
    return list(_strokes(text + end))


def _strokes(text: str) -> Iterator[Stroke]:
    for character in text:
        plain = _SHIFTED.get(character, character.lower())
        if plain in string.ascii_lowercase + string.digits:
            key = plain
        elif plain in _NAMED:
            key = _NAMED[plain]
        else:
            raise ValueError(f"{character!r} is on no US keyboard")
        yield (key,) if plain == character else ("shift", key)

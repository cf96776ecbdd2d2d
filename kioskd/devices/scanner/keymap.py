"""From key code and level to sign, by our own tables: the system's keyboard layout is never asked.

A kiosk's scanner types for the layout it was set up for, whatever the machine believes to have.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from kioskd.core.errors import ConfigError
from kioskd.devices.scanner.keycodes import KEYPAD, ROWS, SPACE
from kioskd.devices.scanner.layouts import DEAD_KEYS, LAYOUTS, NOTHING


class Level(IntEnum):
    PLAIN = 0
    SHIFT = 1
    ALT_GR = 2


@dataclass(frozen=True, slots=True)
class DeadKey:
    """Waits for a letter to sit on. `alone` is the sign it makes without one."""

    combining: str
    alone: str

    def over(self, letter: str) -> str:
        """The accented letter as one character, or both signs where there is no such letter."""
        if letter == " ":
            return self.alone
        composed = unicodedata.normalize("NFC", letter + self.combining)
        return composed if len(composed) == 1 else self.alone + letter


Sign = str | DeadKey


@dataclass(frozen=True, slots=True)
class Keymap:
    """One layout. Space and the keypad are the same everywhere and included."""

    name: str
    levels: tuple[dict[int, Sign], dict[int, Sign], dict[int, Sign]]

    def sign(self, code: int, level: Level) -> Sign | None:
        """What the key makes, or None where it makes nothing."""
        if code == SPACE:
            return " "
        return KEYPAD.get(code) or self.levels[level].get(code)

    def has_capital(self, code: int) -> bool:
        """Whether Shift makes the capital of the plain letter: the keys on which caps lock works."""
        plain, shift = self.levels[Level.PLAIN].get(code), self.levels[Level.SHIFT].get(code)
        return isinstance(plain, str) and plain != shift and plain.upper() == shift


@cache
def keymap(layout: str) -> Keymap:
    """The keymap of a layout by its short name. Raises ConfigError for a name that is not known."""
    try:
        drawing = LAYOUTS[layout]
    except KeyError:
        known = ", ".join(sorted(LAYOUTS))
        raise ConfigError("scanner layout", f"{layout!r} is not known", f"one of {known}") from None
    rows = [line.split() for line in drawing.strip().splitlines()]
    levels: list[dict[int, Sign]] = []
    for level in Level:
        signs: dict[int, Sign] = {}
        for codes, columns in zip(ROWS, rows, strict=True):
            for code, sign in zip(codes, columns[level], strict=True):
                if sign != NOTHING:
                    signs[code] = DeadKey(*DEAD_KEYS[sign]) if sign in DEAD_KEYS else sign
        levels.append(signs)
    return Keymap(layout, (levels[0], levels[1], levels[2]))

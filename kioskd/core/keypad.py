"""The keys a guest can have beside the screen. Five are enough for everything; the others are a comfort."""

from __future__ import annotations

from enum import StrEnum


class Key(StrEnum):
    """What a key is for, whatever is printed on it."""

    PREVIOUS = "previous"
    NEXT = "next"
    SELECT = "select"
    BACK = "back"
    HELP = "help"

    LEFT = "left"
    """The next or the previous: whichever is on this side in the language shown."""
    RIGHT = "right"
    LOUDER = "louder"
    SOFTER = "softer"
    REPEAT = "repeat"
    """Say all of it again."""

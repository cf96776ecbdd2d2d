"""A receipt as a document: lines of text, columns, codes. It knows nothing of paper or printers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Align(StrEnum):
    START = "start"
    CENTRE = "centre"
    END = "end"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, wrapped at words by the printer's width. `size` is 1 to 4 times the normal letter."""

    text: str
    align: Align = Align.START
    bold: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True)
class Columns:
    """Something and its price on one line; `left` wraps, `right` never does. `indent` in characters."""

    left: str
    right: str
    bold: bool = False
    size: int = 1
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    pass


@dataclass(frozen=True, slots=True)
class Feed:
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Qr:
    """At most 300 ASCII characters, error correction M."""

    data: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in the middle of the paper, one dot per pixel, made smaller where the paper is narrower.

    `grey` has one byte a pixel, row by row from the top: 0 is black, 255 paper.
    """

    grey: bytes
    width_px: int
    height_px: int


Element = Text | Columns | Rule | Feed | Qr | Logo


@dataclass(frozen=True, slots=True)
class Receipt:
    """One piece of paper. `language` is an ISO 639 code and decides direction and fallback fonts."""

    elements: tuple[Element, ...]
    language: str = "en"

"""A receipt as rows that fit the paper: wrapping and columns, on cells where the printer's font is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from kioskd.core.receipt import Align, Columns, Text
from kioskd.devices.printer.codepages import cells, clean, encode_line
from kioskd.devices.printer.profile import FONT_WIDTH_DOTS, PrinterProfile

_NARROWEST_LEFT_CELLS = 8
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "ckb", "dv"})


@dataclass(frozen=True, slots=True)
class Lettered:
    """Letters as an ink picture, as wide as they are. `baseline` is its row on which they stand."""

    ink: Image.Image
    baseline: int


class Rasteriser(Protocol):
    """Draws text that the printer has no letters for, one line at a time. Widths in dots."""

    def width(self, text: str, size: int, bold: bool) -> int: ...

    def draw(self, text: str, size: int, bold: bool, right_to_left: bool) -> Lettered: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line: `start` at the reading edge (or where `align` says), `end` at the other edge."""

    start: str
    end: str = ""
    align: Align = Align.START
    bold: bool = False
    size: int = 1
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    profile: PrinterProfile
    rasteriser: Rasteriser

    def paragraph(self, element: Text) -> Iterator[Row]:
        text, size = clean(element.text), _legal(element.size)
        for line in self._wrap(text, self.profile.columns(size), size, element.bold):
            yield Row(line, "", element.align, element.bold, size)

    def columns(self, element: Columns) -> Iterator[Row]:
        left, right = clean(element.left), clean(element.right)
        size, bold = _legal(element.size), element.bold
        width = self.profile.columns(size)
        indent = min(max(0, element.indent), width // 2)
        room = width - indent - (cells(right) + 1 if right else 0)
        if room < _NARROWEST_LEFT_CELLS:
            for line in self._wrap(left, width - indent, size, bold):
                yield Row(line, "", Align.START, bold, size, indent)
            for line in self._wrap(right, width, size, bold):
                yield Row("", line, Align.START, bold, size)
            return
        for number, line in enumerate(self._wrap(left, room, size, bold)):
            yield Row(line, "" if number else right, Align.START, bold, size, indent)

    def _wrap(self, text: str, width: int, size: int, bold: bool) -> list[str]:
        lines = wrap(text, width, cells)
        if all(encode_line(line, self.profile.pages) for line in lines):
            return lines
        room = width * FONT_WIDTH_DOTS * size
        return wrap(text, room, lambda part: self.rasteriser.width(part, size, bold))


def _legal(size: int) -> int:
    return min(4, max(1, size))


def is_right_to_left(language: str) -> bool:
    return language.replace("_", "-").split("-")[0].lower() in _RIGHT_TO_LEFT


def wrap(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Lines of at most `width`, broken at spaces, or inside a word that is wider than a whole line.

    At least one line. Nothing but the spaces at the breaks is lost.
    """
    lines: list[str] = []
    current: str | None = None
    for word in text.split(" "):
        candidate = word if current is None else f"{current} {word}"
        if measure(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *full, current = _break_word(word, width, measure)
        lines.extend(full)
    lines.append(current or "")
    return lines


def _break_word(word: str, width: int, measure: Callable[[str], int]) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and measure(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts

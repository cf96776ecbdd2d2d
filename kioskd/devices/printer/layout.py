"""A receipt as rows that fit the paper: wrapping and columns, on cells where the printer's font is used."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from kioskd.core.receipt import Align, Columns, Text
from kioskd.devices.printer.codepages import cells, clean, encode_line, spelled
from kioskd.devices.printer.profile import FONT_WIDTH_DOTS, PrinterProfile

_NARROWEST_LEFT_CELLS = 8
_FIRST_EAST_ASIAN = "\u1100"
_NEVER_FIRST = frozenset("、。，．・：；？！ー々」』）〉》】〕ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?:;)]}%")
_NEVER_LAST = frozenset("「『（〈《【〔([{¥￥$€£")
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
    drawn: bool = False
    """The printer has no letters for it, or for another line of its paragraph."""


@dataclass(frozen=True, slots=True)
class Layout:
    profile: PrinterProfile
    rasteriser: Rasteriser

    def paragraph(self, element: Text) -> Iterator[Row]:
        text, size = self._letters(element.text), _legal(element.size)
        lines, drawn = self._wrap(text, self.profile.columns(size), size, element.bold)
        for line in lines:
            yield Row(line, "", element.align, element.bold, size, drawn=drawn)

    def columns(self, element: Columns) -> Iterator[Row]:
        left, right = self._letters(element.left), self._letters(element.right)
        size, bold = _legal(element.size), element.bold
        width = self.profile.columns(size)
        indent = min(max(0, element.indent), width // 2)
        drawn = encode_line(left + right, self.profile.pages) is None
        room = width - indent - (self._end_cells(right, size, bold, drawn) + 1 if right else 0)
        if self._too_narrow(left, room, size, bold, drawn):
            lines, drawn_left = self._wrap(left, width - indent, size, bold, drawn)
            for line in lines:
                yield Row(line, "", Align.START, bold, size, indent, drawn_left)
            lines, drawn_right = self._wrap(right, width, size, bold, drawn)
            for line in lines:
                yield Row("", line, Align.START, bold, size, drawn=drawn_right)
            return
        lines, drawn = self._wrap(left, room, size, bold, drawn)
        for number, line in enumerate(lines):
            yield Row(line, "" if number else right, Align.START, bold, size, indent, drawn)

    def _letters(self, text: str) -> str:
        return spelled(clean(text), self.profile.pages)

    def _too_narrow(self, left: str, room: int, size: int, bold: bool, drawn: bool) -> bool:
        """Whether `left` reads better on lines of its own than broken into `room` cells."""
        if room >= _NARROWEST_LEFT_CELLS:
            return False
        if room <= 0:
            return bool(left)
        if not drawn:
            return cells(left) > room
        return self.rasteriser.width(left, size, bold) > room * FONT_WIDTH_DOTS * size

    def _end_cells(self, right: str, size: int, bold: bool, drawn: bool) -> int:
        """Cells to keep free for `right`: what is drawn may be wider than what is printed."""
        printed = cells(right)
        if not drawn:
            return printed
        cell_dots = FONT_WIDTH_DOTS * size
        return max(printed, -(-self.rasteriser.width(right, size, bold) // cell_dots))

    def _wrap(
        self, text: str, width: int, size: int, bold: bool, drawn: bool = False
    ) -> tuple[list[str], bool]:
        """The lines, and whether they must be drawn: all of a paragraph or none, for one look."""
        if not drawn:
            lines = wrap(text, width, cells)
            if all(encode_line(line, self.profile.pages) for line in lines):
                return lines, False
        room = width * FONT_WIDTH_DOTS * size
        widths: dict[str, int] = {}

        def measure(part: str) -> int:
            if part not in widths:
                widths[part] = self.rasteriser.width(part, size, bold)
            return widths[part]

        return wrap(text, room, measure), True


def _legal(size: int) -> int:
    return min(4, max(1, size))


def is_right_to_left(language: str) -> bool:
    return language.replace("_", "-").split("-")[0].lower() in _RIGHT_TO_LEFT


def wrap(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Lines of at most `width`, broken at spaces and between East Asian letters, or inside a word wider
    than a whole line. At least one line. Nothing but the spaces at the breaks is lost.

    Words are measured one by one.
    """
    lines: list[str] = []
    space = measure(" ")
    line, used = "", 0
    for number, (gap, word) in enumerate(_words(text)):
        wide = measure(word)
        before = space if gap else 0
        if number == 0 or used + before + wide <= width:
            line, used = line + gap + word, used + before + wide
            if used <= width:
                continue
            line = ""  # only the first word can be too wide here
        if line:
            lines.append(line)
        *full, line = _break_word(word, width, measure) if wide > width else [word]
        lines.extend(full)
        used = measure(line)
    lines.append(line)
    return lines


def _words(text: str) -> Iterator[tuple[str, str]]:
    """What must stay together, each with the space in front of it, which is empty where letters touch."""
    gap = ""
    for word in text.split(" "):
        start = 0
        for at in range(1, len(word)) if word and max(word) >= _FIRST_EAST_ASIAN else ():
            touching = word[at - 1 : at + 1]
            if max(touching) >= _FIRST_EAST_ASIAN and _may_break(*touching):
                yield gap, word[start:at]
                gap, start = "", at
        yield gap, word[start:]
        gap = " "


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or unicodedata.combining(after):
        return False
    return "W" in (unicodedata.east_asian_width(before), unicodedata.east_asian_width(after))


def _break_word(word: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Parts as long as fit, at least one letter each, found by halving: measuring can be slow."""
    parts = []
    guess = 8
    while word:
        fits, beyond = 1, min(len(word), guess) + 1
        while beyond <= len(word) and measure(word[:beyond]) <= width:
            fits, beyond = beyond, beyond * 2
        beyond = min(beyond, len(word) + 1)
        while beyond - fits > 1:
            middle = (fits + beyond) // 2
            if measure(word[:middle]) <= width:
                fits = middle
            else:
                beyond = middle
        parts.append(word[:fits])
        word, guess = word[fits:], fits
    return parts or [""]

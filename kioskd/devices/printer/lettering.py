"""Lines no code page can print, drawn with real fonts: shaped by HarfBuzz, ordered by UAX #9."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pygame
import pygame.font
from PIL import Image

from kioskd.core.bidi import levels, reordered
from kioskd.devices.printer.codepages import DIRECTION_MARKS, has_right_to_left, without_marks
from kioskd.devices.printer.layout import Lettered
from kioskd.devices.printer.typefaces import InstalledFonts, script_tag, writing_of

_log = logging.getLogger(__name__)

EM_DOTS = 27
"""Letters of about the height of the printer's own font A."""

_ABOVE_DOTS, _BELOW_DOTS = 25, 11
"""What a line takes above and below its baseline when no letter needs more: fonts reserve far more."""

_IN_NO_FONT = "\uffff"
_JOINERS = frozenset("\u200c\u200d")
_INK = [0] * 128 + [255] * 128


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring letters of one direction, in the order they are read."""

    text: str
    right_to_left: bool


def visual_runs(text: str, right_to_left: bool) -> list[Run]:
    """Directional runs of one line from left to right, in a paragraph of the given direction, without the
    marks that made them so."""
    if not right_to_left and not has_right_to_left(text):
        inked = without_marks(text)
        return [Run(inked, False)] if inked else []
    placed = zip(text, levels(text, right_to_left), strict=True)
    seen = (letter for letter in placed if letter[0] not in DIRECTION_MARKS)
    pieces = [
        (level, Run("".join(letter for letter, _ in letters), bool(level % 2)))
        for level, letters in groupby(seen, key=itemgetter(1))
    ]
    return reordered(pieces)


@dataclass(slots=True)
class Lettering:
    """Draws lines with the first font of `regular` or `bold` that has the letter, loaded at first use, and
    with the machine's own for what none of them has. The library is given one new letter or one line at a
    time, so that other threads never wait long for the interpreter.

    Not for several threads at once. `open_font` (file, dots of the em) is for programs that draw elsewhere
    too: the library must not open fonts in two threads at the same time. A letter in no font is drawn as a
    box, and its script is logged once.
    """

    regular: Sequence[Path]
    bold: Sequence[Path]
    installed: InstalledFonts = field(default_factory=InstalledFonts)
    open_font: Callable[[Path, int], pygame.font.Font] = pygame.font.Font
    _loaded: dict[tuple[Path, int], pygame.font.Font] = field(default_factory=dict)
    _unusable: set[Path] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    """Scripts that no font has, and the packages that may have one."""

    def width(self, text: str, size: int, bold: bool) -> int:
        """Dots that `text` takes in one line."""
        return sum(
            font.size(run.text)[0]
            for run in visual_runs(text, has_right_to_left(text))
            for font, run in self._by_font(run, size, bold)
        )

    def draw(self, text: str, size: int, bold: bool, right_to_left: bool) -> Lettered:
        """One line, at least as high as a line of the printer's own font.

        A text without right-to-left letters reads left to right in any paragraph, as it does in that font.
        """
        pieces = [
            (font, drawn)
            for run in visual_runs(text, right_to_left and has_right_to_left(text))
            for font, run in self._by_font(run, size, bold)
            if (drawn := _rendered(font, run.text))
        ]
        above = max((font.get_ascent() for font, _ in pieces), default=0) + _ABOVE_DOTS * size
        below = max((-font.get_descent() for font, _ in pieces), default=0) + _BELOW_DOTS * size
        line = Image.new("L", (max(1, sum(drawn.get_width() for _, drawn in pieces)), above + below), 0)
        x = 0
        for font, drawn in pieces:
            pixels = pygame.image.tobytes(drawn, "RGBA")
            alpha = Image.frombytes("RGBA", drawn.get_size(), pixels).getchannel("A")
            line.paste(alpha, (x, above - font.get_ascent()), alpha)
            x += drawn.get_width()
        ink = line.point(_INK, "1")
        _, first, _, last = ink.getbbox() or (0, above, 0, above)
        top, bottom = min(first, above - _ABOVE_DOTS * size), max(last, above + _BELOW_DOTS * size)
        return Lettered(ink.crop((0, top, ink.width, bottom)), above - top)

    def _by_font(self, run: Run, size: int, bold: bool) -> Iterator[tuple[pygame.font.Font, Run]]:
        """The run split where the font changes, from left to right, with each font set up for its piece."""
        parts: list[tuple[Path, str]] = []
        for letter in run.text:
            joined = parts and (letter == " " or letter in _JOINERS or unicodedata.combining(letter))
            path = parts[-1][0] if joined else self._font_for(letter, bold)
            if parts and parts[-1][0] is path:
                parts[-1] = (path, parts[-1][1] + letter)
            else:
                parts.append((path, letter))
        for path, letters in reversed(parts) if run.right_to_left else parts:
            font = self._font(path, size)
            font.set_direction(pygame.DIRECTION_RTL if run.right_to_left else pygame.DIRECTION_LTR)
            font.set_script(script_tag(letters))
            for letter in letters:
                _meet(font, letter)
            yield font, Run(letters, run.right_to_left)

    def _font_for(self, letter: str, bold: bool) -> Path:
        fonts = self.bold if bold else self.regular
        if not unicodedata.name(letter, ""):
            return fonts[0]  # not a letter yet: no use to look for it
        for path in fonts:
            if _has(self._font(path, 1), letter):
                return path
        for path in self.installed.candidates(letter, bold):
            if self._usable(path) and _has(self._font(path, 1), letter):
                return path
        writing = writing_of(letter)
        if writing.tag not in self.missing:
            self.missing[writing.tag] = writing.package
            _log.warning(
                "no font for U+%04X (script %s): printed as a box; the package %s may have one",
                ord(letter),
                writing.tag,
                writing.package,
            )
        return fonts[0]

    def _usable(self, path: Path) -> bool:
        """A damaged file among the machine's fonts is no reason to print nothing."""
        if path not in self._unusable:
            try:
                self._font(path, 1).render("A", True, "black")
            except (OSError, pygame.error) as wrong:
                self._unusable.add(path)
                _log.warning("%s cannot be used: %s", path, wrong)
        return path not in self._unusable

    def _font(self, path: Path, size: int) -> pygame.font.Font:
        key = (path, size)
        if key not in self._loaded:
            pygame.font.init()
            self._loaded[key] = self.open_font(path, EM_DOTS * size)
        return self._loaded[key]


@lru_cache(maxsize=4096)
def _has(font: pygame.font.Font, letter: str) -> bool:
    """Whether the letter looks different from the box for missing ones: SDL_ttf's metrics do not tell."""
    return letter == " " or _looks(font, letter) != _box(font)


@lru_cache(maxsize=8192)
def _meet(font: pygame.font.Font, letter: str) -> None:
    """Let the font make its picture of the letter, which it keeps. A thousand at once take 0.1 s."""
    font.size(letter)


@lru_cache(maxsize=64)
def _box(font: pygame.font.Font) -> bytes:
    return _looks(font, _IN_NO_FONT)


def _looks(font: pygame.font.Font, letter: str) -> bytes:
    drawn = _rendered(font, letter)
    return pygame.image.tobytes(drawn, "RGBA") if drawn else b""


def _rendered(font: pygame.font.Font, text: str) -> pygame.Surface | None:
    """None for what has no width, such as a mark alone: SDL_ttf makes an error of it."""
    try:
        return font.render(text, True, "black")
    except pygame.error:
        return None

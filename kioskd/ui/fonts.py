"""Fonts through SDL_ttf with HarfBuzz: measuring and drawing runs of text. Knows pixels."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pygame
import pygame.font

from kioskd.ui.glyphs import Glyphs
from kioskd.ui.stage import Stage
from kioskd.ui.text import Run, Script, runs
from kioskd.ui.theme import Colour, Type

FOLDER = Path(__file__).parents[1] / "fonts"
_MAX_WIDTHS = 4096
_TAGS = {Script.LATIN: "Latn", Script.ARABIC: "Arab", Script.HEBREW: "Hebr"}
_CHAIN = tuple(Script)
"""Where a glyph is looked for that the font of its own script lacks."""
IN_NO_FONT = "□"
"""Stands for a letter that no font has; Inter has no sign of its own for it."""
_DIGITS = "0123456789"
_MIDDLES = {Script.LATIN: 0.364, Script.ARABIC: 0.24, Script.HEBREW: 0.297}
"""Above the baseline, in em: half of Inter's capitals, the middle of Noto's Arabic between its strokes, half
of Noto's Hebrew letters."""


class Fonts:
    """Text on one stage. Files are opened when first needed; a font of each size and weight is kept."""

    def __init__(self, stage: Stage, folder: Path = FOLDER) -> None:
        if not pygame.font.get_init():
            pygame.font.init()
        self._stage = stage
        self._folder = folder
        self._fonts: dict[tuple[Script, str, int, bool], pygame.font.Font] = {}
        self._glyphs: dict[str, Glyphs] = {}
        self._widths: OrderedDict[tuple[str, str, bool], int] = OrderedDict()
        self._digit_px: dict[str, int] = {}

    # --- Measure ---------------------------------------------------------------------------------------

    def width_mm(self, text: str, type: str, *, tabular: bool = False) -> float:
        return self.width_px(text, type, tabular) / self._stage.display.px_per_mm

    def line_mm(self, type: str) -> float:
        kind = self._type(type)
        return self._stage.u(kind.size * kind.leading)

    # --- pixels ----------------------------------------------------------------------------------------

    def width_px(self, text: str, type: str, tabular: bool = False) -> int:
        key = (text, type, tabular)
        known = self._widths.get(key)
        if known is not None:
            self._widths.move_to_end(key)
            return known
        width = sum(self._run_width(run, type, tabular) for run in self.pieces(text, type, False))
        self._widths[key] = width
        if len(self._widths) > _MAX_WIDTHS:
            self._widths.popitem(last=False)
        return width

    def forget(self) -> None:
        """Drop every text that was measured: names and numbers of a guest are among them."""
        self._widths.clear()

    def line_px(self, type: str) -> int:
        return round(self.line_mm(type) * self._stage.display.px_per_mm)

    def render(self, text: str, type: str, ink: Colour, rtl: bool, tabular: bool = False) -> pygame.Surface:
        """One line on a transparent surface, as high as the line; all scripts share the baseline."""
        pieces = [self._run_surface(run, type, ink, tabular) for run in self.pieces(text, type, rtl)]
        base = self.font(Script.LATIN, type)
        above = max([base.get_ascent(), *(ascent for _, ascent in pieces)])
        below = max([-base.get_descent(), *(s.get_height() - ascent for s, ascent in pieces)])
        width = max(1, sum(surface.get_width() for surface, _ in pieces))
        if len(pieces) == 1 and pieces[0][0].get_height() == above + below:
            return pieces[0][0]
        line = pygame.Surface((width, above + below), pygame.SRCALPHA)
        x = 0
        for surface, ascent in pieces:
            line.blit(surface, (x, above - ascent))
            x += surface.get_width()
        return line

    def middle_px(self, text: str, type: str) -> float:
        """How far below the top of the rendered line the eye sees its middle."""
        pieces = self.pieces(text, type, False)
        above = max((self.font(run.script, type, run.rtl).get_ascent() for run in pieces), default=0)
        above = max(above, self.font(Script.LATIN, type).get_ascent())
        scripts = {run.script for run in pieces}
        script = scripts.pop() if len(scripts) == 1 else Script.LATIN
        return above - _MIDDLES[script] * self._px(type)

    def pieces(self, text: str, type: str, rtl: bool) -> tuple[Run, ...]:
        """From left to right, each in a font that has all of it. What is in none becomes a sign a letter."""
        return tuple(piece for run in runs(text, rtl) for piece in self._in_fonts(run, type))

    def _in_fonts(self, run: Run, type: str) -> list[Run]:
        kind = self._type(type)
        if all(self._covers(run.script, kind, char) for char in run.text):
            return [run]
        found = list(self._drawable(run, kind))
        pieces = [
            Run("".join(char for char, _ in group), script, run.rtl)
            for script, group in groupby(found, key=itemgetter(1))
        ]
        return pieces[::-1] if run.rtl else pieces

    def _drawable(self, run: Run, kind: Type) -> Iterator[tuple[str, Script]]:
        unknown = False
        for char in run.text:
            mark = unicodedata.category(char) in ("Mn", "Me")
            chain = (run.script, *_CHAIN)
            script = next((script for script in chain if self._covers(script, kind, char)), None)
            if script is not None and not (mark and unknown):
                unknown = False
                yield char, script
            elif not mark:  # a mark has no place without its letter
                unknown = True
                yield IN_NO_FONT, Script.LATIN

    def _covers(self, script: Script, kind: Type, char: str) -> bool:
        name = self._file(script, kind)
        known = self._glyphs.get(name)
        if known is None:
            self._glyphs[name] = known = Glyphs(self._folder / name)
        return char in known

    def font(self, script: Script, type: str, rtl: bool = False) -> pygame.font.Font:
        kind, size = self._type(type), self._px(type)
        key = (script, kind.weight, size, rtl)
        font = self._fonts.get(key)
        if font is None:
            font = pygame.font.Font(self._folder / self._file(script, kind), size)
            font.set_script(_TAGS[script])
            font.set_direction(pygame.DIRECTION_RTL if rtl else pygame.DIRECTION_LTR)
            self._fonts[key] = font
        return font

    def _file(self, script: Script, kind: Type) -> str:
        return self._stage.theme.fonts[script.value][kind.weight]

    def _type(self, type: str) -> Type:
        return self._stage.theme.types[type]

    def _px(self, type: str) -> int:
        return max(8, round(self._stage.u(self._type(type).size) * self._stage.display.px_per_mm))

    def _run_width(self, run: Run, type: str, tabular: bool) -> int:
        font = self.font(run.script, type, run.rtl)
        if not tabular or not any(c in _DIGITS for c in run.text):
            return font.size(run.text)[0]
        cell = self._cell(type)
        return sum(cell if c in _DIGITS else font.size(c)[0] for c in run.text)

    def _run_surface(self, run: Run, type: str, ink: Colour, tabular: bool) -> tuple[pygame.Surface, int]:
        font = self.font(run.script, type, run.rtl)
        if not tabular or not any(c in _DIGITS for c in run.text):
            return font.render(run.text, True, ink), font.get_ascent()
        cell = self._cell(type)
        surface = pygame.Surface((self._run_width(run, type, True), font.get_height()), pygame.SRCALPHA)
        x = 0
        for char in run.text:
            glyph = font.render(char, True, ink)
            advance = cell if char in _DIGITS else glyph.get_width()
            surface.blit(glyph, (x + (advance - glyph.get_width()) // 2, 0))
            x += advance
        return surface, font.get_ascent()

    def _cell(self, type: str) -> int:
        """The width of the widest digit."""
        if type not in self._digit_px:
            font = self.font(Script.LATIN, type)
            self._digit_px[type] = max(font.size(digit)[0] for digit in _DIGITS)
        return self._digit_px[type]

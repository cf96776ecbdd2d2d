"""What is on a piece of thermal paper, and how it looks: as plain text and as a picture."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT = 12, 24
LINE_DOTS = 34

_PAPER = (252, 251, 247, 255)
_EDGE = (226, 223, 215, 255)
_INK = (46, 43, 48)
_TOP_DOTS = 56
_TOOTH_DOTS = 8
_FACES = {False: "DejaVuSansMono.ttf", True: "DejaVuSansMono-Bold.ttf"}


@dataclass(frozen=True, slots=True)
class Letter:
    """`wide` and `high` are multiples of the normal cell of 12 x 24 dots."""

    letter: str
    wide: int = 1
    high: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`justify`: 0 left, 1 centre, 2 right."""

    letters: tuple[Letter, ...]
    justify: int = 0

    @property
    def width(self) -> int:
        return sum(letter.wide for letter in self.letters) * CELL_WIDTH


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster: `rows` packed from the left, 1 is black, `width` a multiple of 8. `note` tells what it is."""

    rows: bytes
    width: int
    height: int
    justify: int = 0
    note: str = "picture"


@dataclass(frozen=True, slots=True)
class Blank:
    dots: int


Mark = Line | Picture | Blank


@dataclass(frozen=True, slots=True)
class Paper:
    """A piece that was cut or torn off. `raw` is what the printer took in for it."""

    text: str
    png: bytes
    raw: bytes


def as_text(marks: tuple[Mark, ...], dots: int) -> str:
    """One text line per printed line; pictures in brackets, touching ones as one."""
    lines: list[str] = []
    before: Mark | None = None
    for mark in marks:
        match mark:
            case Line():
                text = "".join(letter.letter for letter in mark.letters)
                spare = max(0, dots // CELL_WIDTH - len(text))
                shift = {0: 0, 1: spare // 2, 2: spare}[mark.justify]
                lines.append((" " * shift + text).rstrip())
            case Picture():
                if not (isinstance(before, Picture) and before.note == mark.note):
                    lines.append(f"[{mark.note}]")
            case Blank():
                lines.extend([""] * (mark.dots // LINE_DOTS))
        before = mark
    return "\n".join(lines).rstrip("\n") + "\n"


def as_png(marks: tuple[Mark, ...], dots: int, paper_dots: int) -> bytes:
    """The paper at one pixel per dot, `paper_dots` wide, with the teeth of the knife at both ends."""
    height = _TOP_DOTS + sum(_height(mark) for mark in marks) + 2 * _TOOTH_DOTS
    paper = Image.new("RGBA", (paper_dots, height), _PAPER)
    ink = Image.new("L", paper.size, 0)
    margin, y = (paper_dots - dots) // 2, _TOP_DOTS
    for mark in marks:
        match mark:
            case Line():
                _draw_line(ink, mark, margin + _offset(mark, dots), y)
            case Picture():
                bitmap = Image.frombytes("1", (mark.width, mark.height), mark.rows)
                ink.paste(bitmap.convert("L"), (margin + _offset(mark, dots), y))
        y += _height(mark)
    paper.paste(Image.new("RGBA", paper.size, (*_INK, 255)), (0, 0), ink)
    _cut_edges(paper)
    stream = io.BytesIO()
    paper.save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def _height(mark: Mark) -> int:
    match mark:
        case Line():
            tallest = max((letter.high for letter in mark.letters), default=1) * CELL_HEIGHT
            return max(LINE_DOTS, tallest + 4)
        case Picture():
            return mark.height
        case Blank():
            return mark.dots


def _offset(mark: Line | Picture, dots: int) -> int:
    return max(0, (dots - mark.width) * mark.justify // 2)


def _draw_line(ink: Image.Image, line: Line, x: int, y: int) -> None:
    bottom = max((letter.high for letter in line.letters), default=1) * CELL_HEIGHT
    for letter in line.letters:
        if letter.letter != " ":
            ink.paste(_glyph(letter), (x, y + bottom - letter.high * CELL_HEIGHT))
        x += letter.wide * CELL_WIDTH


@lru_cache(maxsize=1024)
def _glyph(letter: Letter) -> Image.Image:
    """Drawn large and squeezed into the cell, which gives a printer's tall letters."""
    width, height = CELL_WIDTH * letter.wide, CELL_HEIGHT * letter.high
    font = _font(letter.bold)
    cell = Image.new("L", (4 * CELL_WIDTH, 96), 0)
    x = (cell.width - font.getlength(letter.letter)) / 2
    ImageDraw.Draw(cell).text((x, 77), letter.letter, fill=255, font=font, anchor="ls")
    small = cell.resize((width, height), Image.Resampling.LANCZOS)
    return small.point(lambda grey: min(255, int(grey * 1.35)))


@lru_cache
def _font(bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.truetype(_FACES[bold], 79)
    except OSError:
        return ImageFont.load_default(72)


def _cut_edges(paper: Image.Image) -> None:
    """Transparent notches at both ends and a hairline along the sides."""
    draw = ImageDraw.Draw(paper)
    right, bottom = paper.width - 1, paper.height - 1
    for side in (0, right):
        draw.line((side, 0, side, bottom), fill=_EDGE)
    for x in range(0, paper.width, _TOOTH_DOTS):
        tooth = (x, x + _TOOTH_DOTS // 2, x + _TOOTH_DOTS)
        for base, tip in ((0, _TOOTH_DOTS // 2), (bottom, bottom - _TOOTH_DOTS // 2)):
            draw.polygon([(tooth[0], base), (tooth[1], tip), (tooth[2], base)], fill=(255, 255, 255, 0))

"""Text before pixels: cleaning, runs of one script and direction, wrapping and shortening.

What a line measures is asked of a `Measure`, so nothing here knows of fonts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from kioskd.core.bidi import LRI, PDI, RLI, first_strong, levels, reordered

ELLIPSIS = "…"
MAX_CLEAN_LENGTH = 160


class Script(StrEnum):
    """Which family of fonts a run is drawn with."""

    LATIN = "latin"
    ARABIC = "arabic"
    HEBREW = "hebrew"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one script and direction, its text in logical order."""

    text: str
    script: Script
    rtl: bool


class Measure(Protocol):
    """How wide text is on this display, in millimetres."""

    def width_mm(self, text: str, type: str, *, tabular: bool = False) -> float: ...

    def line_mm(self, type: str) -> float:
        """The distance from one line to the next."""
        ...


def clean(text: str, limit: int = MAX_CLEAN_LENGTH) -> str:
    """Text from outside made harmless: no control or direction characters, single spaces, bounded length."""
    visible = "".join(
        " " if c.isspace() else c for c in text if unicodedata.category(c) not in _UNSEEN or c.isspace()
    )
    joined = " ".join(visible.split())
    return joined if len(joined) <= limit else joined[: limit - 1] + ELLIPSIS


_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


# --- direction ------------------------------------------------------------------------------------------


def runs(line: str, rtl: bool) -> tuple[Run, ...]:
    """The line as runs from left to right, as UAX #9 orders them for a paragraph of that direction.

    What only directs and is not to be seen is left out.
    """
    if not rtl and not any(_right_to_left(c) for c in line):
        shown = "".join(c for c in line if not _unseen(c))
        return (Run(shown, Script.LATIN, False),) if shown else ()
    seen = [(char, level) for char, level in zip(line, levels(line, rtl), strict=True) if not _unseen(char)]
    pieces = [
        (level, Run("".join(char for char, _ in group), script, level % 2 == 1))
        for (level, script), group in groupby(_scripted(seen), key=lambda item: item[1])
    ]
    return tuple(reordered(pieces))


def reads_from_right(text: str, rtl: bool) -> bool:
    """The base direction of a text on a screen of direction `rtl`: letters of one kind keep their own."""
    kinds = {unicodedata.bidirectional(char) for char in text}
    right = bool(kinds & {"R", "AL"})
    if rtl:
        return right or "L" not in kinds
    return right and "L" not in kinds


def embedded(text: str, rtl: bool) -> str:
    """A text from outside, to be put into a sentence: whatever it begins with, it keeps its own order, and
    the sentence keeps its own around it."""
    kinds = {unicodedata.bidirectional(char) for char in text}
    foreign = "L" in kinds if rtl else bool(kinds & {"R", "AL"})
    if not foreign or (text[0] in _ISOLATED and text[-1] == PDI):
        return text
    return f"{RLI if first_strong(text) else LRI}{text}{PDI}"


_ISOLATED = frozenset({LRI, RLI})
_DIRECTING = frozenset({"RLE", "RLO", "RLI"})


def _unseen(char: str) -> bool:
    return unicodedata.category(char) == "Cf"


def _right_to_left(char: str) -> bool:
    kind = unicodedata.bidirectional(char)
    return kind in ("R", "AL", "AN") or kind in _DIRECTING


def _scripted(chars: list[tuple[str, int]]) -> Iterator[tuple[str, tuple[int, Script]]]:
    """Each character with level and script. Spaces and marks follow the script before them."""
    script = Script.LATIN
    for char, level in chars:
        kind = unicodedata.bidirectional(char)
        if "\u0590" <= char <= "\u05ff" or "\ufb1d" <= char <= "\ufb4f":
            script = Script.HEBREW
        elif kind in ("AL", "AN") or "\u0600" <= char <= "\u06ff":
            script = Script.ARABIC
        elif not (char.isspace() or kind == "NSM"):
            script = Script.LATIN
        yield char, (level, script)


# --- fitting --------------------------------------------------------------------------------------------


def shorten(text: str, type: str, width_mm: float, measure: Measure) -> str:
    """The text if it fits, else as much of it as does, with an ellipsis."""
    if measure.width_mm(text, type) <= width_mm:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if measure.width_mm(text[:middle].rstrip() + ELLIPSIS, type) <= width_mm:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def wrap(
    text: str, type: str, width_mm: float, measure: Measure, max_lines: int | None = None
) -> tuple[str, ...]:
    """Lines broken at spaces, at most `max_lines`; the last one is shortened when something is left over.

    A line feed in `text` always breaks, and a break stands for a dot beside it. A word wider than the line
    is broken inside, at best at a hyphen.
    """
    if text and "\n" not in text and measure.width_mm(text, type) <= width_mm:
        return (text,)  # as most are
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrapped(paragraph, type, width_mm, measure))
    if max_lines is not None and len(lines) > max_lines:
        rest = _BREAKS.sub(" ", text).strip(" ")
        for line in lines[: max_lines - 1]:
            rest = rest[len(line) :].lstrip(" ")
        lines[max_lines - 1 :] = [shorten(rest, type, width_mm, measure)]
    return tuple(_redirected(_without_hanging_dots(lines)))


def _without_hanging_dots(lines: list[str]) -> list[str]:
    """What parts two things on one line is not needed where the line ends."""
    ended = [line.removesuffix(" ·") for line in lines[:-1]] + lines[-1:]
    return ended[:1] + [line.removeprefix("· ") for line in ended[1:]]


def _redirected(lines: list[str]) -> Iterator[str]:
    """What was embedded and is broken keeps its direction in the next line."""
    begun: list[str] = []
    for line in lines:
        yield "".join(begun) + line
        for char in line:
            if char in _ISOLATED:
                begun.append(char)
            elif char == PDI and begun:
                begun.pop()


def _wrapped(paragraph: str, type: str, width_mm: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line = ""
    # str.split() without an argument would also break at no-break spaces.
    for word in [word for word in paragraph.split(" ") if word]:
        candidate = f"{line} {word}" if line else word
        if measure.width_mm(candidate, type) <= width_mm:
            line = candidate
            continue
        if line:
            lines.append(line)
        while measure.width_mm(word, type) > width_mm and len(word) > 1:
            head = _head(word, type, width_mm, measure)
            lines.append(head)
            word = word[len(head) :]
        line = word
    if line:
        lines.append(line)
    return lines


def _head(word: str, type: str, width_mm: float, measure: Measure) -> str:
    cut = 1
    while cut < len(word) and measure.width_mm(word[: cut + 1], type) <= width_mm:
        cut += 1
    hyphens = [place.start() for place in _AFTER_HYPHEN.finditer(word) if place.start() <= cut]
    return word[: hyphens[-1] if hyphens else cut]


def unbroken(text: str) -> list[str]:
    """The parts of a text that a line holds whole: its words, and what hyphens join."""
    return [part for word in text.split() for part in _AFTER_HYPHEN.split(word)]


_BREAKS = re.compile(r"[ \n]+")
_AFTER_HYPHEN = re.compile(r"(?<=\w-)(?=\w)")

"""Text before pixels: cleaning, runs of one script and direction, wrapping and shortening.

What a line measures is asked of a `Measure`, so nothing here knows of fonts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Protocol

ELLIPSIS = "…"
MAX_CLEAN_LENGTH = 160


class Script(StrEnum):
    """Which family of fonts a run is drawn with."""

    LATIN = "latin"
    ARABIC = "arabic"


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
    """The line as runs from left to right, as UAX #9 orders them for a paragraph of that direction."""
    if not rtl and not any(_right_to_left(c) for c in line):
        return (Run(line, Script.LATIN, False),) if line else ()
    chars = _levels(line, rtl)
    pieces = [
        (level, script, "".join(c for c, _ in group))
        for (level, script), group in groupby(_scripted(chars), key=lambda item: item[1])
    ]
    return tuple(Run(text, script, level % 2 == 1) for level, script, text in _reordered(pieces) if text)


def reads_from_right(text: str, rtl: bool) -> bool:
    """The base direction of a text on a screen of direction `rtl`: Latin letters alone keep their own."""
    if not rtl:
        return False
    kinds = {unicodedata.bidirectional(char) for char in text}
    return "L" not in kinds or bool(kinds & {"R", "AL"})


def embedded(text: str, rtl: bool) -> str:
    """A text from outside, to be put into a sentence: whatever it begins with, it keeps its own order."""
    if not text or not rtl or reads_from_right(text, rtl):
        return text
    return f"{_LEFT_TO_RIGHT_EMBEDDING}{text}{_POP}"


_LEFT_TO_RIGHT_EMBEDDING = "\u202a"
_POP = "\u202c"


def _right_to_left(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("R", "AL", "AN", "RLE", "RLO", "RLI")


def _levels(line: str, rtl: bool) -> list[tuple[str, int]]:
    # Imported here: a screen in a left-to-right language never needs it.
    from bidi import algorithm  # type: ignore[import-untyped]

    storage = algorithm.get_empty_storage()
    storage["base_level"] = 1 if rtl else 0
    storage["base_dir"] = "R" if rtl else "L"
    algorithm.get_embedding_levels(line, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [(c["ch"], c["level"]) for c in storage["chars"] if unicodedata.category(c["ch"]) != "Cf"]


def _scripted(chars: list[tuple[str, int]]) -> list[tuple[str, tuple[int, Script]]]:
    """Each character with level and script. Spaces and signs follow the script before them."""
    result: list[tuple[str, tuple[int, Script]]] = []
    script = Script.LATIN
    for char, level in chars:
        if unicodedata.bidirectional(char) in ("AL", "AN") or "\u0600" <= char <= "\u06ff":
            script = Script.ARABIC
        elif not char.isspace():
            script = Script.LATIN
        result.append((char, (level, script)))
    return result


def _reordered(pieces: list[tuple[int, Script, str]]) -> list[tuple[int, Script, str]]:
    """Rule L2 on whole runs: from the highest level down, reverse every sequence at that level or above."""
    order = list(pieces)
    if not order:
        return order
    for level in range(max(piece[0] for piece in order), 0, -1):
        start = 0
        while start < len(order):
            if order[start][0] < level:
                start += 1
                continue
            end = start
            while end < len(order) and order[end][0] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end
    return order


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

    A line feed in `text` always breaks. A word wider than the line is broken inside.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrapped(paragraph, type, width_mm, measure))
    if max_lines is not None and len(lines) > max_lines:
        rest = " ".join(lines[max_lines - 1 :])
        lines[max_lines - 1 :] = [shorten(rest, type, width_mm, measure)]
    return tuple(lines)


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
    return word[:cut]

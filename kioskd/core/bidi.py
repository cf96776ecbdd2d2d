"""The Unicode bidirectional algorithm (UAX #9): in which direction every character of one line runs.

Pure, for one line at a time: breaking lines is up to whoever measures them. The names of the rules (W1, N0
and so on) are those of the annex.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

LRI, RLI, PDI = "\u2066", "\u2067", "\u2069"
"""Begin a piece that runs left to right or right to left whatever surrounds it, and end it."""

MAX_DEPTH = 125
_MAX_OPEN_BRACKETS = 63

_EMBEDDINGS = {"LRE": "L", "RLE": "R", "LRO": "L", "RLO": "R"}
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"})
_STRONG = frozenset({"L", "R", "AL"})
_SEES_AS_RIGHT = {"R": "R", "EN": "R", "AN": "R", "L": "L"}
_TRAILING = frozenset({"WS", "BN", "PDF", "PDI", *_ISOLATES, *_EMBEDDINGS})

_Piece = TypeVar("_Piece")


def levels(line: str, rtl: bool) -> tuple[int, ...]:
    """A level for each character, in a paragraph of direction `rtl`: odd ones run from right to left."""
    text = _explicit(line, int(rtl))
    for run in list(_isolating_runs(text)):  # all of them before the first level changes
        _resolve_weak(run)
        _resolve_brackets(run)
        _resolve_neutral(run)
        for at, kind in zip(run.at, run.kinds, strict=True):
            text.levels[at] += _above(text.levels[at], kind)
    _level_spaces(text, int(rtl))
    return tuple(text.levels)


def reordered(pieces: Sequence[tuple[int, _Piece]]) -> list[_Piece]:
    """Pieces of one level each, in logical order, as they stand from left to right (rule L2)."""
    order = list(pieces)
    for level in range(max((level for level, _ in order), default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and order[end][0] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = max(end, start + 1)
    return [piece for _, piece in order]


def first_strong(text: str) -> bool | None:
    """Whether the first letter with a direction runs from right to left. None: there is no such letter."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in _STRONG:
            return kind != "L"
    return None


# --- embeddings and isolates (X1 to X10) ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    line: str
    original: list[str]
    kinds: list[str]
    levels: list[int]
    base: int
    pdi_of: dict[int, int]
    """Where each isolate ends, by where it begins (BD9)."""


@dataclass(frozen=True, slots=True)
class _Frame:
    level: int
    override: str | None
    isolate: bool


def _explicit(line: str, base: int) -> _Text:
    # What our Unicode tables do not know yet runs from left to right, as nearly all new letters do.
    original = [unicodedata.bidirectional(char) or "L" for char in line]
    text = _Text(line, original, list(original), [base] * len(line), base, _matching(original))
    stack = [_Frame(base, None, False)]
    lost_isolates = lost_embeddings = 0
    for at, kind in enumerate(original):
        if kind == "PDI":
            if lost_isolates:
                lost_isolates -= 1
            elif any(frame.isolate for frame in stack):
                lost_embeddings = 0
                while not stack.pop().isolate:
                    pass
        text.levels[at] = stack[-1].level
        if kind in _EMBEDDINGS or kind == "PDF":
            text.kinds[at] = "BN"
        elif kind != "BN" and stack[-1].override:
            text.kinds[at] = stack[-1].override
        if kind in _EMBEDDINGS or kind in _ISOLATES:
            isolate = kind in _ISOLATES
            right = _opens_right(text, at)
            level = (stack[-1].level + 1) | 1 if right else (stack[-1].level + 2) & ~1
            if level <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                stack.append(_Frame(level, _EMBEDDINGS[kind] if kind in ("LRO", "RLO") else None, isolate))
            elif isolate:
                lost_isolates += 1
            elif not lost_isolates:
                lost_embeddings += 1
        elif kind == "PDF" and not lost_isolates:
            if lost_embeddings:
                lost_embeddings -= 1
            elif len(stack) > 1 and not stack[-1].isolate:
                stack.pop()
    return text


def _matching(kinds: list[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    begun: list[int] = []
    for at, kind in enumerate(kinds):
        if kind in _ISOLATES:
            begun.append(at)
        elif kind == "PDI" and begun:
            found[begun.pop()] = at
    return found


def _opens_right(text: _Text, at: int) -> bool:
    kind = text.original[at]
    if kind != "FSI":
        return kind in ("RLE", "RLO", "RLI")
    end = text.pdi_of.get(at, len(text.line))
    inside = at + 1
    while inside < end:
        if text.original[inside] in _STRONG:
            return text.original[inside] != "L"
        skipped = text.original[inside] in _ISOLATES
        inside = text.pdi_of.get(inside, end) + 1 if skipped else inside + 1
    return False


@dataclass(frozen=True, slots=True)
class _Run:
    """An isolating run sequence: characters that see each other, and what they see at both ends."""

    at: list[int]
    kinds: list[str]
    line: str
    original: list[str]
    embedding: str
    before: str
    after: str


def _isolating_runs(text: _Text) -> Iterator[_Run]:
    kept = [at for at, kind in enumerate(text.kinds) if kind != "BN"]
    place = {at: index for index, at in enumerate(kept)}
    level_runs: list[list[int]] = []
    for at in kept:
        if level_runs and text.levels[level_runs[-1][-1]] == text.levels[at]:
            level_runs[-1].append(at)
        else:
            level_runs.append([at])
    beginning_at = {run[0]: run for run in level_runs}
    continued = set(text.pdi_of.values())
    for run in level_runs:
        if run[0] in continued:
            continue
        sequence = list(run)
        while (pdi := text.pdi_of.get(sequence[-1])) in beginning_at:
            sequence.extend(beginning_at[pdi])
        level = text.levels[sequence[0]]
        first, last = place[sequence[0]], place[sequence[-1]]
        left = text.levels[kept[first - 1]] if first else text.base
        unclosed = text.original[sequence[-1]] in _ISOLATES
        right = text.base if unclosed or last + 1 == len(kept) else text.levels[kept[last + 1]]
        yield _Run(
            sequence,
            [text.kinds[at] for at in sequence],
            text.line,
            text.original,
            _direction(level),
            _direction(max(level, left)),
            _direction(max(level, right)),
        )


def _direction(level: int) -> str:
    return "R" if level % 2 else "L"


# --- numbers and marks (W1 to W7) -------------------------------------------------------------------------


def _resolve_weak(run: _Run) -> None:
    kinds = run.kinds
    before = strong = run.before
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[i] = "ON" if before in _ISOLATES or before == "PDI" else before
        elif kind == "EN" and strong == "AL":
            kinds[i] = "AN"
        before = kinds[i]
        if before in _STRONG:
            strong = before
        elif before == "EN" and strong == "AL":  # a mark on a European number
            kinds[i] = before = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for i in range(1, len(kinds) - 1):
        around = kinds[i - 1], kinds[i + 1]
        if around == ("EN", "EN") and kinds[i] in ("ES", "CS"):
            kinds[i] = "EN"
        elif around == ("AN", "AN") and kinds[i] == "CS":
            kinds[i] = "AN"
    for start, end in _stretches(kinds, frozenset({"ET"})):
        if "EN" in (kinds[start - 1] if start else "", kinds[end] if end < len(kinds) else ""):
            kinds[start:end] = ["EN"] * (end - start)
    strong = run.before
    for i, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):
            kinds[i] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _stretches(kinds: list[str], wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(kinds):
        end = start
        while end < len(kinds) and kinds[end] in wanted:
            end += 1
        if end > start:
            yield start, end
        start = end + 1


# --- brackets and everything between (N0 to I2) -----------------------------------------------------------


def _resolve_brackets(run: _Run) -> None:
    for opening, closing in sorted(_bracket_pairs(run)):
        inside = {_SEES_AS_RIGHT.get(kind) for kind in run.kinds[opening + 1 : closing]} - {None}
        if not inside:
            continue
        direction = run.embedding
        if direction not in inside:
            earlier = (_SEES_AS_RIGHT.get(kind) for kind in reversed(run.kinds[:opening]))
            direction = next((kind for kind in earlier if kind), run.before)
        for bracket in (opening, closing):
            run.kinds[bracket] = direction
            mark = bracket + 1
            while mark < len(run.at) and run.original[run.at[mark]] == "NSM":
                run.kinds[mark] = direction
                mark += 1


def _bracket_pairs(run: _Run) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    begun: list[tuple[str, int]] = []
    for i, (at, kind) in enumerate(zip(run.at, run.kinds, strict=True)):
        if kind != "ON":
            continue
        char = _SAME_BRACKET.get(run.line[at], run.line[at])
        other_end = _other_end(char)
        if other_end:
            if len(begun) == _MAX_OPEN_BRACKETS:
                break
            begun.append((other_end, i))
            continue
        for depth in range(len(begun) - 1, -1, -1):
            if begun[depth][0] == char:
                pairs.append((begun[depth][1], i))
                del begun[depth:]
                break
    return pairs


_SAME_BRACKET = {"\u2329": "\u3008", "\u232a": "\u3009"}
_APART = {"[": "]", "{": "}", "\u298d": "\u2990", "\u298f": "\u298e"}


def _other_end(char: str) -> str | None:
    """The bracket that ends what this one begins: Unicode puts nearly all of them side by side."""
    if unicodedata.category(char) != "Ps" or not unicodedata.mirrored(char):
        return None
    return _APART.get(char) or chr(ord(char) + 1)


def _resolve_neutral(run: _Run) -> None:
    kinds = run.kinds
    for start, end in _stretches(kinds, _NEUTRAL):
        left = _SEES_AS_RIGHT[kinds[start - 1]] if start else run.before
        right = _SEES_AS_RIGHT[kinds[end]] if end < len(kinds) else run.after
        kinds[start:end] = [left if left == right else run.embedding] * (end - start)


def _above(level: int, kind: str) -> int:
    if level % 2:
        return int(kind != "R")
    return {"L": 0, "R": 1}.get(kind, 2)


def _level_spaces(text: _Text, base: int) -> None:
    """Spaces at the end of the line and before tabulators stand where the paragraph goes (rule L1).

    What X9 removes has no place of its own: it goes with the character before it.
    """
    for at, kind in enumerate(text.kinds):
        if kind == "BN":
            text.levels[at] = text.levels[at - 1] if at else base
    at_end = True
    for at in range(len(text.line) - 1, -1, -1):
        kind = text.original[at]
        if kind in ("S", "B"):
            at_end = True
        elif kind not in _TRAILING:
            at_end = False
        if at_end:
            text.levels[at] = base

"""What signs are drawn of: strokes on a grid of 24."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[Point, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Ring:
    centre: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Arc:
    """Degrees clockwise from three o'clock."""

    centre: Point
    radius: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Dot:
    centre: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Block:
    x: float
    y: float
    w: float
    h: float


Stroke = Line | Ring | Arc | Dot | Block

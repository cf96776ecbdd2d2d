"""Rectangles in millimetres, cut like paper: the layout takes strips off an area until nothing is left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """Left, top, width and height in millimetres; the origin is the display's upper left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: Rect, slack: float = 0.0) -> bool:
        """Whether the two share more than `slack` millimetres in both directions."""
        # Asked of every widget at every change: so comparisons only, and mostly the first one is enough.
        return (
            self.y + self.h - other.y > slack
            and other.y + other.h - self.y > slack
            and self.x + self.w - other.x > slack
            and other.x + other.w - self.x > slack
            and min(self.w, self.h, other.w, other.h) > slack
        )

    def holds(self, other: Rect, slack: float = 0.0) -> bool:
        """Whether `other` lies inside, give or take `slack` millimetres."""
        return (
            other.x >= self.x - slack
            and other.y >= self.y - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def within(self, other: Rect) -> Rect | None:
        """The part that the two share; None when there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        w, h = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Rect(x, y, w, h) if w > 0 and h > 0 else None

    def moved(self, dx: float = 0.0, dy: float = 0.0) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.w, self.h)

    def inset(self, dx: float, dy: float | None = None) -> Rect:
        """Smaller by `dx` on the left and right, by `dy` (or `dx`) at top and bottom; never negative."""
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, max(0.0, self.w - 2 * dx), max(0.0, self.h - 2 * dy))

    def around(self, w: float, h: float) -> Rect:
        """A rectangle of that size with the same centre."""
        return Rect(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)

    def mirrored(self, width: float) -> Rect:
        """As seen in a mirror on a display `width` wide."""
        return Rect(width - self.right, self.y, self.w, self.h)

    # --- cutting: each returns the strip and what remains, `gap` lost in between ------------------------

    def top(self, h: float, gap: float = 0.0) -> tuple[Rect, Rect]:
        h = min(h, self.h)
        rest = max(0.0, self.h - h - gap)
        return Rect(self.x, self.y, self.w, h), Rect(self.x, self.bottom - rest, self.w, rest)

    def foot(self, h: float, gap: float = 0.0) -> tuple[Rect, Rect]:
        h = min(h, self.h)
        rest = max(0.0, self.h - h - gap)
        return Rect(self.x, self.bottom - h, self.w, h), Rect(self.x, self.y, self.w, rest)

    def start(self, w: float, gap: float = 0.0) -> tuple[Rect, Rect]:
        w = min(w, self.w)
        rest = max(0.0, self.w - w - gap)
        return Rect(self.x, self.y, w, self.h), Rect(self.right - rest, self.y, rest, self.h)

    def end(self, w: float, gap: float = 0.0) -> tuple[Rect, Rect]:
        w = min(w, self.w)
        rest = max(0.0, self.w - w - gap)
        return Rect(self.right - w, self.y, w, self.h), Rect(self.x, self.y, rest, self.h)

    def columns(self, count: int, gap: float = 0.0) -> tuple[Rect, ...]:
        """`count` equal columns side by side."""
        w = (self.w - gap * (count - 1)) / count
        return tuple(Rect(self.x + i * (w + gap), self.y, w, self.h) for i in range(count))

    def rows(self, count: int, gap: float = 0.0) -> tuple[Rect, ...]:
        """`count` equal rows below each other."""
        h = (self.h - gap * (count - 1)) / count
        return tuple(Rect(self.x, self.y + i * (h + gap), self.w, h) for i in range(count))

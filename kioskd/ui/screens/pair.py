"""Two sentences on a card: what it is, and quietly below, what that means."""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Motion
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.text import unbroken

Sizes = Sequence[tuple[str, str]]

LARGE: Sizes = (
    ("heading", "small"),
    ("strong", "small"),
    ("pill", "small"),
    ("pill", "tiny"),
    ("badge", "tiny"),
)
MEDIUM: Sizes = LARGE[1:]


def pair(
    sheet: Sheet,
    rect: Rect,
    first: str,
    second: str,
    part_of: str,
    *,
    sizes: Sizes = LARGE,
    first_lines: int = 1,
    motion: Motion | None = None,
) -> None:
    """Both in the middle of `rect`, in the largest sizes in which both are whole.

    The first sentence keeps to `first_lines` lines until only the smallest sizes are left. Motion plays
    only when it stands on one line.
    """
    gap = sheet.u(6)
    line = sheet.measure.line_mm
    for index, (large, small) in enumerate(sizes):
        first_h, second_h = sheet.height(first, large, rect.w), sheet.height(second, small, rect.w)
        whole_words = all(sheet.width(word, large) <= rect.w for word in unbroken(first))
        as_wished = first_h <= (first_lines + 0.1) * line(large) or index >= len(sizes) - 3
        if as_wished and whole_words and first_h + gap + second_h <= rect.h:
            break
    block = rect.around(rect.w, min(rect.h, first_h + gap + second_h))
    moving = motion if first_h <= line(large) * 1.1 else None
    rest = sheet.text(block, first, large, part_of=part_of, gap=gap, id=f"{part_of}/first", motion=moving)
    sheet.text(rest, second, small, style="quiet", part_of=part_of, id=f"{part_of}/second")

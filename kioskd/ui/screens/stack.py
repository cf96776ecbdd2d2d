"""Blocks of different height below each other, scrolling when they are too many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kioskd.ui.geometry import Rect
from kioskd.ui.screens.lists import scroll_area
from kioskd.ui.screens.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Block:
    """`draw` is called with the block's place, and the id of the region it is in, if any."""

    height: float
    draw: Callable[[Rect, str | None], None]


def stack(
    sheet: Sheet,
    id: str,
    area: Rect,
    blocks: Sequence[Block],
    space: float,
    *,
    reset: str,
    controls: Rect | None = None,
) -> None:
    """From the top of `area`; `controls` and `reset` are as in `scroll_area`."""
    content_h = sum(block.height for block in blocks) + space * max(len(blocks) - 1, 0)
    region = None
    if content_h > area.h + 0.01:
        area, found = scroll_area(sheet, id, area, content_h, reset=reset, controls=controls)
        region = found.id
    y = area.y
    for block in blocks:
        block.draw(Rect(area.x, y, area.w, block.height), region)
        y += block.height + space

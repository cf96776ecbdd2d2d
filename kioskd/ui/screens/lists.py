"""Lists that may be longer than the screen."""

from __future__ import annotations

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Region
from kioskd.ui.screens.sheet import Sheet


def pager_w(sheet: Sheet) -> float:
    """How wide up and down are side by side."""
    return 2 * sheet.stage.target_mm + 4.0


def scroll_area(
    sheet: Sheet,
    id: str,
    area: Rect,
    content_h: float,
    *,
    reset: str,
    aside: bool = False,
    controls: Rect | None = None,
    on: str = "page",
) -> tuple[Rect, Region]:
    """Make `area` a scroll region for content that high; returns where the content begins, and the region.

    When the content is too high, a strip for the up and down buttons is taken off: at the foot, or at the
    end side where height is scarce (`aside`), unless `controls` names a place. `reset` is as in `Region`,
    `on` the surface the list lies on: "page" or "card".
    """
    viewport = area
    if content_h <= area.h + 0.01:
        controls = None
    elif controls is None:
        target = sheet.stage.target_mm if aside else max(sheet.stage.least_target_mm, sheet.u(88))
        if aside:
            controls, viewport = area.end(target, sheet.u(16))
        else:
            both = 2 * target + 4.0
            strip, viewport = area.foot(target if area.w >= both else both, sheet.u(12))
            controls = strip.around(min(strip.w, max(sheet.u(300), 2 * target + 4.0)), strip.h)
    region = Region(
        id,
        viewport,
        content_h,
        controls,
        up_name=sheet.tr("Up"),
        down_name=sheet.tr("More"),
        reset=reset,
        fade=("fade_up", "fade_down") if on == "page" else ("card_fade_up", "card_fade_down"),
        fade_mm=sheet.u(56 if not sheet.stage.compact else 28),
    )
    sheet.region(region)
    return viewport, region

"""Where the guest is in the lists: dragging with a calm end, and pages at the touch of a button."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from kioskd.ui.motion import SCROLL_S, eased
from kioskd.ui.scene import Region, Scene, focus_order

_SLOWDOWN_PER_S = 4.5
_REST_MM_PER_S = 8.0
_FASTEST_MM_PER_S = 2500.0


@dataclass(slots=True)
class _Glide:
    """Towards a place (`target_mm`), or on with a speed until it is used up."""

    started_s: float
    start_mm: float
    target_mm: float | None = None
    speed_mm_s: float = 0.0


class Scrolling:
    """Offsets of the regions of one scene, in millimetres, always within what there is to see."""

    def __init__(self, *, reduced: bool) -> None:
        self._reduced = self._calm = reduced
        self.offsets: dict[str, float] = {}
        self._resets: dict[str, str] = {}
        self._regions: dict[str, Region] = {}
        self._revealed: tuple[str, str | None] = ("", None)
        self._glides: dict[str, _Glide] = {}

    def enter(self, scene: Scene) -> None:
        """Keep the place in lists that are still the same, start at the top of the others."""
        regions = (*scene.regions, *(region for panel in scene.panels for region in panel.regions))
        self._calm = self._reduced or scene.calm
        self._regions = {region.id: region for region in regions}
        offsets = {}
        for region in regions:
            kept = self._resets.get(region.id) == region.reset
            offsets[region.id] = min(self.offsets.get(region.id, 0.0), region.furthest) if kept else 0.0
            if not kept:
                self._glides.pop(region.id, None)
        self.offsets = offsets
        self._resets = {region.id: region.reset for region in regions}
        self._glides = {id: glide for id, glide in self._glides.items() if id in offsets}
        wanted = (scene.id, scene.reveal)
        if scene.reveal is not None and wanted != self._revealed:
            self._reveal(scene, scene.reveal)
        self._revealed = wanted

    def _reveal(self, scene: Scene, id: str) -> None:
        widget = scene.widget(id)
        region = self._regions.get(widget.region) if widget is not None and widget.region else None
        if widget is None or region is None:
            return
        top = widget.rect.y - region.viewport.y
        # Whole if it fits, else from its top.
        least = min(top, top + widget.rect.h - region.viewport.h)
        self.offsets[region.id] = self._within(region.id, min(max(self.offsets[region.id], least), top))

    def bring(self, scene: Scene, id: str, now_s: float, *, air_mm: float) -> None:
        """Show the widget with some air around it; the first and the last stop with what is beyond them.

        `scene` is as it was composed, not as it is scrolled.
        """
        widget = scene.widget(id)
        region = self._regions.get(widget.region) if widget is not None and widget.region else None
        if widget is None or region is None or not region.furthest:
            return
        view_h = region.viewport.h
        top, bottom = (
            widget.rect.y - region.viewport.y - air_mm,
            widget.rect.bottom - region.viewport.y + air_mm,
        )
        stops = [stop.rect for stop in focus_order(scene) if stop.region == region.id]
        if widget.rect.y <= min(stop.y for stop in stops) and bottom <= view_h:
            top = 0.0
        if widget.rect.bottom >= max(stop.bottom for stop in stops) and region.content_h - top <= view_h:
            bottom = region.content_h
        glide = self._glides.get(region.id)
        here = glide.target_mm if glide and glide.target_mm is not None else self.offsets[region.id]
        self._go(region.id, min(max(here, bottom - view_h), top), now_s)

    @staticmethod
    def region_at(x_mm: float, y_mm: float, regions: Iterable[Region]) -> str | None:
        """Which of these is under a finger and has something to scroll."""
        return next((r.id for r in regions if r.furthest > 0 and r.viewport.contains(x_mm, y_mm)), None)

    def page(self, region: str, pages: float, now_s: float) -> None:
        found = self._regions.get(region)
        if found is None:
            return
        glide = self._glides.get(region)
        here = glide.target_mm if glide and glide.target_mm is not None else self.offsets[region]
        self._go(region, here + pages * found.viewport.h, now_s)

    def _go(self, region: str, offset_mm: float, now_s: float) -> None:
        target = self._within(region, offset_mm)
        if target == self.offsets[region]:
            self._glides.pop(region, None)
        elif self._calm:
            self.offsets[region] = target
        else:
            self._glides[region] = _Glide(now_s, self.offsets[region], target_mm=target)

    def drag_to(self, region: str, offset_mm: float) -> None:
        self._glides.pop(region, None)
        if region in self._regions:
            self.offsets[region] = self._within(region, offset_mm)

    def release(self, region: str, speed_mm_s: float, now_s: float) -> None:
        """The finger left the list at this speed."""
        if self._calm or region not in self._regions or abs(speed_mm_s) < _REST_MM_PER_S:
            return
        speed = min(max(speed_mm_s, -_FASTEST_MM_PER_S), _FASTEST_MM_PER_S)
        self._glides[region] = _Glide(now_s, self.offsets[region], speed_mm_s=speed)

    def advance(self, now_s: float) -> bool:
        """Move on; whether anything still moves."""
        for id, glide in list(self._glides.items()):
            age_s = max(0.0, now_s - glide.started_s)
            if glide.target_mm is not None:
                progress = age_s / SCROLL_S
                way = glide.target_mm - glide.start_mm
                self.offsets[id] = self._within(id, glide.start_mm + way * eased(progress))
                done = progress >= 1
            else:
                decay = math.exp(-_SLOWDOWN_PER_S * age_s)
                way = glide.speed_mm_s * (1 - decay) / _SLOWDOWN_PER_S
                wanted = glide.start_mm + way
                self.offsets[id] = self._within(id, wanted)
                done = abs(glide.speed_mm_s) * decay < _REST_MM_PER_S or wanted != self.offsets[id]
            if done:
                del self._glides[id]
        return bool(self._glides)

    def _within(self, region: str, offset_mm: float) -> float:
        return min(max(offset_mm, 0.0), self._regions[region].furthest)

"""The lower layout: a guest who sits reaches everything, and whoever mounts the display hears when not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.access import Access, Aid
from kioskd.ui.looks import Wardrobe
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.reach import out_of_reach, reach_area
from kioskd.ui.scene import scrolled, with_panel
from kioskd.ui.stage import Display
from kioskd.ui.theme import default_theme
from tests.screens.lints import least_target_mm
from tests.ui_visits import shop, visits

SHOP = shop()
VISITS = visits(SHOP)
LOWEST_MM, HIGHEST_MM = 380, 1220
"""EN 301 549, 8.3, written down here once more."""
LOW = {
    "low": Access(frozenset({Aid.REACH})),
    "low-large": Access(frozenset({Aid.REACH, Aid.LARGE_TEXT})),
}
HUNG = {
    "portrait": Display(1080, 1920, 208, 370, bottom_mm=900),
    "portrait-27": Display(1080, 1920, 336, 598, bottom_mm=850),
    "standing": Display(1080, 1920, 392, 698, bottom_mm=700),
    "on-the-floor": Display(1080, 1920, 392, 698, bottom_mm=200),
    "landscape": Display(1920, 1080, 598, 336, bottom_mm=950),
    "small": Display(800, 480, 154, 86, 400, bottom_mm=1000),
}
SOME = ("attract", "menu", "product", "basket", "member", "checkout", "keypad", "thanks", "confirm-cancel")


@pytest.mark.parametrize("name", HUNG)
@pytest.mark.parametrize(("language", "aids"), [("en", "low"), ("de", "low-large"), ("ar", "low")])
def test_everything_that_is_touched_is_between_380_and_1220_mm(name: str, language: str, aids: str) -> None:
    display = HUNG[name]
    assert out_of_reach(display) is None
    worn = Wardrobe(display, default_theme(), Pictures(None), SHOP).outfit(LOW[aids])
    upper_edge = display.bottom_mm + display.size_mm[1]
    for place in SOME:
        scene = worn.scene(replace(VISITS[place], access=LOW[aids], language=language))
        for shown in (scrolled(scene, {}), *(with_panel(scene, panel.id) for panel in scene.panels)):
            for widget in shown.widgets:
                region = shown.region(widget.region) if widget.region else None
                if widget.action is None:
                    continue
                top, bottom = (
                    (region.viewport.y, region.viewport.bottom)
                    if region
                    else (widget.rect.y, widget.rect.bottom)
                )
                assert upper_edge - top <= HIGHEST_MM + 0.01, f"{place}: {widget.id}"
                assert upper_edge - bottom >= LOWEST_MM - 0.01, f"{place}: {widget.id}"
                least = least_target_mm(shown)
                assert min(widget.rect.w, widget.rect.h) >= least - 0.01, f"{place}: {widget.id}"


def test_a_display_that_hangs_too_high_says_by_how_much() -> None:
    said = out_of_reach(Display(1080, 1920, 208, 370, bottom_mm=1100))
    assert said is not None
    assert "1360 mm above the floor" in said and "140 mm lower" in said


@given(st.integers(200, 800), st.floats(1.34, 1.8), st.integers(0, 1500), st.booleans())
def test_the_lower_part_is_a_part_of_the_picture(
    short: int, ratio: float, bottom: int, upright: bool
) -> None:
    sides = (short, short * ratio) if upright else (short * ratio, short)
    display = Display(round(sides[0] * 4), round(sides[1] * 4), *sides, bottom_mm=bottom)
    area, (width, height) = reach_area(display), display.size_mm
    assert area.x >= -0.01 and area.y >= -0.01
    assert area.right <= width + 0.01 and area.bottom <= height + 0.01
    assert (area.h > area.w) == (height > width), "a screen keeps its kind of layout"
    if out_of_reach(display) is None:
        floor = display.bottom_mm + height
        assert floor - area.y <= HIGHEST_MM + 0.5 and floor - area.bottom >= LOWEST_MM - 0.5

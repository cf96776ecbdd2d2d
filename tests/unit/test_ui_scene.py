"""Scenes are values: scrolled, mirrored, opened and written as JSON without surprises."""

from __future__ import annotations

import json
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.catalogue import Service
from kioskd.core.intents import GoBack, StartOrder
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import (
    Panel,
    Region,
    Role,
    Scene,
    ScrollBy,
    Widget,
    focus_order,
    mirrored,
    scrolled,
    with_panel,
)
from kioskd.ui.scene_json import scene_json

SIZES = st.floats(1, 500)
RECTS = st.builds(Rect, st.floats(-50, 500), st.floats(-50, 500), SIZES, SIZES)


def scene(*widgets: Widget, regions: tuple[Region, ...] = (), panels: tuple[Panel, ...] = ()) -> Scene:
    return Scene("menu", "Menu", "en", 200, 300, widgets, regions, panels)


def button(id: str, y: float, region: str | None = None, focus: int | None = None) -> Widget:
    return Widget(
        id, Role.BUTTON, Rect(10, y, 50, 20), "primary", id, action=GoBack(), region=region, focus=focus
    )


LIST = Region("list", Rect(0, 100, 200, 100), 250, Rect(50, 210, 100, 20), "Up", "More")


@given(RECTS, st.floats(0, 600), st.floats(0, 30))
def test_cutting_loses_only_the_gap(rect: Rect, size: float, gap: float) -> None:
    for strip, rest in (
        rect.top(size, gap),
        rect.foot(size, gap),
        rect.start(size, gap),
        rect.end(size, gap),
    ):
        assert rect.holds(strip, 1e-6) and rect.holds(rest, 1e-6)
        assert not strip.overlaps(rest, 1e-6)


@given(RECTS, st.integers(1, 8))
def test_columns_and_rows_fill_the_area_evenly(rect: Rect, count: int) -> None:
    for parts in (rect.columns(count, 0.1), rect.rows(count, 0.1)):
        assert len(parts) == count
        assert all(rect.holds(part, 1e-6) for part in parts)


@given(RECTS)
def test_mirroring_twice_changes_nothing(rect: Rect) -> None:
    twice = rect.mirrored(200).mirrored(200)
    assert abs(twice.x - rect.x) < 1e-6 and twice.w == rect.w


def test_scrolling_moves_the_list_and_nothing_else() -> None:
    before = scene(button("fixed", 10), button("first", 100, "list"), regions=(LIST,))
    after = scrolled(before, {"list": 40})
    first, fixed = after.widget("first"), after.widget("fixed")
    assert first is not None and first.rect.y == 60
    assert fixed is not None and fixed.rect.y == 10


def test_a_list_never_scrolls_beyond_its_ends() -> None:
    before = scene(button("first", 100, "list"), regions=(LIST,))
    first = scrolled(before, {"list": 9999}).widget("first")
    assert first is not None and first.rect.y == 100 - 150


def test_a_long_list_has_buttons_that_know_the_ends() -> None:
    before = scene(button("first", 100, "list"), regions=(LIST,))
    top, bottom = scrolled(before, {}), scrolled(before, {"list": 150})
    up, down = top.widget("list:up"), top.widget("list:down")
    assert up is not None and down is not None
    assert not up.enabled and down.enabled
    assert isinstance(down.action, ScrollBy) and down.action.pages > 0
    last = bottom.widget("list:down")
    assert last is not None and not last.enabled


def test_an_open_panel_takes_the_place_of_the_screen() -> None:
    closed = scene(button("pay", 10), panels=(Panel("languages", "Language", (button("nl", 50),)),))
    opened = with_panel(closed, "languages")
    assert [w.id for w in opened.widgets] == ["nl"]
    assert [w.id for w in opened.backdrop] == ["pay"]
    assert opened.title == "Language"
    assert with_panel(closed, None) is closed


def test_focus_follows_the_order_given() -> None:
    mixed = scene(button("b", 10, focus=2), button("a", 40, focus=1), button("none", 70))
    assert [w.id for w in focus_order(mixed)] == ["a", "b"]


def test_json_says_what_a_reader_needs() -> None:
    start = Widget(
        "eat_in", Role.BUTTON, Rect(1.23456, 2, 3, 4), "primary", "Eat in", action=StartOrder(Service.EAT_IN)
    )
    data = json.loads(json.dumps(scene_json(mirrored(scene(start, regions=(LIST,))))))
    widget = data["widgets"][0]
    assert widget["role"] == "button" and widget["name"] == "Eat in" and widget["enabled"] is True
    assert widget["rect_mm"] == [195.77, 2, 3, 4]
    assert widget["action"] == {"do": "StartOrder", "service": "eat_in"}
    assert data["rtl"] is True and data["regions"][0]["scrolls"] is True


def test_scenes_are_composed_without_a_single_pixel() -> None:
    probe = "import sys, kioskd.ui.compose, kioskd.ui.scene_json; print('pygame' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stdout.strip() == "False"


def test_the_first_frame_does_not_wait_for_screens_behind_it() -> None:
    late = "checkout member basket confirm_offer gift_card menu thanks"
    probe = (
        "import sys, kioskd.ui.compose, kioskd.ui.warmup;"
        f"print([s for s in {late!r}.split() if f'kioskd.ui.screens.{{s}}' in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stdout.strip() == "[]"

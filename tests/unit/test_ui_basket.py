"""On every display a guest sees enough of the basket to change it: whole lines, whatever else is there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kioskd.core.intents import GoBack
from kioskd.core.visit import Visit
from kioskd.ui.focus import way_back
from kioskd.ui.looks import AS_BUILT
from kioskd.ui.scene import Scene, scrolled
from tests.screens.looks import _outfit
from tests.ui_visits import shop, visits

SHOP = shop()
VISITS = visits(SHOP)


def composed(visit: Visit, size: str) -> Scene:
    return scrolled(_outfit(size, AS_BUILT, SHOP).scene(visit), {})


def scene(name: str, size: str, language: str = "en") -> Scene:
    return composed(replace(VISITS[name], language=language), size)


def whole_lines(shown: Scene) -> int:
    """How many are seen before anybody scrolls."""
    lines = [widget for widget in shown.widgets if re.fullmatch("line:[^:/]+", widget.id)]
    region = shown.region("lines")
    return sum(region is None or region.viewport.holds(line.rect, 0.1) for line in lines)


@pytest.mark.parametrize(("size", "least"), [("small", 3), ("wide", 4), ("landscape", 4), ("portrait", 3)])
def test_several_whole_lines_are_seen(size: str, least: int) -> None:
    assert whole_lines(scene("basket-many", size)) >= least


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_suggestion_leaves_two_lines_on_a_small_panel(language: str) -> None:
    shown = scene("basket-suggestion", "small", language)
    assert shown.widget("suggestion") is not None
    assert whole_lines(shown) >= 2


def test_what_can_be_undone_comes_before_a_suggestion() -> None:
    suggesting, removed = VISITS["basket-suggestion"], VISITS["basket-removed"]
    both = replace(removed, suggestion=suggesting.suggestion)
    shown = composed(both, "small")
    assert shown.widget("undo") is not None and shown.widget("suggestion") is None
    assert whole_lines(shown) >= 2


@pytest.mark.parametrize("name", ["basket", "basket-nothing"])
def test_a_small_panel_has_its_way_back(name: str) -> None:
    """Without a sign of its own above the list."""
    assert isinstance(way_back(scene(name, "small")).action, GoBack)  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["en", "nl", "de", "uk"])
@pytest.mark.parametrize("size", ["small", "wide", "landscape", "portrait"])
def test_no_word_is_broken_on_the_button_to_change_a_line(size: str, language: str) -> None:
    for widget in scene("basket-many", size, language).widgets:
        if widget.id.endswith(":edit"):
            assert widget.picture is not None or len(widget.label.lines) == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["nl", "de", "uk"])
@pytest.mark.parametrize("size", ["small", "wide", "landscape", "portrait"])
def test_of_what_is_suggested_no_name_is_cut(size: str, language: str) -> None:
    shown = scene("menu-suggestion", size, language)
    names = [w for w in shown.widgets if w.part_of and w.part_of.startswith("suggestion:") and w.label]
    assert names
    assert not [w.name for w in names if w.label and w.label.lines[-1].endswith("…")]

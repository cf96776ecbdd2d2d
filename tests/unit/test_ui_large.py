"""Large text: every letter is large enough, nothing is lost, nothing is cut off, on every screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import atan, degrees

import pytest

from kioskd.core.access import Access, Aid
from kioskd.ui.fonts import Fonts
from kioskd.ui.looks import Outfit, Wardrobe
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import OpenPanel, Role, Scene, focus_order, scrolled, with_panel
from kioskd.ui.text import Script
from kioskd.ui.theme import default_theme
from tests.screens.lints import foreign_words, in_view, ink_box, least_target_mm, owners
from tests.screens.looks import SIZES
from tests.ui_visits import shop, visits

SHOP = shop()
VISITS = visits(SHOP)

LARGE = Access(frozenset({Aid.LARGE_TEXT}))
WARDROBES = {name: Wardrobe(d, default_theme(), Pictures(None), SHOP) for name, d in SIZES.items()}
EVERYWHERE = pytest.mark.parametrize(
    ("display", "language"),
    [
        ("portrait", "en"),
        ("portrait", "de"),
        ("portrait", "uk"),
        ("portrait", "ar"),
        ("small", "de"),
        ("small", "fr"),
        ("small", "he"),
        ("landscape", "pl"),
        ("wide", "nl"),
        ("portrait-27", "pt"),
    ],
    scope="module",
)


def outfit(display: str) -> Outfit:
    return WARDROBES[display].outfit(LARGE)


@lru_cache(maxsize=2)
def scenes(display: str, language: str) -> tuple[tuple[str, Scene, Scene], ...]:
    """Every screen, enlarged and as everybody sees it."""
    return tuple(_scenes(display, language))


def _scenes(display: str, language: str) -> Iterator[tuple[str, Scene, Scene]]:
    worn = outfit(display)
    for name, visit in VISITS.items():
        asked = replace(visit, language=language, access=LARGE)
        usual, large = worn.composer.scene(asked), worn.scene(asked)
        yield name, scrolled(large, {}), usual
        if name == "menu":
            for panel in large.panels:
                yield (
                    f"{name}+{panel.id}",
                    with_panel(scrolled(large, {}), panel.id),
                    with_panel(usual, panel.id),
                )


def test_a_capital_has_seven_tenths_of_a_degree_on_every_display() -> None:
    for name, display in SIZES.items():
        worn = outfit(name)
        fonts = worn.measure
        assert isinstance(fonts, Fonts)
        for type in worn.stage.theme.types:
            font = fonts.font(Script.LATIN, type)
            _, _, low, high, _ = font.metrics("H")[0]
            degrees_seen = degrees(2 * atan((high - low) / display.px_per_mm / 2 / display.distance_mm))
            assert degrees_seen >= 0.7, f"{name}: {type}"


@EVERYWHERE
def test_nothing_that_can_be_touched_or_read_is_lost(display: str, language: str) -> None:
    for name, large, usual in scenes(display, language):
        there = {w.id for w in large.widgets}
        wanted = {w.id for w in usual.widgets if w.action is not None}
        assert wanted <= there, f"{name}: {sorted(wanted - there)}"
        walked = {w.id for w in focus_order(large)}
        assert wanted & {w.id for w in usual.widgets if w.focus is not None} <= walked, name
        read = " ".join(f"{w.name} {w.value}" for w in large.widgets).replace("\n", " ")
        for widget in usual.widgets:
            if widget.label is not None and widget.part_of is None:
                assert widget.name.replace("\n", " ") in read, f"{name}: {widget.id} {widget.name!r}"


@EVERYWHERE
def test_no_word_is_cut_off(display: str, language: str) -> None:
    fonts = outfit(display).measure
    assert isinstance(fonts, Fonts)
    page = outfit(display).stage.area
    faults = []
    for name, scene, _ in scenes(display, language):
        for widget in scene.widgets:
            if widget.label is None:
                continue
            box = ink_box(widget, fonts, scene.rtl)
            if not widget.rect.holds(box, slack=0.4):
                faults.append(f"{name}: {widget.id} {widget.label.lines} needs {box} has {widget.rect}")
            if widget.region is None and not page.holds(box, slack=0.1):
                faults.append(f"{name}: {widget.id} leaves the page")
            ours = not any(word and word in widget.name for word in foreign_words())
            if ours and widget.label.lines[-1].endswith("…") and not widget.name.endswith("…"):
                faults.append(f"{name}: {widget.id} {widget.label.lines} of {widget.name!r}")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_nothing_lies_on_anything_else(display: str, language: str) -> None:
    fonts = outfit(display).measure
    assert isinstance(fonts, Fonts)
    faults = []
    for name, scene, _ in scenes(display, language):
        ids = [widget.id for widget in scene.widgets]
        assert len(ids) == len(set(ids)), f"{name}: {sorted(i for i in ids if ids.count(i) > 1)}"
        texts = [(w, ink_box(w, fonts, scene.rtl)) for w in scene.widgets if w.label is not None]
        for i, (one, box) in enumerate(texts):
            for other, other_box in texts[i + 1 :]:
                if one.region == other.region and box.overlaps(other_box, 0.2):
                    faults.append(f"{name}: {one.id} {one.name!r} and {other.id} {other.name!r}")
        targets = [w for w in scene.widgets if w.action is not None]
        for text, box in texts:
            for target in targets:
                if target in owners(scene, text) or target.region != text.region:
                    continue
                if target.rect.overlaps(box, 0.2):
                    faults.append(f"{name}: {text.id} {text.name!r} under {target.id}")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_targets_are_large_and_apart(display: str, language: str) -> None:
    stage = outfit(display).stage
    faults = []
    for name, scene, _ in scenes(display, language):
        targets = [w for w in scene.widgets if w.action is not None]
        for i, one in enumerate(targets):
            if min(one.rect.w, one.rect.h) < least_target_mm(scene) - 0.01:
                faults.append(f"{name}: {one.id} is {one.rect.w:.1f} x {one.rect.h:.1f} mm")
            if not stage.area.holds(one.rect, 0.01) and one.region is None:
                faults.append(f"{name}: {one.id} leaves the page")
            for other in targets[i + 1 :]:
                if one.region != other.region or one.rect.holds(other.rect, 0.01):
                    continue
                if one.rect.inset(-1.48).overlaps(other.rect.inset(-1.48)):
                    faults.append(f"{name}: {one.id} and {other.id} are too close")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_there_is_always_room_for_the_list(display: str, language: str) -> None:
    """At least two lines of it are seen at once, and what scrolls has its buttons."""
    line = outfit(display).measure.line_mm("body")
    for name, scene, _ in scenes(display, language):
        for region in scene.regions if name.count("+") == 0 else ():
            assert region.viewport.h >= 2 * line, f"{name}: {region.viewport}"
            assert region.controls is not None
            for widget in scene.widgets:
                if (
                    widget.region is None
                    and widget.role is not Role.GROUP
                    and not widget.id.startswith("large")
                ):
                    assert not region.viewport.overlaps(widget.rect, 0.1), (
                        f"{name}: {widget.id} over the list"
                    )


def test_the_switches_can_be_reached_from_every_screen() -> None:
    for name, scene, _ in scenes("portrait", "en"):
        if "+" not in name:
            sign = scene.widget("access")
            assert sign is not None and isinstance(sign.action, OpenPanel), name
            assert in_view(scene, sign.rect, sign)

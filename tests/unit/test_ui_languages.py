"""The choice of language: up to twelve, each by its own name, on every display."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from kioskd.core.intents import ChooseLanguage
from kioskd.core.shop import Shop
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import OWN_NAMES
from kioskd.ui.scene import Scene, scrolled, with_panel
from kioskd.ui.screens.languages import LANGUAGES
from kioskd.ui.stage import TARGET_MM, Display, Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop, visits

HARBOUR = shop()
ALL_DISPLAYS = {**DISPLAYS, "wide": Display(1280, 800, 217, 136, 500)}


def speaking(count: int) -> Shop:
    return replace(HARBOUR, languages=tuple(OWN_NAMES)[:count])


def chooser(display: str, count: int) -> Scene:
    """The menu with the panel open, as a guest sees it."""
    stage = Stage(ALL_DISPLAYS[display], default_theme())
    scene = Composer(stage, Fonts(stage), speaking(count)).scene(visits(HARBOUR)["menu"])
    return with_panel(scrolled(scene, {}), LANGUAGES)


@pytest.mark.parametrize("display", ALL_DISPLAYS)
@pytest.mark.parametrize("count", [2, 3, 4, 6, 7, 9, 12])
def test_every_language_is_offered_by_its_own_name_as_a_large_target(display: str, count: int) -> None:
    scene = chooser(display, count)
    keys = [widget for widget in scene.widgets if isinstance(widget.action, ChooseLanguage)]
    assert [key.name for key in keys] == list(OWN_NAMES.values())[:count]
    targets = [*keys, next(widget for widget in scene.widgets if widget.id == "close")]
    page = Stage(ALL_DISPLAYS[display], default_theme()).area
    for target in targets:
        assert page.holds(target.rect), f"{target.id} leaves the page"
        assert min(target.rect.w, target.rect.h) >= TARGET_MM - 0.01, f"{target.id}: {target.rect}"
    for one, other in combinations(targets, 2):
        assert not one.rect.overlaps(other.rect), f"{one.id} lies on {other.id}"
    written = [w for w in scene.widgets if w.label and {w.id, w.part_of} & {key.id for key in keys}]
    assert [widget.label.lines for widget in written if widget.label] == [(key.name,) for key in keys]


@pytest.mark.parametrize("display", ALL_DISPLAYS)
def test_the_first_screen_leads_to_all_of_them(display: str) -> None:
    stage = Stage(ALL_DISPLAYS[display], default_theme())
    composer = Composer(stage, Fonts(stage), speaking(12))
    scene = composer.scene(visits(HARBOUR)["attract"])
    offered = {w.action.language for w in scene.widgets if isinstance(w.action, ChooseLanguage)}
    if scene.widget("language") is not None:
        opened = with_panel(scrolled(scene, {}), LANGUAGES)
        offered = {w.action.language for w in opened.widgets if isinstance(w.action, ChooseLanguage)}
    assert offered == set(OWN_NAMES)

"""The switches for the aids: on every screen at the same place, told and drawn with their state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pygame
import pytest

from kioskd.core.access import AS_EVERYBODY, Access, Aid
from kioskd.core.intents import ChangeVolume, SetAid
from kioskd.ui.looks import AS_BUILT, Look, Wardrobe
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import (
    ACCESS,
    VEIL,
    OpenPanel,
    Role,
    Scene,
    ScrollBy,
    Widget,
    scrolled,
    seen,
    with_panel,
)
from kioskd.ui.screen import Screen
from kioskd.ui.screens.aids import AIDS
from kioskd.ui.stage import Display
from kioskd.ui.theme import default_theme
from kioskd.ui.window import Driver, Window
from tests.ui_visits import DISPLAYS, shop, visits

SHOP = shop()
VISITS = visits(SHOP)
SMALL = Display(540, 960, 208, 370)
WARDROBES = {
    name: Wardrobe(display, default_theme(), Pictures(None), SHOP) for name, display in DISPLAYS.items()
}
HEARD = Access(frozenset({Aid.SPEECH}))
VEILED = Access(frozenset({Aid.SPEECH, Aid.CURTAIN}))


def panel_of(scene: Scene) -> Scene:
    return with_panel(scrolled(scene, {}), AIDS)


def switch(scene: Scene, aid: Aid) -> Widget:
    found = panel_of(scene).widget(f"aid:{aid}")
    assert found is not None
    return found


@pytest.mark.parametrize("display", DISPLAYS)
def test_the_sign_is_on_every_screen_at_the_same_place_and_large(display: str) -> None:
    usual = WARDROBES[display].usual
    places = set()
    for name, visit in VISITS.items():
        sign = usual.scene(visit).widget(ACCESS)
        assert sign is not None and sign.action == OpenPanel(AIDS), name
        places.add(sign.rect)
    (place,) = places
    assert min(place.w, place.h) >= usual.stage.least_target_mm
    assert place.bottom > usual.stage.area.h * 0.9


@pytest.mark.parametrize("access", [AS_EVERYBODY, HEARD, Access(frozenset(Aid))])
def test_every_aid_is_a_switch_that_says_and_shows_its_state(access: Access) -> None:
    scene = WARDROBES["portrait"].usual.composer.scene(replace(VISITS["menu"], access=access))
    for aid in Aid:
        on, widget = aid in access, switch(scene, aid)
        assert widget.role is Role.CHECKBOX and widget.selected is on
        assert widget.value == ("on" if on else "off")
        assert widget.action == SetAid(aid, not on)
        drawn = [w.label.lines for w in panel_of(scene).widgets if w.part_of == widget.id and w.label]
        assert (widget.value,) in drawn, "the state is a word, not only a colour"


def test_the_dark_screen_comes_only_with_reading_aloud() -> None:
    composer = WARDROBES["portrait"].usual.composer
    assert not switch(composer.scene(VISITS["menu"]), Aid.CURTAIN).enabled
    assert switch(composer.scene(replace(VISITS["menu"], access=HEARD)), Aid.CURTAIN).enabled


def test_whoever_listens_can_make_it_softer_and_louder() -> None:
    composer = WARDROBES["small"].usual.composer
    panel = panel_of(composer.scene(replace(VISITS["menu"], access=HEARD.louder(99))))
    louder, softer = panel.widget("volume:louder"), panel.widget("volume:softer")
    assert louder and softer and not louder.enabled
    assert softer.action == ChangeVolume(-1) and "Volume 10" in softer.name
    assert panel_of(composer.scene(VISITS["menu"])).widget("volume:louder") is None


def test_a_kiosk_without_a_voice_offers_none() -> None:
    mute = Wardrobe(SMALL, default_theme(), Pictures(None), replace(SHOP, speech=False))
    panel = panel_of(mute.usual.composer.scene(VISITS["menu"]))
    assert panel.widget("aid:speech") is None and panel.widget("aid:curtain") is None
    assert panel.widget("aid:contrast") is not None


def test_one_outfit_for_each_combination_and_the_last_is_kept() -> None:
    wardrobe = Wardrobe(SMALL, default_theme(), Pictures(None), SHOP)
    contrast = Access(frozenset({Aid.CONTRAST}))
    assert wardrobe.outfit(HEARD) is wardrobe.usual, "what is only heard changes no picture"
    assert wardrobe.outfit(contrast) is wardrobe.outfit(contrast)
    assert Look.of(contrast) != AS_BUILT == Look.of(AS_EVERYBODY)
    before = wardrobe.outfit(contrast)
    wardrobe.forget()
    assert wardrobe.outfit(contrast) is not before


# --- the screen curtain --------------------------------------------------------------------------------


@pytest.fixture
def window() -> Iterator[Window]:
    window = Window(SMALL.width_px, SMALL.height_px, driver=Driver.OFFSCREEN)
    yield window
    window.close()


def veiled_screen(window: Window) -> tuple[Screen, Scene]:
    outfit = Wardrobe(SMALL, default_theme(), Pictures(None), SHOP).outfit(VEILED)
    scene = outfit.scene(replace(VISITS["menu"], access=VEILED))
    screen = Screen(window, outfit.stage, outfit.renderer)
    screen.show(scene)
    screen.repaint()
    return screen, scene


def test_behind_the_curtain_everything_is_there_to_be_heard_and_nothing_to_be_seen(window: Window) -> None:
    _, scene = veiled_screen(window)
    assert scene.widget("pay") is not None and len(scene.widgets) > 20
    assert {widget.id for widget in seen(scene)} == {ACCESS, VEIL}
    lit = pygame.mask.from_threshold(window.canvas, (0, 0, 0), (8, 8, 8, 255))
    lit.invert()
    box = lit.get_bounding_rects()
    assert box and all(rect.top > SMALL.height_px * 0.85 for rect in box)


def test_only_the_sign_can_be_touched_and_it_brings_the_picture_back(window: Window) -> None:
    screen, scene = veiled_screen(window)
    scale = SMALL.px_per_mm
    for widget in scene.widgets:
        x, y = (round(value * scale) for value in widget.rect.centre)
        if widget.id != ACCESS and widget.action is not None:
            screen.touch_down(x, y, 1.0)
            assert screen.touch_up(x, y, 1.1) is None, widget.id
    sign = scene.widget(ACCESS)
    assert sign is not None
    x, y = (round(value * scale) for value in sign.rect.centre)
    screen.touch_down(x, y, 2.0)
    assert screen.touch_up(x, y, 2.1) is None
    opened = screen.scene
    assert opened is not None and opened.widget("aid:curtain") is not None
    assert not opened.veiled and not opened.backdrop, "the switches are seen, the order behind them is not"


def test_the_switches_stay_open_while_they_are_used(window: Window) -> None:
    outfit = Wardrobe(SMALL, default_theme(), Pictures(None), SHOP).usual
    screen = Screen(window, outfit.stage, outfit.renderer, reduced_motion=True)
    screen.show(outfit.scene(VISITS["menu"]))
    screen.activate(ACCESS, 1.0)
    assert screen.activate("aid:more_time", 2.0) == SetAid(Aid.MORE_TIME, True)
    screen.show(outfit.scene(replace(VISITS["menu"], access=Access(frozenset({Aid.MORE_TIME})))))
    opened = screen.scene
    assert opened is not None
    more_time = opened.widget("aid:more_time")
    assert more_time is not None and more_time.selected
    screen.show(outfit.scene(replace(VISITS["menu"], access=HEARD)))
    assert screen.activate("volume:louder", 3.0) == ChangeVolume(1)
    screen.show(outfit.scene(replace(VISITS["menu"], access=HEARD.louder(1))))
    assert screen.activate("volume:louder", 4.0) == ChangeVolume(1)


def test_who_listens_or_uses_keys_sees_no_motion() -> None:
    composer = WARDROBES["portrait"].usual.composer
    assert not composer.scene(VISITS["menu"]).calm
    assert composer.scene(replace(VISITS["menu"], access=HEARD)).calm
    assert composer.scene(replace(VISITS["menu"], access=Access(keys=True))).calm


@pytest.mark.parametrize(
    ("access", "moves"), [(AS_EVERYBODY, True), (HEARD, False), (Access(keys=True), False)], ids=str
)
def test_on_a_calm_screen_every_picture_is_the_last_one(window: Window, access: Access, moves: bool) -> None:
    """From screen to screen, through a list, and where something is under way or counts up."""
    outfit = Wardrobe(SMALL, default_theme(), Pictures(None), SHOP).usual
    screen = Screen(window, outfit.stage, outfit.renderer)
    moved = []
    for at_s, name in enumerate(("attract", "menu", "basket-many", "paying", "thanks"), 1):
        screen.show(outfit.scene(replace(VISITS[name], access=access)))
        moved.append(screen.animate(float(at_s)) is not None)
        screen.repaint()
        for widget in screen.scene.widgets if screen.scene else ():
            if isinstance(widget.action, ScrollBy) and widget.enabled:
                screen.activate(widget.id, at_s + 0.5)
                moved.append(screen.animate(at_s + 0.5) is not None)
    assert any(moved) is moves
    assert len(moved) > 5, "no list was scrolled"

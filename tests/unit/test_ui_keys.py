"""Five keys are enough: on every screen that can come up they reach everything that can be touched."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kioskd.core.access import Access
from kioskd.core.events import Stirred
from kioskd.core.flow import next_deadline
from kioskd.core.intents import (
    AskHelp,
    CancelOrder,
    CancelPayment,
    ChangeVolume,
    ClearBasket,
    ConfirmCancel,
    GoBack,
    HearAll,
    QuickAdd,
    RemoveGiftCard,
    RemoveLine,
    RemoveOffer,
    SignOut,
    StartOrder,
    UseKeys,
)
from kioskd.core.keypad import Key
from kioskd.core.staff_intents import CloseDay, ConfirmDecision, ConfirmPower, ConfirmTakeBack, MarkPaid
from kioskd.ui.compose import Composer
from kioskd.ui.focus import entered, first, moved, visible_part, way_back
from kioskd.ui.fonts import Fonts
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.render import Renderer
from kioskd.ui.ring import ring_mm
from kioskd.ui.scene import Scene, ScrollBy, Widget, focus_order, scrolled, with_panel
from kioskd.ui.screen import Screen
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import contrast, default_theme
from kioskd.ui.window import Driver, Window
from tests.ui_visits import DISPLAYS, MENU_FOLDER, shop, visits
from tests.unit.shopfront import player
from tests.unit.test_visit_walks import steps, wanderer

SHOP = shop()
BY_KEYS = Access().by_keys()
VISITS = {name: replace(visit, access=BY_KEYS) for name, visit in visits(SHOP).items()}
STAGES = {name: Stage(display, default_theme()) for name, display in DISPLAYS.items()}
COMPOSERS = {name: Composer(stage, Fonts(stage), SHOP) for name, stage in STAGES.items()}


def with_panels(scene: Scene) -> Iterator[Scene]:
    yield scene
    for panel in scene.panels:
        yield with_panel(scene, panel.id)


def walk(scene: Scene) -> set[str]:
    """Everything the keys come to: by next alone from the start, and by selecting the rows met on the way."""
    at = moved(scene, None, 1)
    met: list[str] = []
    while at is not None and at not in met:
        met.append(at)
        at = moved(scene, at, 1)
    assert at is None or at == met[0], f"{scene.id}: the keys are trapped from {met[met.index(at)]}"
    inside: set[str] = set()
    for row in met:
        key = entered(scene, row)
        while key is not None and key not in inside and key not in met:
            inside.add(key)
            key = moved(scene, key, 1)
    return {*met, *inside}


def touchable(scene: Scene) -> set[str]:
    return {
        widget.id
        for widget in scene.widgets
        if widget.action is not None and widget.enabled and not isinstance(widget.action, ScrollBy)
    }


def faults(scene: Scene) -> Iterator[str]:
    reached = walk(scene)
    if missing := touchable(scene) - reached:
        yield f"no key comes to {sorted(missing)}"
    if scene.panel is not None and way_back(scene) is None:
        yield f"the panel {scene.panel} cannot be left"
    for id in reached:
        backwards = moved(scene, moved(scene, id, 1), -1)
        widget = scene.widget(id)
        if widget is not None and widget.row is None and backwards != id:
            yield f"next and previous do not lead back to {id}"
        if widget is not None and widget.action is None and entered(scene, id) is None:
            yield f"{id} is a stop at which nothing can be done"


@pytest.mark.parametrize("size", sorted(DISPLAYS))
def test_on_every_screen_the_keys_come_to_everything_and_are_never_trapped(size: str) -> None:
    found = [
        f"{name}: {fault}"
        for name, visit in VISITS.items()
        for scene in with_panels(scrolled(COMPOSERS[size].scene(visit), {}))
        for fault in faults(scene)
    ]
    assert not found, "\n".join(found)


def test_wherever_a_visit_wanders_the_keys_come_to_everything() -> None:
    """Every kind of screen, in states that nobody wrote down, of guests and devices that do anything."""
    met: set[tuple[str, str, frozenset[str]]] = set()
    found: list[str] = []
    for seed in range(12):
        rng = random.Random(seed)
        p = wanderer(rng)
        stage = STAGES["portrait"]
        composer = Composer(stage, COMPOSERS["portrait"].measure, p.shop)
        for _ in steps(p, rng, 120):
            scene = scrolled(composer.scene(replace(p.visit, access=BY_KEYS)), {})
            known = (scene.id, scene.view, frozenset(touchable(scene)))
            if known in met:
                continue
            met.add(known)
            found += [
                f"{scene.id} ({seed}): {fault}" for each in with_panels(scene) for fault in faults(each)
            ]
    assert not found, "\n".join(found)
    assert len(met) > 40


def test_no_screen_begins_where_a_key_too_many_loses_or_calls() -> None:
    away = (CancelOrder, CancelPayment, ConfirmCancel, GoBack, SignOut, AskHelp)
    taken = (RemoveLine, ClearBasket, RemoveOffer, RemoveGiftCard)
    settled = (CloseDay, ConfirmDecision, ConfirmPower, ConfirmTakeBack, MarkPaid)
    for name, visit in VISITS.items():
        scene = scrolled(COMPOSERS["portrait"].scene(visit), {})
        start = scene.widget(first(scene) or "")
        answers = scene.backdrop and start is not None and isinstance(start.action, GoBack)
        assert start is None or answers or not isinstance(start.action, (*away, *taken, *settled)), name


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("thanks", "done"),
        ("ask-staff", "done"),
        ("still-there", "here"),
        ("confirm-cancel", "keep"),
        ("menu", "category:combos"),
        ("member-taken", "voucher:v2"),
        ("offer-reward", "use"),
        ("staff-power-shut_down", "leave"),
    ],
)
def test_a_screen_begins_at_what_it_is_about(name: str, at: str) -> None:
    assert first(scrolled(COMPOSERS["portrait"].scene(VISITS[name]), {})) == at


def test_from_every_screen_of_an_order_a_key_leads_back_or_out() -> None:
    """Those that have none offer nothing to undo, or are over in a moment."""
    without = {
        scene.id for visit in VISITS.values() if way_back(scene := COMPOSERS["portrait"].scene(visit)) is None
    }
    assert without <= {
        "attract",
        "enrolling",
        "staff_ready",
        "out_of_order",
        "storing",
        "paying",
        "promo_code",
        "overview",
        "ask_staff",
        "paying_rest",  # the first look, which nobody came to from anywhere
    }


# --- on a screen that nobody sees -------------------------------------------------------------------------

DISPLAY = Display(540, 960, 208, 370)
STAGE = Stage(DISPLAY, default_theme())
COMPOSER = Composer(STAGE, Fonts(STAGE), SHOP)


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    opened = Window(DISPLAY.width_px, DISPLAY.height_px, driver=Driver.OFFSCREEN)
    yield opened
    opened.close()


@pytest.fixture
def screen(window: Window) -> Screen:
    renderer = Renderer(STAGE, COMPOSER.measure, Pictures(MENU_FOLDER))  # type: ignore[arg-type]
    return Screen(window, STAGE, renderer, reduced_motion=True, lockout_s=0.2)


def show(screen: Screen, name: str) -> Scene:
    screen.show(COMPOSER.scene(VISITS[name]))
    assert screen.scene is not None
    return screen.scene


def focused(screen: Screen) -> Widget:
    assert screen.scene is not None and screen.focused is not None
    widget = screen.scene.widget(screen.focused)
    assert widget is not None
    return widget


def go_to(screen: Screen, id: str) -> None:
    for _ in range(200):
        if screen.focused == id:
            return
        screen.press(Key.NEXT, 0.0)
    raise AssertionError(id)


def test_the_first_key_only_says_that_somebody_uses_them(screen: Screen) -> None:
    screen.show(COMPOSER.scene(visits(SHOP)["menu"]))
    assert [screen.press(key, 0.0) for key in (Key.SELECT, Key.HELP, Key.LOUDER)] == [UseKeys()] * 3
    assert screen.focused is None


def test_select_does_what_a_finger_would(screen: Screen) -> None:
    show(screen, "attract")
    go_to(screen, "eat_in")
    assert isinstance(screen.press(Key.SELECT, 0.0), StartOrder)
    show(screen, "menu")
    go_to(screen, "add:CLASSIC")
    assert screen.press(Key.SELECT, 0.0) == QuickAdd("CLASSIC")


def test_walking_is_a_sign_of_life_and_nothing_else(screen: Screen) -> None:
    show(screen, "menu")
    assert screen.press(Key.NEXT, 0.0) == Stirred()
    assert screen.press(Key.PREVIOUS, 0.0) == Stirred()


def test_the_other_keys_have_one_meaning_everywhere(screen: Screen) -> None:
    show(screen, "basket")
    assert screen.press(Key.HELP, 0.0) == AskHelp()
    assert screen.press(Key.BACK, 0.0) == GoBack()
    assert screen.press(Key.LOUDER, 0.0) == ChangeVolume(1)
    assert screen.press(Key.SOFTER, 0.0) == ChangeVolume(-1)
    assert screen.press(Key.REPEAT, 0.0) == HearAll()


def test_the_keys_for_left_and_right_go_as_the_language_is_read(screen: Screen) -> None:
    show(screen, "attract")
    assert screen.press(Key.RIGHT, 0.0) == Stirred() and screen.focused == "take_away"
    screen.show(COMPOSER.scene(replace(VISITS["attract"], language="ar")))
    go_to(screen, "eat_in")
    assert screen.press(Key.LEFT, 0.0) == Stirred() and screen.focused == "take_away"


def test_a_digit_is_a_row_and_a_key_away_and_the_row_is_where_one_returns(screen: Screen) -> None:
    show(screen, "keypad")
    go_to(screen, "keys:2")
    screen.press(Key.SELECT, 0.0)
    assert screen.focused == "key:4"
    screen.press(Key.NEXT, 0.0)
    screen.press(Key.SELECT, 0.0)
    assert screen.focused == "keys:2"
    screen.press(Key.SELECT, 0.0)
    assert screen.press(Key.BACK, 0.0) == Stirred()
    assert screen.focused == "keys:2"


def test_a_panel_is_entered_chosen_in_and_left_by_keys(screen: Screen) -> None:
    show(screen, "menu")
    go_to(screen, "language")
    screen.press(Key.SELECT, 0.0)
    assert screen.scene is not None and screen.scene.panel == "languages"
    assert focused(screen).selected
    screen.press(Key.BACK, 0.0)
    assert screen.scene.panel is None
    assert screen.focused == "language"


def test_any_key_answers_whether_somebody_is_still_there(screen: Screen) -> None:
    for key in (Key.NEXT, Key.PREVIOUS, Key.SELECT, Key.BACK):
        scene = show(screen, "still-there")
        assert scene.anywhere is not None
        assert screen.press(key, 0.0) == scene.anywhere


@pytest.mark.parametrize("name", ["menu-notice", "basket-many", "member", "checkout-many"])
def test_what_the_keys_are_at_is_always_in_sight(screen: Screen, name: str) -> None:
    show(screen, name)
    for key in (Key.NEXT, Key.PREVIOUS):
        for _ in range(len(focus_order(COMPOSER.scene(VISITS[name])))):
            screen.press(key, 0.0)
            assert screen.scene is not None
            shown, widget = visible_part(screen.scene, screen.focused), focused(screen)
            assert shown is not None, widget.id
            region = screen.scene.region(widget.region) if widget.region else None
            whole = shown.holds(widget.rect, slack=0.01)
            assert whole or (region is not None and shown.h > region.viewport.h - 1), widget.id


def test_the_mark_stands_out_from_everything_it_can_lie_on(screen: Screen) -> None:
    colours = STAGE.theme.colours
    assert contrast(colours["card"], colours["ink"]) >= 9  # so against any other colour one of both has 3
    for stage in STAGES.values():
        assert ring_mm(stage) >= 1.4


def test_the_mark_is_painted_around_the_widget_and_taken_away_again(screen: Screen, window: Window) -> None:
    def band() -> tuple[int, ...]:
        """Just outside the upper edge of the first tile."""
        x, y = tile.rect.x + tile.rect.w / 2, tile.rect.y - ring_mm(STAGE) / 2
        at = (round(x * DISPLAY.px_per_mm), round(y * DISPLAY.px_per_mm))
        return tuple(window.canvas.get_at(at)[:3])

    scene = show(screen, "attract")
    tile = scene.widget("eat_in")
    assert tile is not None and screen.focused == "eat_in"
    screen.repaint()
    assert band() == STAGE.theme.colours["ink"]
    screen.press(Key.NEXT, 0.0)
    screen.repaint()
    assert band() != STAGE.theme.colours["ink"]


def test_nothing_is_marked_for_who_touches(screen: Screen) -> None:
    screen.show(COMPOSER.scene(visits(SHOP)["menu"]))
    assert screen.scene is not None
    assert screen.scene.focused is None


# --- a finger that trembles ---------------------------------------------------------------------------------


def touch(screen: Screen, id: str, at_s: float) -> object:
    assert screen.scene is not None
    widget = screen.scene.widget(id)
    assert widget is not None
    x, y = (round(side * DISPLAY.px_per_mm) for side in widget.rect.centre)
    screen.touch_down(x, y, at_s)
    return screen.touch_up(x, y, at_s + 0.05)


def test_the_same_touch_twice_in_a_moment_counts_once(screen: Screen) -> None:
    show(screen, "menu")
    assert touch(screen, "add:CLASSIC", 10.0) == QuickAdd("CLASSIC")
    assert touch(screen, "add:CLASSIC", 10.15) is None
    assert touch(screen, "add:DOG", 10.2) == QuickAdd("DOG")
    assert touch(screen, "add:CLASSIC", 10.3) == QuickAdd("CLASSIC")
    assert touch(screen, "add:CLASSIC", 10.6) == QuickAdd("CLASSIC")


# --- what the visit makes of it -----------------------------------------------------------------------------


def test_looking_around_keeps_the_guest_there() -> None:
    p = player(SHOP)
    p.visit = replace(VISITS["menu"], active_s=p.mono_s)
    due_s = next_deadline(p.visit, p.shop)
    p.wait(20)
    p.do(Stirred())
    later_s = next_deadline(p.visit, p.shop)
    assert due_s is not None and later_s is not None
    assert later_s >= due_s + 20


def test_looking_around_takes_no_notice_away() -> None:
    p = player(SHOP)
    p.visit = replace(VISITS["menu-notice"], active_s=p.mono_s)
    assert p.visit.notice is not None
    p.visit = replace(p.visit, notice=replace(p.visit.notice, until_s=p.mono_s + 60))
    p.do(Stirred())
    assert p.visit.notice is not None

"""What a guest's finger gets, and what is painted, on a screen that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pygame
import pytest

from kioskd.core.basket import preset_choices
from kioskd.core.catalogue import Service
from kioskd.core.intents import GoBack, QuickAdd, ShowProduct, StartOrder, StillHere
from kioskd.core.phases import Choosing
from kioskd.core.staff_intents import OpenStaff
from kioskd.core.visit import Visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.render import Renderer, merged
from kioskd.ui.scene import Role, Scene, Widget
from kioskd.ui.screen import Screen
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import default_theme
from kioskd.ui.warmup import warm_up
from kioskd.ui.window import Driver, Window
from tests.ui_visits import MENU_FOLDER, shop, visits

DISPLAY = Display(540, 960, 208, 370)
SHOP = shop()
VISITS = visits(SHOP)
STAGE = Stage(DISPLAY, default_theme())
FONTS = Fonts(STAGE)
COMPOSER = Composer(STAGE, FONTS, SHOP)


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    opened = Window(DISPLAY.width_px, DISPLAY.height_px, driver=Driver.OFFSCREEN)
    yield opened
    opened.close()


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(STAGE, FONTS, Pictures(MENU_FOLDER))


@pytest.fixture
def screen(window: Window, renderer: Renderer) -> Screen:
    return Screen(window, STAGE, renderer, reduced_motion=True)


@pytest.fixture
def lively(window: Window, renderer: Renderer) -> Screen:
    return Screen(window, STAGE, renderer)


def scene(name: str, **changes: object) -> Scene:
    visit: Visit = replace(VISITS[name], **changes)  # type: ignore[arg-type]
    return COMPOSER.scene(visit)


def point(screen: Screen, id: str) -> tuple[int, int]:
    assert screen.scene is not None
    widget = screen.scene.widget(id)
    assert widget is not None, id
    x, y = widget.rect.centre
    return round(x * DISPLAY.px_per_mm), round(y * DISPLAY.px_per_mm)


def settle(screen: Screen, now_s: float, limit: int = 400) -> tuple[float, int]:
    """Let it animate to rest; returns the time and how many pictures were painted."""
    painted = 0
    for _ in range(limit):
        due = screen.animate(now_s)
        painted += screen.repaint()
        if due is None:
            return now_s, painted
        now_s = due
    raise AssertionError("never comes to rest")


# --- fingers --------------------------------------------------------------------------------------------


def test_a_touch_gives_the_intent_of_what_was_touched(screen: Screen) -> None:
    screen.show(scene("attract"))
    at = point(screen, "eat_in")
    screen.touch_down(*at, 1.0)
    assert screen.touch_up(*at, 1.1) == StartOrder(Service.EAT_IN)


def test_a_finger_that_slides_off_chooses_nothing(screen: Screen) -> None:
    screen.show(scene("attract"))
    screen.touch_down(*point(screen, "eat_in"), 1.0)
    assert screen.touch_up(*point(screen, "take_away"), 1.1) is None


def test_the_plus_on_a_card_is_not_the_card(screen: Screen) -> None:
    screen.show(scene("menu"))
    assert screen.scene is not None
    sku = next(w.id.removeprefix("add:") for w in screen.scene.widgets if w.id.startswith("add:"))
    for id, intent in ((f"add:{sku}", QuickAdd(sku)), (f"product:{sku}/picture", ShowProduct(sku))):
        at = point(screen, id)
        screen.touch_down(*at, 1.0)
        assert screen.touch_up(*at, 1.1) == intent


def test_what_is_disabled_cannot_be_chosen(screen: Screen) -> None:
    screen.show(scene("keypad-empty"))
    at = point(screen, "submit")
    screen.touch_down(*at, 1.0)
    assert screen.touch_up(*at, 1.1) is None
    assert screen.activate("submit", 1.2) is None


def test_the_pressed_button_shows_it_at_once_and_lets_go(screen: Screen, window: Window) -> None:
    screen.show(scene("attract"))
    screen.repaint()
    at = point(screen, "eat_in")
    corner = (at[0], at[1] - 20)
    rest = window.canvas.get_at((point(screen, "eat_in")[0] - 60, at[1]))
    screen.touch_down(*at, 1.0)
    assert screen.repaint()
    assert window.canvas.get_at((at[0] - 60, at[1])) != rest, corner
    screen.touch_up(*at, 1.1)
    screen.repaint()
    assert window.canvas.get_at((at[0] - 60, at[1])) == rest


def test_a_guest_who_is_asked_whether_they_are_there_may_touch_anything(screen: Screen) -> None:
    screen.show(scene("still-there"))
    for at in ((500, 30), (20, 1900), point(screen, "seconds"), point(screen, "here")):
        screen.touch_down(*at, 1.0)
        assert screen.touch_up(*at, 1.1) == StillHere()


# --- the corner for staff ---------------------------------------------------------------------------------

STAFFED = Composer(STAGE, FONTS, replace(SHOP, staff=True))
IN_CORNER, OUTSIDE = (30, 30), (30, 70)


def held(
    screen: Screen, seconds: float, at: tuple[int, int] = IN_CORNER, up: tuple[int, int] = IN_CORNER
) -> object:
    screen.touch_down(*at, 1.0)
    return screen.touch_up(*up, 1.0 + seconds)


@pytest.mark.parametrize("name", ["attract", "out-of-order"])
def test_a_finger_held_in_the_corner_asks_for_the_staff_screen(screen: Screen, name: str) -> None:
    for language in ("en", "ar"):
        screen.show(STAFFED.scene(replace(VISITS[name], language=language)))
        assert held(screen, 3.0) == OpenStaff()


def test_a_short_touch_or_one_elsewhere_does_not(screen: Screen) -> None:
    screen.show(STAFFED.scene(VISITS["attract"]))
    assert held(screen, 2.9) is None
    assert held(screen, 9, at=OUTSIDE) is None
    assert held(screen, 9, up=OUTSIDE) is None


@pytest.mark.parametrize("name", ["attract-member", "menu", "thanks"])
def test_no_guest_ever_meets_the_corner(screen: Screen, name: str) -> None:
    screen.show(STAFFED.scene(VISITS[name]))
    assert held(screen, 9) != OpenStaff()


def test_without_a_pin_there_is_no_corner(screen: Screen) -> None:
    screen.show(scene("attract"))
    assert held(screen, 9) is None


def test_what_lies_in_the_corner_still_takes_a_short_touch(screen: Screen) -> None:
    attract = STAFFED.scene(VISITS["attract"])
    here = Widget("here", Role.BUTTON, Rect(0, 0, 30, 30), "tile", name="Here", action=GoBack())
    screen.show(replace(attract, widgets=(*attract.widgets, here)))
    assert held(screen, 0.2) == GoBack()
    assert held(screen, 3.0) == OpenStaff()


def test_dragging_scrolls_and_never_presses(screen: Screen) -> None:
    screen.show(scene("basket-many"))
    before = point(screen, "line:1")
    x, y = point(screen, "line:2:quantity:more")
    screen.touch_down(x, y, 1.0)
    for step in range(1, 9):
        screen.touch_move(x, y - step * 20, 1.0 + step * 0.02)
    assert screen.touch_up(x, y - 160, 1.2) is None
    assert point(screen, "line:1")[1] == pytest.approx(before[1] - 160, abs=2)


def test_buttons_scroll_as_far_as_dragging(screen: Screen) -> None:
    screen.show(scene("basket-many"))
    for _ in range(20):
        screen.activate("lines:down", 1.0)
    assert screen.scene is not None
    region, last = screen.scene.region("lines"), [w for w in screen.scene.widgets if w.region == "lines"][-1]
    assert region is not None and last.rect.bottom <= region.viewport.bottom + 0.01
    down = screen.scene.widget("lines:down")
    assert down is not None and not down.enabled


def test_the_place_in_a_list_survives_a_change_of_a_line(screen: Screen) -> None:
    visit = VISITS["basket-many"]
    screen.show(COMPOSER.scene(visit))
    screen.activate("lines:down", 1.0)
    before = point(screen, "line:6")
    screen.show(COMPOSER.scene(replace(visit, basket=visit.basket.with_quantity(6, 3))))
    assert point(screen, "line:6") == before


def test_a_question_not_answered_is_scrolled_into_view(window: Window, renderer: Renderer) -> None:
    wanting = VISITS["product-wanting"]
    small = Stage(Display(800, 480, 154, 86, 400), default_theme())
    composer = Composer(small, Fonts(small), SHOP)
    screen = Screen(window, small, renderer, reduced_motion=True)
    screen.show(composer.scene(wanting))
    assert screen.scene is not None and screen.scene.reveal is not None
    region, group = screen.scene.region("choices"), screen.scene.widget(screen.scene.reveal)
    assert region is not None and group is not None
    assert region.viewport.y - 0.1 <= group.rect.y < region.viewport.bottom


def test_the_language_panel_opens_and_closes_without_the_visit(screen: Screen) -> None:
    screen.show(scene("menu"))
    assert screen.activate("language", 1.0) is None
    assert screen.scene is not None and screen.scene.widget("language:de") is not None
    assert screen.scene.widget("pay") is None
    assert screen.activate("close", 1.1) is None
    assert screen.scene.widget("pay") is not None


# --- pixels ---------------------------------------------------------------------------------------------

STEPS = [
    ("menu-empty", "menu"),
    ("menu", "menu-added"),
    ("menu", "menu-notice"),
    ("product", "product-chosen"),
    ("basket", "basket-removed"),
    ("checkout", "checkout-declined"),
    ("keypad-empty", "keypad"),
    ("thanks-asked", "thanks"),
    ("still-there", "menu"),
]


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_painting_only_what_changed_gives_the_same_picture(
    screen: Screen, window: Window, renderer: Renderer, before: str, after: str
) -> None:
    screen.show(scene(before))
    screen.repaint()
    screen.show(scene(after))
    assert screen.repaint()
    changed = window.frame()
    assert screen.scene is not None
    renderer.paint(window.canvas, screen.scene)
    assert changed == window.frame()


def test_nothing_is_painted_when_nothing_changed(screen: Screen) -> None:
    screen.show(scene("menu"))
    assert screen.repaint()
    assert not screen.repaint()
    screen.show(scene("menu"))
    assert not screen.repaint()


def test_a_small_change_is_a_small_damage(renderer: Renderer) -> None:
    visit = VISITS["product"]
    assert isinstance(visit.phase, Choosing)
    more = replace(visit, phase=replace(visit.phase, quantity=2))
    rects = renderer.damage(COMPOSER.scene(visit), COMPOSER.scene(more))
    whole = DISPLAY.width_px * DISPLAY.height_px
    assert 0 < sum(r.w * r.h for r in rects) < whole / 5


def test_merged_rectangles_cover_everything() -> None:
    from pygame import Rect

    parts = [Rect(0, 0, 10, 10), Rect(5, 5, 10, 10), Rect(100, 100, 5, 5), Rect(0, 0, 0, 4)]
    result = merged(parts)
    assert all(any(found.contains(part) for found in result) for part in parts if part.w)
    assert len(result) == 2


def test_after_warming_up_the_menu_loads_no_picture(
    window: Window, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sum(1 for _ in warm_up(COMPOSER, renderer, VISITS["attract"])) > 20

    def load(*_: object) -> None:
        raise AssertionError("a picture was loaded late")

    monkeypatch.setattr(Pictures, "_loaded", load)
    for category in SHOP.catalogue.categories:
        renderer.paint(window.canvas, scene("menu-empty", category=category.id))


# --- motion ---------------------------------------------------------------------------------------------


def test_the_attract_screen_comes_to_rest(lively: Screen) -> None:
    lively.show(scene("attract"))
    now_s, painted = settle(lively, 10.0)
    assert painted > 10 and now_s < 25
    assert lively.animate(now_s + 60) is None and not lively.repaint()


def test_reduced_motion_is_at_rest_at_once(screen: Screen) -> None:
    screen.show(scene("attract"))
    screen.repaint()
    assert screen.animate(10.0) is None
    screen.show(scene("menu"))
    screen.repaint()
    assert screen.animate(11.0) is None and not screen.repaint()


def test_a_transition_ends_in_the_very_picture_of_the_new_screen(
    lively: Screen, window: Window, renderer: Renderer
) -> None:
    lively.show(scene("menu"))
    settle(lively, 10.0)
    lively.show(scene("basket"))
    first = lively.animate(20.0)
    assert first is not None and lively.repaint()
    now_s, _ = settle(lively, first)
    assert now_s - 20.0 < 0.35
    shown = window.frame()
    assert lively.scene is not None
    renderer.paint(window.canvas, lively.scene)
    assert shown == window.frame()


def test_a_page_left_in_the_middle_of_its_transition_leaves_nothing_on_the_display(
    lively: Screen, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on the display is what was presented, and no more than that."""
    shown = window.canvas.copy()
    monkeypatch.setattr(
        window, "present", lambda rects: [shown.blit(window.canvas, rect.topleft, rect) for rect in rects]
    )
    lively.show(scene("staff-pin"))
    settle(lively, 0.0)
    lively.show(scene("staff-start"))
    lively.animate(100.0)
    lively.repaint()
    lively.show(scene("staff-devices"))
    settle(lively, 100.05)
    assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(window.canvas, "RGB")


def test_points_count_up_to_the_true_number(lively: Screen, window: Window, renderer: Renderer) -> None:
    lively.show(scene("member"))
    settle(lively, 10.0)
    shown = window.frame()
    assert lively.scene is not None
    renderer.paint(window.canvas, lively.scene)
    assert shown == window.frame()


def test_a_product_flies_into_the_basket_and_leaves_no_trace(
    lively: Screen, window: Window, renderer: Renderer
) -> None:
    visit = VISITS["menu"]
    lively.show(COMPOSER.scene(visit))
    settle(lively, 10.0)
    assert lively.scene is not None
    plus = next(w for w in lively.scene.widgets if w.launches)
    intent = lively.activate(plus.id, 20.0)
    assert isinstance(intent, QuickAdd)
    product = SHOP.catalogue.products[intent.sku]
    basket = visit.basket.add(product, preset_choices(product))
    lively.show(COMPOSER.scene(replace(visit, basket=basket)))
    now_s, painted = settle(lively, 20.0)
    assert painted > 3 and now_s - 20.0 < 0.4
    shown = window.frame()
    assert lively.scene is not None
    renderer.paint(window.canvas, lively.scene)
    assert shown == window.frame()


def test_a_flick_glides_and_stops(lively: Screen) -> None:
    lively.show(scene("basket-many"))
    settle(lively, 10.0)
    x, y = point(lively, "line:2")
    lively.touch_down(x, y, 20.0)
    for step in range(1, 6):
        lively.touch_move(x, y - step * 12, 20.0 + step * 0.016)
    lively.touch_up(x, y - 60, 20.09)
    released = point(lively, "line:2")[1]
    now_s, _ = settle(lively, 20.1)
    assert point(lively, "line:2")[1] < released and now_s < 23


def test_a_panel_or_dialogue_does_not_scroll_what_is_behind(screen: Screen) -> None:
    screen.show(scene("still-there"))
    screen.touch_down(100, 300, 1.0)
    screen.touch_move(100, 200, 1.1)
    before = screen.scene
    screen.touch_up(100, 200, 1.2)
    assert screen.scene == before


def test_going_back_is_an_intent_like_any_other(screen: Screen) -> None:
    screen.show(scene("basket"))
    assert screen.activate("back", 1.0) == GoBack()


def test_after_a_visit_no_text_of_the_guest_is_kept(screen: Screen, renderer: Renderer) -> None:
    screen.show(scene("member"))
    screen.repaint()
    assert any("Sanne" in key[0] for key in renderer._texts)
    screen.show(scene("attract"))
    screen.repaint()
    screen.forget()
    kept = [*(key[0] for key in renderer._texts), *(key[0] for key in FONTS._widths)]
    assert not any("Sanne" in text or "1,240" in text for text in kept)
    assert not screen.repaint()

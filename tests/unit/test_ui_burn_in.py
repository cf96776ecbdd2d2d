"""What stands on a display for years moves a little now and then, and nobody sees it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pygame
import pytest

from kioskd.daemon.display import _SHIFTS_PX
from kioskd.ui.window import Driver, Window
from tests.screens.looks import SIZES, Look, look
from tests.screens.states import State
from tests.ui_visits import shop, visits

EDGE_PX = 4


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    display = SIZES["small"]
    opened = Window(display.width_px, display.height_px, driver=Driver.OFFSCREEN)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first_screen() -> Look:
    harbour = shop()
    return look(State(visits(harbour)["attract"], harbour), "small")


def painted(window: Window, shown: Look, shift: tuple[int, int]) -> pygame.Surface:
    renderer = shown.outfit.renderer
    renderer.shift(*shift)
    window.canvas.fill((255, 0, 255))
    renderer.paint(window.canvas, shown.scene)
    renderer.shift(0, 0)
    return window.canvas.copy()


def test_no_edge_stays_in_its_place_and_none_leaves_it_by_much() -> None:
    assert all(len({shift[axis] for shift in _SHIFTS_PX}) > 1 for axis in (0, 1))
    assert all(0 <= pixels <= EDGE_PX for shift in _SHIFTS_PX for pixels in shift)


@pytest.mark.parametrize("shift", [shift for shift in _SHIFTS_PX if shift != (0, 0)])
def test_a_shifted_picture_is_the_same_beside_its_place(
    window: Window, first_screen: Look, shift: tuple[int, int]
) -> None:
    there, moved = painted(window, first_screen, (0, 0)), painted(window, first_screen, shift)
    (w, h), (dx, dy) = there.get_size(), shift
    inner = pygame.Rect(0, 0, w - dx, h - dy)
    assert (
        there.subsurface(inner).copy().get_buffer().raw
        == moved.subsurface(inner.move(dx, dy)).copy().get_buffer().raw
    )


@pytest.mark.parametrize("shift", _SHIFTS_PX)
def test_a_shifted_picture_still_fills_the_display(
    window: Window, first_screen: Look, shift: tuple[int, int]
) -> None:
    picture = painted(window, first_screen, shift)
    w, h = picture.get_size()
    for x, y in product((0, w // 2, w - 1), (0, h // 2, h - 1)):
        assert picture.get_at((x, y))[:3] != (255, 0, 255), f"nothing is painted at {x}, {y}"

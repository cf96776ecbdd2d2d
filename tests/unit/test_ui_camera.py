"""Where a code is asked for the guest sees what the camera sees, and what would help; nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pygame
import pytest

from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.hindrance import Hindrance
from kioskd.core.notice import ShownHint
from kioskd.core.phases import AddingGiftCard, Attract, Identifying, Phase
from kioskd.core.visit import Visit
from kioskd.daemon.display import Display as DaemonDisplay
from kioskd.devices.camera.viewfinder import Glimpse, Viewfinder, ViewfinderPlate
from kioskd.ui.camera_picture import grey_picture
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.looks import Wardrobe
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.render import Renderer
from kioskd.ui.screen import Screen
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import default_theme
from kioskd.ui.window import Driver, Window
from tests.ui_visits import MENU_FOLDER, shop, visits

DISPLAY = Display(540, 960, 208, 370)
SHOP = shop()
STAGE = Stage(DISPLAY, default_theme())
FONTS = Fonts(STAGE)
COMPOSER = Composer(STAGE, FONTS, SHOP)
HOME = next(visit for visit in visits(SHOP).values() if visit.at_home)
CAMERA = DeviceHealth("camera", DeviceKind.CAMERA, DeviceState.OK)
HALF_WHITE = grey_picture(bytes([0, 255]) * 50, 2, 50)


def _identifying(*devices: DeviceHealth) -> Visit:
    named = {device.name: device for device in devices}
    return replace(HOME, phase=Identifying(Attract()), devices=named)


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    opened = Window(DISPLAY.width_px, DISPLAY.height_px, driver=Driver.OFFSCREEN)
    yield opened
    opened.close()


@pytest.fixture
def screen(window: Window) -> Screen:
    return Screen(window, STAGE, Renderer(STAGE, FONTS, Pictures(MENU_FOLDER)), reduced_motion=True)


def _tile(screen: Screen) -> pygame.Rect:
    assert screen.scene is not None
    sign = screen.scene.widget("scan/sign")
    assert sign is not None
    scale = DISPLAY.px_per_mm
    rect = sign.rect
    return pygame.Rect(rect.x * scale, rect.y * scale, rect.w * scale, rect.h * scale)


def test_the_picture_fills_the_tile_and_nothing_else_is_painted(window: Window, screen: Screen) -> None:
    screen.show(COMPOSER.scene(_identifying(CAMERA)))
    screen.repaint()
    before = window.canvas.copy()
    screen.see(HALF_WHITE)
    assert screen.repaint()
    tile = _tile(screen)
    assert window.canvas.get_at((tile.centerx - tile.w // 4, tile.centery))[:3] == (0, 0, 0)
    assert window.canvas.get_at((tile.centerx + tile.w // 4, tile.centery))[:3] == (255, 255, 255)
    for corner in ((5, 5), (tile.x, tile.bottom + 30), (DISPLAY.width_px - 5, DISPLAY.height_px - 5)):
        assert window.canvas.get_at(corner) == before.get_at(corner)
    assert not screen.repaint(), "one picture of the camera is painted once"


def test_without_a_picture_the_sign_shows_how(window: Window, screen: Screen) -> None:
    screen.show(COMPOSER.scene(_identifying(CAMERA)))
    screen.repaint()
    area = _tile(screen)
    plain = pygame.image.tobytes(window.canvas.subsurface(area), "RGB")
    screen.see(HALF_WHITE)
    screen.repaint()
    screen.see(None)
    screen.repaint()
    assert pygame.image.tobytes(window.canvas.subsurface(area), "RGB") == plain


def test_only_where_a_code_is_asked_for_it_is_shown_and_only_with_a_camera(screen: Screen) -> None:
    scanner = DeviceHealth("front", DeviceKind.SCANNER, DeviceState.OK)
    screen.show(COMPOSER.scene(HOME))
    assert not screen.shows_camera
    screen.show(COMPOSER.scene(_identifying(scanner)))
    assert not screen.shows_camera
    screen.show(COMPOSER.scene(_identifying(scanner, CAMERA)))
    assert screen.shows_camera
    screen.show(COMPOSER.scene(replace(_identifying(scanner, CAMERA), phase=AddingGiftCard())))
    assert screen.shows_camera


def _words(visit: Visit) -> str:
    return " ".join(widget.name for widget in COMPOSER.scene(visit).widgets)


@pytest.mark.parametrize("phase", [Identifying(Attract()), AddingGiftCard(), Attract()])
def test_without_a_scanner_the_guest_is_sent_to_the_camera(phase: Phase) -> None:
    scanner = DeviceHealth("front", DeviceKind.SCANNER, DeviceState.OK)
    assert "in front of the camera" in _words(replace(_identifying(CAMERA), phase=phase))
    assert "under the scanner" in _words(replace(_identifying(scanner, CAMERA), phase=phase))


@pytest.mark.parametrize("phase", [Identifying(Attract()), AddingGiftCard()])
@pytest.mark.parametrize("hindrance", Hindrance)
def test_what_would_help_is_one_sentence_in_place_of_another(phase: Phase, hindrance: Hindrance) -> None:
    calm = replace(_identifying(CAMERA), phase=phase)
    hinted = replace(calm, hint=ShownHint(hindrance, 3.0))
    assert _words(hinted) != _words(calm)
    rects = [
        [widget.rect for widget in COMPOSER.scene(visit).widgets if widget.action] for visit in (calm, hinted)
    ]
    assert rects[0] == rects[1], "nothing that can be touched moves"


async def _until(true: Callable[[], bool]) -> None:
    for _ in iter(true, True):
        await asyncio.sleep(0)


def test_the_camera_is_looked_at_while_it_is_shown(
    window: Window, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kioskd.daemon.display._CAMERA_S", 0.001)
    wardrobe = Wardrobe(DISPLAY, default_theme(), Pictures(MENU_FOLDER), SHOP)
    display = DaemonDisplay(window, screen, wardrobe, lambda: 0.0, (540, 960))
    finder = Viewfinder()
    plate = ViewfinderPlate(finder.fd)

    async def scenario() -> None:
        showing = asyncio.create_task(display.show_camera(finder))
        async with asyncio.timeout(10):
            display.show(HOME)
            await asyncio.sleep(0)
            assert not plate.wanted
            display.show(_identifying(CAMERA))
            seq = display.seq
            await _until(lambda: plate.wanted)
            plate.show(Glimpse(2, 1, b"\x00\xff"))
            await display.changed_since(seq)
            display.show(HOME)
            await _until(lambda: not plate.wanted)
        assert not showing.done()
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)

    asyncio.run(scenario())

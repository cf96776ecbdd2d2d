"""Windows: rotated, photographed, and honest when there is none. And pictures that cannot be read."""

from __future__ import annotations

import logging
from pathlib import Path

import pygame
import pytest

from kioskd.core.errors import DeviceFault
from kioskd.core.keypad import Key
from kioskd.ui.icons import ICONS, draw_icon
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import Picture, PictureKind
from kioskd.ui.shapes import rounded
from kioskd.ui.window import Driver, Window

INK = (30, 27, 22)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_rotated_display_shows_the_same_picture_turned(rotation: int) -> None:
    window = Window(60, 100, driver=Driver.OFFSCREEN, rotation=rotation)
    try:
        window.canvas.fill((0, 0, 0))
        corner = pygame.Rect(0, 0, 10, 6)
        window.canvas.fill((255, 0, 0), corner)
        window.present([window.canvas.get_rect()])
        shown = pygame.display.get_surface()
        assert shown is not None
        w, h = shown.get_size()
        assert (w, h) == ((60, 100) if rotation in (0, 180) else (100, 60))
        where = {0: (2, 2), 90: (w - 3, 2), 180: (w - 3, h - 3), 270: (2, h - 3)}[rotation]
        assert shown.get_at(where)[:3] == (255, 0, 0)
        assert window.to_canvas(*where)[0] < 10 and window.to_canvas(*where)[1] < 10
        width, height, data = window.frame()
        assert (width, height) == (60, 100) and data[:3] == b"\xff\x00\x00" and len(data) == 60 * 100 * 3
    finally:
        window.close()


def test_a_screenshot_is_a_png(tmp_path: Path) -> None:
    window = Window(32, 32, driver=Driver.OFFSCREEN)
    try:
        window.save_png(tmp_path / "screen.png")
        assert (tmp_path / "screen.png").read_bytes().startswith(b"\x89PNG")
        with pytest.raises(OSError, match="nowhere"):
            window.save_png(tmp_path / "nowhere" / "screen.png")
    finally:
        window.close()


def test_no_display_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.quit()
    with pytest.raises(DeviceFault, match="x11"):
        Window(32, 32, driver=Driver.X11)


def test_a_broken_picture_shows_a_plate_and_complains_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "soup.png").write_bytes(b"not a picture")
    pictures = Pictures(tmp_path)
    with caplog.at_level(logging.WARNING):
        for size in (40, 60):
            assert pictures.fitted(Picture(PictureKind.PHOTO, "soup.png"), size, size, INK) is not None
    assert len(caplog.records) == 1 and "soup.png" in caplog.text


def test_pictures_are_fitted_and_memory_stays_bounded(tmp_path: Path) -> None:
    pygame.image.save(pygame.Surface((200, 100)), tmp_path / "wide.png")
    pictures = Pictures(tmp_path, max_bytes=40_000)
    fitted = pictures.fitted(Picture(PictureKind.PHOTO, "wide.png"), 80, 80, INK)
    assert fitted is not None and fitted.get_size() == (80, 40)
    for size in range(20, 80):
        pictures.fitted(Picture(PictureKind.PHOTO, "wide.png"), size, size, INK)
    assert pictures._bytes <= 40_000


@pytest.mark.parametrize("name", [name for name in ICONS if name != "none"])
def test_every_icon_draws_something(name: str) -> None:
    icon = draw_icon(name, 48, INK)
    assert icon.get_size() == (48, 48)
    assert pygame.mask.from_surface(icon).count() > 40


def test_rounded_corners_are_smooth() -> None:
    surface = pygame.Surface((40, 40))
    surface.fill((255, 255, 255))
    rounded(surface, pygame.Rect(0, 0, 40, 40), 16, (0, 0, 0))
    assert surface.get_at((0, 0))[:3] == (255, 255, 255)
    assert surface.get_at((20, 20))[:3] == (0, 0, 0)
    shades = {surface.get_at((x, y))[0] for x in range(16) for y in range(16)}
    assert len(shades) > 8


@pytest.mark.parametrize(("fullscreen", "heard"), [(False, [Key.NEXT, Key.SELECT, Key.BACK]), (True, [])])
def test_a_keyboard_is_the_keypad_on_a_desk_and_nothing_on_a_kiosk(
    fullscreen: bool, heard: list[Key]
) -> None:
    window = Window(60, 100, driver=Driver.OFFSCREEN, fullscreen=fullscreen)
    try:
        pygame.event.clear()
        for key in (pygame.K_DOWN, pygame.K_a, pygame.K_RETURN, pygame.K_ESCAPE):
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        assert list(window.poll()) == heard
    finally:
        window.close()

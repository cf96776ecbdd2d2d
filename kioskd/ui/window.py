"""The pixels' way out: one window or full screen through SDL, presented rectangle by rectangle."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pygame
import pygame.display
import pygame.event
import pygame.image
import pygame.transform

from kioskd.core.errors import DeviceFault
from kioskd.core.keypad import Key

ROTATIONS = (0, 90, 180, 270)
_KEYS = {
    pygame.K_UP: Key.PREVIOUS,
    pygame.K_DOWN: Key.NEXT,
    pygame.K_LEFT: Key.LEFT,
    pygame.K_RIGHT: Key.RIGHT,
    pygame.K_RETURN: Key.SELECT,
    pygame.K_ESCAPE: Key.BACK,
    pygame.K_F1: Key.HELP,
    pygame.K_F2: Key.REPEAT,
    pygame.K_PAGEUP: Key.LOUDER,
    pygame.K_PAGEDOWN: Key.SOFTER,
}
"""A developer's keyboard as the keypad that a kiosk has. SDL does not repeat keys that are held."""


_DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
_CARDS = Path("/dev/dri")


class Driver(StrEnum):
    """Where pixels go. AUTO is a window where there is a desktop, and the whole display where there is none;
    OFFSCREEN shows nothing and needs nothing."""

    AUTO = "auto"
    X11 = "x11"
    WAYLAND = "wayland"
    KMSDRM = "kmsdrm"
    OFFSCREEN = "offscreen"


def driver_here(driver: Driver) -> Driver:
    """What AUTO means on this machine: SDL itself does not draw on a display that no desktop has."""
    if driver is Driver.AUTO and not any(os.environ.get(name) for name in _DESKTOPS) and _CARDS.exists():
        return Driver.KMSDRM
    return driver


def whole_display_px() -> tuple[int, int] | None:
    """The size of the display when all of it is ours; None on a desk, or without a display."""
    if driver_here(Driver.AUTO) is not Driver.KMSDRM:
        return None
    os.environ["SDL_VIDEODRIVER"] = Driver.KMSDRM.value
    try:
        pygame.display.init()
        sizes: list[tuple[int, int]] = pygame.display.get_desktop_sizes()
    except pygame.error:
        return None
    finally:
        del os.environ["SDL_VIDEODRIVER"]
    return sizes[0] if sizes else None


class TouchKind(StrEnum):
    DOWN = "down"
    MOVE = "move"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Touch:
    """In pixels of the picture as the guest sees it."""

    kind: TouchKind
    x_px: int
    y_px: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The window was closed: only on a developer's desk."""


class Window:
    """One display. `width_px` and `height_px` are the picture's, before `rotation` turns it clockwise."""

    def __init__(
        self,
        width_px: int,
        height_px: int,
        *,
        driver: Driver = Driver.AUTO,
        rotation: int = 0,
        fullscreen: bool = False,
        title: str = "kioskd",
    ) -> None:
        """Raises DeviceFault when the driver offers no display."""
        if rotation not in ROTATIONS:
            raise ValueError(f"a display is rotated by one of {ROTATIONS}, not {rotation}")
        self._rotation = rotation
        self._open(width_px, height_px, driver, fullscreen, title)
        shown = pygame.display.get_surface()
        assert shown is not None
        self._shown = shown
        # Unrotated, scenes are painted where they are shown: one whole picture less in memory.
        self._canvas = shown if rotation == 0 else pygame.Surface((width_px, height_px), 0, shown)

    def _open(self, width_px: int, height_px: int, driver: Driver, fullscreen: bool, title: str) -> None:
        if driver is not Driver.KMSDRM:
            # Else SDL presents through OpenGL, which without a GPU costs 90 MiB and 15 ms a frame.
            os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
        if driver is not Driver.AUTO:
            os.environ["SDL_VIDEODRIVER"] = "dummy" if driver is Driver.OFFSCREEN else driver.value
        turned = self._rotation in (90, 270)
        size = (height_px, width_px) if turned else (width_px, height_px)
        try:
            pygame.display.init()
            pygame.display.set_caption(title)
            pygame.display.set_mode(size, pygame.FULLSCREEN if fullscreen else 0, 32)
        except pygame.error as exc:
            raise DeviceFault(f"no display with driver {driver}: {exc}") from exc
        if fullscreen:
            pygame.mouse.set_visible(False)
        self._keys = not fullscreen and driver is not Driver.KMSDRM
        pygame.event.set_blocked(None)
        pygame.event.set_allowed(
            [
                pygame.QUIT,
                pygame.KEYDOWN,
                pygame.MOUSEBUTTONDOWN,
                pygame.MOUSEBUTTONUP,
                pygame.MOUSEMOTION,
                pygame.WINDOWEXPOSED,
            ]
        )

    @property
    def canvas(self) -> pygame.Surface:
        """Where scenes are painted, the right way up."""
        return self._canvas

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Show these parts of the canvas."""
        if not rects:
            return
        if self._rotation == 0:
            pygame.display.update(list(rects))
            return
        turned = []
        for rect in rects:
            piece = pygame.transform.rotate(self._canvas.subsurface(rect), -self._rotation)
            turned.append(self._shown.blit(piece, self._turned(rect).topleft))
        pygame.display.update(turned)

    def _turned(self, rect: pygame.Rect) -> pygame.Rect:
        """Where a rectangle of the canvas lands on the display."""
        w, h = self._canvas.get_size()
        match self._rotation:
            case 90:
                return pygame.Rect(h - rect.bottom, rect.x, rect.h, rect.w)
            case 180:
                return pygame.Rect(w - rect.right, h - rect.bottom, rect.w, rect.h)
            case 270:
                return pygame.Rect(rect.y, w - rect.right, rect.h, rect.w)
        return rect

    def to_canvas(self, x_px: int, y_px: int) -> tuple[int, int]:
        """A point of the display in the guest's picture: for touch screens mounted with the display."""
        w, h = self._canvas.get_size()
        match self._rotation:
            case 90:
                return y_px, h - 1 - x_px
            case 180:
                return w - 1 - x_px, h - 1 - y_px
            case 270:
                return w - 1 - y_px, x_px
        return x_px, y_px

    def poll(self) -> Iterator[Touch | Key | Closed]:
        """What happened in the window since the last call. Never waits.

        Keys count in a window on a desk only: on a kiosk a keyboard types into nothing.
        """
        for event in pygame.event.get():
            match event.type:
                case pygame.QUIT:
                    yield Closed()
                case pygame.WINDOWEXPOSED:
                    pygame.display.update()
                case pygame.KEYDOWN if self._keys and event.key in _KEYS:
                    yield _KEYS[event.key]
                case pygame.MOUSEBUTTONDOWN if event.button == 1:
                    yield Touch(TouchKind.DOWN, *self.to_canvas(*event.pos))
                case pygame.MOUSEBUTTONUP if event.button == 1:
                    yield Touch(TouchKind.UP, *self.to_canvas(*event.pos))
                case pygame.MOUSEMOTION if event.buttons[0]:
                    yield Touch(TouchKind.MOVE, *self.to_canvas(*event.pos))

    def frame(self) -> tuple[int, int, bytes]:
        """Width, height and RGB bytes of what the guest sees."""
        return (*self._canvas.get_size(), pygame.image.tobytes(self._canvas, "RGB"))

    def save_png(self, file: Path) -> None:
        """Raises OSError when the file cannot be written."""
        try:
            pygame.image.save(self._canvas, file)
        except pygame.error as exc:
            raise OSError(f"{file}: {exc}") from exc

    def close(self) -> None:
        pygame.display.quit()

"""The screen as the daemon sees it: shows visits, moves what moves, turns touches into intents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pygame

from kioskd.core.events import Stirred
from kioskd.core.intents import Intent
from kioskd.core.keypad import Key
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.launch import open_window
from kioskd.daemon.mounting import surface
from kioskd.ui.camera_picture import grey_picture
from kioskd.ui.heap import give_memory_back
from kioskd.ui.looks import Wardrobe
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.scene import Scene
from kioskd.ui.scene_json import scene_json
from kioskd.ui.screen import Screen
from kioskd.ui.theme import Theme, brand_file, default_theme, load_theme
from kioskd.ui.warmup import warm_up
from kioskd.ui.window import Closed, TouchKind, Window

if TYPE_CHECKING:
    from kioskd.devices.camera.viewfinder import Viewfinder

_CAMERA_S = 1 / 10
_CAMERA_REST = 3
"""Times what painting one picture took: a slow machine has most of its time for touches and scans."""
_WATCHED_S = 1 / 60
_ASLEEP_S = 1 / 5
_UNTOUCHED_S = 1.0
"""A window that only wants to be kept alive, because touches come from the panel itself."""
_SHIFT_S = 180.0
_SHIFTS_PX = ((0, 0), (2, 0), (2, 2), (0, 2))
_BREATH_S = 0.02
_WATCH_FOR_S = 3.0
"""Window events cannot be waited for, only asked for: often while somebody touches, seldom otherwise."""


def make_display(
    config: settings.Display,
    shop: Shop,
    menu_folder: Path | None,
    now_s: Callable[[], float],
    window: Window | None = None,
) -> Display:
    """A display that shows visits to this shop, in `window` if it is open already.

    Raises DeviceFault when there is no display to open.
    """
    give_memory_back()
    window = window or open_window(config.model_dump(mode="json"))
    wardrobe = Wardrobe(surface(config), theme_of(config), Pictures(menu_folder), shop)
    usual = wardrobe.usual
    turned = config.rotation in (90, 270)
    panel_px = (config.height_px, config.width_px) if turned else (config.width_px, config.height_px)
    return Display(
        window,
        Screen(window, usual.stage, usual.renderer, lockout_s=config.lockout_s),
        wardrobe,
        now_s,
        panel_px,
    )


def theme_of(config: settings.Display) -> Theme:
    """Raises ConfigError for colours or a logo that cannot be used."""
    colours = brand_file(config.brand) if config.brand else config.colours
    dark = config.theme == "dark"
    theme = default_theme() if colours is None and not dark else load_theme(brand=colours, dark=dark)
    if config.logo is None:
        return theme
    from kioskd.ui.logo import read_logo

    return replace(theme, logo=read_logo(config.logo))


class Display:
    """Paints when something changed, and only then. `seq` counts the pictures shown.

    `wardrobe` has the looks a guest can choose; `now_s` is the clock of animations, monotonic; `panel_px` is
    the panel's size before any rotation.
    """

    def __init__(
        self,
        window: Window,
        screen: Screen,
        wardrobe: Wardrobe,
        now_s: Callable[[], float],
        panel_px: tuple[int, int],
    ) -> None:
        self._window = window
        self._panel_px = panel_px
        self._screen = screen
        self._wardrobe = wardrobe
        self._shifts = cycle(_SHIFTS_PX[1:] + _SHIFTS_PX[:1])
        self._somebody_was_here = False
        self._now_s = now_s
        self._moving_since_painting = asyncio.Event()
        self._changed: asyncio.Future[None] | None = None
        self._camera_shown = asyncio.Event()
        self.seq = 0
        self.on_intent: Callable[[Intent | Stirred], None] | None = None
        self.on_touch: Callable[[], None] | None = None
        """A guest begins to do something."""
        self.on_shown: Callable[[Visit], None] | None = None
        """What is shown may have changed: see `looked_at`."""
        self.on_painted: Callable[[float], None] | None = None
        """A picture was painted and took so many seconds."""
        self._visit: Visit | None = None

    def show(self, visit: Visit) -> None:
        """At once: the first picture of the change is on the display when this returns."""
        outfit = self._wardrobe.outfit(visit.access)
        self._screen.dress(outfit.renderer, outfit.stage)
        self._screen.show(outfit.scene(visit))
        if self._screen.shows_camera:
            self._camera_shown.set()
        self._paint()
        if visit.at_home and self._somebody_was_here:
            self._screen.forget()
            self._wardrobe.forget()
        self._somebody_was_here = not visit.at_home
        self._visit = visit
        self._tell_shown()

    def looked_at(self) -> tuple[Scene | None, str | None]:
        """The scene as the guest sees it, and the id of the widget the keys are at."""
        return self._screen.scene, self._screen.focused

    def _tell_shown(self) -> None:
        if self.on_shown and self._visit:
            self.on_shown(self._visit)

    async def warm_up(self, visit: Visit) -> None:
        """Load pictures before somebody waits for them, a few milliseconds at a time."""
        usual = self._wardrobe.usual
        for _ in warm_up(usual.composer, usual.renderer, visit):
            await asyncio.sleep(_BREATH_S)

    def touch(self, phase: str, x_px: int, y_px: int) -> None:
        """A finger or a mouse, in pixels as the guest sees them. Raises ValueError for an unknown phase."""
        intent = None
        match TouchKind(phase):
            case TouchKind.DOWN:
                if self.on_touch:
                    self.on_touch()
                self._screen.touch_down(x_px, y_px, self._now_s())
            case TouchKind.MOVE:
                self._screen.touch_move(x_px, y_px, self._now_s())
            case TouchKind.UP:
                intent = self._screen.touch_up(x_px, y_px, self._now_s())
        self._paint()
        if intent is not None and self.on_intent:
            self.on_intent(intent)
        if TouchKind(phase) is TouchKind.UP:
            self._tell_shown()

    def touch_panel(self, phase: str, across: float, down: float) -> None:
        """A finger on the panel itself, as shares of its sides: it is mounted as the display is."""
        width, height = self._panel_px
        x_px, y_px = round(across * (width - 1)), round(down * (height - 1))
        self.touch(phase, *self._window.to_canvas(x_px, y_px))

    def press(self, key: Key) -> None:
        """A key of the keypad, or of a developer's keyboard."""
        if self.on_touch:
            self.on_touch()
        wanted = self._screen.press(key, self._now_s())
        self._paint()
        if wanted is not None and self.on_intent:
            self.on_intent(wanted)
        self._tell_shown()

    def _paint(self) -> None:
        began_s = self._now_s()
        moving = self._screen.animate(began_s) is not None
        if self._screen.repaint():
            self.seq += 1
            if self.on_painted:
                self.on_painted(self._now_s() - began_s)
            if self._changed and not self._changed.done():
                self._changed.set_result(None)
        if moving:
            self._moving_since_painting.set()

    async def run(self) -> None:
        """Keeps moving what moves. Sleeps while nothing does, but for a small shift now and then."""
        while True:
            try:
                await asyncio.wait_for(self._moving_since_painting.wait(), _SHIFT_S)
            except TimeoutError:
                self._shift()
                continue
            self._moving_since_painting.clear()
            while (due_s := self._screen.animate(self._now_s())) is not None:
                await asyncio.sleep(max(due_s - self._now_s(), 0.0))
                self._paint()
            self._paint()
            self._moving_since_painting.clear()

    def _shift(self) -> None:
        """While nobody is here: what stands still for weeks would be seen for ever."""
        if not self._somebody_was_here:
            self._screen.shift(*next(self._shifts))
            self._paint()

    async def show_camera(self, viewfinder: Viewfinder) -> None:
        """Lets the guest see what the camera sees, on the screens that show it and only then."""
        while True:
            await self._camera_shown.wait()
            viewfinder.want(True)
            try:
                while self._screen.shows_camera:
                    since_s = self._now_s()
                    if (seen := viewfinder.take()) is not None:
                        self._screen.see(grey_picture(seen.grey, seen.width_px, seen.height_px))
                        self._paint()
                    await asyncio.sleep(max(_CAMERA_S, _CAMERA_REST * (self._now_s() - since_s)))
            finally:
                viewfinder.want(False)
                self._screen.see(None)
            self._camera_shown.clear()

    async def watch_window(self, closed: Callable[[], None], *, touched: bool) -> None:
        """Feeds a window's mouse, touch and key events to the screen, for as long as the daemon runs.

        `touched` is False when touches come from somewhere else, so that nobody waits for this.
        """
        asleep_s = _ASLEEP_S if touched else _UNTOUCHED_S
        watched_until_s = 0.0
        while True:
            for happened in self._window.poll():
                watched_until_s = self._now_s() + _WATCH_FOR_S
                if isinstance(happened, Closed):
                    closed()
                elif isinstance(happened, Key):
                    self.press(happened)
                else:
                    self.touch(happened.kind, happened.x_px, happened.y_px)
            await asyncio.sleep(_WATCHED_S if self._now_s() < watched_until_s else asleep_s)

    async def changed_since(self, seq: int) -> None:
        """Returns when another picture than number `seq` is on the display."""
        while self.seq == seq:
            if self._changed is None or self._changed.done():
                self._changed = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._changed)

    def frame(self) -> tuple[int, int, bytes]:
        return self._window.frame()

    def picture(self) -> pygame.Surface:
        """A copy of what is shown now."""
        return self._window.canvas.copy()

    def close(self) -> None:
        self._window.close()

    def scene_document(self) -> dict[str, Any]:
        scene = self._screen.scene
        return scene_json(scene) if scene else {}

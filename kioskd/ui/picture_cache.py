"""Pictures from files, scaled once to the size they are shown in and kept within a bound of memory."""

from __future__ import annotations

import logging
from collections import OrderedDict
from pathlib import Path

import pygame
import pygame.image
import pygame.transform

from kioskd.ui.icons import draw_icon
from kioskd.ui.qr_picture import draw_code
from kioskd.ui.scene import Picture, PictureKind
from kioskd.ui.theme import Colour

log = logging.getLogger(__name__)

ART_FOLDER = Path(__file__).with_name("pictures")
_MAX_BYTES = 7 * 1024 * 1024
_MAX_SIDE_PX = 8192
_FADED_ALPHA = 110

Key = tuple[Picture, int, int, Colour, bool]


class Pictures:
    """`menu_folder` is where the merchant's pictures are; None when the menu could not be read."""

    def __init__(self, menu_folder: Path | None, max_bytes: int = _MAX_BYTES) -> None:
        self._folders = {
            PictureKind.PHOTO: menu_folder,
            PictureKind.ART: ART_FOLDER,
            PictureKind.LOGO: Path(),
        }
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Key, pygame.Surface] = OrderedDict()
        self._bytes = 0
        self._complained: set[str] = set()
        self.camera: pygame.Surface | None = None
        """What the camera sees just now. Never kept beyond the next picture."""
        self.loads = 0
        """How many pictures were made so far: each cost a file or a drawing."""

    def fitted(
        self, picture: Picture, w_px: int, h_px: int, ink: Colour, turned: bool = False
    ) -> pygame.Surface | None:
        """The picture as large as fits, or None when there is no room for it. A broken file shows a plate.

        A logo comes with its colours multiplied by its alpha.
        """
        if w_px < 2 or h_px < 2:
            return None
        if picture.kind is PictureKind.CAMERA:
            if self.camera is not None:
                return _filling(self.camera, w_px, h_px)
            side_px = max(2, min(w_px, h_px) // 2)
            return self.fitted(Picture(PictureKind.ICON, picture.source), side_px, side_px, ink)
        key = (picture, w_px, h_px, ink, turned)
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        self.loads += 1
        surface = self._made(picture, w_px, h_px, ink)
        if turned:
            surface = pygame.transform.flip(surface, True, False)
        self._keep(key, surface)
        return surface

    def forget(self) -> None:
        """Drop the codes, which are a guest's. The other pictures are the merchant's and stay."""
        for key in [key for key in self._kept if key[0].kind is PictureKind.CODE]:
            self._bytes -= _size(self._kept.pop(key))

    def _keep(self, key: Key, surface: pygame.Surface) -> None:
        self._kept[key] = surface
        self._bytes += _size(surface)
        while self._bytes > self._max_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)

    def _made(self, picture: Picture, w_px: int, h_px: int, ink: Colour) -> pygame.Surface:
        if picture.kind is PictureKind.ICON:
            return draw_icon(picture.source, min(w_px, h_px), ink)
        if picture.kind is PictureKind.CODE:
            return draw_code(picture.source, min(w_px, h_px))
        loaded = self._loaded(picture)
        if loaded is None:
            return draw_icon("plate", max(2, min(w_px, h_px) * 2 // 3), ink, stroke=1.2)
        scale = min(w_px / loaded.get_width(), h_px / loaded.get_height())
        size = (max(1, round(loaded.get_width() * scale)), max(1, round(loaded.get_height() * scale)))
        if picture.kind is PictureKind.LOGO:
            loaded = loaded.premul_alpha()  # or what is invisible around it would show at its edges
        surface = pygame.transform.smoothscale(loaded, size)
        if picture.faded:
            surface = pygame.transform.grayscale(surface)
            surface.fill((255, 255, 255, _FADED_ALPHA), special_flags=pygame.BLEND_RGBA_MULT)
        return surface

    def _loaded(self, picture: Picture) -> pygame.Surface | None:
        folder = self._folders[picture.kind]
        if folder is None:
            return None
        name = f"{picture.source}.webp" if picture.kind is PictureKind.ART else picture.source
        try:
            surface = pygame.image.load(folder / name)
            if max(surface.get_size()) > _MAX_SIDE_PX:
                raise ValueError(f"is larger than {_MAX_SIDE_PX} pixels")
        except (OSError, pygame.error, ValueError) as exc:
            if picture.source not in self._complained:
                self._complained.add(picture.source)
                log.warning("picture %s cannot be shown: %s", folder / name, exc)
            return None
        # One pixel format for everything, so that blits never convert.
        return surface.convert_alpha() if pygame.display.get_surface() else surface


def _filling(camera: pygame.Surface, w_px: int, h_px: int) -> pygame.Surface:
    """The middle of the camera's picture, so much of it that it fills the room."""
    scale = max(w_px / camera.get_width(), h_px / camera.get_height())
    part = pygame.Rect(0, 0, min(camera.get_width(), w_px / scale), min(camera.get_height(), h_px / scale))
    part.center = camera.get_rect().center
    return pygame.transform.scale(camera.subsurface(part), (w_px, h_px))


def _size(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * surface.get_bytesize()

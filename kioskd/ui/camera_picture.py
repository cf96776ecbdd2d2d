"""What a camera sees, as a picture to paint."""

from __future__ import annotations

import pygame

_GREYS = [(level, level, level) for level in range(256)]


def grey_picture(grey: bytes, width_px: int, height_px: int) -> pygame.Surface:
    """One byte a pixel, line by line from the top."""
    surface = pygame.image.frombytes(grey, (width_px, height_px), "P")
    surface.set_palette(_GREYS)
    return surface

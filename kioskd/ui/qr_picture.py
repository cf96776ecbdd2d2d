"""QR codes in pixels: dark on white whatever the theme, with the margin that readers need."""

from __future__ import annotations

import pygame
import pygame.image
import pygame.transform

from kioskd.ui.qr import QUIET_ZONE, modules


def draw_code(text: str, side_px: int) -> pygame.Surface:
    """The code with its margin, as large as whole pixels per square fit into `side_px`; one at least."""
    across, shades = modules(text)
    symbol = pygame.image.frombuffer(bytes(shade for shade in shades for _ in "rgb"), (across, across), "RGB")
    whole = across + 2 * QUIET_ZONE
    square_px = max(1, side_px // whole)
    surface = pygame.Surface((whole * square_px, whole * square_px))
    surface.fill((255, 255, 255))
    margin_px = QUIET_ZONE * square_px
    surface.blit(pygame.transform.scale_by(symbol, square_px), (margin_px, margin_px))
    return surface

"""QR codes for the screen: dark squares on white, whatever the theme, with the margin readers need."""

from __future__ import annotations

import pygame
import pygame.image
import pygame.transform

QUIET_ZONE = 4
"""White squares around the symbol that belong to it (ISO 18004)."""


def modules_across(text: str) -> int:
    """How many squares wide and high the code is with its margin."""
    return _modules(text)[0] + 2 * QUIET_ZONE


def draw_code(text: str, side_px: int) -> pygame.Surface:
    """The code with its margin, as large as whole pixels per square fit into `side_px`; one at least."""
    across, shades = _modules(text)
    symbol = pygame.image.frombuffer(
        bytes(shade for grey in shades for shade in [grey] * 3), (across,) * 2, "RGB"
    )
    whole = across + 2 * QUIET_ZONE
    square_px = max(1, side_px // whole)
    surface = pygame.Surface((whole * square_px,) * 2)
    surface.fill((255, 255, 255))
    surface.blit(pygame.transform.scale_by(symbol, square_px), (QUIET_ZONE * square_px,) * 2)
    return surface


def _modules(text: str) -> tuple[int, bytes]:
    """One byte a square, 0 or 255, no margin. Low error correction: a screen is neither torn nor dirty."""
    import zxingcpp  # late, so that the first frame does not wait for it

    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    picture = symbol.to_image(scale=1, add_quiet_zones=False)
    shades = bytes(memoryview(picture))  # type: ignore[arg-type]  # a buffer, which its stub does not say
    return picture.shape[0], shades

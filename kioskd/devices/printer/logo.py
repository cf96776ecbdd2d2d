"""The shop's logo in black dots."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageChops

from kioskd.core.receipt import Logo
from kioskd.devices.printer.commands import UnprintableReceipt

MAX_WIDTH_DOTS, MAX_HEIGHT_DOTS = 640, 400
_BELOW_DOTS = 12
_MAX_PIXELS = 2_000_000
# Bayer's order of 4 x 4: regular patterns, which a thermal head prints more evenly than scattered dots.
_ORDER = (0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5)


@lru_cache(maxsize=2)
def draw(logo: Logo, paper_dots: int) -> Image.Image:
    """An ink picture of the paper's width, the same one every time: not to be changed.

    Raises UnprintableReceipt when the logo is no picture.
    """
    pixels = logo.width_px * logo.height_px
    if not 0 < pixels <= _MAX_PIXELS or logo.width_px < 0 or len(logo.grey) != pixels:
        raise UnprintableReceipt(
            f"a logo of {logo.width_px} x {logo.height_px} is not {len(logo.grey)} bytes"
        )
    grey = Image.frombytes("L", (logo.width_px, logo.height_px), logo.grey)
    grey.thumbnail((paper_dots, MAX_HEIGHT_DOTS))
    ink = Image.new("1", (paper_dots, grey.height + _BELOW_DOTS), 0)
    ink.paste(_dithered(grey), ((paper_dots - grey.width) // 2, 0))
    return ink


def _dithered(grey: Image.Image) -> Image.Image:
    thresholds = Image.frombytes("L", (4, 4), bytes(16 * step + 8 for step in _ORDER))
    pattern = Image.new("L", grey.size)
    for x in range(0, grey.width, 4):
        pattern.paste(thresholds, (x, 0))
    for y in range(4, grey.height, 4):
        pattern.paste(pattern.crop((0, 0, grey.width, 4)), (0, y))
    return ImageChops.subtract(pattern, grey).point([0] + [255] * 255, "1")

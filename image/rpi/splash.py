"""What a Raspberry Pi's kernel shows until the kiosk does: a ring of dots, however the display hangs.

It takes TGA without compression, 24 bits a pixel, fewer than 224 colours, at most 1920 by 1080 pixels.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

FILE = Path(__file__).parent / "splash.tga"
SIDE_PX = 320
MOST_COLOURS = 223
_DOTS = 12
_RADIUS_PX, _DOT_PX = 110, 9
_FINER = 4
_BLACK, _WHITE = (0, 0, 0), (235, 235, 235)


def draw(file: Path = FILE) -> Path:
    """Raises OSError."""
    side, middle = SIDE_PX * _FINER, SIDE_PX * _FINER / 2
    large = Image.new("RGB", (side, side), _BLACK)
    pen = ImageDraw.Draw(large)
    for number in range(_DOTS):
        turn = 2 * math.pi * number / _DOTS
        x, y = (middle + _RADIUS_PX * _FINER * part for part in (math.cos(turn), math.sin(turn)))
        dot = _DOT_PX * _FINER
        pen.ellipse((x - dot, y - dot, x + dot, y + dot), fill=_WHITE)
    small = large.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS).convert("L")
    # Steps of 16 shades keep the edges smooth and the colours few.
    small.point(lambda shade: shade // 16 * 16).convert("RGB").save(file, compression=None)
    return file

"""Opens picture files that nobody vouches for."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

from kioskd.devices.camera.frame import Frame

MAX_PICTURE_BYTES = 32 * 2**20
MAX_PICTURE_PX = 24_000_000
MAX_SIDE_PX = 1920


class UnreadablePicture(Exception):
    """Not a picture, or not one that is safe to open."""


def read_picture(data: bytes) -> Frame:
    """A picture file as a grey frame of at most MAX_SIDE_PX a side. Raises UnreadablePicture."""
    if len(data) > MAX_PICTURE_BYTES:
        raise UnreadablePicture(f"larger than {MAX_PICTURE_BYTES // 2**20} MiB")
    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG", "WEBP", "BMP"]) as picture:
            width_px, height_px = picture.size
            # From the header, before a pixel is unpacked: a small file may claim to be a huge picture.
            if width_px * height_px > MAX_PICTURE_PX:
                raise UnreadablePicture(f"{width_px} x {height_px} pixels are more than we open")
            picture.draft("L", (MAX_SIDE_PX, MAX_SIDE_PX))
            grey = _grey(picture)
            grey.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
            return np.asarray(grey)
    except (
        OSError,
        ValueError,
        SyntaxError,
        ArithmeticError,
        LookupError,
        TypeError,
        MemoryError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:  # all that Pillow's parsers raise for broken files
        raise UnreadablePicture(f"no readable picture ({type(error).__name__})") from None


def _grey(picture: Image.Image) -> Image.Image:
    """Transparent pixels as if printed on white: a code is often black on nothing."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        return paper.convert("L")
    return picture.convert("L")

"""The shop's logo: a picture file, checked and made as small as paper is."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from kioskd.core.errors import ConfigError
from kioskd.core.receipt import Logo
from kioskd.devices.printer.logo import MAX_HEIGHT_DOTS, MAX_WIDTH_DOTS

MAX_BYTES = 4 * 1024 * 1024
MAX_SIDE_PX = 2000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def read_logo(file: Path) -> Logo:
    """What is transparent in the picture is paper. Raises ConfigError."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(str(file), "does not exist", "name a picture beside the configuration") from None
    except OSError as wrong:
        raise ConfigError(str(file), wrong.strerror or "cannot be read") from wrong
    if len(data) > MAX_BYTES:
        raise ConfigError(str(file), f"is larger than {MAX_BYTES >> 20} MiB", "make the picture smaller")
    colour = _decoded(file, data)
    paper = Image.new("RGBA", colour.size, "white")
    grey = Image.alpha_composite(paper, colour).convert("L")
    grey.thumbnail((MAX_WIDTH_DOTS, MAX_HEIGHT_DOTS))
    return Logo(grey.tobytes(), *grey.size)


def _decoded(file: Path, data: bytes) -> Image.Image:
    """Its size is looked at before anything of it is unpacked."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            width, height = picture.size
            if max(width, height) <= MAX_SIDE_PX:
                return picture.convert("RGBA")
    except (
        *(OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError),  # of damaged files
        *(Image.DecompressionBombError, Image.DecompressionBombWarning),
    ) as wrong:
        raise ConfigError(
            str(file), f"is no picture that can be printed: {wrong}", "save it as a PNG of 576 pixels width"
        ) from wrong
    raise ConfigError(
        str(file), f"has {width} x {height} pixels", f"make it smaller than {MAX_SIDE_PX} on each side"
    )

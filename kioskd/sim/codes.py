"""The guest's phone: reads the codes in a picture."""

from __future__ import annotations

import io

from PIL import Image


def codes_in(picture: Image.Image) -> list[str]:
    """What the codes say, from top to bottom. What is transparent counts as white."""
    import zxingcpp  # late: most visits show no code

    seen = Image.new("RGBA", picture.size, "white")
    seen.alpha_composite(picture.convert("RGBA"))
    found = zxingcpp.read_barcodes(seen.convert("L"))
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


def codes_on_paper(png: bytes) -> list[str]:
    return codes_in(Image.open(io.BytesIO(png)))


def codes_on_screen(rgb: bytes, width_px: int, height_px: int) -> list[str]:
    return codes_in(Image.frombytes("RGB", (width_px, height_px), rgb))

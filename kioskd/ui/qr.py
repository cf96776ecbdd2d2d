"""QR codes as squares, without a pixel: what the layout must know of them, and what is drawn."""

from __future__ import annotations

QUIET_ZONE = 4
"""White squares around the symbol that belong to it (ISO 18004)."""


def modules_across(text: str) -> int:
    """How many squares wide and high the code is with its margin."""
    return modules(text)[0] + 2 * QUIET_ZONE


def modules(text: str) -> tuple[int, bytes]:
    """How many squares wide and high it is without margin, and a byte for each: 0 is dark, 255 is light.

    Low error correction: a screen is neither torn nor dirty, and larger squares are read from further away.
    """
    import zxingcpp  # late, so that the first frame does not wait for it

    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    picture = symbol.to_image(scale=1, add_quiet_zones=False)
    shades = bytes(memoryview(picture))  # type: ignore[arg-type]  # a buffer, which its stub does not say
    return picture.shape[0], shades

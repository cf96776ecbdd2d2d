"""QR codes: the printer's own, or drawn dot by dot for printers that have none."""

from __future__ import annotations

from PIL import Image

from kioskd.devices.printer.commands import UnprintableReceipt

QUIET_ZONE = 4
MAX_CHARACTERS = 300
_LARGEST_MODULE_DOTS = 8
_SMALLEST_MODULE_DOTS = 3


def modules(data: str) -> Image.Image:
    """The symbol with one dot per module and no quiet zone, as an ink picture. Error correction M.

    Raises UnprintableReceipt when `data` is not 1 to 300 printable ASCII characters.
    """
    if not 0 < len(data) <= MAX_CHARACTERS or not all(" " <= letter <= "~" for letter in data):
        raise UnprintableReceipt(f"a QR code needs 1 to {MAX_CHARACTERS} printable ASCII characters")
    import zxingcpp  # the decoder's library: late, so that the first frame does not wait for it

    symbol = zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = Image.fromarray(symbol.to_image(scale=1, add_quiet_zones=False))
    return picture.convert("L").point(lambda grey: 255 - grey).convert("1")


def module_dots(symbol_modules: int, paper_dots: int) -> int:
    """The largest comfortable module that fits. Raises UnprintableReceipt below 3 dots."""
    dots = min(_LARGEST_MODULE_DOTS, paper_dots // (symbol_modules + 2 * QUIET_ZONE))
    if dots < _SMALLEST_MODULE_DOTS:
        raise UnprintableReceipt(f"a QR code of {symbol_modules} modules does not fit {paper_dots} dots")
    return dots


def draw(data: str, paper_dots: int) -> Image.Image:
    """The symbol, centred on the paper's width, with its quiet zone above and below."""
    symbol = modules(data)
    dots = module_dots(symbol.width, paper_dots)
    side = symbol.width * dots
    quiet = QUIET_ZONE * dots
    ink = Image.new("1", (paper_dots, side + 2 * quiet), 0)
    ink.paste(symbol.resize((side, side), Image.Resampling.NEAREST), ((paper_dots - side) // 2, quiet))
    return ink


def native(data: bytes, dots: int, *, custom: bool = False) -> bytes:
    """Model 2, error correction M, store and print, in the order printers insist on."""
    level, last = (b"2", b"1") if custom else (b"1", b"0")
    store = (len(data) + 3).to_bytes(2, "little")
    return (
        b"\x1d(k\x04\x001A2\x00"
        + b"\x1d(k\x03\x001C"
        + bytes([dots])
        + b"\x1d(k\x03\x001E"
        + level
        + b"\x1d(k"
        + store
        + b"1P"
        + last
        + data
        + b"\x1d(k\x03\x001Q"
        + last
    )

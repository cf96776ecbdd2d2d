"""Pictures as ESC/POS raster. An *ink* picture is a Pillow image of mode "1" in which True is a black dot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import Image

from kioskd.devices.printer.profile import Graphics

BAND_ROWS = 128
"""Small printers lose data when more arrives at once than their buffer holds (often 4 KiB)."""

_WORTH_A_COMMAND_BYTES = 64
"""Two more commands take up to 48."""

_REALTIME_TAIL = re.compile(rb"(?<=\x10)[\x04\x05\x14]")


def defuse(data: bytes) -> bytes:
    """Rows without the byte pairs a printer would obey as real-time commands: one more black dot instead."""
    return _REALTIME_TAIL.sub(lambda found: bytes([found[0][0] | 0x02]), data)


def bands(ink: Image.Image, graphics: Graphics) -> Iterator[bytes]:
    """Pieces that print `ink`, at most BAND_ROWS rows with ink each. White on the right is not sent, and rows
    without ink are sent as a picture of one byte's width: a paper feed is not as long on every printer.
    """
    used = ink.getbbox()
    width = max(8, used[2] if used else 0)
    blank = b""
    for top, bottom, inked in _strips(ink.crop((0, 0, width, ink.height))):
        if not inked:
            blank += raster(bytes(bottom - top), 8, bottom - top, graphics)
            continue
        band = ink.crop((0, top, width, bottom))
        yield blank + raster(band.tobytes(), band.width, band.height, graphics)
        blank = b""
    if blank:
        yield blank


def _strips(ink: Image.Image) -> Iterator[tuple[int, int, bool]]:
    """First row, row after the last, and whether ink is there. Few blank rows stay with their neighbours."""
    row_bytes = (ink.width + 7) // 8
    rows, nothing = ink.tobytes(), bytes(row_bytes)
    runs: list[tuple[int, int, bool]] = []
    for row in range(ink.height):
        inked = rows[row * row_bytes : (row + 1) * row_bytes] != nothing
        if runs and runs[-1][2] == inked:
            runs[-1] = (runs[-1][0], row + 1, inked)
        else:
            runs.append((row, row + 1, inked))
    merged: list[tuple[int, int, bool]] = []
    for top, bottom, inked in runs:
        ours = inked or (bottom - top) * (row_bytes - 1) < _WORTH_A_COMMAND_BYTES
        if merged and ours and merged[-1][2]:
            merged[-1] = (merged[-1][0], bottom, True)
        else:
            merged.append((top, bottom, ours))
    for top, bottom, inked in merged:
        for start in range(top, bottom, BAND_ROWS):
            yield start, min(start + BAND_ROWS, bottom), inked


def raster(rows: bytes, width: int, height: int, graphics: Graphics = Graphics.GS_V) -> bytes:
    """One picture; `rows` are packed from the left, most significant bit first, 1 is black."""
    data = defuse(rows)
    if graphics is Graphics.GS_V:
        row_bytes = (width + 7) // 8
        return b"\x1dv0\x00" + _n16(row_bytes) + _n16(height) + data
    parameters = b"0p0\x01\x011" + _n16(width) + _n16(height) + data
    if _REALTIME_TAIL.search(_n16(len(parameters) & 0xFFFF)):  # the length itself would be a command
        return raster(rows + bytes((width + 7) // 8), width, height + 1, graphics)
    if len(parameters) <= 0xFFFF:
        store = b"\x1d(L" + _n16(len(parameters)) + parameters
    else:
        store = b"\x1d8L" + len(parameters).to_bytes(4, "little") + parameters
    return store + b"\x1d(L\x02\x0002"


def _n16(value: int) -> bytes:
    return value.to_bytes(2, "little")

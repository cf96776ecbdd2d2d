"""Which characters a font file has a glyph for: its `cmap` table, read in place. SDL_ttf does not tell."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from pathlib import Path
from struct import unpack_from
from sys import byteorder

_WIDE, _NARROW = 12, 4
"""The formats that fonts of today are written in: for all of Unicode, and for its first plane."""


class Glyphs:
    """The characters of one OpenType file. Raises OSError if it cannot be read, ValueError if it has none."""

    def __init__(self, file: Path) -> None:
        table = _cmap(file)
        places = (unpack_from(">I", table, 8 + 8 * i)[0] for i in range(_u16(table, 2)))
        formats = {_u16(table, place): place for place in places}
        self._glyphs: tuple[array[int], array[int]] | None = None
        if _WIDE in formats:
            at = formats[_WIDE]
            groups = _numbers("I", table[at + 16 :][: 12 * unpack_from(">I", table, at + 12)[0]])
            self._starts, self._ends = groups[0::3], groups[1::3]
        elif _NARROW in formats:
            at = formats[_NARROW]
            words = _numbers("H", table[at:][: _u16(table, at + 2)])
            count = words[3] // 2
            self._ends, self._starts = words[7:][:count], words[8 + count :][:count]
            self._glyphs = words[8 + 2 * count :][:count], words[8 + 3 * count :]
        else:
            raise ValueError(f"{file.name} maps its characters in no way known here")

    def __contains__(self, char: str) -> bool:
        code = ord(char)
        segment = bisect_left(self._ends, code)
        if segment == len(self._ends) or self._starts[segment] > code:
            return False
        if self._glyphs is None:
            return True
        deltas, offsets = self._glyphs
        glyph = code
        if offsets[segment]:  # in bytes, from where the offset itself stands
            glyph = offsets[segment + offsets[segment] // 2 + code - self._starts[segment]]
        return glyph != 0 and (glyph + deltas[segment]) & 0xFFFF != 0


def _cmap(file: Path) -> bytes:
    """All numbers in OpenType are big-endian; the directory of tables begins at byte 12."""
    with file.open("rb") as font:
        head = font.read(12)
        for _ in range(_u16(head, 4) if len(head) == 12 else 0):
            tag, _, offset, length = unpack_from(">4sIII", font.read(16).ljust(16))
            if tag == b"cmap":
                font.seek(offset)
                return font.read(length)
    raise ValueError(f"{file.name} is not a font")


def _u16(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2])


def _numbers(kind: str, data: bytes) -> array[int]:
    numbers = array(kind, data)
    if byteorder == "little":
        numbers.byteswap()
    return numbers

"""Codes and pictures that no honest guest has."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

SCANS: Final[Mapping[str, str | bytes]] = MappingProxyType(
    {
        "A web address": "https://evil.example/?next=javascript:alert(1)",
        "Control characters": "1002\x00\x07\x1b[2J\x1b]0;owned\x074711\x7f",
        "Right-to-left overrides": "\u202e1174200\u202c \u2066\u200f10024711\u2069",
        "7 kB of digits": "1234567890" * 717,
        "Every byte there is": bytes(range(256)) + b"\r",
        "Broken UTF-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80\r",
        "Markup": "<script>alert(1)</script>&amp;'\"",
        "SQL": "' OR 1=1; DROP TABLE operations;--",
        "Path": "../../../../etc/passwd\u2028",
        "Format string": "%s%n{0.__class__}${jndi:ldap://x}",
        "Letters that only look right": "１００２４７１１",
        "Spaces only": "   \t ",
        "Printer commands": "\x1bp\x00\x19\xfa\x1d\x56\x00\x10\x14\x01\x00\x05",
        "200 scans without a pause": b"".join(b"9%07d\r" % number for number in range(200)),
    }
)
"""Text is sent as the scanner would send it; bytes go over the cable as they are."""


PICTURES: Final[Mapping[str, Callable[[], bytes]]] = MappingProxyType(
    {
        "Not a picture at all": lambda: b"GIF89a, said the text file.\n" * 40,
        "A picture cut short": lambda: _png(640, 480)[:-60],
        "900 million pixels": lambda: _png(30_000, 30_000),
    }
)
"""Files that pretend to be pictures, or should not be opened as ones. Some take a moment to make."""


def _png(width_px: int, height_px: int) -> bytes:
    """A black picture, one bit a pixel: however large it is, there is little to send."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width_px + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height_px)) + packer.flush()
    head = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

"""Scan engines on a UART that are set up by commands: the GM65 family (GM65, GM805, GM812 and their clones).

They have a memory of settings ("zone"), one byte an address. A command is

    7E 00  kind  count  address(2, big-endian)  bytes...  CRC-16/XMODEM of everything between 7E 00 and itself

and the answer `02 00  status  count  bytes...  CRC`, status 0 for success. kioskd sets what it needs
each time it opens the line and never saves to the engine's flash, which wears.
From documentation and public drivers; not yet tried on hardware.
"""

from __future__ import annotations

import binascii
from collections.abc import Generator
from dataclasses import dataclass

_COMMAND, _ANSWER = b"\x7e\x00", b"\x02\x00"
_READ, _WRITE = 0x07, 0x08
_CRC_BYTES = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """The bits `mask` of the byte at `address` shall be `bits`; the others stay."""

    address: int
    mask: int
    bits: int


GM65 = (
    Setting(0x0000, 0b0000_0011, 0b11),  # looks by itself when something is held before it
    Setting(0x0060, 0b0110_0001, 0b0000_0001),  # ends each code, and with CR
)
MODULES = {"gm65": GM65}


def read_command(address: int) -> bytes:
    return _framed(bytes((_READ, 1)) + address.to_bytes(2, "big") + b"\x01")


def write_command(address: int, value: int) -> bytes:
    return _framed(bytes((_WRITE, 1)) + address.to_bytes(2, "big") + bytes((value,)))


def _framed(body: bytes) -> bytes:
    return _COMMAND + body + binascii.crc_hqx(body, 0).to_bytes(_CRC_BYTES, "big")


def take_answer(received: bytes) -> bytes | None:
    """The bytes of the first good answer in what came, which may have a scan before it. None: not yet."""
    at = received.find(_ANSWER)
    while at >= 0:
        body = received[at + len(_ANSWER) :]
        end = 2 + body[1] if len(body) >= 2 else len(body) + 1
        crc = binascii.crc_hqx(body[:end], 0).to_bytes(_CRC_BYTES, "big")
        if len(body) >= end + _CRC_BYTES and body[0] == 0 and body[end : end + _CRC_BYTES] == crc:
            return body[2:end]
        at = received.find(_ANSWER, at + 1)
    return None


def conversation(settings: tuple[Setting, ...]) -> Generator[bytes, bytes, None]:
    """Yields commands and wants the bytes of each one's answer; writes only what is not so already."""
    for setting in settings:
        answer = yield read_command(setting.address)
        before = answer[0] if answer else 0
        after = before & ~setting.mask & 0xFF | setting.bits
        if after != before:
            yield write_command(setting.address, after)

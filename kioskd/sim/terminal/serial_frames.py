"""How ZVT messages travel on a serial line: `10 02` message `10 03` and a checksum, `10` doubled inside.

Each frame is answered with a bare 06 (taken) or 15 (not understood). The checksum is the reflected CRC-16
with polynomial 8408, beginning at 0, over the message before doubling and the closing 03; low byte first.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15


class Sign(Enum):
    ACK = auto()
    NAK = auto()
    BROKEN = auto()
    """A frame with a wrong checksum, or what cannot be a frame."""


def checksum(message: bytes) -> bytes:
    value = 0
    for octet in message + bytes((ETX,)):
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def frame(message: bytes, *, wrong_checksum: bool = False) -> bytes:
    sum_ = checksum(message)
    if wrong_checksum:
        sum_ = bytes((sum_[0] ^ 0x5A, sum_[1]))
    inside = message.replace(bytes((DLE,)), bytes((DLE, DLE)))
    return bytes((DLE, STX)) + inside + bytes((DLE, ETX)) + sum_


class Deframer:
    """Octets in, messages and signs out, however the octets were cut into pieces."""

    def __init__(self) -> None:
        self._message: bytearray | None = None
        self._escaped = False
        self._sum: bytearray | None = None

    @property
    def waits(self) -> bool:
        """A frame has begun and is not complete."""
        return self._message is not None or self._escaped

    def forget(self) -> None:
        """What has begun will not be completed."""
        self._message = self._sum = None
        self._escaped = False

    def feed(self, octets: bytes) -> Iterator[bytes | Sign]:
        for octet in octets:
            found = self._take(octet)
            if found is not None:
                yield found

    def _take(self, octet: int) -> bytes | Sign | None:
        if self._message is None:
            return self._outside(octet)
        if self._sum is not None:
            return self._check(octet)
        if self._escaped:
            self._escaped = False
            if octet == DLE:
                self._message.append(DLE)
            elif octet == ETX:
                self._sum = bytearray()
            else:
                self.forget()
                return Sign.BROKEN
        elif octet == DLE:
            self._escaped = True
        else:
            self._message.append(octet)
        return None

    def _outside(self, octet: int) -> Sign | None:
        if self._escaped:
            self._escaped = False
            if octet == STX:
                self._message = bytearray()
                return None
            return Sign.BROKEN
        self._escaped = octet == DLE
        return {ACK: Sign.ACK, NAK: Sign.NAK}.get(octet)

    def _check(self, octet: int) -> bytes | Sign | None:
        assert self._message is not None and self._sum is not None
        self._sum.append(octet)
        if len(self._sum) < 2:
            return None
        message, right = bytes(self._message), self._sum == checksum(bytes(self._message))
        self.forget()
        return message if right else Sign.BROKEN

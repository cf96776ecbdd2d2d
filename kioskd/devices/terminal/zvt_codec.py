"""ZVT on the wire, lowest layer: APDUs and binary-coded decimals. Pure.

An APDU is two control bytes, a length and that many data bytes. Lengths up to FE take one byte; FF says
that the next two bytes hold the length, low byte first. Over TCP there is nothing around an APDU, and
TCP may split or join them anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kioskd.core.errors import DeviceFault

MAX_APDU_DATA = 16 * 1024
"""More than any terminal has reason to send. A longer announcement is taken for garbage."""


class ProtocolError(DeviceFault):
    """The peer's bytes are not ZVT, or not as ZVT lays them out. The text never contains the bytes."""


@dataclass(frozen=True, slots=True)
class Apdu:
    """`control` is the command (0x0601) or the answer (0x8000 is yes, 0x84xx is no).

    The data is left out of `repr`: it may hold a card number and must not reach a log.
    """

    control: int
    data: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """Raises ValueError for data that no length can announce."""
        size = len(self.data)
        if size > 0xFFFF:
            raise ValueError(f"an APDU holds 65535 bytes, not {size}")
        length = bytes([size]) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
        return self.control.to_bytes(2, "big") + length + self.data


class ApduSplitter:
    """Puts APDUs together from a byte stream. After a ProtocolError it is spent: close the line."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def is_mid_apdu(self) -> bool:
        """An APDU has begun and is not complete."""
        return bool(self._buffer)

    def feed(self, chunk: bytes) -> list[Apdu]:
        """The APDUs that `chunk` completes, in order. Raises ProtocolError for what cannot be ZVT."""
        self._buffer += chunk
        complete = []
        while (apdu := self._take()) is not None:
            complete.append(apdu)
        return complete

    def _take(self) -> Apdu | None:
        head = self._buffer
        # Commands begin with a small class byte. Text protocols and TLS give themselves away right here.
        if head and head[0] >= 0x10 and head[0] not in (0x80, 0x84):
            raise ProtocolError("the port answers, but not in ZVT")
        if len(head) < 3:
            return None
        start, size = 3, head[2]
        if size == 0xFF:
            if len(head) < 5:
                return None
            start, size = 5, int.from_bytes(head[3:5], "little")
        if size > MAX_APDU_DATA:
            raise ProtocolError(f"an APDU of {size} bytes was announced, at most {MAX_APDU_DATA} are taken")
        if len(head) < start + size:
            return None
        apdu = Apdu(int.from_bytes(head[:2], "big"), bytes(head[start : start + size]))
        del head[: start + size]
        return apdu


def to_bcd(number: int, octets: int) -> bytes:
    """`number` in decimal, two digits per byte. Raises ValueError when it does not fit."""
    if not 0 <= number < 100**octets:
        raise ValueError(f"{number} does not fit into {2 * octets} decimal digits")
    return bytes.fromhex(f"{number:0{2 * octets}d}")


def from_bcd(octets: bytes) -> int:
    """Raises ProtocolError for a half byte that is no decimal digit."""
    digits = octets.hex()
    if not digits.isdecimal():
        raise ProtocolError("a decimal field holds something else than decimal digits")
    return int(digits)

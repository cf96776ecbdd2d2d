"""ZVT messages and the fields in them, from the terminal's side. Shares nothing with kioskd's own codec.

A message is two control bytes, a length and data. The length is one byte, or FF and two bytes, low byte
first. In the data, a field is a number and octets whose length the number decides; field 06 holds tagged
objects (TLV), whose longer lengths come high byte first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

YES, NO = 0x80, 0x84
LONGEST_DATA = 0xFFFF
_TLV = 0x06
_MARKS_CONSTRUCTED = 0x20

_FIXED = {
    **dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x8A, 0x8C, 0xA0), 1),
    **dict.fromkeys((0xD0, 0xD2, 0xD3, 0xE0, 0xE9, 0xEA, 0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD), 1),
    **dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2),
    **dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3),
    0x04: 6,
    0x29: 4,
    0x2A: 15,
    0x3B: 8,
    0xBA: 5,
    0xEB: 8,
}
_LENGTH_DIGITS = {
    **dict.fromkeys((0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1), 2),
    **dict.fromkeys((*range(0xE1, 0xE9), *range(0xF1, 0xF9)), 2),
    **dict.fromkeys((0x24, 0x2E, 0x3C, 0x60, 0x92, 0x9A, 0xAF), 3),
}


class Unreadable(ValueError):
    """A request that breaks the grammar, or has a field this terminal does not know."""


@dataclass(frozen=True, slots=True)
class Message:
    control: int
    data: bytes = b""

    @property
    def is_answer(self) -> bool:
        return self.control >> 8 in (YES, NO)

    @property
    def answers_yes(self) -> bool:
        return self.control in (0x8000, 0x8400)

    @property
    def kind(self) -> str:
        """The control bytes in hexadecimal; an intermediate state (04ff) has its code behind them."""
        return f"{self.control:04x}" + (self.data[:1].hex() if self.control == 0x04FF else "")

    def encode(self) -> bytes:
        size = len(self.data)
        if size > LONGEST_DATA:
            raise ValueError(f"{size} octets do not fit into a message")
        length = bytes((size,)) if size < 255 else bytes((255, size & 255, size >> 8))
        return bytes((self.control >> 8, self.control & 255)) + length + self.data


def decode(octets: bytes) -> Message:
    """One whole message. Raises Unreadable."""
    if len(octets) < 3:
        raise Unreadable("shorter than a message")
    start, size = 3, octets[2]
    if size == 255:
        start, size = 5, int.from_bytes(octets[3:5], "little")
    if len(octets) != start + size:
        raise Unreadable("the length is wrong")
    return Message(octets[0] << 8 | octets[1], octets[start:])


@dataclass(frozen=True, slots=True)
class Fields:
    """What a request holds. Of a field or tag that is there twice the last one counts."""

    values: dict[int, bytes] = field(default_factory=dict)
    tags: dict[int, bytes] = field(default_factory=dict)

    @property
    def has_tlv(self) -> bool:
        """A container was there, though it may have been empty: then tagged objects may be sent back."""
        return _TLV in self.values

    def number(self, field_number: int) -> int | None:
        """A field of decimal digits. Raises Unreadable for other digits."""
        octets = self.values.get(field_number)
        if octets is None:
            return None
        if not octets.hex().isdecimal():
            raise Unreadable(f"field {field_number:02X} is no decimal number")
        return int(octets.hex())


def read_fields(data: bytes) -> Fields:
    """Raises Unreadable."""
    values: dict[int, bytes] = {}
    tags: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        if number == _TLV:
            size, at = _tlv_length(data, at)
        elif number in _FIXED:
            size = _FIXED[number]
        elif number in _LENGTH_DIGITS:
            digits = data[at : at + _LENGTH_DIGITS[number]]
            at += len(digits)
            size = 0
            for digit in digits:
                size = size * 10 + (digit & 15)
        else:
            raise Unreadable(f"field {number:02X} is unknown")
        content, at = data[at : at + size], at + size
        if at > len(data):
            raise Unreadable(f"field {number:02X} is cut short")
        values[number] = content
        if number == _TLV:
            tags.update(read_tags(content))
    return Fields(values, tags)


def read_tags(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every tagged object, those inside others too. Raises Unreadable."""
    at = 0
    while at < len(data):
        first = tag = data[at]
        at += 1
        if first & 0x1F == 0x1F:
            while True:
                if at >= len(data):
                    raise Unreadable("a tag is cut short")
                tag, at = tag << 8 | data[at], at + 1
                if not tag & 0x80:
                    break
        size, at = _tlv_length(data, at)
        content, at = data[at : at + size], at + size
        if at > len(data):
            raise Unreadable(f"tag {tag:X} is cut short")
        yield tag, content
        if first & _MARKS_CONSTRUCTED:
            yield from read_tags(content)


def _tlv_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise Unreadable("a length is missing")
    size = data[at]
    if size < 0x80:
        return size, at + 1
    octets = size - 0x80
    if octets not in (1, 2) or at + 1 + octets > len(data):
        raise Unreadable("a length is wrong")
    return int.from_bytes(data[at + 1 : at + 1 + octets], "big"), at + 1 + octets


def tlv(tag: int, content: bytes) -> bytes:
    octets = tag.to_bytes(1 if tag < 0x100 else 2, "big")
    size = len(content)
    if size < 0x80:
        return octets + bytes((size,)) + content
    if size < 0x100:
        return octets + bytes((0x81, size)) + content
    return octets + bytes((0x82,)) + size.to_bytes(2, "big") + content


def container(objects: Iterable[bytes]) -> bytes:
    """Field 06."""
    return tlv(_TLV, b"".join(objects))


def decimal(number: int, octets: int) -> bytes:
    """Two digits to an octet. Raises ValueError for what does not fit."""
    digits = f"{number:0{octets * 2}d}"
    if len(digits) != octets * 2 or number < 0:
        raise ValueError(f"{number} does not fit into {octets} octets")
    return bytes.fromhex(digits)


def counted(content: bytes, digits: int) -> bytes:
    """Content after its own length, one decimal digit to an octet."""
    return bytes(0xF0 | int(digit) for digit in f"{len(content):0{digits}d}") + content

"""ZVT on the wire, middle layer: the numbered fields (BMPs) and the TLV objects inside an APDU. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kioskd.devices.terminal.zvt_codec import ProtocolError

TLV_CONTAINER = 0x06
MAX_TLV_DEPTH = 8

_FIXED = {
    **dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3), 1),
    **dict.fromkeys((0x72, 0x73, 0x74, 0x75, 0xE0, 0xE9, 0xEA, 0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD), 1),
    **dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2),
    **dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3),
    **dict.fromkeys((0x29, 0x70, 0x71), 4),
    **dict.fromkeys((0x3B, 0xEB), 8),
    0x04: 6,
    0x2A: 15,
    0xBA: 5,
}
"""Field number -> its length in bytes. A field says nothing about its own length, so this table must know."""

_DIGITS = {
    **dict.fromkeys((0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9)), 2),
    **dict.fromkeys((0x24, 0x2E, 0x3C, 0x60, 0x92, 0x9A, 0xAF), 3),
}
"""Field number -> how many decimal digits announce its length (LLVAR, LLLVAR), one byte Fx per digit."""

KNOWN_FIELDS = frozenset((*_FIXED, *_DIGITS, TLV_CONTAINER))


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one APDU in their order. They can hold card data, so `repr` does not show the content.

    `unread` is what follows a field number this table does not know: it has no readable structure.
    """

    entries: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    unread: bytes = field(default=b"", repr=False)

    def get(self, number: int) -> bytes | None:
        """The content of the last field with this number, without its length."""
        return next((content for key, content in reversed(self.entries) if key == number), None)


def encode_fields(entries: Iterable[tuple[int, bytes]]) -> bytes:
    """Raises ValueError for an unknown number or content of a wrong length."""
    return b"".join(_encode_field(number, content) for number, content in entries)


def _encode_field(number: int, content: bytes) -> bytes:
    size = len(content)
    if number == TLV_CONTAINER:
        length = _encode_tlv_length(size)
    elif digits := _DIGITS.get(number):
        length = encode_digit_length(size, digits)
    elif _FIXED.get(number) == size:
        length = b""
    else:
        raise ValueError(f"field {number:02X} cannot hold {size} bytes")
    return bytes([number]) + length + content


def decode_fields(data: bytes) -> Fields:
    """Raises ProtocolError when a known field is cut short."""
    entries = []
    at = 0
    while at < len(data) and data[at] in KNOWN_FIELDS:
        number = data[at]
        start, size = _field_extent(data, at + 1, number)
        if start + size > len(data):
            raise ProtocolError(f"field {number:02X} is cut short")
        entries.append((number, data[start : start + size]))
        at = start + size
    return Fields(tuple(entries), data[at:])


def _field_extent(data: bytes, at: int, number: int) -> tuple[int, int]:
    """Where the content begins, and its length."""
    if number == TLV_CONTAINER:
        return _tlv_extent(data, at)
    if digits := _DIGITS.get(number):
        return at + digits, decode_digit_length(data[at : at + digits], digits)
    return at, _FIXED[number]


def encode_digit_length(size: int, digits: int) -> bytes:
    if size >= 10**digits:
        raise ValueError(f"{size} bytes do not fit a length of {digits} digits")
    return bytes(0xF0 | int(digit) for digit in f"{size:0{digits}d}")


def decode_digit_length(head: bytes, digits: int) -> int:
    """Only the low halves count: some terminals do not set the high ones to F."""
    values = [octet & 0x0F for octet in head]
    if len(values) < digits or max(values) > 9:
        raise ProtocolError("a decimal field length cannot be read")
    return int("".join(map(str, values)))


@dataclass(frozen=True, slots=True)
class Tlv:
    """One object: `content` for a plain tag, `parts` for a constructed one, never both."""

    tag: int
    content: bytes = field(default=b"", repr=False)
    parts: tuple[Tlv, ...] = ()


def is_constructed(tag: int) -> bool:
    first = tag
    while first > 0xFF:
        first >>= 8
    return bool(first & 0x20)


def encode_tlvs(objects: Iterable[Tlv]) -> bytes:
    """The content of a container, without the container's own number and length."""
    octets = b""
    for item in objects:
        body = encode_tlvs(item.parts) if is_constructed(item.tag) else item.content
        tag = item.tag.to_bytes((item.tag.bit_length() + 7) // 8 or 1, "big")
        octets += tag + _encode_tlv_length(len(body)) + body
    return octets


def decode_tlvs(data: bytes, depth: int = MAX_TLV_DEPTH) -> tuple[Tlv, ...]:
    """All objects, known or not. Raises ProtocolError when cut short or nested deeper than `depth`."""
    if depth == 0:
        raise ProtocolError("TLV objects are nested too deep")
    objects = []
    at = 0
    while at < len(data):
        tag, at = _decode_tag(data, at)
        start, size = _tlv_extent(data, at)
        at = start + size
        if at > len(data):
            raise ProtocolError(f"TLV object {tag:X} is cut short")
        body = data[start:at]
        if is_constructed(tag):
            objects.append(Tlv(tag, parts=decode_tlvs(body, depth - 1)))
        else:
            objects.append(Tlv(tag, body))
    return tuple(objects)


def _decode_tag(data: bytes, at: int) -> tuple[int, int]:
    """The tag and where it ends. Low five bits all set: more bytes follow while their top bit is set."""
    end = at + 1
    if data[at] & 0x1F == 0x1F:
        while end < len(data) and data[end] & 0x80 and end - at < 4:
            end += 1
        end += 1
    if end > len(data):
        raise ProtocolError("a TLV tag is cut short")
    return int.from_bytes(data[at:end], "big"), end


def _encode_tlv_length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    if size < 0x100:
        return bytes([0x81, size])
    return b"\x82" + size.to_bytes(2, "big")


def _tlv_extent(data: bytes, at: int) -> tuple[int, int]:
    """Where the content begins, and its length (high byte first, unlike the APDU's)."""
    first = data[at : at + 1]
    if not first:
        raise ProtocolError("a TLV length is missing")
    if first[0] < 0x80:
        return at + 1, first[0]
    more = first[0] - 0x80
    if more not in (1, 2) or at + 1 + more > len(data):
        raise ProtocolError("a TLV length cannot be read")
    return at + 1 + more, int.from_bytes(data[at + 1 : at + 1 + more], "big")

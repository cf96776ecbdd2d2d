"""Where an ESC/POS command ends: printers find out from its first bytes."""

from __future__ import annotations

_LENGTHS = {
    b"\x1b@": 2,
    b"\x1b2": 2,
    b"\x1c.": 2,
    b"\x1bi": 2,
    b"\x1bm": 2,
    b"\x1d\xe0": 3,
    b"\x1d\xe4": 2,
    b"\x1cP": 6,
    **{b"\x1b" + letter: 3 for letter in (b"R", b"t", b"E", b"a", b"d", b"J", b"M", b"!", b"-", b"3")},
    **{b"\x1d" + letter: 3 for letter in (b"!", b"B", b"a", b"r")},
}


def command_size(waiting: bytes | bytearray) -> int:
    """Bytes of the command at the front of what waits, which is not empty; 0 while it is incomplete."""
    if waiting[0] not in (0x1B, 0x1C, 0x1D):
        return 1
    if len(waiting) < 2:
        return 0
    head = bytes(waiting[:2])
    size = _LENGTHS.get(head) or _long_command_size(head, waiting)
    return size if len(waiting) >= size else 0


def _long_command_size(head: bytes, waiting: bytes | bytearray) -> int:
    def number(at: int, size: int = 2) -> int:
        return int.from_bytes(waiting[at : at + size], "little") if len(waiting) >= at + size else 1 << 30

    if head == b"\x1dV":
        return 3 if len(waiting) > 2 and waiting[2] in (0, 1, 48, 49) else 4
    if head == b"\x1d(":
        return 5 + number(3)
    if head == b"\x1dv":
        return 8 + number(4) * number(6)
    if head == b"\x1d8":
        return 7 + number(3, 4)
    return 2

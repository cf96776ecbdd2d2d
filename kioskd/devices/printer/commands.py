"""The ESC/POS commands kioskd may send: a closed list, and an audit that a job contains nothing else.

Left out on purpose: cash drawer, page mode, macros, stored graphics, user-defined letters, peripheral select.
"""

from __future__ import annotations

import re
from enum import IntEnum

from kioskd.core.errors import DeviceFault
from kioskd.devices.printer.profile import Cut, Presenter

INITIALISE = b"\x1b@"
LEAVE_DOUBLE_BYTE = b"\x1c."
CHARACTER_SET_USA = b"\x1bR\x00"
"""Other national sets replace # $ @ [ \\ ] ^ ` { | } ~ by letters of their own."""

REPORT_CHANGES = b"\x1da\x0e"
"""Automatic status back: on-line, errors, paper. Answered at once, then at every change."""
REPORT_CHANGES_CUSTOM = b"\x1d\xe0\x0f"
FULL_STATUS_CUSTOM = b"\x10\x04\x14"
RETRACTS_CUSTOM = b"\x1d\xe4"
"""Answered in letters, such as 512ret."""
FENCE = b"\x1dr\x01"
"""Answered with one byte when everything before it has been worked through."""
NO_REALTIME_SIDE_EFFECTS = b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"
"""Drawer pulse and power-off cannot be triggered by bytes in a picture any more."""
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""Sent outside of jobs only, to throw away what a paper-out left behind. Confirmed with 37 25 00."""

_CUTS = {
    Cut.NONE: b"",
    Cut.FULL: b"\x1dV\x00",
    Cut.PARTIAL: b"\x1dV\x01",
    Cut.FEED_FULL: b"\x1dVA\x00",
    Cut.FEED_PARTIAL: b"\x1dVB\x00",
    Cut.LEGACY_FULL: b"\x1bi",
}


class Justify(IntEnum):
    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class UnprintableReceipt(DeviceFault):
    """The receipt, or what the encoder made of it, must not be sent. Nothing was printed."""


def code_page(number: int) -> bytes:
    return b"\x1bt" + bytes([number])


def bold(on: bool) -> bytes:
    return b"\x1bE" + bytes([on])


def size(times: int) -> bytes:
    return b"\x1d!" + bytes([(times - 1) << 4 | (times - 1)])


def justify(where: Justify) -> bytes:
    return b"\x1ba" + bytes([where])


def feed(lines: int) -> bytes:
    return b"\x1bd" + bytes([lines])


def cut(how: Cut) -> bytes:
    return _CUTS[how]


def present(how: Presenter) -> bytes:
    """Cut, hold the receipt out with a blinking light, and pull it back in when nobody takes it."""
    return b"\x1cP" + bytes([how.length_mm // 5, 1]) + b"R" + bytes([how.retract_after_s])


def process_id(four: str) -> bytes:
    """Ask for 37 22 `four` 00 when everything before this is printed (`GS ( H`, function 48)."""
    return b"\x1d(H\x06\x0000" + four.encode("ascii")


def ask_status(number: int) -> bytes:
    """`DLE EOT`, answered with one byte, even off-line."""
    return b"\x10\x04" + bytes([number])


_REALTIME = re.compile(rb"\x10[\x04\x05\x14]")
_FIXED = re.compile(
    rb"\x1b@|\x1c\.|\x1bR\x00|\x1bt[\x00-\xff]|\x1bE[\x00\x01]|\x1d![\x00\x11\x22\x33]|\x1ba[\x00-\x02]"
    rb"|\x1bd[\x00-\xff]|\x1dV[\x00\x01]|\x1dV[AB]\x00|\x1bi|\x1d\(H\x06\x0000[0-9A-Z]{4}|\x1dr\x01"
    rb"|\x1cP[\x04-\xc8]\x01R[\x05-\xff]"
    rb"|\x1d\(k\x04\x001A2\x00|\x1d\(k\x03\x001(?:C[\x01-\x10]|E[0-4]|Q[01])|\x1d\(L\x02\x0002"
    rb"|[\x20-\x7e\x80-\xff]*\n|[\x20-\x7e\x80-\xff]+",
    re.DOTALL,
)
_RASTER = re.compile(rb"\x1dv0\x00(..)(..)", re.DOTALL)
_GRAPHICS = re.compile(rb"\x1d\(L(..)0p0\x01\x011|\x1d8L(....)0p0\x01\x011", re.DOTALL)
_QR_STORE = re.compile(rb"\x1d\(k(..)1P[01]", re.DOTALL)


def audit(job: bytes) -> None:
    """Raises UnprintableReceipt unless `job` is made of the commands above and of nothing else.

    Printers obey real-time commands wherever they appear, so those are looked for in the pictures too.
    """
    if found := _REALTIME.search(job):
        raise UnprintableReceipt(f"encoder_bug: real-time command at byte {found.start()}")
    at = 0
    while at < len(job):
        step = _command_length(job, at)
        if step <= 0 or at + step > len(job):
            raise UnprintableReceipt(f"encoder_bug: byte {job[at]:02X} at {at} starts no permitted command")
        at += step


def _command_length(job: bytes, at: int) -> int:
    if found := _FIXED.match(job, at):
        return found.end() - at
    if found := _RASTER.match(job, at):
        return 8 + _number(found[1]) * _number(found[2])
    if found := _GRAPHICS.match(job, at):
        parameter = found[1] or found[2]
        return 3 + len(parameter) + _number(parameter)
    if found := _QR_STORE.match(job, at):
        length = _number(found[1])
        data = job[at + 8 : at + 5 + length]
        return 5 + length if all(0x20 <= byte <= 0x7E for byte in data) else 0
    return 0


def _number(little_endian: bytes) -> int:
    return int.from_bytes(little_endian, "little")

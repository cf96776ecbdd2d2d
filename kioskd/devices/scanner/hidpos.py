"""From the reports of a HID-POS scanner to readings. Pure: reports and silences in, outcomes out.

The code may be longer than a report: then a flag says that the next one continues it. Some firmware sets the
flag on the last report too when it is exactly full, so silence ends a code as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kioskd.devices.scanner.framing import text_of
from kioskd.devices.scanner.hid_descriptor import ScannedReport
from kioskd.devices.scanner.reading import MAX_BUFFER, Outcome, Reading, Reason, Rejected

SILENCE_S = 0.200
REPORT_BYTES = 64
"""What a recording or a FIFO is cut into; a device node hands reports over one by one."""

_AIM_START = ord("]")
_AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_ANSWER = b"]X0"
"""A scanner's answer to a command, with what it says as data: nobody scanned that."""
_VENDOR_CODE_AT = 61
# Honeywell's own letter for the symbology, used where its report has no AIM identifier.
_VENDOR_CODES = {
    0x73: b"]Q1",
    0x6A: b"]C0",
    0x64: b"]E0",
    0x77: b"]d1",
    0x7A: b"]z0",
    0x72: b"]L0",
    0x7C: b"]C1",
}
# Without a descriptor the place of the AIM identifier tells the three layouts there are apart.
_SNIFFED = (
    ScannedReport(None, data=5, data_bytes=56, aim=2, length=1, continued=(63, 1)),
    ScannedReport(None, data=6, data_bytes=56, aim=3, length=1, continued=(63, 1)),
    ScannedReport(None, data=4, data_bytes=56, aim=1, length=None, continued=(60, 1)),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one report carries."""

    aim: bytes
    data: bytes
    continued: bool


class HidPosDecoder:
    """One scanner's reports. `layout` is None where there is no descriptor to ask. Never raises."""

    def __init__(self, layout: ScannedReport | None = None, charset: str = "cp1252") -> None:
        self._layout = layout
        self._charset = charset
        self._aim = b""
        self._data = bytearray()
        self._swallow = False

    def feed(self, report: bytes) -> list[Outcome]:
        """One report, with its id if the device has ids."""
        part = self._part(report)
        if part is None or part.aim == _ANSWER:
            return []
        if self._swallow:
            self._swallow = part.continued
            return []
        if not self._data:
            self._aim = part.aim
        if len(self._data) + len(part.data) > MAX_BUFFER:
            self._data.clear()
            self._swallow = part.continued
            return [Rejected(Reason.TOO_LONG)]
        self._data += part.data
        return [] if part.continued else self._end()

    def silence(self) -> list[Outcome]:
        """Nothing came for longer than the pauses inside a code."""
        self._swallow = False
        return self._end()

    def _end(self) -> list[Outcome]:
        frame, self._data = bytes(self._data), bytearray()
        frame = frame.removesuffix(b"\r")
        if not frame:
            return []
        outcome = text_of(frame, self._charset)
        if isinstance(outcome, Reading) and self._aim:
            return [Reading(self._aim.decode("ascii") + outcome.text)]
        return [outcome]

    def _part(self, report: bytes) -> _Part | None:
        layout = self._layout or _sniff(report)
        if layout is None or len(report) <= max(layout.data, layout.length or 0):
            return None
        if layout.report_id is not None and report[0] != layout.report_id:
            return None
        data = report[layout.data : layout.data + layout.data_bytes]
        continued = False
        if layout.continued is not None:
            at, mask = layout.continued
            continued = at < len(report) and bool(report[at] & mask)
        if layout.length is not None:
            data = data[: report[layout.length]]
        elif not continued:
            data = data.rstrip(b"\0")
        return _Part(self._identifier(report, layout), data, continued)

    def _identifier(self, report: bytes, layout: ScannedReport) -> bytes:
        if layout.aim is not None and _AIM.fullmatch(aim := report[layout.aim : layout.aim + 3]):
            return aim
        if len(report) > _VENDOR_CODE_AT:
            return _VENDOR_CODES.get(report[_VENDOR_CODE_AT], b"")
        return b""


def _sniff(report: bytes) -> ScannedReport | None:
    for layout in _SNIFFED:
        assert layout.aim is not None
        if len(report) > layout.aim and report[layout.aim] == _AIM_START:
            return layout
    return None

"""Where a HID-POS scanner puts the parts of a code, from its report descriptor (HID 1.11, section 6.2.2).

Only what a scanned-data report needs is understood: its fields are found by usage, whatever lies between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_GENERIC_DESKTOP, _BYTE_COUNT = 0x01, 0x3B
_SCANNER_PAGE = 0x8C
_IDENTIFIERS, _DATA, _CONTINUED = frozenset({0xFB, 0xFC, 0xFD}), 0xFE, 0xFF

_MAIN, _GLOBAL, _LOCAL = 0, 1, 2
_INPUT = 8
_USAGE_PAGE, _REPORT_SIZE, _REPORT_ID, _REPORT_COUNT, _PUSH, _POP = 0, 7, 8, 9, 10, 11
_USAGE, _USAGE_MINIMUM, _USAGE_MAXIMUM = 0, 1, 2
_LONG_ITEM = 0xFE
_MAX_FIELDS = 4096
"""Elements of one input item; a descriptor that claims more is nonsense."""


@dataclass(frozen=True, slots=True)
class ScannedReport:
    """Offsets in bytes from the start of a report as hidraw gives it, with its id if there are ids.

    `aim` is where the three characters of the AIM identifier begin; `length` is the byte that counts the
    data; `continued` is the byte and the mask of the flag that more follows.
    """

    report_id: int | None
    data: int
    data_bytes: int
    aim: int | None
    length: int | None
    continued: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Globals:
    page: int = 0
    size_bits: int = 0
    count: int = 0
    report_id: int | None = None


@dataclass(slots=True)
class _Report:
    """Bit offsets of what was found in one report, behind its id."""

    bits: int = 0
    aim: int | None = None
    data: int | None = None
    data_fields: int = 0
    length: int | None = None
    continued: int | None = None


@dataclass(slots=True)
class _Locals:
    usages: list[int] = field(default_factory=list)
    minimum: int | None = None


def scanned_report(descriptor: bytes) -> ScannedReport | None:
    """The report that carries codes, or None for a device that has none. Never raises."""
    reports: dict[int | None, _Report] = {}
    state, stack, local = _Globals(), list[_Globals](), _Locals()
    for kind, tag, value in _items(descriptor):
        if kind == _GLOBAL:
            match tag:
                case _ if tag == _USAGE_PAGE:
                    state = replace(state, page=value)
                case _ if tag == _REPORT_SIZE:
                    state = replace(state, size_bits=value)
                case _ if tag == _REPORT_ID:
                    state = replace(state, report_id=value)
                case _ if tag == _REPORT_COUNT:
                    state = replace(state, count=value)
                case _ if tag == _PUSH:
                    stack.append(state)
                case _ if tag == _POP and stack:
                    state = stack.pop()
        elif kind == _LOCAL:
            _local(local, tag, value, state.page)
        elif kind == _MAIN:
            if tag == _INPUT:
                _input(reports.setdefault(state.report_id, _Report()), state, local.usages)
            local = _Locals()
    for report_id, report in reports.items():
        if report.data is not None:
            return _located(report_id, report, report.data)
    return None


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, tag and unsigned value of each short item; what is cut off at the end is left out."""
    at = 0
    while at < len(descriptor):
        prefix = descriptor[at]
        if prefix == _LONG_ITEM:
            at += 3 + (descriptor[at + 1] if at + 1 < len(descriptor) else 0)
            continue
        size = (0, 1, 2, 4)[prefix & 3]
        if at + 1 + size > len(descriptor):
            return
        yield prefix >> 2 & 3, prefix >> 4, int.from_bytes(descriptor[at + 1 : at + 1 + size], "little")
        at += 1 + size


def _local(local: _Locals, tag: int, value: int, page: int) -> None:
    usage = value if value > 0xFFFF else page << 16 | value
    if tag == _USAGE:
        local.usages.append(usage)
    elif tag == _USAGE_MINIMUM:
        local.minimum = usage
    elif tag == _USAGE_MAXIMUM and local.minimum is not None:
        local.usages += range(local.minimum, min(usage, local.minimum + 255) + 1)
        local.minimum = None


def _input(report: _Report, state: _Globals, usages: list[int]) -> None:
    for number in range(min(state.count, _MAX_FIELDS)):
        # With fewer usages than fields the last one is that of all the rest.
        usage = usages[min(number, len(usages) - 1)] if usages else 0
        page, what = usage >> 16, usage & 0xFFFF
        at = report.bits + number * state.size_bits
        if page == _SCANNER_PAGE and what in _IDENTIFIERS and report.aim is None:
            report.aim = at
        elif page == _SCANNER_PAGE and what == _DATA and state.size_bits == 8:
            report.data = at if report.data is None else report.data
            report.data_fields += 1
        elif page == _SCANNER_PAGE and what == _CONTINUED and report.continued is None:
            report.continued = at
        elif page == _GENERIC_DESKTOP and what == _BYTE_COUNT and report.length is None:
            report.length = at
    report.bits += state.count * state.size_bits


def _located(report_id: int | None, report: _Report, data_bit: int) -> ScannedReport:
    head = 0 if report_id is None else 1

    def byte(bit: int | None) -> int | None:
        return None if bit is None else head + bit // 8

    data, aim = head + data_bit // 8, byte(report.aim)
    length = byte(report.length)
    if length is None and min(data, data if aim is None else aim) > head:
        length = head  # makers leave its usage out or invent one, and all put it first
    continued = None
    if report.continued is not None:
        continued = (head + report.continued // 8, 1 << report.continued % 8)
    return ScannedReport(report_id, data, report.data_fields, aim, length, continued)

"""What a printer says of itself: one reader for every incoming byte, and its state as a value.

Two dialects, fixed by the profile. Epson (`x` is payload): a DLE EOT answer is 0xx1xx10, the first byte of an
automatic report 0xx1xx00, its three others and GS answers 0xx0xxxx. None can equal XON (11) or XOFF (13),
which may come in between.
Custom: 10, a mask, and one byte for every bit of the mask: paper, user, recoverable, unrecoverable.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from enum import StrEnum

_XON, _XOFF = 0x11, 0x13
_BLOCK_HEADERS = (0x37, 0x5F)
_LONGEST_BLOCK = 90
_PATIENCE_S = 0.5
_ASKED_S = 1.0
_LONGEST_COUNTER = 14
_COUNTER = re.compile(rb"([0-9]{1,10})ret\Z")
_COUNTER_BYTES = frozenset(b"0123456789 ret")


class Paper(StrEnum):
    UNKNOWN = "unknown"
    ENOUGH = "enough"
    LOW = "low"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """None and UNKNOWN mean that the printer has not said; silence is never "ok"."""

    off_line: bool | None = None
    cover_open: bool | None = None
    paper: Paper = Paper.UNKNOWN
    cutter_stuck: bool | None = None
    broken: bool | None = None
    too_hot: bool | None = None
    jammed: bool | None = None
    receipt_waiting: bool | None = None
    """A receipt is held out and not taken yet."""

    @property
    def needs_hands(self) -> bool:
        """It has stopped where it was, and goes on only when somebody has been there."""
        return bool(self.cover_open or self.paper is Paper.OUT or self.needs_service)

    @property
    def needs_service(self) -> bool:
        """Paper and a closed cover will not help."""
        return bool(self.cutter_stuck or self.broken or self.jammed)

    @property
    def trouble(self) -> str:
        """Why nothing can be printed now, for staff; empty when nothing speaks against it."""
        if self.cover_open:
            return "cover open"
        if self.paper is Paper.OUT:
            return "paper out"
        if self.cutter_stuck:
            return "cutter stuck"
        if self.jammed:
            return "paper jam"
        if self.broken:
            return "unrecoverable error"
        if self.too_hot:
            return "print head too hot"
        return "off-line" if self.off_line else ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The printer reported by itself: complete, so it replaces what was known."""

    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The answer to `DLE EOT number`."""

    number: int
    value: int

    def onto(self, known: PrinterStatus) -> PrinterStatus:
        value = self.value
        match self.number:
            case 1:
                return replace(known, off_line=bool(value & 0x08))
            case 2:
                stopped = Paper.OUT if value & 0x20 else known.paper
                return replace(known, cover_open=bool(value & 0x04), paper=stopped)
            case 3:
                return replace(
                    known,
                    cutter_stuck=bool(value & 0x08),
                    broken=bool(value & 0x20),
                    too_hot=bool(value & 0x40),
                )
            case 4:
                return replace(known, paper=_paper(out=bool(value & 0x60), low=bool(value & 0x0C)))
            case _:
                return known


@dataclass(frozen=True, slots=True)
class CustomStatus:
    """Parts of Custom's full status; None for a part that was not sent."""

    paper: int | None = None
    user: int | None = None
    recoverable: int | None = None
    unrecoverable: int | None = None

    def onto(self, known: PrinterStatus) -> PrinterStatus:
        if (value := self.paper) is not None:
            paper = _paper(out=bool(value & 0x01), low=bool(value & 0x44))
            known = replace(known, paper=paper, receipt_waiting=bool(value & 0x20))
        if (value := self.user) is not None:
            known = replace(known, cover_open=bool(value & 0x03))
        if (value := self.recoverable) is not None:
            known = replace(known, too_hot=bool(value & 0x01), jammed=bool(value & 0x40))
        if (value := self.unrecoverable) is not None:
            known = replace(known, cutter_stuck=bool(value & 0x03), broken=bool(value & 0xCC))
        return known


@dataclass(frozen=True, slots=True)
class Retracts:
    """How many receipts the printer has ever pulled back in."""

    count: int


@dataclass(frozen=True, slots=True)
class ProcessDone:
    """Everything before the process id has been printed."""

    process_id: str


@dataclass(frozen=True, slots=True)
class BufferCleared:
    pass


@dataclass(frozen=True, slots=True)
class FlowChanged:
    """XON or XOFF."""

    may_send: bool


@dataclass(frozen=True, slots=True)
class ValueAnswer:
    """The answer to a GS query that was announced with `expect_value`."""

    value: int


Heard = (
    StatusReport
    | StatusAnswer
    | CustomStatus
    | Retracts
    | ProcessDone
    | BufferCleared
    | FlowChanged
    | ValueAnswer
)


def _paper(*, out: bool, low: bool) -> Paper:
    if out:
        return Paper.OUT
    return Paper.LOW if low else Paper.ENOUGH


def _report(group: bytes) -> StatusReport:
    first, second, third = group[:3]
    return StatusReport(
        PrinterStatus(
            off_line=bool(first & 0x08),
            cover_open=bool(first & 0x20),
            paper=_paper(out=bool(third & 0x0C), low=bool(third & 0x03)),
            cutter_stuck=bool(second & 0x08),
            broken=bool(second & 0x20),
            too_hot=bool(second & 0x40),
        )
    )


@dataclass(slots=True)
class StatusReader:
    """Classifies every byte from the printer. Times are monotonic seconds. No input makes it raise.

    `oddities` counts what nobody asked for: `desync`, `unsolicited`, `unknown`, `late`.
    """

    custom: bool = False
    oddities: Counter[str] = field(default_factory=Counter)
    strange: deque[int] = field(default_factory=lambda: deque(maxlen=32))
    """The last bytes nobody asked for, for the doctor."""
    _asked: tuple[int, float] | None = None
    _values_expected: int = 0
    _group: bytearray = field(default_factory=bytearray)
    _block: bytearray = field(default_factory=bytearray)
    _counter: bytearray | None = None
    _counter_since_s: float = 0.0
    _since_s: float = 0.0

    def expect_status(self, number: int, now_s: float) -> None:
        """`DLE EOT number` is being sent. One may be outstanding; it is forgotten after a second."""
        self._asked = (number, now_s)

    def expect_value(self) -> None:
        self._values_expected = 1

    def expect_counter(self, now_s: float) -> None:
        """The number of retracts, in letters, is being asked for; forgotten after half a second."""
        self._counter, self._counter_since_s = bytearray(), now_s

    def feed(self, data: bytes, now_s: float) -> list[Heard]:
        self._forget_stale(now_s)
        heard: list[Heard] = []
        for byte in data:
            if not self._group and not self._block:
                self._since_s = now_s
            said = self._take(byte)
            if said is not None:
                heard.append(said)
        return heard

    def _forget_stale(self, now_s: float) -> None:
        if (self._group or self._block) and now_s - self._since_s > _PATIENCE_S:
            self.oddities["late"] += 1
            self._group.clear()
            self._block.clear()
        if now_s - self._counter_since_s > _PATIENCE_S:
            self._counter = None
        if self._asked and now_s - self._asked[1] > _ASKED_S:
            self._asked = None

    def _take(self, byte: int) -> Heard | None:
        if byte in (_XON, _XOFF):
            return FlowChanged(byte == _XON)
        if self.custom and self._group:
            self._group.append(byte)
            return self._finish_custom()
        if self._group:
            if byte & 0x90 == 0x00:
                self._group.append(byte)
                return self._finish_group()
            self.oddities["desync"] += 1
            self._group.clear()
        if self._block:
            return self._take_in_block(byte)
        return self._take_first(byte)

    def _take_first(self, byte: int) -> Heard | None:
        if self._counter is not None and byte in _COUNTER_BYTES:
            return self._take_in_counter(byte)
        if self.custom and byte == 0x10:
            self._group.append(byte)
        elif byte in _BLOCK_HEADERS:
            self._block.append(byte)
        elif byte & 0x93 == 0x10:
            self._group.append(byte)
        elif byte & 0x93 == 0x12:
            if self._asked:
                number, self._asked = self._asked[0], None
                return StatusAnswer(number, byte)
            self._odd("unsolicited", byte)
        elif byte & 0x90 == 0x00 and self._values_expected:
            self._values_expected -= 1
            return ValueAnswer(byte)
        else:
            self._odd("unknown", byte)
        return None

    def _odd(self, how: str, byte: int) -> None:
        self.oddities[how] += 1
        self.strange.append(byte)

    def _take_in_counter(self, byte: int) -> Heard | None:
        assert self._counter is not None
        self._counter.append(byte)
        if found := _COUNTER.search(self._counter):
            self._counter = None
            return Retracts(int(found[1]))
        if len(self._counter) > _LONGEST_COUNTER:
            self._counter = None
            self.oddities["desync"] += 1
        return None

    def _finish_custom(self) -> Heard | None:
        mask = self._group[1]
        if mask & 0xF0 or not mask:
            self.oddities["desync"] += 1
            self._group.clear()
            return None
        values = iter(self._group[2:])
        if len(self._group) < 2 + mask.bit_count():
            return None
        parts = [next(values) if mask & bit else None for bit in (0x01, 0x02, 0x04, 0x08)]
        self._group.clear()
        return CustomStatus(*parts)

    def _finish_group(self) -> Heard | None:
        if len(self._group) < 4:
            return None
        report = _report(bytes(self._group))
        self._group.clear()
        return report

    def _take_in_block(self, byte: int) -> Heard | None:
        if byte:
            self._block.append(byte)
            if len(self._block) > _LONGEST_BLOCK:
                self.oddities["desync"] += 1
                self._block.clear()
            return None
        block = bytes(self._block)
        self._block.clear()
        if block[:2] == b"\x37\x22" and len(block) == 6:
            return ProcessDone(block[2:].decode("latin-1"))
        if block == b"\x37\x25":
            return BufferCleared()
        self.oddities["unknown"] += 1
        return None

"""The inside of a receipt printer: takes ESC/POS bytes in, gives status bytes and marks on paper out.

Written from the printers' side of the protocol and sharing nothing with kioskd's encoder, so that the two can
find each other's mistakes. Knows no transport and no clock.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

import segno

from kioskd.sim.escpos_framing import command_size
from kioskd.sim.paper import CELL_WIDTH, LINE_DOTS, Blank, Letter, Line, Mark, Picture
from kioskd.sim.printer_models import Conditions, PrinterModel


class Step(Enum):
    """What executing one command came to."""

    IDLE = auto()
    DONE = auto()
    PRINTED = auto()
    CUT = auto()


_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_REALTIME = (*(b"\x10\x04" + bytes([number]) for number in (1, 2, 3, 4, 0x14)), _CLEAR)
_REALTIME_NOW = re.compile(b"|".join(re.escape(command) for command in _REALTIME))


def _unfinished(data: bytes) -> int:
    """How many bytes at the end may be the beginning of a real-time command."""
    sizes = range(1, min(len(data), len(_CLEAR) - 1) + 1)
    return max(
        (size for size in sizes if any(len(c) > size and c.startswith(data[-size:]) for c in _REALTIME)),
        default=0,
    )


@dataclass(slots=True)
class PrinterMachine:
    model: PrinterModel
    answer: Callable[[bytes], None]
    conditions: Conditions = field(default_factory=Conditions)
    marks: list[Mark] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    refused: Counter[str] = field(default_factory=Counter)
    """Commands it does not know, by their first bytes in hexadecimal."""
    retracts: int = 0
    """Receipts it has ever pulled back in."""
    retract_after_s: int = 0
    """As the last receipt that is held out was told."""
    _held_back: bool = False
    _waiting: bytearray = field(default_factory=bytearray)
    _halfway: bytes = b""
    _reports: bool = False
    _page: str = "cp437"
    _bold: bool = False
    _wide: int = 1
    _high: int = 1
    _justify: int = 0
    _line: list[Letter] = field(default_factory=list)
    _stored: Picture | None = None
    _qr_dots: int = 3
    _qr_level: str = "l"
    _qr_data: bytes = b""

    @property
    def full(self) -> bool:
        """It would lose more bytes. A picture that is still arriving goes to the print memory instead."""
        crowded = len(self._waiting) >= self.model.buffer_bytes
        return crowded and (self.conditions.off_line or command_size(self._waiting) > 0)

    def receive(self, data: bytes) -> None:
        """Real-time commands are obeyed at once, wherever they are; the rest waits in the buffer."""
        data = self._halfway + data
        held = _unfinished(data)
        self._halfway, data = data[len(data) - held :], data[: len(data) - held]
        at = 0
        for found in _REALTIME_NOW.finditer(data):
            self._waiting += data[at : found.start()]
            at = found.end()
            self._obey_now(found[0])
        self._waiting += data[at:]
        if (
            self.model.xonxoff
            and not self._held_back
            and 4 * len(self._waiting) > 3 * self.model.buffer_bytes
        ):
            self._held_back = True
            self.answer(b"\x13")

    def change(self, conditions: Conditions) -> None:
        """Something happened to the printer; it tells when it was asked to."""
        before, self.conditions = self._report(), conditions
        if self._reports and self._report() != before:
            self._say(self._report())

    def step(self) -> Step:
        """Execute the next command, if there is a whole one and nothing is in the way."""
        if self.conditions.off_line or not self._waiting:
            return Step.IDLE
        size = command_size(self._waiting)
        if size == 0:
            return Step.IDLE
        command = bytes(self._waiting[:size])
        del self._waiting[:size]
        if self._held_back and 4 * len(self._waiting) < self.model.buffer_bytes:
            self._held_back = False
            self.answer(b"\x11")
        self.raw += command
        return self._execute(command)

    def power_off(self) -> None:
        """What is on paper stays there; all else is forgotten."""
        self._waiting.clear()
        self._halfway = b""
        self._reports = self._held_back = False
        self._line.clear()
        self._reset()

    def _say(self, data: bytes) -> None:
        if self.model.status and not self.conditions.silent:
            self.answer(data)

    def _obey_now(self, command: bytes) -> None:
        now = self.conditions
        if command == _CLEAR:
            if self.model.clears_buffer:
                self._waiting.clear()
                self._line.clear()
                self._say(b"\x37\x25\x00")
            return
        if command[2] == 0x14:
            if self.model.custom:
                self._say(self._full_status())
            return
        value = 0x12
        match command[2]:
            case 1:
                value |= 0x08 * now.off_line
            case 2:
                value |= 0x04 * now.cover_open | 0x20 * now.paper_out
            case 3:
                value |= 0x08 * now.cutter_stuck | 0x20 * now.jammed | 0x40 * now.too_hot
            case 4:
                value |= 0x0C * (now.paper_low or now.paper_out) | 0x60 * now.paper_out
        self._say(bytes([value]))

    def _full_status(self) -> bytes:
        """Custom's four groups: paper, user, recoverable, unrecoverable."""
        now = self.conditions
        paper = 0x01 * now.paper_out | 0x04 * (now.paper_low or now.paper_out) | 0x20 * now.receipt_out
        recoverable = 0x01 * now.too_hot | 0x40 * now.jammed
        return bytes([0x10, 0x0F, paper, 0x02 * now.cover_open, recoverable, 0x01 * now.cutter_stuck])

    def _report(self) -> bytes:
        now = self.conditions
        if self.model.custom:
            return self._full_status()
        first = 0x10 | 0x08 * now.off_line | 0x20 * now.cover_open
        third = 0x03 * (now.paper_low or now.paper_out) | 0x0C * now.paper_out
        second = 0x08 * now.cutter_stuck | 0x20 * now.jammed | 0x40 * now.too_hot
        return bytes([first, second, third, 0x0F])

    def _execute(self, command: bytes) -> Step:
        if command == b"\n":
            return self._end_line()
        if len(command) == 1:
            if command >= b" ":
                self._put(command)
            return Step.DONE
        head, value = command[:2], command[2] if len(command) > 2 else 0
        match head:
            case b"\x1b@":
                self._reset()
            case b"\x1bt":
                self._page = dict(self.model.pages).get(value, self._page)
            case b"\x1bE":
                self._bold = bool(value & 1)
            case b"\x1d!":
                self._wide, self._high = (value >> 4 & 7) + 1, (value & 7) + 1
            case b"\x1ba":
                self._justify = value % 48
            case b"\x1bd":
                self._feed(value)
                return Step.PRINTED
            case b"\x1da" | b"\x1d\xe0":
                self._reports = value != 0 and (head == b"\x1d\xe0") == self.model.custom
                if self._reports:
                    self._say(self._report())
            case b"\x1dr":
                self._say(b"\x00")
            case b"\x1d\xe4" if self.model.custom:
                self._say(b"%dret" % self.retracts)
            case b"\x1dV" | b"\x1bi" | b"\x1bm":
                return self._cut()
            case b"\x1cP" if self.model.custom:
                self.retract_after_s = command[5]
                step = self._cut()
                if step is Step.CUT:
                    self.change(replace(self.conditions, receipt_out=True))
                return step
            case b"\x1dv":
                return self._raster(command)
            case b"\x1d(":
                return self._extended(command[2:3], command[5:])
            case b"\x1d8":
                return self._extended(command[2:3], command[7:])
            case b"\x1bR" | b"\x1b2" | b"\x1c.":
                pass
            case _:
                self.refused[head.hex(" ")] += 1
        return Step.DONE

    def _reset(self) -> None:
        self._page = "cp437"
        self._bold, self._wide, self._high, self._justify = False, 1, 1, 0

    def _put(self, byte: bytes) -> None:
        used = sum(letter.wide for letter in self._line) * CELL_WIDTH
        if used + self._wide * CELL_WIDTH > self.model.dots:
            self._end_line()
        letter = byte.decode(self._page, "replace")
        self._line.append(Letter(letter, self._wide, self._high, self._bold))

    def _end_line(self) -> Step:
        self.marks.append(Line(tuple(self._line), self._justify))
        self._line.clear()
        self._use_paper()
        return Step.PRINTED

    def _feed(self, lines: int) -> None:
        if self._line:
            self._end_line()
        self.marks.append(Blank(lines * LINE_DOTS))

    def _use_paper(self) -> None:
        left = self.conditions.lines_left
        if left is None:
            return
        left -= 1
        if left > 0:
            self.conditions = replace(self.conditions, lines_left=left)
        else:
            self.change(replace(self.conditions, lines_left=None, paper_out=True))

    def _cut(self) -> Step:
        if not self.model.knife:
            return Step.DONE
        self.marks.append(Blank(2 * LINE_DOTS))
        if self.conditions.cutter_fails:
            self.change(replace(self.conditions, cutter_fails=False, cutter_stuck=True))
            return Step.PRINTED
        return Step.CUT

    def _raster(self, command: bytes) -> Step:
        row_bytes = int.from_bytes(command[4:6], "little")
        height = int.from_bytes(command[6:8], "little")
        self.marks.append(Picture(command[8:], row_bytes * 8, height, self._justify))
        self._use_paper()
        return Step.PRINTED

    def _extended(self, function: bytes, body: bytes) -> Step:
        if function == b"H" and self.model.process_id and body[:2] == b"00":
            self._say(b"\x37\x22" + body[2:6] + b"\x00")
        elif function == b"k" and self.model.native_qr and body[:1] == b"1":
            return self._qr(body[1:2], body[2:])
        elif function == b"L":
            return self._graphics(body)
        elif function not in (b"D", b"H"):
            self.refused[(b"\x1d(" + function).hex(" ")] += 1
        return Step.DONE

    def _graphics(self, body: bytes) -> Step:
        """Store a picture, then print it: here the width is in dots."""
        if body[:2] == b"0p":
            width, height = (int.from_bytes(body[at : at + 2], "little") for at in (6, 8))
            self._stored = Picture(body[10:], (width + 7) // 8 * 8, height, self._justify)
        elif body[:2] == b"02" and self._stored:
            self.marks.append(self._stored)
            self._stored = None
            self._use_paper()
            return Step.PRINTED
        return Step.DONE

    def _qr(self, function: bytes, body: bytes) -> Step:
        match function:
            case b"C":
                self._qr_dots = body[0]
            case b"E":
                self._qr_level = ("mlmqh" if self.model.custom else "lmqh")[body[0] - 0x30]
            case b"P":
                self._qr_data = body[1:]
            case b"Q":
                self.marks.append(self._qr_picture())
                return Step.PRINTED
        return Step.DONE

    def _qr_picture(self) -> Picture:
        symbol = segno.make_qr(self._qr_data, error=self._qr_level, boost_error=False)
        side = int(symbol.symbol_size(border=0)[0]) * self._qr_dots
        stream = io.BytesIO()
        symbol.save(stream, kind="pbm", scale=self._qr_dots, border=0)
        rows = stream.getvalue()[-((side + 7) // 8) * side :]
        return Picture(rows, side, side, self._justify, f"QR {self._qr_data.decode('ascii', 'replace')}")

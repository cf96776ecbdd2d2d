"""A receipt document as ESC/POS bytes. Pure: the same receipt and profile always make the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from PIL import Image

from kioskd.core.receipt import Align, Columns, Element, Feed, Logo, Qr, Receipt, Rule, Text
from kioskd.devices.printer import commands, logo, qr, raster
from kioskd.devices.printer.codepages import cells, encode_line
from kioskd.devices.printer.commands import Justify, UnprintableReceipt
from kioskd.devices.printer.layout import Layout, Rasteriser, Row, is_right_to_left
from kioskd.devices.printer.profile import (
    FONT_HEIGHT_DOTS,
    FONT_WIDTH_DOTS,
    CodePage,
    PrinterProfile,
    QrMode,
)

MAX_LINES = 400
MAX_BYTES = 256 * 1024
MAX_PAPER_MM = 600
CONTINUED = "[continued digitally]"

_LINE_GAP_DOTS = 10
_MAX_FEED_LINES = 20
_FEED_BEFORE_CUT_LINES = 3
_TAIL_BYTES = 64


@dataclass(frozen=True, slots=True)
class PrintData:
    """One job. `pieces` are what may be sent in one go: a picture comes in bands of its own."""

    pieces: tuple[bytes, ...]
    lines: int
    pictures: int
    proofs: tuple[str, ...] = ()
    """Process ids the printer sends back: after the text, and after the cut."""

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def filler_bytes(self) -> int:
        """So many zeros complete whatever this job was interrupted in; a printer ignores the rest of them."""
        bands = [len(piece) for piece in self.pieces if piece.startswith((b"\x1dv", b"\x1d(L", b"\x1d8L"))]
        return max(bands, default=0) + qr.MAX_CHARACTERS


def encode(receipt: Receipt, profile: PrinterProfile, *, rasteriser: Rasteriser) -> bytes:
    """All bytes of the job, without proof of printing. Raises UnprintableReceipt."""
    return compose(receipt, profile, rasteriser=rasteriser).data


def compose(
    receipt: Receipt,
    profile: PrinterProfile,
    *,
    rasteriser: Rasteriser,
    proofs: tuple[str, str] | None = None,
) -> PrintData:
    """The job for one receipt. Raises UnprintableReceipt, and then nothing may be sent.

    A receipt beyond 400 lines, 256 KiB or 600 mm ends early, with a line that says so.
    """
    sheet = _Sheet(profile, is_right_to_left(receipt.language), rasteriser)
    sheet.begin()
    for element in receipt.elements:
        if not all(sheet.put(block) for block in sheet.blocks(element)):
            sheet.put_text(Row(CONTINUED, "", Align.CENTRE))
            break
    sheet.end(proofs)
    job = PrintData(tuple(sheet.pieces), sheet.lines, sheet.pictures, proofs or ())
    commands.audit(job.data)
    return job


@dataclass(slots=True)
class _Sheet:
    """The paper so far, and the modes the printer is in."""

    profile: PrinterProfile
    right_to_left: bool
    rasteriser: Rasteriser
    pieces: list[bytes] = field(default_factory=list)
    lines: int = 0
    pictures: int = 0
    _length_dots: int = 0
    _bytes: int = 0
    _page: CodePage | None = None
    _bold: bool = False
    _size: int = 1
    _justify: Justify = Justify.LEFT

    def begin(self) -> None:
        self._send(commands.INITIALISE)
        if self.profile.multibyte:
            self._send(commands.LEAVE_DOUBLE_BYTE)
        self._send(commands.CHARACTER_SET_USA)
        self._select(self.profile.pages[0])

    def blocks(self, element: Element) -> Iterator[Row | Feed | Qr | Logo]:
        layout = Layout(self.profile, self.rasteriser)
        match element:
            case Text():
                yield from layout.paragraph(element)
            case Columns():
                yield from layout.columns(element)
            case Rule():
                yield Row("-" * self.profile.columns())
            case Feed():
                yield element
            case Logo():
                yield element
            case Qr():
                yield element
                if element.caption:
                    yield from layout.paragraph(Text(element.caption, Align.CENTRE))
            case _:
                assert_never(element)

    def put(self, block: Row | Feed | Qr | Logo) -> bool:
        """Print `block`, or return False when the paper would become too long."""
        match block:
            case Row():
                encoded = self._as_text(block)
                if encoded is None:
                    return self._put_picture(self._draw(block))
                return self._fits(len(encoded[1]), self._line_dots(block.size)) and self.put_text(block)
            case Feed():
                count = min(max(0, block.lines), _MAX_FEED_LINES)
                if count and not self._fits(3, count * self._line_dots(1)):
                    return False
                self._plain()
                if count:
                    self._send(commands.feed(count))
                    self._length_dots += count * self._line_dots(1)
                return True
            case Qr():
                return self._put_qr(block.data)
            case Logo():
                return self._put_picture(logo.draw(block, self.profile.dots))
        assert_never(block)

    def put_text(self, row: Row) -> bool:
        encoded = self._as_text(row)
        if encoded is None:
            raise UnprintableReceipt(f"encoder_bug: a line of {len(row.start)} letters is not text")
        page, line = encoded
        self._select(page)
        self._justified(self._where(row))
        self._sized(row.size)
        self._emboldened(row.bold)
        self._send(line + b"\n")
        self._count(self._line_dots(row.size))
        return True

    def end(self, proofs: tuple[str, str] | None) -> None:
        self._plain()
        self._send(commands.feed(_FEED_BEFORE_CUT_LINES))
        if proofs:
            self._send(commands.process_id(proofs[0]))
        presenter = self.profile.presenter
        self._send(commands.present(presenter) if presenter else commands.cut(self.profile.cut))
        if proofs:
            self._send(commands.process_id(proofs[1]))
        if self.profile.fence:
            self._send(commands.FENCE)

    def _as_text(self, row: Row) -> tuple[CodePage, bytes] | None:
        """The bytes of the line without its line feed; None when it must be drawn."""
        if row.drawn:
            return None
        columns = self.profile.columns(row.size)
        start = " " * row.indent + row.start
        if row.indent or row.end:
            gap = " " * (columns - cells(start) - cells(row.end))
            mirrored = row.end + gap + row.start + " " * row.indent
            text = mirrored if self.right_to_left else start + gap + row.end
        else:
            text = start
        return encode_line(text.rstrip(), self.profile.pages) if cells(text) <= columns else None

    def _where(self, row: Row) -> Justify:
        if row.align is Align.CENTRE:
            return Justify.CENTRE
        if row.indent or row.end:
            return Justify.LEFT
        return Justify.RIGHT if (row.align is Align.END) != self.right_to_left else Justify.LEFT

    def _draw(self, row: Row) -> Image.Image:
        dots, indent = self.profile.dots, row.indent * FONT_WIDTH_DOTS * row.size
        parts = []
        if row.start or not row.end:
            start = self.rasteriser.draw(row.start, row.size, row.bold, self.right_to_left)
            if row.align is Align.CENTRE:
                x = (dots - start.ink.width) // 2
            elif (row.align is Align.END) != self.right_to_left:
                x = dots - start.ink.width - indent
            else:
                x = indent
            parts.append((max(0, x), start))
        if row.end:
            end = self.rasteriser.draw(row.end, row.size, row.bold, self.right_to_left)
            parts.append((0 if self.right_to_left else dots - end.ink.width, end))
        baseline = max(part.baseline for _, part in parts)
        below = max(part.ink.height - part.baseline for _, part in parts)
        line = Image.new("1", (dots, baseline + below), 0)
        for x, part in parts:
            line.paste(part.ink, (x, baseline - part.baseline))
        return line

    def _put_qr(self, data: str) -> bool:
        if self.profile.qr is QrMode.RASTER:
            return self._put_picture(qr.draw(data, self.profile.dots))
        side = qr.modules(data).width
        dots = qr.module_dots(side, self.profile.dots)
        symbol = qr.native(data.encode("ascii"), dots, custom=self.profile.qr is QrMode.NATIVE_CUSTOM)
        if not self._fits(len(symbol), side * dots + 2 * self._line_dots(1)):
            return False
        self._plain()
        self._justified(Justify.CENTRE)
        self._send(b"\n" + symbol + b"\n")
        self._count(side * dots + 2 * self._line_dots(1))
        self.pictures += 1
        return True

    def _put_picture(self, ink: Image.Image) -> bool:
        bands = list(raster.bands(ink, self.profile.graphics))
        if not self._fits(sum(map(len, bands)), ink.height):
            return False
        self._plain()
        for band in bands:
            self.pieces.append(band)
            self._bytes += len(band)
        self.pieces.append(b"")
        self._count(ink.height)
        self.pictures += 1
        return True

    def _fits(self, more_bytes: int, more_dots: int) -> bool:
        longest = MAX_PAPER_MM * self.profile.dpi / 25.4
        return (
            self.lines < MAX_LINES - 1
            and self._bytes + more_bytes + _TAIL_BYTES <= MAX_BYTES
            and self._length_dots + more_dots <= longest - self._line_dots(1) * (_FEED_BEFORE_CUT_LINES + 1)
        )

    def _line_dots(self, size: int) -> int:
        return FONT_HEIGHT_DOTS * size + _LINE_GAP_DOTS

    def _count(self, dots: int) -> None:
        self.lines += 1
        self._length_dots += dots

    def _plain(self) -> None:
        self._emboldened(False)
        self._sized(1)
        self._justified(Justify.LEFT)

    def _select(self, page: CodePage) -> None:
        if page != self._page:
            self._send(commands.code_page(page.id))
            self._page = page

    def _emboldened(self, on: bool) -> None:
        if on != self._bold:
            self._send(commands.bold(on))
            self._bold = on

    def _sized(self, times: int) -> None:
        if times != self._size:
            self._send(commands.size(times))
            self._size = times

    def _justified(self, where: Justify) -> None:
        if where != self._justify:
            self._send(commands.justify(where))
            self._justify = where

    def _send(self, data: bytes) -> None:
        if self.pieces:
            self.pieces[-1] += data
        else:
            self.pieces.append(data)
        self._bytes += len(data)

"""A card that tells what a return leads to, each thing with who does it or how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import Block
from kioskd.ui.screens.staff_words import Mark, Told


def told_block(sheet: Sheet, id: str, heading: str, note: str, lines: Sequence[Told], width: float) -> Block:
    """`note` stands quietly below the heading; either may be empty. As high as all of it needs."""
    inner_w = width - 2 * _pad(sheet)
    height = 2 * sheet.u(24) - _step(sheet)
    if heading:
        height += sheet.height(heading, "strong", inner_w) + _step(sheet)
    if note:
        height += sheet.height(note, _type(sheet), inner_w) + _step(sheet)
    height += sum(_line_height(sheet, line, inner_w) + _step(sheet) for line in lines)
    return Block(height, partial(_draw, sheet, id, heading, note, lines))


def _pad(sheet: Sheet) -> float:
    return sheet.u(32 if not sheet.stage.compact else 20)


def _type(sheet: Sheet) -> str:
    return "small" if sheet.stage.compact else "body"


def _step(sheet: Sheet) -> float:
    return sheet.u(12)


def _tag_w(sheet: Sheet) -> float:
    """Wide enough for every mark, so that the words begin at one edge."""
    return max(sheet.width(sheet.tr(mark.value), "badge") for mark in Mark) + sheet.u(40)


def _tag_h(sheet: Sheet) -> float:
    return sheet.measure.line_mm("badge") + sheet.u(10)


def _line_height(sheet: Sheet, line: Told, width: float) -> float:
    return max(_tag_h(sheet), sheet.height(line.words, _type(sheet), width - _tag_w(sheet) - sheet.u(20)))


def _draw(
    sheet: Sheet, id: str, heading: str, note: str, lines: Sequence[Told], rect: Rect, region: str | None
) -> None:
    tr = sheet.tr
    spoken = [*filter(None, (heading, note)), *(f"{tr(line.mark.value)}: {line.words}" for line in lines)]
    sheet.add(Widget(id, Role.STATUS, rect, "card", name=". ".join(spoken), region=region))
    area = rect.inset(_pad(sheet), sheet.u(24))
    step = _step(sheet)
    area = sheet.text(area, heading, "strong", part_of=id, region=region, gap=step, id=f"{id}/heading")
    area = sheet.text(
        area, note, _type(sheet), style="quiet", part_of=id, region=region, gap=step, id=f"{id}/note"
    )
    for number, line in enumerate(lines):
        row, area = area.top(_line_height(sheet, line, rect.w - 2 * _pad(sheet)), step)
        at, words = row.start(_tag_w(sheet), sheet.u(20))
        tag = Rect(at.x, at.y, at.w, _tag_h(sheet))
        sheet.line(
            tag,
            tr(line.mark.value),
            "badge",
            style=line.mark.style,
            align=Align.CENTRE,
            part_of=id,
            region=region,
            id=f"{id}/mark:{number}",
        )
        sheet.text(words, line.words, _type(sheet), part_of=id, region=region, id=f"{id}/line:{number}")

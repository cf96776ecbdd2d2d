"""One entry of a list for staff: a title and a note, and at the end what counts most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Align, Role, Widget
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.stack import Block

_TITLE, _NOTE = "strong", "small"
_TITLE_LINES = 2


@dataclass(frozen=True, slots=True)
class Row:
    """`end` is written as a tag of the style `tag`, or as an amount without one.

    `lines` is how many lines the note may have. Without an `action` it is only to be read; `selected` is for
    one of several that can be picked.
    """

    id: str
    title: str
    note: str = ""
    end: str = ""
    tag: str = ""
    action: Action | None = None
    selected: bool | None = None
    lines: int = 1


def row_block(sheet: Sheet, row: Row, width: float) -> Block:
    """As high as its words need, and high enough to be touched."""
    least = max(sheet.stage.target_mm if row.action else 0.0, sheet.u(128 if not sheet.stage.compact else 96))
    room = width - 2 * _pad(sheet) - _end_w(sheet, row) - _mark_w(sheet, row)
    height = max(least, sum(_words_h(sheet, row, room)) + sheet.u(40))
    return Block(height, partial(_draw, sheet, row))


def _words_h(sheet: Sheet, row: Row, room: float) -> tuple[float, float]:
    title = sheet.height(row.title, _TITLE, room, _TITLE_LINES)
    return title, sheet.height(row.note, _NOTE, room, row.lines) if row.note else 0.0


def _pad(sheet: Sheet) -> float:
    return sheet.u(32 if not sheet.stage.compact else 20)


def _end_w(sheet: Sheet, row: Row) -> float:
    """With the space before it."""
    if not row.end:
        return 0.0
    type, room = ("badge", sheet.u(64)) if row.tag else ("price", sheet.u(32))
    return sheet.width(row.end, type) + room


def _mark_w(sheet: Sheet, row: Row) -> float:
    """With the space behind it."""
    return sheet.u(44 + 24) if row.selected is not None else 0.0


def _draw(sheet: Sheet, row: Row, rect: Rect, region: str | None) -> None:
    id = row.id
    touched = Role.BUTTON if row.selected is None else Role.RADIO
    sheet.add(
        Widget(
            id,
            touched if row.action else Role.GROUP,
            rect,
            "tile_on" if row.selected else "card",
            name=", ".join(filter(None, (row.title, row.note, row.end))),
            action=row.action,
            selected=row.selected,
            region=region,
            focus=sheet.focus() if row.action else None,
        )
    )
    inner = rect.inset(_pad(sheet), sheet.u(12))
    if row.selected is not None:
        mark, inner = inner.start(sheet.u(44), sheet.u(24))
        sheet.picture(
            mark.around(mark.w, mark.w),
            icon("check" if row.selected else "none", mark.w * 0.2),
            style="mark_on" if row.selected else "mark_off",
            part_of=id,
            region=region,
            id=f"{id}/mark",
        )
    if row.end:
        space = sheet.u(24)
        at, inner = inner.end(_end_w(sheet, row) - space, space)
        _put_end(sheet, row, at, region)
    title_h, note_h = _words_h(sheet, row, inner.w)
    words = inner.around(inner.w, min(inner.h, title_h + note_h))
    words = sheet.text(
        words, row.title, _TITLE, lines=_TITLE_LINES, part_of=id, region=region, id=f"{id}/title"
    )
    sheet.text(
        words, row.note, _NOTE, style="quiet", lines=row.lines, part_of=id, region=region, id=f"{id}/note"
    )


def _put_end(sheet: Sheet, row: Row, at: Rect, region: str | None) -> None:
    id = f"{row.id}/end"
    if not row.tag:
        sheet.line(at, row.end, "price", align=Align.END, part_of=row.id, region=region, id=id)
        return
    tag = at.around(at.w, sheet.measure.line_mm("badge") + sheet.u(14))
    sheet.line(tag, row.end, "badge", style=row.tag, align=Align.CENTRE, part_of=row.id, region=region, id=id)

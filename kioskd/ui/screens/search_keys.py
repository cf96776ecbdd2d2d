"""The letters of the menu's writing as keys, and what was typed with them."""

from __future__ import annotations

from kioskd.core.intents import PressKey
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.keys import key_gap
from kioskd.ui.screens.sheet import Sheet, icon


def columns_in(sheet: Sheet, width: float, most: int) -> int:
    """As many keys as fingers hit beside each other, at most so many."""
    return min(most, int((width + key_gap(sheet) + 0.01) / (sheet.stage.least_target_mm + key_gap(sheet))))


def board_height(sheet: Sheet, letters: str, columns: int, *, deletes: bool = True) -> float:
    """With keys of the least height that a finger hits, one of which `deletes`."""
    rows = -(-(len(letters) + deletes) // columns)
    least = sheet.stage.least_target_mm
    return rows * (least if sheet.stage.compact else max(least, sheet.u(104))) + (rows - 1) * key_gap(sheet)


def letter_board(
    sheet: Sheet, area: Rect, letters: str, columns: int, region: str | None = None, *, deletes: bool = True
) -> None:
    """The letters in their order; where it `deletes`, the key for that takes what is left of the last row."""
    tr, space = sheet.tr, key_gap(sheet)
    keys = (*letters, "back") if deletes else tuple(letters)
    rows = -(-len(keys) // columns)
    left_to_right = tr.rtl and letters[:1].isascii()  # they stand so in every language
    for index, row in enumerate(area.rows(rows, space)):
        cells = row.columns(columns, space)
        shown = keys[index * columns : (index + 1) * columns]
        if deletes and index == rows - 1:
            last = cells[len(shown) - 1]
            cells = (*cells[: len(shown) - 1], Rect(last.x, row.y, row.right - last.x, row.h))
        for cell, key in zip(cells, shown, strict=False):
            turned = Rect(2 * row.x + row.w - cell.right, cell.y, cell.w, cell.h) if left_to_right else cell
            back = key == "back"
            sheet.button(
                f"key:{key}",
                turned,
                tr("Delete the last one") if back else key,
                PressKey(key),
                style="secondary",
                words="" if back else None,
                types=("key", "strong", "pill"),
                picture=icon("backspace", min(cell.w, cell.h) * 0.28) if back else None,
                pad=sheet.u(4),
                region=region,
            )


def typed_field(sheet: Sheet, rect: Rect, typed: str) -> None:
    tr = sheet.tr
    hint = tr("Touch the first letters")
    sheet.add(Widget("typed", Role.STATUS, rect, "secondary", name=tr("Typed so far"), value=typed or hint))
    inner = rect.inset(gap(sheet), sheet.u(8))
    if typed:
        sheet.line(
            inner, typed, ("heading", "strong", "pill", "badge", "tiny"), part_of="typed", id="typed/text"
        )
        return
    if not sheet.stage.compact:
        sign, inner = inner.start(min(inner.h, sheet.u(56)), sheet.u(20))
        sheet.picture(sign.around(sign.w, sign.w), icon("search"), style="quiet", part_of="typed")
    sheet.line(
        inner,
        hint,
        ("body", "small", "tiny"),
        style="quiet",
        align=Align.START,
        lines=3,
        part_of="typed",
        id="typed/hint",
    )


def nothing_found(sheet: Sheet, area: Rect) -> None:
    words = sheet.tr("Nothing is called that. Try fewer letters, or look at the pictures.")
    types = ("heading", "strong", "pill", "badge", "tiny")
    sheet.line(area, words, types, style="quiet", align=Align.CENTRE, lines=5, role=Role.STATUS, id="nothing")

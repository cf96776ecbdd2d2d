"""Finding something on a small panel: letters first, then what they find, beside the letters that go on.

Only those letters are there that lead to something.
"""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.core.catalogue import Product
from kioskd.core.intents import GoBack, PressKey
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.screens.frame import gap, notice_banner
from kioskd.ui.screens.keys import key_gap
from kioskd.ui.screens.lists import pager_w, scroll_area
from kioskd.ui.screens.product_grid import product_grid
from kioskd.ui.screens.search_keys import (
    board_height,
    columns_in,
    letter_board,
    nothing_found,
    typed_field,
)
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.wish_buttons import wishes_button

_MOST_COLUMNS, _MOST_BESIDE = 8, 5
"""Of letters: alone, and beside what they find."""


def search_small(
    sheet: Sheet, body: Rect, visit: Visit, typed: str, letters: str, products: Sequence[Product]
) -> None:
    row, body = body.top(sheet.stage.target_mm, key_gap(sheet))
    controls = _head(sheet, row, visit, typed)
    if not typed:
        body = notice_banner(sheet, visit, body)
        _board(sheet, body, typed, letters, columns_in(sheet, body.w, _MOST_COLUMNS))
        return
    if letters:
        board, body = _beside(sheet, body, letters)
        _board(sheet, board, typed, letters, columns_in(sheet, board.w, _MOST_BESIDE))
    full_h = body.h
    body = notice_banner(sheet, visit, body)
    if products:
        product_grid(sheet, body, full_h, products, visit, reset=typed, controls=controls)
    else:
        nothing_found(sheet, body)


def _head(sheet: Sheet, row: Rect, visit: Visit, typed: str) -> Rect | None:
    """The way back, the wishes, what is typed with the key that deletes; and where a list's buttons go."""
    target, space = sheet.stage.target_mm, gap(sheet)
    back, row = row.start(target, space)
    sheet.button(
        "back",
        back,
        sheet.tr("Back"),
        GoBack(),
        style="chip",
        words="",
        picture=icon("back", target * 0.28, directed=True),
    )
    wishes, row = row.start(target, space)
    wishes_button(sheet, wishes, kept=visit.wishes.count)
    if not typed:
        typed_field(sheet, row, typed)
        return None
    controls, row = row.end(pager_w(sheet), space)
    delete, row = row.end(target, space)
    typed_field(sheet, row, typed)
    sheet.button(
        "key:back",
        delete,
        sheet.tr("Delete the last one"),
        PressKey("back"),
        style="secondary",
        words="",
        picture=icon("backspace", target * 0.28),
    )
    return controls


def _beside(sheet: Sheet, body: Rect, letters: str) -> tuple[Rect, Rect]:
    """So much for the letters that all of them are seen, within reason; the rest is for what they find."""
    key, space = sheet.stage.least_target_mm, key_gap(sheet)
    rows = max(1, int((body.h + space + 0.01) / (key + space)))
    columns = min(_MOST_BESIDE, -(-len(letters) // rows))
    return body.start(columns * (key + space) - space, gap(sheet))


def _board(sheet: Sheet, area: Rect, typed: str, letters: str, columns: int) -> None:
    content_h = board_height(sheet, letters, columns, deletes=False)
    if content_h <= area.h + 0.01:
        rows = -(-len(letters) // columns)
        at = area.top(min(area.h, rows * sheet.u(170)))[0]
        letter_board(sheet, at, letters, columns, deletes=False)
        return
    area, region = scroll_area(sheet, "keys", area, content_h, reset=typed, aside=True)
    columns = columns_in(sheet, area.w, columns)
    content_h = board_height(sheet, letters, columns, deletes=False)
    sheet.resize_region(region.id, content_h)
    at = Rect(area.x, area.y, area.w, content_h)
    letter_board(sheet, at, letters, columns, region.id, deletes=False)

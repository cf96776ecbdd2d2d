"""Finding something on a small panel: the letters take most of it, what they find stands beside them.

Only those letters are there that lead to something.
"""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.core.catalogue import Product
from kioskd.core.intents import GoBack, ShowProduct
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.lists import scroll_area
from kioskd.ui.screens.product_card import ProductCard
from kioskd.ui.screens.search_keys import board_height, columns_in, letter_board, typed_field
from kioskd.ui.screens.sheet import Sheet, icon, photo
from kioskd.ui.screens.wish_buttons import wishes_button

_MOST_COLUMNS = 6


def search_small(
    sheet: Sheet, body: Rect, visit: Visit, typed: str, letters: str, products: Sequence[Product]
) -> None:
    stage, space = sheet.stage, gap(sheet)
    target = stage.target_mm
    board, left = body.end(body.w - 2 * target - 2 * space, space)
    _board(sheet, board, typed, letters)
    row, left = left.top(target, sheet.u(12))
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
    wishes_button(sheet, row.start(target)[0], kept=visit.wishes.count)
    field, left = left.top(sheet.measure.line_mm("strong") + sheet.u(40), sheet.u(12))
    typed_field(sheet, field, typed)
    if typed and not products:
        words = sheet.tr("Nothing is called that. Try fewer letters, or look at the pictures.")
        sheet.text(left, words, ("small", "tiny"), style="quiet", role=Role.STATUS, id="nothing")
    fitting = max(1, int((left.h + sheet.u(12)) / (stage.least_target_mm + sheet.u(12))))
    for cell, product in zip(left.rows(fitting, sheet.u(12)), products, strict=False):
        _hit(sheet, cell, product, visit)


def _board(sheet: Sheet, area: Rect, typed: str, letters: str) -> None:
    columns = columns_in(sheet, area.w, _MOST_COLUMNS)
    content_h = board_height(sheet, letters, columns)
    if content_h <= area.h + 0.01:
        rows = -(-(len(letters) + 1) // columns)
        letter_board(sheet, area.top(min(area.h, rows * sheet.u(170)))[0], letters, columns)
        return
    area, region = scroll_area(sheet, "keys", area, content_h, reset=typed, aside=True)
    columns = columns_in(sheet, area.w, _MOST_COLUMNS)
    content_h = board_height(sheet, letters, columns)
    sheet.resize_region(region.id, content_h)
    letter_board(sheet, Rect(area.x, area.y, area.w, content_h), letters, columns, region.id)


def _hit(sheet: Sheet, rect: Rect, product: Product, visit: Visit) -> None:
    card = ProductCard(sheet, product, visit, rect, None)
    price = sheet.tr.money(product.price)
    spoken = ", ".join(part for part in (card.name, card.note, price) if part)
    sheet.add(
        Widget(
            card.id,
            Role.BUTTON,
            rect,
            "card" if card.welcome else "card_off",
            name=spoken,
            action=ShowProduct(product.sku),
            enabled=card.here,
            focus=sheet.focus() if card.here else None,
        )
    )
    inner = rect.inset(sheet.u(12), sheet.u(6))
    at, inner = inner.start(min(inner.h, sheet.u(64)), sheet.u(10))
    sheet.picture(at.around(at.w, at.w), photo(product.picture, faded=not card.welcome), part_of=card.id)
    sheet.line(inner, card.name, ("pill", "badge", "tiny"), lines=2, part_of=card.id)

"""Products as cards, what suits the guest first; what is too much for the area scrolls."""

from __future__ import annotations

from collections.abc import Iterable

from kioskd.core.catalogue import Product
from kioskd.core.visit import Visit
from kioskd.core.wishes import Fit
from kioskd.ui.geometry import Rect
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.lists import scroll_area
from kioskd.ui.screens.product_card import ProductCard, suits
from kioskd.ui.screens.sheet import Sheet

_CARD_TALL = 430.0
_CARD_WIDE = 190.0


def product_grid(
    sheet: Sheet,
    area: Rect,
    full_h: float,
    products: Iterable[Product],
    visit: Visit,
    *,
    reset: str,
    controls: Rect | None = None,
) -> None:
    """Their size follows from `full_h`, so a passing notice shortens the list, not the cards.

    `reset` and `controls` are as in `scroll_area`. A product for the other service is not shown at all; one
    that is out, or not for this guest, is shown and explained.
    """
    shown = sorted(
        (p for p in products if _offered(p, visit)), key=lambda p: _FIRST.index(suits(p, visit).fit)
    )
    if not shown:
        return
    stage, space = sheet.stage, gap(sheet)
    tall = not stage.compact
    columns = _columns(sheet, area)
    rows = -(-len(shown) // columns)
    height = _card_height(sheet, full_h, rows, space)
    content = rows * height + (rows - 1) * space
    region = None
    if content > area.h + 0.01:
        area, found = scroll_area(sheet, "products", area, content, reset=reset, controls=controls)
        region = found.id
    for index in range(rows):
        cells = Rect(area.x, area.y + index * (height + space), area.w, height).columns(columns, space)
        row = shown[index * columns : (index + 1) * columns]
        cards = [
            ProductCard(sheet, product, visit, cell, region)
            for cell, product in zip(cells, row, strict=False)
        ]
        words_h = max(card.words_h() for card in cards)
        for card in cards:
            if tall:
                card.draw_upright(words_h)
            else:
                card.draw_flat()


_FIRST = (Fit.YES, Fit.ASK, Fit.NO)


def _columns(sheet: Sheet, area: Rect) -> int:
    if sheet.stage.compact:
        return max(1, min(2, int((area.w + gap(sheet)) / sheet.u(390))))
    return max(2, int((area.w + gap(sheet)) / sheet.u(330)))


def _card_height(sheet: Sheet, full_h: float, rows: int, space: float) -> float:
    """As many whole rows as look well; what is too much scrolls."""
    stage = sheet.stage
    wanted = sheet.u(_CARD_WIDE if stage.compact else _CARD_TALL)
    fitting = max(1, round((full_h + space) / (wanted + space)))
    if stage.compact:
        return min((full_h - (fitting - 1) * space) / fitting, sheet.u(240))
    if rows > fitting:
        return wanted  # the next row peeps out, so that it is missed by nobody
    shown = rows if stage.portrait else fitting
    return min((full_h - (shown - 1) * space) / max(1, shown), sheet.u(540 if stage.portrait else 500))


def _offered(product: Product, visit: Visit) -> bool:
    return visit.service is None or visit.service in product.availability.services

"""A member's last order at this kiosk, to be had again with one touch."""

from __future__ import annotations

from kioskd.core.intents import OrderAgain
from kioskd.core.past_order import PastOrder, name_now
from kioskd.core.shop import Shop
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.pair import MEDIUM, pair
from kioskd.ui.screens.sheet import Sheet, icon, photo


def order_again(sheet: Sheet, area: Rect, past: PastOrder, shop: Shop) -> Rect:
    """At the top of `area`; returns what is below. What it was, and when, is nobody else's business."""
    tr, compact = sheet.tr, sheet.stage.compact
    at, rest = area.top(max(sheet.stage.target_mm + sheet.u(16), sheet.u(150)), gap(sheet))
    title = tr("Your last order here, {date}", date=tr.date(past.placed_on))
    what = ", ".join(f"{line.quantity} × {tr.words(name_now(line, shop.catalogue))}" for line in past.lines)
    sheet.add(Widget("last_order", Role.GROUP, at, "card", name=f"{title}: {what}"))
    inner = at.inset(sheet.u(32 if not compact else 16), sheet.u(12))
    words = tr("Order again")
    width = max(sheet.stage.target_mm, sheet.width(words, "strong") + sheet.u(150 if not compact else 40))
    button, inner = inner.end(min(width, inner.w * 0.45), gap(sheet))
    sign = None if compact else icon("again")
    height = max(sheet.stage.target_mm, sheet.u(100))
    target = button.around(button.w, min(height, at.h))
    types = ("strong", "pill", "badge")
    sheet.button("order_again", target, words, OrderAgain(), types=types, picture=sign)
    product = next((p for line in past.lines if (p := shop.catalogue.products.get(line.sku))), None)
    if product is not None and not compact:
        side = min(inner.h, sheet.u(110))
        picture, inner = inner.start(side, sheet.u(24))
        sheet.picture(picture.around(side, side), photo(product.picture), part_of="last_order")
    pair(sheet, inner, title, what, "last_order", sizes=MEDIUM, first_lines=2)
    sheet.keep_private("last_order")
    return rest

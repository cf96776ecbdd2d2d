"""What the merchant suggests, as a strip that waits below: take it, decline it, or leave it there."""

from __future__ import annotations

from kioskd.core.catalogue import Product
from kioskd.core.intents import DeclineSuggestion, TakeSuggestion
from kioskd.core.notice import NoticeKind
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.core.wishes import Fit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.product_card import suits
from kioskd.ui.screens.sheet import Sheet, icon, photo

_WIDE = 1300.0
"""In units: from this width on the question stands beside the products."""


def suggestion_strip(sheet: Sheet, visit: Visit, shop: Shop, area: Rect, *, least: float = 0.0) -> Rect:
    """At the foot of `area`; returns what is above it. Nothing is suggested that the guest does not eat, nor
    where less than `least` would be left above."""
    suggestion = visit.suggestion
    if suggestion is None or (sheet.stage.compact and not _quiet(visit)):
        return area
    known = [shop.catalogue.products[sku] for sku in suggestion.skus]
    products = [product for product in known if suits(product, visit).fit is Fit.YES]
    if not products:
        return area
    tr, compact = sheet.tr, sheet.stage.compact
    question = tr.words(suggestion.rule.question)
    target = sheet.stage.target_mm
    pad = sheet.u(24 if not compact else 8)
    beside = area.w >= sheet.u(_WIDE)
    title_h = 0.0 if compact or beside else sheet.measure.line_mm("strong") + sheet.u(8)
    tile_h = max(target, sheet.u(120))
    at, rest = area.foot(tile_h + title_h + 2 * pad, gap(sheet))
    if rest.h < least:
        return area
    sheet.add(Widget("suggestion", Role.STATUS, at, "soft", name=question))
    inner = at.inset(pad, pad)
    title = Rect(0, 0, 0, 0)
    if title_h:
        title, inner = inner.top(title_h)
    elif beside:
        title, inner = inner.start(sheet.u(360), gap(sheet))
    if title.w:
        types = ("strong", "pill", "badge")
        sheet.line(title, question, types, part_of="suggestion", lines=2, role=Role.HEADING)
    close, inner = inner.end(target, gap(sheet))
    sheet.button(
        "suggestion:no",
        close.around(target, target),
        tr("No, thank you"),
        DeclineSuggestion(),
        style="pill",
        words="",
        picture=icon("cross", target * 0.3),
    )
    shown = products[: _fitting(sheet, inner.w, products)]
    for cell, product in zip(inner.columns(len(shown), gap(sheet)), shown, strict=True):
        _tile(sheet, cell, product)
    return rest


def _quiet(visit: Visit) -> bool:
    """On a small panel there is room for one strip, and news goes first."""
    return visit.notice is None or visit.notice.kind is NoticeKind.ADDED


def _fitting(sheet: Sheet, width: float, products: list[Product]) -> int:
    """How many stand beside each other with every word whole; one at least."""
    least, space = sheet.u(250 if not sheet.stage.compact else 300), gap(sheet)
    words = [word for product in products for word in sheet.tr.words(product.name).split()]
    longest = max((sheet.width(word, "badge") for word in words), default=0.0)
    tile_w = max(least, longest + sheet.u(2 * _PAD + _SIDE + _GAP + 2))
    return max(1, int((width + space) / (tile_w + space)))


_PAD, _SIDE, _GAP = 16, 84, 12
"""Of a tile, in units: beside what is in it, its picture's side, and between that and the words."""


def _tile(sheet: Sheet, rect: Rect, product: Product) -> None:
    tr, id = sheet.tr, f"suggestion:{product.sku}"
    name, price = tr.words(product.name), tr.money(product.price)
    sheet.add(
        Widget(
            id,
            Role.BUTTON,
            rect,
            "tile",
            name=f"{tr('Add {name}', name=name)}, {price}",
            action=TakeSuggestion(product.sku),
            focus=sheet.focus(),
        )
    )
    inner = rect.inset(sheet.u(_PAD), sheet.u(8))
    side = min(inner.h, sheet.u(_SIDE))
    at, inner = inner.start(side, sheet.u(_GAP))
    sheet.picture(at.around(side, side), photo(product.picture), part_of=id)
    price_h = sheet.measure.line_mm("small")
    lines = 1 if sheet.width(name, "pill") <= inner.w else 2
    block = inner.around(inner.w, min(inner.h, lines * sheet.measure.line_mm("badge") + sheet.u(6) + price_h))
    amount, words = block.foot(price_h)
    sheet.line(words, name, ("pill", "badge") if lines == 1 else ("badge",), lines=lines, part_of=id)
    sheet.line(amount, price, ("small", "tiny"), style="quiet", part_of=id)

"""What a product is, in words and signs: description, diets, and everything the law wants to be told."""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.core.catalogue import Allergen, Product
from kioskd.core.phases import Choosing
from kioskd.core.visit import Visit
from kioskd.core.wishes import content, suitability
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.words import ALLERGENS, DIETS, suitability_words


def facts(sheet: Sheet, area: Rect, item: Product, visit: Visit, phase: Choosing) -> None:
    """Of the product with what is chosen for it now. The price is that of the product alone."""
    tr, compact = sheet.tr, sheet.stage.compact
    body_type = ("body", "small") if not compact else ("small", "tiny")
    amount, area = area.foot(sheet.measure.line_mm("heading"), sheet.u(4))
    sheet.line(amount, tr.money(item.price), "heading", id="price")
    warning = suitability_words(suitability(item, phase.choices, visit.wishes), tr, brief=compact)
    if warning:
        area = sheet.text(
            area,
            warning,
            ("strong", "small", "tiny"),
            style="alert_text",
            lines=2,
            role=Role.STATUS,
            id="not_for_you",
        )
        area = Rect(area.x, area.y + sheet.u(8), area.w, max(0.0, area.h - sheet.u(8)))
    inside = content(item, phase.choices)
    names = [allergen for allergen in Allergen if allergen in inside.allergens]
    chips_h = _chips_height(sheet, area.w, [tr(ALLERGENS[name]) for name in names]) + sheet.u(14)
    told = _told(sheet, names, complete=inside.complete)
    told_h = sheet.height(told, "small" if not compact else "tiny", area.w) + sheet.u(14)
    tags_h = sheet.u(62) if item.diets else 0.0
    as_chips = not compact and area.h >= chips_h + told_h + tags_h + sheet.measure.line_mm("body")
    room = area.h - (chips_h if as_chips else 0.0) - told_h - tags_h
    lines = max(1, min(4, int(room / sheet.measure.line_mm("body"))))
    if room >= sheet.measure.line_mm("small"):
        area = sheet.text(area, tr.words(item.description), body_type, lines=lines, gap=sheet.u(14))
    if item.diets and area.h > sheet.u(62) + told_h - sheet.u(14):
        row, area = area.top(sheet.u(48), sheet.u(14))
        _diets(sheet, row, item)
    if not as_chips or not names:
        sheet.text(area, told, ("small", "tiny"), style="quiet", id="allergens")
        return
    head_words = tr("Contains") if inside.complete else tr("Contains, and perhaps more: please ask us")
    sheet.add(Widget("allergens", Role.TEXT, area.top(chips_h + told_h)[0], "plain", name=told))
    area = sheet.text(area, head_words, ("small", "tiny"), style="quiet", part_of="allergens", lines=2)
    _chips(sheet, area, names)


def _told(sheet: Sheet, names: Sequence[Allergen], *, complete: bool) -> str:
    tr = sheet.tr
    listed = tr("Contains {list}", list=", ".join(tr(ALLERGENS[name]) for name in names)) if names else ""
    if complete:
        return listed or tr("No listed allergens")
    unknown = tr("Allergens not known: please ask us")
    return f"{listed}. {unknown}" if listed else unknown


def _diets(sheet: Sheet, row: Rect, item: Product) -> None:
    for diet in sorted(item.diets):
        words = sheet.tr(DIETS[diet])
        side = sheet.u(32)
        width = sheet.width(words, "badge") + side + sheet.u(50)
        if width > row.w:
            break
        at, row = row.start(width, sheet.u(12))
        sheet.surface(at, "tag_good", id=f"diet:{diet}")
        sign, text = at.inset(sheet.u(16), 0).start(side, sheet.u(10))
        sheet.picture(sign.around(side, side), icon(diet.value), style="action_text", part_of=f"diet:{diet}")
        sheet.line(text, words, "badge", style="action_text", id=f"diet:{diet}/text")


def _chip_w(sheet: Sheet, words: str) -> float:
    return sheet.u(40 + 10 + 28) + sheet.width(words, "small")


def _chips_height(sheet: Sheet, width: float, words: Sequence[str]) -> float:
    rows, x = 1, 0.0
    for each in words:
        if x and x + _chip_w(sheet, each) > width:
            rows, x = rows + 1, 0.0
        x += _chip_w(sheet, each)
    return rows * sheet.u(54) if words else 0.0


def _chips(sheet: Sheet, area: Rect, names: Sequence[Allergen]) -> None:
    """A sign with its word, one after the other, as many in a row as there is room for."""
    x, y = area.x, area.y
    for name in names:
        words = sheet.tr(ALLERGENS[name])
        width = _chip_w(sheet, words)
        if x > area.x and x + width > area.right:
            x, y = area.x, y + sheet.u(54)
        at = Rect(x, y, min(width, area.w), sheet.u(54))
        sign, text = at.start(sheet.u(40), sheet.u(10))
        sheet.picture(sign.around(sign.w, sign.w), icon(name.value), part_of="allergens")
        sheet.line(text, words, ("small", "tiny"), part_of="allergens", id=f"allergen:{name}")
        x += width

"""What a guest should know before they begin: calm, short, and what works instead."""

from __future__ import annotations

from kioskd.core.shop import Shop
from kioskd.core.shortfall import Shortfall, shortfalls
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import later
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet

_WORDS = {
    Shortfall.COUNTER_ONLY: later("Cards do not work here right now. You can pay at the counter."),
    Shortfall.POINTS_LATER: later("Points are added later, by themselves."),
    Shortfall.NO_PAPER: later("There are no paper receipts right now."),
}


def shortfall_banner(sheet: Sheet, visit: Visit, shop: Shop, area: Rect) -> Rect:
    """At the foot of `area`; returns what is left. Nothing while something else is said.

    Where there is little height only the weightiest are told; the others are when they matter.
    """
    words = _words(sheet, visit, shop, area.w)
    if not words:
        return area
    at, area = area.foot(shortfall_height(sheet, visit, shop, area.w) - gap(sheet), gap(sheet))
    sheet.add(Widget("shortfall", Role.STATUS, at, "notice", name=words))
    inner = at.inset(_pad(sheet), _pad(sheet) / 2)
    sheet.text(inner, words, ("small", "tiny"), lines=_most_lines(sheet), part_of="shortfall")
    return area


def shortfall_height(sheet: Sheet, visit: Visit, shop: Shop, width: float) -> float:
    """What `shortfall_banner` takes of an area that wide, with the gap."""
    words = _words(sheet, visit, shop, width)
    if not words:
        return 0.0
    return (
        sheet.height(words, "small", width - 2 * _pad(sheet), _most_lines(sheet)) + _pad(sheet) + gap(sheet)
    )


def _words(sheet: Sheet, visit: Visit, shop: Shop, width: float) -> str:
    """As much as there is room for."""
    told = [sheet.tr(_WORDS[each]) for each in shortfalls(visit, shop)]
    if not told or visit.notice is not None:
        return ""
    room, most = width - 2 * _pad(sheet), (_most_lines(sheet) + 0.5) * sheet.measure.line_mm("small")
    while len(told) > 1 and sheet.height(" ".join(told), "small", room) > most:
        told.pop()
    return " ".join(told)


def _pad(sheet: Sheet) -> float:
    return sheet.u(24 if not sheet.stage.compact else 12)


def _most_lines(sheet: Sheet) -> int:
    return 6 if not sheet.stage.compact else 2

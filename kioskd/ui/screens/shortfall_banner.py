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
    told = [sheet.tr(_WORDS[each]) for each in shortfalls(visit, shop)]
    if not told or visit.notice is not None:
        return area
    compact = sheet.stage.compact
    pad = sheet.u(24 if not compact else 12)
    width, most_lines = area.w - 2 * pad, 6 if not compact else 2
    line_h = sheet.measure.line_mm("small")
    while len(told) > 1 and sheet.height(" ".join(told), "small", width, 9) > (most_lines + 0.5) * line_h:
        told.pop()
    words = " ".join(told)
    at, area = area.foot(sheet.height(words, "small", width, most_lines) + pad, gap(sheet))
    sheet.add(Widget("shortfall", Role.STATUS, at, "notice", name=words))
    sheet.text(at.inset(pad, pad / 2), words, ("small", "tiny"), lines=most_lines, part_of="shortfall")
    return area

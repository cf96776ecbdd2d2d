"""What a guest should know before they begin: calm, short, and what works instead."""

from __future__ import annotations

from kioskd.core.shortfall import Shortfall, shortfalls
from kioskd.core.visit import Shop, Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.scene import Role, Widget
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet

_WORDS = {
    Shortfall.COUNTER_ONLY: later("Cards do not work here right now. You can pay at the counter."),
    Shortfall.POINTS_LATER: later("Points are added later, by themselves."),
    Shortfall.NO_PAPER: later("There are no paper receipts right now."),
}


def shortfall_words(visit: Visit, shop: Shop, tr: Translator) -> str:
    return " ".join(tr(_WORDS[each]) for each in shortfalls(visit, shop))


def shortfall_banner(sheet: Sheet, visit: Visit, shop: Shop, area: Rect) -> Rect:
    """At the foot of `area`; returns what is left. Nothing while something else is said."""
    words = shortfall_words(visit, shop, sheet.tr)
    if not words or visit.notice is not None:
        return area
    pad = sheet.u(24 if not sheet.stage.compact else 12)
    type = "small"
    height = sheet.height(words, type, area.w - 2 * pad, 6) + pad
    at, area = area.foot(height, gap(sheet))
    sheet.add(Widget("shortfall", Role.STATUS, at, "notice", name=words))
    sheet.text(at.inset(pad, pad / 2), words, (type, "tiny"), lines=6, part_of="shortfall")
    return area

"""What the basket would earn, in words. The number comes late or never, so its place is always kept."""

from __future__ import annotations

from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Role
from kioskd.ui.screens.frame import points_words
from kioskd.ui.screens.sheet import Sheet

SMALLEST = "tiny"


def earning_points(sheet: Sheet, visit: Visit) -> str:
    """ "21 Shells", or nothing while that is not known, or nothing would be earned."""
    preview = visit.preview
    if preview is None or preview.points <= 0:
        return ""
    return points_words(sheet, preview.points, preview.points_name)


def earning_words(sheet: Sheet, visit: Visit, width: float) -> str:
    """A sentence that is true for who is here, the number alone where that is too wide, or nothing."""
    points = earning_points(sheet, visit)
    if not points:
        return ""
    sure = visit.member or visit.saved_card or visit.lookup
    words = (
        sheet.tr("You will earn {points}", points=points)
        if sure
        else sheet.tr("Worth {points}", points=points)
    )
    return words if sheet.width(words, SMALLEST) <= width else points


def earning_line(sheet: Sheet, rect: Rect, visit: Visit) -> None:
    if words := earning_words(sheet, visit, rect.w):
        sheet.line(rect, words, ("small", SMALLEST), style="quiet", role=Role.STATUS, id="earning")

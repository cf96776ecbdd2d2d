"""Somebody is being asked: a calm sign of it, with an end."""

from __future__ import annotations

from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Spin, Widget
from kioskd.ui.screens.sheet import Sheet, icon


def waiting(sheet: Sheet, area: Rect, title: str, until_s: float) -> None:
    """In the middle of `area`. `title` says what for; it ends at `until_s` (monotonic) at the latest."""
    compact = sheet.stage.compact
    text_h = sheet.measure.line_mm("title") * 2 + sheet.measure.line_mm("body")
    space = sheet.u(56) if not compact else sheet.u(24)
    side = min(sheet.u(220 if not compact else 130), max(sheet.u(60), area.h - space - text_h))
    block = area.around(min(area.w, sheet.u(900)), min(area.h, side + space + text_h))
    top, below = block.top(side, space)
    sheet.add(
        Widget(
            "busy",
            Role.STATUS,
            top.around(side, side),
            "action_text",
            name=title,
            picture=icon("spinner"),
            busy=True,
            motion=Spin(until_s),
        )
    )
    below = sheet.text(
        below,
        title,
        ("title", "heading", "strong"),
        align=Align.CENTRE,
        lines=2,
        gap=sheet.u(8),
        part_of="busy",
        id="busy/title",
    )
    sheet.text(below, sheet.tr("One moment…"), "body", style="quiet", align=Align.CENTRE, lines=1)

"""Short questions in front of the screen they interrupt."""

from __future__ import annotations

from kioskd.core.intents import ConfirmCancel, GoBack, StillHere
from kioskd.core.phases import StillThere
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, Align, Role
from kioskd.ui.screens.frame import gap, margin
from kioskd.ui.screens.sheet import Sheet, art


def still_there(sheet: Sheet, visit: Visit, phase: StillThere) -> str:
    tr = sheet.tr
    title = tr("Are you still there?")
    seconds = tr.plural(
        "We start afresh in {n} second.", "We start afresh in {n} seconds.", phase.remaining_s
    )
    area = _dialogue(sheet, [("here", tr("Yes, go on"), StillHere(), "primary")])
    role = Role.STATUS if phase.remaining_s in _SAID_S else Role.TEXT
    _say(sheet, area, title, seconds, number=tr.number(phase.remaining_s), role=role)
    return title


def confirm_cancel(sheet: Sheet, visit: Visit) -> str:
    tr = sheet.tr
    title = tr("Cancel your order?")
    count = tr.plural("{n} item leaves your order.", "{n} items leave your order.", visit.basket.count)
    area = _dialogue(
        sheet,
        [
            ("keep", tr("Keep my order"), GoBack(), "primary"),
            ("cancel", tr("Yes, cancel it"), ConfirmCancel(), "danger"),
        ],
    )
    _say(sheet, area, title, count, picture="take-away")
    return title


def _dialogue(sheet: Sheet, buttons: list[tuple[str, str, Action, str]]) -> Rect:
    """A card in the middle with its buttons at the foot; returns the room above them."""
    stage = sheet.stage
    sheet.surface(stage.area, "scrim", id="scrim")
    width = min(sheet.u(900), stage.area.w - 2 * margin(sheet))
    button_h = max(stage.target_mm, sheet.u(130))
    pad = sheet.u(60 if not stage.compact else 28)
    stacked = stage.portrait
    rows = len(buttons) if stacked else 1
    buttons_h = rows * button_h + (rows - 1) * gap(sheet)
    height = min(2 * pad + sheet.u(560 if stacked else 500) + buttons_h, stage.area.h - 2 * sheet.u(24))
    card = stage.area.around(width, height)
    sheet.surface(card, "dialog", id="dialog")
    foot, area = card.inset(pad, pad).foot(buttons_h, sheet.u(32 if not stage.compact else 16))
    cells = foot.rows(len(buttons), gap(sheet)) if stacked else foot.columns(len(buttons), gap(sheet))
    for cell, (id, name, action, style) in zip(cells, buttons, strict=True):
        sheet.button(id, cell, name, action, style=style)
    return area


_SAID_S = (10, 5)
"""The seconds at which the countdown is said again: with every one of them nothing else could be heard."""


def _say(
    sheet: Sheet,
    area: Rect,
    title: str,
    more: str,
    *,
    number: str = "",
    picture: str = "",
    role: Role = Role.TEXT,
) -> None:
    compact = sheet.stage.compact
    text_h = sheet.height(title, "title", area.w, 2) + sheet.height(more, "body", area.w, 2) + sheet.u(24)
    top, below = area.top(max(0.0, area.h - text_h), sheet.u(8))
    if number:
        size = "giant" if sheet.measure.line_mm("giant") <= top.h else "points" if not compact else "hero"
        if sheet.measure.line_mm(size) > top.h:
            size = "title"
        style, centre = "action_text", Align.CENTRE
        sheet.line(top, number, size, style=style, align=centre, id="seconds", part_of="more")
    elif picture:
        side = min(top.h, sheet.u(300))
        sheet.picture(top.around(side, side), art(picture))
    below = sheet.text(
        below,
        title,
        ("title", "heading", "strong"),
        align=Align.CENTRE,
        lines=2,
        role=Role.HEADING,
        id="title",
        gap=sheet.u(12),
    )
    types, centre = ("body", "small"), Align.CENTRE
    sheet.text(below, more, types, style="quiet", align=centre, lines=2, id="more", role=role)

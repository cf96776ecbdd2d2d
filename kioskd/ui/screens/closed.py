"""When a person is needed: calm for the guest, precise for the team."""

from __future__ import annotations

from kioskd.core.intents import Finish
from kioskd.core.phases import AskStaff, Blockage, OutOfOrder
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import later
from kioskd.ui.scene import Align, Role
from kioskd.ui.screens.frame import frame
from kioskd.ui.screens.sheet import Sheet, art
from kioskd.ui.text import clean

_REASONS = {
    Blockage.NO_TENDER: later(
        "This kiosk cannot take payments right now. Our team at the counter is happy to help you."
    ),
    Blockage.SETUP: later("This kiosk is being set up. Our team at the counter is happy to help you."),
}


def out_of_order(sheet: Sheet, visit: Visit, shop: Shop, phase: OutOfOrder) -> str:
    tr, stage = sheet.tr, sheet.stage
    layout = frame(sheet, visit, shop, leave=None, foot=False, help=False)
    title = tr("Back in a moment")
    body = layout.body
    has_a_page = shop.staff and phase.reason is Blockage.NO_TENDER  # staff read there what is broken
    if phase.details and not has_a_page:
        words = "\n".join([tr("For our team:"), *(clean(detail) for detail in phase.details[:4])])
        if stage.portrait:
            height = sheet.u(40) + sheet.height(words, "small", body.w - sheet.u(48))
            at, body = body.foot(min(height, body.h * 0.4), sheet.u(24))
        else:  # beside what stands in the corners, and above it as far as that takes
            height = sheet.u(16) + sheet.height(words, "small", layout.foot.w - sheet.u(48))
            height = min(height, layout.foot.h + body.h * 0.4)
            at = Rect(layout.foot.x, layout.foot.bottom - height, layout.foot.w, height)
            body = body.top(body.h - max(height - layout.foot.h, 0.0))[0]
        _details(sheet, at, words)
    _calm(sheet, body, title, tr(_REASONS[phase.reason]), "toolbox")
    return title


def _details(sheet: Sheet, rect: Rect, words: str) -> None:
    inner = rect.inset(sheet.u(24), 0)
    sheet.text(inner, words, ("small", "tiny"), style="quiet", align=Align.CENTRE, id="details")


def ask_staff(sheet: Sheet, visit: Visit, shop: Shop, phase: AskStaff) -> str:
    tr = sheet.tr
    layout = frame(sheet, visit, shop, leave=None, languages=False)
    sheet.button("done", layout.foot, tr("Our team is helping me"), Finish(), style="secondary")
    title = tr("Please ask our team")
    words = tr(
        "We cannot see yet whether your payment went through. Please do not pay again: we check it together."
    )
    if phase.owed is not None:
        words = tr(
            "The kiosk could not hand {amount} back to your card. Our team does it: show them this number.",
            amount=tr.money(phase.owed),
        )
    number = tr("Order {number}", number=clean(phase.order.number, 12))
    _calm(sheet, layout.body, title, words, "bell", number=number)
    return title


def _calm(sheet: Sheet, body: Rect, title: str, words: str, picture: str, *, number: str = "") -> None:
    stage = sheet.stage
    if stage.portrait:
        area, align = body.inset(sheet.u(48), 0), Align.CENTRE
        side = min(area.w * 0.5, area.h * 0.36)
        text_h = _text_height(sheet, area.w, title, words, number)
        block = area.around(area.w, min(area.h, side + sheet.u(64) + text_h))
        top, rest = block.top(side, sheet.u(64))
        sheet.picture(top.around(side, side), art(picture))
    else:
        at, rest = body.start(body.w * 0.32, sheet.u(48))
        align = Align.START
        side = min(at.w, body.h) * 0.8
        sheet.picture(at.around(side, side), art(picture))
        rest = rest.around(rest.w, min(rest.h, _text_height(sheet, rest.w, title, words, number)))
    if number:
        size = "hero" if not stage.compact else "title"
        rest = sheet.text(
            rest,
            number,
            (size, "title", "heading"),
            style="action_text",
            align=align,
            lines=1,
            id="number",
            gap=sheet.u(16),
        )
    rest = sheet.text(
        rest,
        title,
        ("title", "heading", "strong"),
        align=align,
        lines=2,
        role=Role.HEADING,
        id="title",
        gap=sheet.u(16),
    )
    sheet.text(rest, words, ("body", "small"), style="quiet", align=align, id="why", role=Role.STATUS)


def _text_height(sheet: Sheet, width: float, title: str, words: str, number: str) -> float:
    height = sheet.height(title, "title", width, 2) + sheet.u(16) + sheet.height(words, "body", width)
    if number:
        height += sheet.measure.line_mm("hero" if not sheet.stage.compact else "title") + sheet.u(16)
    return height

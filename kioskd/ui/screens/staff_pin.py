"""The PIN of the staff screen: dots for the digits, and nothing else of them."""

from __future__ import annotations

from kioskd.core.intents import GoBack, SubmitNumber
from kioskd.core.shop import Shop
from kioskd.core.staff import MAX_PIN_LENGTH, EnteringPin
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.keys import digit_keys
from kioskd.ui.screens.sheet import Sheet, art
from kioskd.ui.screens.staff_page import calm, staff_frame


def staff_pin(sheet: Sheet, visit: Visit, shop: Shop, phase: EnteringPin) -> str:
    tr, stage = sheet.tr, sheet.stage
    title = tr("Staff")
    layout = staff_frame(sheet, visit, shop, foot=True)
    if phase.closed_until_s is not None:
        _closed(sheet, head(sheet, layout.body, title, back=GoBack()))
        return title
    _submit(sheet, layout.foot, phase)
    if stage.portrait:
        body = head(sheet, layout.body, title, back=GoBack())
        field, keys = body.top(sheet.u(170), sheet.u(40))
        keys = keys.around(min(keys.w, sheet.u(840)), min(keys.h, sheet.u(1040)))
    else:
        left, keys = layout.body.start(layout.body.w * 0.5, gap(sheet) * 1.5)
        left = head(sheet, left, title, back=GoBack())
        field, rest = left.top(sheet.u(170 if not stage.compact else 140), sheet.u(24))
        if not stage.compact:
            side = min(rest.h * 0.8, sheet.u(300))
            sheet.picture(rest.around(rest.w, side), art("locked"))
    _field(sheet, field, phase)
    digit_keys(sheet, keys)
    return title


def _field(sheet: Sheet, rect: Rect, phase: EnteringPin) -> None:
    tr, typed = sheet.tr, len(phase.digits)
    hint = tr("That was another PIN. Try again.") if phase.wrong else tr("Type your PIN")
    value = tr.plural("{n} digit", "{n} digits", typed) if typed else hint
    sheet.add(Widget("pin", Role.STATUS, rect, "secondary", name=tr("PIN"), value=value))
    inner = rect.inset(sheet.u(40), sheet.u(10))
    if not typed:
        style = "alert_text" if phase.wrong else "quiet"
        sheet.line(
            inner,
            hint,
            ("body", "small"),
            style=style,
            align=Align.CENTRE,
            lines=2,
            part_of="pin",
            id="pin/hint",
        )
        return
    step = min(inner.w / MAX_PIN_LENGTH, sheet.u(64))
    side = min(step * 0.6, sheet.u(32))
    row = inner.around(step * typed, side)
    for place, cell in enumerate(row.columns(typed)):
        sheet.surface(cell.around(side, side), "mark_on", id=f"pin/{place}")


def _submit(sheet: Sheet, foot: Rect, phase: EnteringPin) -> None:
    tr = sheet.tr
    if phase.digits:
        sheet.button("submit", foot, tr("Open"), SubmitNumber())
        return
    words = tr("One moment…") if phase.asking else tr("Type your PIN first")
    sheet.add(
        Widget(
            "submit", Role.BUTTON, foot, "primary", name=words, enabled=False, busy=phase.asking is not None
        )
    )
    sheet.line(
        foot.inset(sheet.u(20), 0),
        words,
        ("button", "strong", "pill"),
        style="quiet",
        align=Align.CENTRE,
        part_of="submit",
        lines=2,
    )


def _closed(sheet: Sheet, body: Rect) -> None:
    """No keys while no PIN is taken."""
    words = sheet.tr("Too many tries. Please wait a while: the keys come back by themselves.")
    calm(sheet, body, "locked", words)

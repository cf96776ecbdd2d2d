"""Being recognised: show the card, or type its number."""

from __future__ import annotations

from kioskd.core.health import DeviceKind
from kioskd.core.intents import GoBack, ShowKeypad, SubmitNumber
from kioskd.core.phases import Identifying
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Align, Breathe, Role, Widget
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, notice_banner
from kioskd.ui.screens.keys import digit_keys
from kioskd.ui.screens.scan_words import can_scan, hint_words, only_camera
from kioskd.ui.screens.sheet import Sheet, art, icon, seen_by_camera
from kioskd.ui.screens.wait import waiting

_LEAST_DIGITS = 3


def identify(sheet: Sheet, visit: Visit, shop: Shop, phase: Identifying) -> str:
    if visit.lookup is not None:
        return _waiting(sheet, visit, shop)
    if phase.keypad or not can_scan(visit):
        return _keypad(sheet, visit, shop, phase)
    return _scan(sheet, visit, shop)


def _scan(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    tr, stage = sheet.tr, sheet.stage
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet))
    sheet.button(
        "type_number",
        layout.foot,
        tr("Type the number instead"),
        ShowKeypad(),
        style="secondary",
        picture=icon("keypad"),
        types=("button", "strong", "pill"),
    )
    title = tr("Scan your card")
    body = head(sheet, layout.body, title, back=GoBack())
    sheet.surface(body, "card", id="scan")
    inner = body.inset(sheet.u(56 if not stage.compact else 24), sheet.u(56 if not stage.compact else 20))
    if stage.portrait:
        side = min(inner.w * 0.56, inner.h * 0.42)
        arrow_h = min(inner.h * 0.24, sheet.u(250))
        words_h = sheet.measure.line_mm("heading") * 2 + sheet.measure.line_mm("body") * 2
        block = inner.around(inner.w, min(inner.h, side + words_h + arrow_h + sheet.u(120)))
        picture, rest = block.top(side, sheet.u(56))
        words, arrow = rest.top(words_h, sheet.u(40))
        _phone(sheet, picture.around(side, side), camera=visit.has(DeviceKind.CAMERA))
        _how(sheet, words, visit, Align.CENTRE)
    else:
        side = min(inner.h, inner.w * 0.34)
        picture, rest = inner.start(side, sheet.u(56 if not stage.compact else 24))
        arrow, words = rest.end(min(inner.h * 0.5, inner.w * 0.16), sheet.u(24))
        _phone(sheet, picture.around(side, side), camera=visit.has(DeviceKind.CAMERA))
        words_h = sheet.measure.line_mm("heading") * 3 + sheet.measure.line_mm("body") * 2
        _how(sheet, words.around(words.w, min(words.h, words_h)), visit, Align.START)
    if not only_camera(visit):
        _arrow(sheet, arrow)
    return title


def _phone(sheet: Sheet, rect: Rect, *, camera: bool) -> None:
    """A code as guests know it, on a tile in the colour of what to do; or what the camera sees of theirs."""
    sheet.surface(rect, "action_tile", id="scan/tile")
    sign = icon("scan", rect.w * 0.24)
    if camera:
        sign = seen_by_camera(sign, rect.w * 0.04)
    name = sheet.tr("What the camera sees") if camera else ""
    sheet.picture(rect, sign, style="on_action", name=name, id="scan/sign")


def _how(sheet: Sheet, area: Rect, visit: Visit, align: Align) -> None:
    tr = sheet.tr
    if only_camera(visit):
        first = tr("Hold your card or phone in front of the camera")
    else:
        first = tr("Hold your card or phone under the scanner below the screen")
    hint = hint_words(tr, visit)
    second = hint or tr("Your points are here in a second.")
    above = area.top(area.h - sheet.height(second, "small", area.w, 2) - sheet.u(16))[0]
    rest = sheet.text(
        above, first, ("heading", "strong", "pill"), align=align, gap=sheet.u(16), id="scan/how", lines=3
    )
    sheet.text(
        area.foot(area.bottom - rest.y)[0],
        second,
        ("body", "small", "tiny"),
        style="plain" if hint else "quiet",
        align=align,
        lines=2,
        id="scan/hint" if hint else "scan/promise",
    )


def _arrow(sheet: Sheet, area: Rect) -> None:
    tall = min(area.h * 0.8, area.w, sheet.u(230))
    at = Rect(area.x, area.y, area.w, area.h * 0.84 if area.h > tall * 1.2 else tall)
    sheet.picture(
        at.around(tall, tall),
        icon("arrow_down"),
        style="alert_text",
        id="scan/arrow",
        motion=Breathe(min(sheet.u(28), area.h * 0.08)),
    )


def _waiting(sheet: Sheet, visit: Visit, shop: Shop) -> str:
    assert visit.lookup is not None
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet))
    sheet.button("stop", layout.foot, sheet.tr("Never mind"), GoBack(), style="secondary")
    title = sheet.tr("Looking up your card")
    waiting(sheet, layout.body, title, visit.lookup.deadline_s)
    return title


# --- the number -----------------------------------------------------------------------------------------


def _keypad(sheet: Sheet, visit: Visit, shop: Shop, phase: Identifying) -> str:
    tr, stage = sheet.tr, sheet.stage
    ready = len(phase.digits) >= _LEAST_DIGITS
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet), notice=not stage.compact)
    if ready:
        sheet.button("submit", layout.foot, tr("Find my points"), SubmitNumber())
    else:
        sheet.add(
            Widget(
                "submit",
                Role.BUTTON,
                layout.foot,
                "primary",
                name=tr("Type your number first"),
                enabled=False,
            )
        )
        sheet.line(
            layout.foot.inset(sheet.u(20), 0),
            tr("Type your number first"),
            ("button", "strong", "pill"),
            style="quiet",
            align=Align.CENTRE,
            part_of="submit",
            lines=2,
        )
    title = tr("Your card number")
    if stage.portrait:
        body = head(sheet, layout.body, title, back=GoBack())
        shown, keys = body.top(sheet.u(170), sheet.u(40))
        keys = keys.around(min(keys.w, sheet.u(840)), min(keys.h, sheet.u(1040)))
    else:
        left, keys = layout.body.start(layout.body.w * 0.5, gap(sheet) * 1.5)
        left = head(sheet, left, title, back=GoBack())
        shown, rest = left.top(sheet.u(170 if not stage.compact else 140), sheet.u(24))
        if not stage.compact:
            side = min(rest.h * 0.8, sheet.u(300))
            sheet.picture(rest.around(rest.w, side), art("member-card"))
        else:  # beside the keys: above them it would make them too small
            notice_banner(sheet, visit, rest)
    _number(sheet, shown, phase.digits)
    digit_keys(sheet, keys)
    return title


def _number(sheet: Sheet, rect: Rect, digits: str) -> None:
    tr = sheet.tr
    # No-break spaces keep the groups in order where text runs from right to left.
    grouped = "\u00a0".join(digits[i : i + 4] for i in range(0, len(digits), 4))
    hint = tr("The number on your card or in the app")
    sheet.add(Widget("number", Role.STATUS, rect, "secondary", name=tr("Your number"), value=grouped or hint))
    inner = rect.inset(sheet.u(40), sheet.u(10))
    if digits:
        typed = tr.plural("{n} sign typed", "{n} signs typed", len(digits))
        sheet.keep_private("number", f"{tr('Your number')}, {typed}")
        sheet.line(
            inner,
            grouped,
            ("amount", "title", "heading", "strong", "pill", "badge"),
            align=Align.CENTRE,
            part_of="number",
            id="number/digits",
            tabular=True,
        )
    else:
        sheet.line(
            inner,
            hint,
            ("body", "small"),
            style="quiet",
            align=Align.CENTRE,
            lines=2,
            part_of="number",
            id="number/hint",
        )

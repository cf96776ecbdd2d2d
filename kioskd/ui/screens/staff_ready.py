"""Is everything ready to sell? What works and what does not, and why; and tests of what can be tried."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.health import DeviceKind, DeviceState
from kioskd.core.intents import GoBack
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.readiness import CheckingReadiness, Corner, Readiness, TestingTouch
from kioskd.core.shop import Shop
from kioskd.core.staff_intents import StartSelling, TestPrinter, TestScanners, TestTouch, TouchCorner
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.scene import Align, Role
from kioskd.ui.screens.frame import frame, gap
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_devices import BACKEND_STATES, device_row
from kioskd.ui.screens.staff_page import calm, list_head, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean, embedded

_CORNERS = {
    Corner.TOP_LEFT: later("Top left"),
    Corner.TOP_RIGHT: later("Top right"),
    Corner.BOTTOM_LEFT: later("Bottom left"),
    Corner.BOTTOM_RIGHT: later("Bottom right"),
}
_PRINTED = (PrintVerdict.PRINTED, PrintVerdict.UNVERIFIED)


def staff_ready(sheet: Sheet, visit: Visit, shop: Shop, phase: CheckingReadiness) -> str:
    tr = sheet.tr
    title = tr("Is everything ready?")
    layout = staff_frame(sheet, visit, shop, foot=True, closes=not phase.first)
    body, controls = list_head(sheet, layout.body, title, None if phase.first else GoBack())
    if phase.asking is not None:
        waiting(sheet, body, tr("One moment…"), phase.due_s or 0.0)
        return title
    sheet.button("start", layout.foot, tr("Start selling"), StartSelling())
    if phase.readiness is None:
        calm(sheet, body, "warning", tr("This could not be looked up. Go back and try again."))
        return title
    rows = [*_state(visit, shop, phase.readiness, tr), *_tests(visit, phase, tr)]
    blocks = [row_block(sheet, row, body.w) for row in rows]
    stack(sheet, "ready", body, blocks, gap(sheet) * 0.75 + 0.75, reset="ready", controls=controls)
    return title


def _state(visit: Visit, shop: Shop, readiness: Readiness, tr: Translator) -> Iterator[Row]:
    kiosk = tr("Kiosk {id}", id=embedded(clean(shop.kiosk, 12), tr.rtl))
    yield Row("shop", embedded(clean(shop.name, 60), tr.rtl), kiosk)
    if shop.loyalty:
        words, tag = BACKEND_STATES[visit.online]
        yield Row("backend", tr("Loyalty system"), end=tr(words), tag=tag)
    words, tag = (
        (tr("Checked"), "tag_good") if readiness.clock_trusted else (tr("Not checked yet"), "tag_alert")
    )
    now = f"{tr.date(visit.now.date())}, {visit.now:%H:%M}"
    yield Row("clock", tr("Clock"), embedded(now, tr.rtl), end=words, tag=tag)
    for device in visit.devices.values():
        yield device_row(device, visit, tr)


def _tests(visit: Visit, phase: CheckingReadiness, tr: Translator) -> Iterator[Row]:
    here = {device.kind for device in visit.devices.values() if device.state is not DeviceState.DISABLED}
    worked, failed = (tr("Tried"), "tag_good"), (tr("Did not work"), "tag_alert")
    if DeviceKind.PRINTER in here:
        tried = ("", "") if phase.printed is None else worked if phase.printed in _PRINTED else failed
        title, note = tr("Print a test receipt"), tr("With a ruler")
        yield Row("test:print", title, note, end=tried[0], tag=tried[1], action=TestPrinter())
    if here & {DeviceKind.SCANNER, DeviceKind.CAMERA}:
        tried = worked if phase.scanned else ("", "")
        title, note = tr("Test scanners and camera"), tr("Shows for a minute what is read")
        yield Row("test:scan", title, note, end=tried[0], tag=tried[1], action=TestScanners())
    tried = worked if phase.touched else ("", "")
    title, note = tr("Test the touch screen"), tr("Touch its four corners")
    yield Row("test:touch", title, note, end=tried[0], tag=tried[1], action=TestTouch())


def staff_test_touch(sheet: Sheet, visit: Visit, shop: Shop, phase: TestingTouch) -> str:
    tr = sheet.tr
    title = tr("Test the touch screen")
    layout = frame(sheet, visit, shop, leave=None, languages=False, help=False, notice=False)
    sheet.button("done", layout.foot, tr("Back"), GoBack(), style="primary" if phase.passed else "secondary")
    body = layout.body
    side = max(sheet.stage.target_mm, sheet.u(190))
    for corner, at in _corners(body, side, tr.rtl).items():
        touched = corner in phase.touched
        sheet.button(
            f"corner:{corner}",
            at,
            tr(_CORNERS[corner]),
            TouchCorner(corner),
            style="primary" if touched else "secondary",
            words="" if touched else None,
            picture=icon("check", side * 0.3) if touched else None,
            types=("pill", "badge"),
            pad=sheet.u(8),
        )
    words = tr("All four corners answer.") if phase.passed else tr("Touch its four corners")
    middle = body.inset(side + gap(sheet), 0) if sheet.stage.compact else body.inset(0, side + gap(sheet))
    text_h = sheet.height(title, "heading", middle.w) + sheet.u(16) + sheet.height(words, "body", middle.w)
    block = middle.around(middle.w, min(middle.h, text_h))
    rest = sheet.text(
        block,
        title,
        ("heading", "strong"),
        align=Align.CENTRE,
        role=Role.HEADING,
        id="title",
        gap=sheet.u(16),
    )
    sheet.text(rest, words, ("body", "small"), style="quiet", align=Align.CENTRE, role=Role.STATUS, id="why")
    return title


def _corners(area: Rect, side: float, mirrored: bool) -> dict[Corner, Rect]:
    """Where they are on the panel, whoever reads from the right sees the rest of the page mirrored."""
    left, right = area.x, area.right - side
    if mirrored:
        left, right = right, left
    top, bottom = area.y, area.bottom - side
    return {
        Corner.TOP_LEFT: Rect(left, top, side, side),
        Corner.TOP_RIGHT: Rect(right, top, side, side),
        Corner.BOTTOM_LEFT: Rect(left, bottom, side, side),
        Corner.BOTTOM_RIGHT: Rect(right, bottom, side, side),
    }

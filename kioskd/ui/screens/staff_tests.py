"""Tests of devices, for staff: what became of a test receipt, and what scanners and camera read."""

from __future__ import annotations

from kioskd.core.health import DeviceKind
from kioskd.core.intents import GoBack
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.shop import Shop
from kioskd.core.staff_intents import TestPrinter
from kioskd.core.upkeep import SeenCode, TestingPrinter, TestingScanners
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import calm, list_head, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean, embedded

_VERDICTS = {
    PrintVerdict.PRINTED: later(
        "The printer says that it was printed. The last number of the ruler must be at the edge of the paper."
    ),
    PrintVerdict.UNVERIFIED: later(
        "It was sent. This printer cannot say whether it was printed: please look."
    ),
    PrintVerdict.BLOCKED: later("Nothing was printed."),
    PrintVerdict.KEPT: later("Nothing was printed yet: the printer is not ready. It prints when it is."),
    PrintVerdict.UNKNOWN: later("Something was sent, but the printer did not say how it ended: please look."),
}
_PICTURES = {PrintVerdict.PRINTED: "check-mark", PrintVerdict.UNVERIFIED: "printer"}


def staff_test_print(sheet: Sheet, visit: Visit, shop: Shop, phase: TestingPrinter) -> str:
    tr = sheet.tr
    title = tr("Test receipt")
    busy = phase.asking is not None
    layout = staff_frame(sheet, visit, shop, foot=not busy)
    body = head(sheet, layout.body, title, back=GoBack())
    if busy:
        waiting(sheet, body, tr("Printing"), phase.due_s or 0.0)
        return title
    sheet.button("again", layout.foot, tr("Print another one"), TestPrinter(), style="secondary")
    if phase.verdict is None:
        calm(sheet, body, "warning", tr("The printer did not say in time how it ended: please look."))
        return title
    printers = (device for device in visit.devices.values() if device.kind is DeviceKind.PRINTER)
    says = [clean(device.detail, 120) for device in printers if device.detail]
    words = tr(_VERDICTS[phase.verdict])
    if says:
        words += "\n" + tr("It says: {words}", words=says[0])
    calm(sheet, body, _PICTURES.get(phase.verdict, "warning"), words)
    return title


def staff_test_scan(sheet: Sheet, visit: Visit, shop: Shop, phase: TestingScanners) -> str:
    tr = sheet.tr
    title = tr("Test scan")
    layout = staff_frame(sheet, visit, shop)
    body, controls = list_head(sheet, layout.body, title, GoBack())
    if not phase.seen:
        words = tr(
            "Hold a code before each scanner and the camera. What they read is shown here, and only here."
        )
        calm(sheet, body, "ticket", words)
        return title
    blocks = [row_block(sheet, _seen(number, each, tr), body.w) for number, each in enumerate(phase.seen)]
    stack(sheet, "seen", body, blocks, gap(sheet) * 0.5, reset="seen", controls=controls)
    return title


def _seen(number: int, seen: SeenCode, tr: Translator) -> Row:
    kind = seen.symbology or tr("Kind not said")
    length = tr("length {n}", n=seen.length)
    note = f"{embedded(clean(kind, 20), tr.rtl)}, {length}"
    source = embedded(clean(seen.source, 24), tr.rtl)
    return Row(f"seen:{number}", source, note, end=embedded(clean(seen.hidden, 20), tr.rtl))

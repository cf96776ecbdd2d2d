"""How the kiosk is, for staff: its devices, the loyalty system, and which software this is."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.staff import ViewingDevices
from kioskd.core.staff_intents import TestPrinter, TestScanners
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import list_head, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.staff_words import when
from kioskd.ui.text import clean, embedded

_KINDS = {
    DeviceKind.SCANNER: later("Scanner"),
    DeviceKind.CAMERA: later("Camera"),
    DeviceKind.PRINTER: later("Receipt printer"),
    DeviceKind.TERMINAL: later("Card terminal"),
    DeviceKind.TOUCH: later("Touch screen"),
    DeviceKind.KEYPAD: later("Keypad"),
    DeviceKind.VOICE: later("Voice"),
    DeviceKind.HEADPHONES: later("Headphone jack"),
}
_STATES = {
    DeviceState.DISABLED: (later("Switched off"), "tag"),
    DeviceState.ABSENT: (later("Not there"), "tag_alert"),
    DeviceState.STARTING: (later("Starting"), "tag"),
    DeviceState.OK: (later("Works"), "tag_good"),
    DeviceState.DEGRADED: (later("Works in part"), "tag_alert"),
    DeviceState.FAULTY: (later("Faulty"), "tag_alert"),
}
BACKEND_STATES = {
    True: (later("Answers"), "tag_good"),
    False: (later("Does not answer"), "tag_alert"),
    None: (later("Not asked yet"), "tag"),
}


def staff_devices(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingDevices) -> str:
    tr = sheet.tr
    title = tr("Devices")
    layout = staff_frame(sheet, visit, shop)
    body, controls = list_head(sheet, layout.body, title, GoBack())
    rows = [device_row(device, visit, tr) for device in visit.devices.values()]
    rows += _tests(visit, tr)
    rows += _others(visit, shop, phase, tr)
    blocks = [row_block(sheet, row, body.w) for row in rows]
    stack(sheet, "devices", body, blocks, gap(sheet) * 0.75 + 0.75, reset="devices", controls=controls)
    return title


def _tests(visit: Visit, tr: Translator) -> Iterator[Row]:
    """Of what is here, or may come while it is tested."""
    here = {device.kind for device in visit.devices.values() if device.state is not DeviceState.DISABLED}
    if DeviceKind.PRINTER in here:
        yield Row("test:print", tr("Print a test receipt"), tr("With a ruler"), action=TestPrinter())
    if here & {DeviceKind.SCANNER, DeviceKind.CAMERA}:
        note = tr("Shows for a minute what is read")
        yield Row("test:scan", tr("Test scanners and camera"), note, action=TestScanners())


def device_row(device: DeviceHealth, visit: Visit, tr: Translator) -> Row:
    kind, name = tr(_KINDS[device.kind]), clean(device.name, 24)
    title = kind if name == device.kind.value else f"{kind}: {embedded(name, tr.rtl)}"
    since = tr("since {time}", time=when(device.since, visit.now, tr)) if device.since else ""
    note = ", ".join(filter(None, (embedded(clean(device.detail, 120), tr.rtl), since)))
    words, tag = _STATES[device.state]
    return Row(f"device:{device.name}", title, note, end=tr(words), tag=tag, lines=3)


def _others(visit: Visit, shop: Shop, phase: ViewingDevices, tr: Translator) -> Iterator[Row]:
    overview = phase.overview
    if shop.loyalty:
        words, tag = BACKEND_STATES[visit.online]
        n = overview.waiting if overview else 0
        notes = [tr.plural("{n} thing waits to be told", "{n} things wait to be told", n)] if n else []
        if overview and overview.near_limit:
            notes.append(tr("soon no more can be kept"))
        yield Row("backend", tr("Loyalty system"), ", ".join(notes), end=tr(words), tag=tag, lines=2)
    if overview:
        yield Row("version", tr("Software"), embedded(f"kioskd {clean(overview.version, 40)}", tr.rtl))

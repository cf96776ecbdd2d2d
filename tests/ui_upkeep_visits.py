"""The screens on which staff keep the kiosk in order, in every state that looks different."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.upkeep import (
    MOST_SEEN,
    About,
    AdjustingKiosk,
    Dial,
    Knob,
    PowerAct,
    PowerRefusal,
    SwitchingPower,
    TestingPrinter,
    TestingScanners,
    ViewingAbout,
    seen_code,
)
from kioskd.core.visit import Visit

DIALS = (Dial(Knob.VOLUME, 6, 0, 10), Dial(Knob.BRIGHTNESS, 10, 1, 10))
ABOUT = About(
    "0.4.0", ("192.168.1.40", "fd12:3456:789a:1:5054:ff:fe12:3456"), 7260.0, 950_400.0, 3 << 33, 8123, 2
)
NEWBORN = About("0.4.0", (), 59.0, None, None, 0, 0)


def upkeep_visits(start: Visit) -> dict[str, Visit]:
    codes = (
        ("KD-100100200300", "front", "code128"),
        ("https://example.com/l?version=v3&token=" + "x" * 300, "camera", "qr"),
        ("1234", "front", None),
    )
    seen = tuple(seen_code(*code) for code in codes)
    low = DeviceHealth("printer", DeviceKind.PRINTER, DeviceState.FAULTY, "the cover is open")
    ill = replace(start, devices={**start.devices, "printer": low})
    broken = {
        name: DeviceHealth(name, kind, DeviceState.ABSENT)
        for name, kind in (("receipts", DeviceKind.PRINTER), ("card", DeviceKind.TERMINAL))
    }
    return {
        "attract-offline": replace(start, online=False),
        "attract-short": replace(start, online=False, devices={**start.devices, **broken}),
        "staff-print-busy": replace(start, phase=TestingPrinter(asking="q", due_s=145.0)),
        "staff-print-late": replace(start, phase=TestingPrinter(failed=True)),
        **{
            f"staff-print-{verdict}": replace(
                start if verdict is PrintVerdict.PRINTED else ill, phase=TestingPrinter(verdict)
            )
            for verdict in PrintVerdict
        },
        "staff-scan": replace(start, phase=TestingScanners(due_s=160.0)),
        "staff-scan-seen": replace(start, phase=TestingScanners(seen, due_s=160.0)),
        "staff-scan-many": replace(start, phase=TestingScanners((seen * MOST_SEEN)[:MOST_SEEN], due_s=160.0)),
        "staff-settings": replace(start, phase=AdjustingKiosk(DIALS)),
        "staff-settings-least": replace(
            start, phase=AdjustingKiosk(tuple(replace(dial, value=dial.least) for dial in DIALS))
        ),
        "staff-settings-none": replace(start, phase=AdjustingKiosk(())),
        "staff-settings-busy": replace(start, phase=AdjustingKiosk(asking="q", due_s=115.0)),
        "staff-settings-failed": replace(start, phase=AdjustingKiosk(failed=True)),
        "staff-about": replace(start, phase=ViewingAbout(ABOUT)),
        "staff-about-newborn": replace(start, phase=ViewingAbout(NEWBORN)),
        "staff-about-busy": replace(start, phase=ViewingAbout(asking="q", due_s=115.0)),
        "staff-about-failed": replace(start, phase=ViewingAbout(failed=True)),
        "staff-power": replace(start, phase=SwitchingPower()),
        **{f"staff-power-{act}": replace(start, phase=SwitchingPower(act)) for act in PowerAct},
        "staff-power-going": replace(start, phase=SwitchingPower(PowerAct.SHUT_DOWN, "q", 115.0)),
        "staff-power-refused": replace(start, phase=SwitchingPower(refused=PowerRefusal.BUSY)),
        "staff-power-failed": replace(
            start,
            phase=SwitchingPower(
                refused=PowerRefusal.FAILED,
                detail="Call to Reboot failed: Interactive authentication required.",
            ),
        ),
    }

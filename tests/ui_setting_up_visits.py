"""The screens by which a kiosk is set up and looked over, in every state that looks different."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.enrolling import Enrolling
from kioskd.core.enrolment import Collected, Objection
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.readiness import CheckingReadiness, Corner, Readiness, TestingTouch
from kioskd.core.visit import Visit

PAIRING = "WXYZ-9876"
PROBLEMS = (
    "kiosk.toml:12: display.width_px: must be a whole number, without quotes (add width_px = 1080)",
    'kiosk.toml:40: secrets.leat-token: is not in this machine (write leat-token = "the secret" once more)',
    "kiosk.toml:41: site.name: is missing",
    "kiosk.toml:42: site.nmae: is not a key",
)


def setting_up_visits(start: Visit) -> dict[str, Visit]:
    unknown = replace(start, phase=Enrolling(PAIRING))
    few = Collected("ABCDEFGH", 7, {1: "A", 2: "A", 5: "A"})
    many = Collected("ABCDEFGH", 99, {1: "A", 2: "A"})
    good = CheckingReadiness(first=True, readiness=Readiness(clock_trusted=True))
    tried = replace(good, printed=PrintVerdict.PRINTED, scanned=True, touched=True)
    lame = {
        "front": DeviceHealth("front", DeviceKind.SCANNER, DeviceState.ABSENT),
        "receipts": DeviceHealth("receipts", DeviceKind.PRINTER, DeviceState.FAULTY, "the cover is open"),
        "camera": DeviceHealth("camera", DeviceKind.CAMERA, DeviceState.STARTING),
        "terminal": DeviceHealth(
            "terminal", DeviceKind.TERMINAL, DeviceState.FAULTY, "no answer from 192.168.1.20:20007"
        ),
    }
    by_staff = CheckingReadiness(readiness=Readiness(clock_trusted=False), printed=PrintVerdict.BLOCKED)

    def enrolling(**values: object) -> Visit:
        return replace(unknown, phase=replace(Enrolling(PAIRING), **values))  # type: ignore[arg-type]

    return {
        "enrol": unknown,
        "enrol-no-scanner": replace(unknown, devices={}),
        "enrol-some": enrolling(collected=few),
        "enrol-many": enrolling(collected=many),
        "enrol-busy": enrolling(asking="q", due_s=115.0),
        "enrol-done": enrolling(done=True),
        "enrol-problems": enrolling(problems=PROBLEMS),
        **{f"enrol-{objection}": enrolling(objection=objection) for objection in Objection},
        "ready-first": replace(start, phase=good),
        "ready-tried": replace(start, phase=tried, online=True),
        "ready-busy": replace(start, phase=CheckingReadiness(first=True, asking="q", due_s=115.0)),
        "ready-failed": replace(start, phase=CheckingReadiness(failed=True)),
        "ready-lame": replace(start, phase=by_staff, devices=lame, online=False),
        "touch": replace(start, phase=TestingTouch(good)),
        "touch-some": replace(
            start, phase=TestingTouch(good, frozenset({Corner.TOP_LEFT, Corner.BOTTOM_RIGHT}))
        ),
        "touch-all": replace(start, phase=TestingTouch(good, frozenset(Corner))),
    }

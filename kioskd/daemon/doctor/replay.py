"""A scanner's recorded bytes through the very code that reads it in the kiosk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kioskd.core.events import Scanned, ScanRejected
from kioskd.devices.scanner.aim import says_gs1
from kioskd.devices.scanner.drivers import decoder_of
from kioskd.devices.scanner.gs1 import elements
from kioskd.devices.scanner.intake import Intake
from kioskd.devices.scanner.profile import HidPosOptions, ScannerProfile
from kioskd.devices.scanner.reading import Reading

REPORT_SIZES = (64, 61)
"""Of the layouts there are; a recording is a whole number of reports."""
SCANS_APART_S = 0.2
"""A recording of a serial line has no times: its codes count as scanned at this pace."""

Outcome = dict[str, Any]
"""`text`, `symbology` and, for a GS1 code, `gs1` (None where its fields do not add up).

Or `rejected` with the reason.
"""


def portions(profile: ScannerProfile, recording: bytes) -> list[bytes]:
    """A recording as `replay` wants it: HID reports one by one, anything else as it is."""
    if not isinstance(profile.options, HidPosOptions):
        return [recording]
    size = next((size for size in REPORT_SIZES if len(recording) % size == 0), REPORT_SIZES[0])
    return [recording[start : start + size] for start in range(0, len(recording), size)]


def replay(profile: ScannerProfile, portions: Iterable[bytes]) -> list[Outcome]:
    """What a scanner with this profile would have reported, in order, with a silence at the end.

    A HID-POS scanner's portions are its reports.
    """
    decoder = decoder_of(profile)
    now_s = 0.0
    intake = Intake("replay", lambda: now_s, profile.aim, profile.gs_text)
    found: list[Outcome] = []
    outcomes = [outcome for portion in portions for outcome in decoder.feed(portion)]
    for outcome in [*outcomes, *decoder.silence()]:
        now_s += SCANS_APART_S
        match intake.take(outcome):
            case Scanned(text, _, symbology):
                scan: Outcome = {"text": text, "symbology": symbology}
                if isinstance(outcome, Reading) and says_gs1(outcome.text):
                    scan["gs1"] = elements(text)
                found.append(scan)
            case ScanRejected(reason):
                found.append({"rejected": reason})
    return found

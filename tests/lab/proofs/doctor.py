"""`kioskd doctor` on real device nodes, as the kiosk's own user."""

from __future__ import annotations

import json

from tests.lab.gadget import TWIN_PATHS
from tests.lab.lab import Lab, NotSo
from tests.lab.machine import FOREIGN_KEYBOARD, PRINTER, SCANNER
from tests.lab.proofs.camera import camera_plugged
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.twins import twins_plugged

DOCTOR_S = 120.0

_AS_KIOSK = (
    "systemd-run --quiet --pipe --wait --collect --property=User=kioskd"
    " --property='SupplementaryGroups=video render input dialout lp' -- /usr/bin/kioskd"
)
TWINS_PROFILE = "honeywell-wedge"


async def overview(lab: Lab) -> str:
    """It finds every device, takes the twins for what they say they are, and has nothing to complain of."""
    async with twins_plugged(lab), camera_plugged(lab):
        said = json.loads(await lab.door.run(f"{_AS_KIOSK} doctor --json", timeout_s=DOCTOR_S))
    if complaints := [finding for finding in said["findings"] if finding["verdict"] != "good"]:
        raise NotSo(f"it complains: {complaints}")
    rows = {row["device"]: row for row in said["devices"]}
    for path in TWIN_PATHS:
        if TWINS_PROFILE not in rows.get(path, {}).get("profiles", ()):
            raise NotSo(f"{path} is no {TWINS_PROFILE} to it: {rows.get(path)}")
    ports = {row["port"] for row in rows.values()}
    for device in (SCANNER, FOREIGN_KEYBOARD, PRINTER):
        if f"1-{device.port}" not in ports:
            raise NotSo(f"it does not see {device.name}; it sees {sorted(rows)}")
    if not any(row["kind"] == "camera" for row in rows.values()):
        raise NotSo(f"it sees no camera; it sees {sorted(rows)}")
    return f"{len(rows)} devices, no complaint; {', '.join(TWIN_PATHS)}: {TWINS_PROFILE}"


PROOFS = (Proof("doctor", "kioskd doctor knows what is plugged in", overview, quick=False),)

"""What the lab proves. A proof returns a remark for the report, with figures, or raises NotSo."""

from __future__ import annotations

from tests.lab.proofs import (
    camera,
    clock,
    daemon,
    doctor,
    power,
    printer,
    scanner,
    screen,
    selling,
    storage,
    twins,
    upgrade,
)
from tests.lab.proofs.proof import Proof

PROOFS: tuple[Proof, ...] = (
    *screen.PROOFS,
    power.READ_ONLY,
    *selling.PROOFS,
    *scanner.PROOFS,
    *twins.PROOFS,
    *printer.PROOFS,
    *camera.PROOFS,
    *doctor.PROOFS,
    *storage.PROOFS,
    *clock.PROOFS,
    *daemon.PROOFS,
    *upgrade.PROOFS,
    *power.PROOFS,
    daemon.LOG,
)
"""In the order in which they are done: each leaves the kiosk as it found it, waiting for a guest."""

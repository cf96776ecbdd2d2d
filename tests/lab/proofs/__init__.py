"""What the lab proves. A proof returns a remark for the report, with figures, or raises NotSo."""

from __future__ import annotations

from tests.lab.proofs import camera, daemon, doctor, printer, scanner, screen, twins
from tests.lab.proofs.proof import Proof

PROOFS: tuple[Proof, ...] = (
    *screen.PROOFS,
    *scanner.PROOFS,
    *twins.PROOFS,
    *printer.PROOFS,
    *camera.PROOFS,
    *doctor.PROOFS,
    *daemon.PROOFS,
)
"""In the order in which they are done: each leaves the kiosk as it found it, waiting for a guest."""

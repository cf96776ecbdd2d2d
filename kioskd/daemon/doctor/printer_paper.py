"""Receipts as bytes and as pictures of the paper, by the code that prints in the kiosk.

The paper is drawn by the simulated printer, in a process of its own: who made the bytes and who reads them
know nothing of each other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from kioskd.core.errors import ConfigError, DeviceFault
from kioskd.core.receipt import Receipt
from kioskd.daemon.doctor.receipt_file import read_receipt
from kioskd.daemon.doctor.report import Finding, Report, Verdict
from kioskd.daemon.receipt_letters import receipt_lettering
from kioskd.devices.printer.encoder import PrintData, compose
from kioskd.devices.printer.lettering import Lettering
from kioskd.devices.printer.profile import (
    Cut,
    PrinterProfile,
    QrMode,
    StatusDialect,
    load_profile,
)
from kioskd.devices.printer.proof import proof_sheet
from kioskd.devices.profiles import HARDWARE

SAMPLE_PAPERS = {"80mm": "epson-tm-t20iii", "58mm": "generic-58mm"}
DRAWING_S = 60.0
_EDGES_DOTS = {384: 464}
_EDGE_DOTS = 64


def receipt_report(
    document: Path | None, profile: PrinterProfile, out: Path | None, picture: Path | None
) -> Report:
    """Raises ConfigError, DeviceFault and OSError. Without a document, the test receipt."""
    lettering = receipt_lettering()
    receipt = read_receipt(document) if document else None
    row, data = _encoded(receipt, profile, lettering)
    findings = _fonts(lettering)
    if out:
        out.write_bytes(data.data)
        row["out"] = str(out)
    if picture:
        picture.write_bytes(paper_of(data.data, profile))
        row["picture"] = str(picture)
    return Report("receipts", [{"receipt": str(document or "test"), **row}], findings)


def samples_report(folder: Path) -> Report:
    """One picture for every shipped sample and width. Raises ConfigError, DeviceFault and OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    lettering = receipt_lettering()
    rows = []
    for document in sorted((HARDWARE / "receipts").glob("*.json")):
        for width, name in SAMPLE_PAPERS.items():
            profile = load_profile(name)
            row, data = _encoded(read_receipt(document), profile, lettering)
            picture = folder / f"{document.stem}-{width}.png"
            picture.write_bytes(paper_of(data.data, profile))
            rows.append({"receipt": document.stem, **row, "picture": str(picture)})
    return Report("receipts", rows, _fonts(lettering))


def _encoded(
    receipt: Receipt | None, profile: PrinterProfile, lettering: Lettering
) -> tuple[dict[str, Any], PrintData]:
    started_s = time.perf_counter()
    data = compose(receipt, profile, rasteriser=lettering) if receipt else proof_sheet(profile)
    spent_ms = (time.perf_counter() - started_s) * 1000
    return {
        "profile": profile.id,
        "lines": data.lines,
        "pictures": data.pictures,
        "bytes": len(data.data),
        "ms": round(spent_ms, 1),
    }, data


def _fonts(lettering: Lettering) -> list[Finding]:
    return [
        Finding(
            f"script {tag}",
            Verdict.WARNING,
            "no font on this machine has it: boxes are printed",
            f"apt install {package}",
        )
        for tag, package in lettering.missing.items()
    ]


def paper_of(job: bytes, profile: PrinterProfile) -> bytes:
    """A PNG. Raises DeviceFault when it cannot be drawn."""
    model = {
        "title": profile.title,
        "dots": profile.dots,
        "paper_dots": _EDGES_DOTS.get(profile.dots, profile.dots + _EDGE_DOTS),
        "pages": [[0, "cp437"], *([page.id, page.codec] for page in profile.pages)],
        "native_qr": profile.qr is not QrMode.RASTER,
        "custom": profile.status is StatusDialect.CUSTOM,
        "knife": profile.cut is not Cut.NONE,
    }
    command = [sys.executable, "-m", "kioskd.sim.paper_picture", json.dumps(model)]
    try:
        drawn = subprocess.run(command, input=job, capture_output=True, timeout=DRAWING_S, check=True)
    except subprocess.TimeoutExpired as slow:
        raise DeviceFault(f"the picture was not drawn within {DRAWING_S:g} s") from slow
    except subprocess.CalledProcessError as wrong:
        reason = wrong.stderr.decode(errors="replace").strip().splitlines()[-1:]
        if any("segno" in line for line in reason):
            raise ConfigError("--picture", "needs the simulator", "pip install 'kioskd[sim]'") from wrong
        raise DeviceFault(f"the picture could not be drawn: {' '.join(reason)}") from wrong
    return drawn.stdout

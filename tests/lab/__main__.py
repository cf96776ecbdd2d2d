"""`./dev lab`: build the machine or take the kept one, boot it, do the proofs, report.

The exit status is 0 when every proof held, 1 when one did not, 2 for wrong use, 3 when there was no machine,
130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from kioskd.sim.finger import NothingToTouch
from kioskd.sim.kiosk import KioskDown
from tests.lab.door import CommandFailed
from tests.lab.image import BuildFailed, Image, build_image, kept_image
from tests.lab.lab import Lab, NotSo
from tests.lab.machine import MachineDown
from tests.lab.proofs import PROOFS
from tests.lab.proofs.proof import Proof
from tests.lab.qmp import QmpError
from tests.lab.report import Finding, Report

OUT = Path("out/lab")
PROOF_S = 600.0
_TROUBLE = (NotSo, NothingToTouch, KioskDown, CommandFailed, QmpError, TimeoutError)
NO_MACHINE = 3
INTERRUPTED = 130


def main() -> int:
    parser = _parser()
    asked = parser.parse_args()
    if asked.list:
        for proof in PROOFS:
            _say(f"{proof.name:16} {proof.title}{'' if proof.quick else ' (not with --quick)'}")
        return 0
    if unknown := set(asked.proofs) - {proof.name for proof in PROOFS}:
        parser.error(f"there is no proof {', '.join(sorted(unknown))}; see --list")
    proofs = [proof for proof in PROOFS if _wanted(proof, asked)]
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections of killed kiosks
    report = Report(asked.out)
    try:
        image = _image(report)
        if not asked.build_only:
            asyncio.run(_prove(image, proofs, report))
    except KeyboardInterrupt:
        report.write()
        return INTERRUPTED
    except (BuildFailed, MachineDown, *_TROUBLE) as error:
        sys.stderr.write(f"lab: {error}\n")
        return NO_MACHINE
    return report.write() if not asked.build_only else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev lab", description="Prove the kiosk in a virtual machine.")
    parser.add_argument("proofs", nargs="*", metavar="NAME", help="only these, see --list")
    parser.add_argument("--quick", action="store_true", help="only what is for every change")
    parser.add_argument("--list", action="store_true", help="list the proofs")
    parser.add_argument("--build-only", action="store_true", help="make the machine's disk image and stop")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"of the report ({OUT})")
    return parser


def _wanted(proof: Proof, asked: argparse.Namespace) -> bool:
    if asked.proofs:
        return proof.name in asked.proofs
    return proof.quick or not asked.quick


def _image(report: Report) -> Image:
    if (image := kept_image()) is not None:
        return image
    _say("building the machine's disk image (once, some minutes)")
    since_s = time.monotonic()
    image = build_image()
    report.took("image build", time.monotonic() - since_s)
    return image


async def _prove(image: Image, proofs: list[Proof], report: Report) -> None:
    # Sockets have short names, and what the guest writes is thrown away.
    with tempfile.TemporaryDirectory(prefix="kioskd-lab-") as scratch:
        folder = Path(scratch)
        try:
            _say("booting it and installing the kiosk")
            async with Lab(image, folder, report.folder) as lab:
                for what, took_s in lab.times_s.items():
                    report.took(what, took_s)
                for proof in proofs:
                    report.add(await _one(lab, proof))
        finally:
            report.keep_logs(folder)


async def _one(lab: Lab, proof: Proof) -> Finding:
    """A proof that failed may leave a visit behind: the next one shall not fail for that."""
    since_s = time.monotonic()
    try:
        async with asyncio.timeout(PROOF_S):
            remark, held = await proof.show(lab), True
    except _TROUBLE as trouble:
        remark, held = str(trouble) or f"took longer than {PROOF_S:g} s", False
        await lab.recover(f"failed-{proof.name}.png")
    finding = Finding(proof.name, proof.title, held, remark, round(time.monotonic() - since_s, 1))
    _say(str(finding))
    return finding


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

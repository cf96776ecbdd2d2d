"""`./dev lab`: build packages and disk, switch the machine on, do the proofs, report.

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
from kioskd.sim.kiosk import KioskDown, KioskRefused
from tests.lab.door import CommandFailed
from tests.lab.finding import Finding
from tests.lab.image import BuildFailed
from tests.lab.lab import Lab, NotSo
from tests.lab.machine import MachineDown
from tests.lab.power_loss import DiskDown
from tests.lab.proofs import PROOFS
from tests.lab.proofs.power import cuts
from tests.lab.proofs.proof import Proof
from tests.lab.qmp import QmpError
from tests.lab.report import Report

OUT = Path("out/lab")
_TROUBLE = (
    *(NotSo, NothingToTouch, KioskDown, KioskRefused, CommandFailed, QmpError, TimeoutError),
    *(MachineDown, DiskDown),
)
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
    proofs = [cuts(asked.cuts)] if asked.cuts else [proof for proof in PROOFS if _wanted(proof, asked)]
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections of killed kiosks
    report = Report(asked.out)
    try:
        asyncio.run(_prove(proofs, report, disk_lies=asked.disk_lies))
    except KeyboardInterrupt:
        report.write()
        return INTERRUPTED
    except (BuildFailed, *_TROUBLE) as error:
        sys.stderr.write(f"lab: {error}\n")
        return NO_MACHINE
    return report.write()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev lab", description="Prove the kiosk in a virtual machine.")
    parser.add_argument("proofs", nargs="*", metavar="NAME", help="only these, see --list")
    parser.add_argument("--quick", action="store_true", help="only what is for every change")
    parser.add_argument("--list", action="store_true", help="list the proofs")
    parser.add_argument("--cuts", type=int, metavar="N", help="only this: cut the power N times in mid-order")
    parser.add_argument(
        "--disk-lies",
        action="store_true",
        help="with a disk that does not keep what it says it has: the cuts must be seen to lose something",
    )
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"of the report ({OUT})")
    return parser


def _wanted(proof: Proof, asked: argparse.Namespace) -> bool:
    if asked.proofs:
        return proof.name in asked.proofs
    return proof.quick or not asked.quick


async def _prove(proofs: list[Proof], report: Report, *, disk_lies: bool) -> None:
    # Sockets have short names, and what the guest writes is thrown away.
    with tempfile.TemporaryDirectory(prefix="kioskd-lab-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        with_newer = any(proof.needs_newer for proof in proofs)
        try:
            _say("making packages and disk, and switching it on")
            async with Lab(folder, report.folder, with_newer=with_newer, disk_lies=disk_lies) as lab:
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
        async with asyncio.timeout(proof.limit_s):
            remark, held = await proof.show(lab), True
    except _TROUBLE as trouble:
        remark, held = str(trouble) or f"took longer than {proof.limit_s:g} s", False
        await lab.recover(f"failed-{proof.name}.png")
    finding = Finding(proof.name, proof.title, held, remark, round(time.monotonic() - since_s, 1))
    _say(str(finding))
    return finding


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

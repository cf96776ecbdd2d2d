"""`./dev package`."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from pathlib import Path

from image.package.build import build
from image.package.programs import ProgramFailed
from image.package.shared_libraries import UnknownLibrary
from image.package.target import MACHINES, RELEASES, Target
from image.package.trial import TrialFailed, try_package

_OURS = next((arch for arch, machine in MACHINES.items() if machine == platform.machine()), "amd64")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev package", description="Build kioskd's Debian packages.")
    parser.add_argument("--arch", choices=sorted(MACHINES), default=_OURS)
    parser.add_argument("--release", choices=sorted(RELEASES), default="trixie", help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=Path("out/package"), metavar="DIR")
    parser.add_argument(
        "--try",
        dest="trial",
        action="store_true",
        help="install, upgrade, downgrade and purge it in a bare Debian, as root",
    )
    asked = parser.parse_args()
    target = Target(RELEASES[asked.release], asked.arch)
    began_s = time.monotonic()
    try:
        if asked.trial:
            print(try_package(target), end="")
            return 0
        for made in build(target, asked.out):
            print(made)
    except (ProgramFailed, UnknownLibrary, TrialFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"built in {time.monotonic() - began_s:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

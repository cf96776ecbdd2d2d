"""`kioskd idle`: whether a script may stop the kiosk now: status 0 it may, 75 not yet, 1 no kiosk answers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket, answered
from kioskd.daemon.update.idle import NotIdle, wait_idle


def idle(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="kioskd idle",
        description="Status 0 when nobody and nothing would be disturbed if the kiosk stopped now, else 75.",
    )
    add_socket(parser)
    parser.add_argument("--wait-s", type=float, default=0.0, metavar="S", help="wait for it as long as this")
    parsed = parser.parse_args(arguments)
    return answered(_wait, parsed)


def _wait(parsed: argparse.Namespace) -> int:
    try:
        wait_idle(parsed.socket, parsed.wait_s)
    except NotIdle as busy:
        print(busy, file=sys.stderr)
        return exit_codes.UNFINISHED
    return exit_codes.OK

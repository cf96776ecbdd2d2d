"""`kioskd staff-pin`: asks for a PIN and prints what to write into kiosk.toml."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from getpass import getpass

from kioskd.daemon import exit_codes
from kioskd.daemon.staff.pin import hash_pin, weakness


def staff_pin(arguments: Sequence[str]) -> int:
    """Twice on a terminal, where it is not shown; or once as a line on standard input."""
    argparse.ArgumentParser(
        prog="kioskd staff-pin",
        description="Asks for a PIN and prints what to write into kiosk.toml, where the PIN cannot be read.",
    ).parse_args(arguments)
    try:
        pin = _asked_twice() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    except (EOFError, KeyboardInterrupt):
        return exit_codes.FAILURE
    problem = "the two are not the same: try again" if pin is None else weakness(pin)
    if pin is None or problem:
        print(problem, file=sys.stderr)
        return exit_codes.FAILURE
    print(f'[staff]\npin_hash = "{hash_pin(pin)}"')
    return exit_codes.OK


def _asked_twice() -> str | None:
    pin = getpass("PIN for the staff screen: ")
    return pin if getpass("The same once more: ") == pin else None

"""`kioskd terminal`: what staff and technicians ask of the card terminal of a running kiosk."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket, ask, no_answer
from kioskd.daemon.control import CommandRefused

LONGEST_S = 300.0
"""An end of day calls the bank, and may have to wait for a payment."""

_ACTIONS = {
    "status": ("terminal", "what it is and how it is"),
    "diagnose": ("terminal_diagnose", "have it check itself and its line to the bank"),
    "totals": ("terminal_totals", "what it took since its last end of day"),
    "end-of-day": (
        "terminal_end_of_day",
        "have it settle with the bank; what it took before cannot be reversed any more",
    ),
}


def terminal(arguments: Sequence[str]) -> int:
    """Runs one of the commands and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        answer = ask(parsed.socket, {"do": _ACTIONS[parsed.action][0]}, timeout_s=LONGEST_S)
    except CommandRefused as refused:
        print(refused, file=sys.stderr)
        return exit_codes.FAILURE
    except OSError as error:
        print(no_answer(parsed.socket, error), file=sys.stderr)
        return exit_codes.FAILURE
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return exit_codes.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd terminal",
        description="The card terminal of a running kiosk. To test one without: kioskd doctor terminal.",
    )
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    for name, (_, explained) in _ACTIONS.items():
        action = actions.add_parser(name, help=explained, description=explained.capitalize() + ".")
        add_socket(action)
    return parser

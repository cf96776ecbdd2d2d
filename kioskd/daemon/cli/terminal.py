"""`kioskd terminal`: what staff and technicians ask of the card terminal of a running kiosk."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kioskd.daemon.cli.asking import add_socket, answered, ask, show

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
    return answered(_ask, parsed)


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


def _ask(parsed: argparse.Namespace) -> int:
    return show(ask(parsed.socket, {"do": _ACTIONS[parsed.action][0]}, timeout_s=LONGEST_S))

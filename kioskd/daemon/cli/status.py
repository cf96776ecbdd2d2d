"""`kioskd status`: how the kiosk is, for people and for scripts; or why nobody answers."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket, ask, no_answer
from kioskd.daemon.cli.status_text import status_text
from kioskd.daemon.control import CommandRefused
from kioskd.daemon.report import Condition
from kioskd.daemon.units import unit_facts

ANSWER_S = 20.0

_STATUSES = {
    Condition.GOOD: exit_codes.OK,
    Condition.ATTENTION: exit_codes.ATTENTION,
    Condition.NOT_SELLING: exit_codes.NOT_SELLING,
}


def kiosk_status(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        answer = ask(parsed.socket, {"do": "status"}, timeout_s=ANSWER_S)
    except CommandRefused as refused:
        print(refused, file=sys.stderr)
        return exit_codes.FAILURE
    except OSError as error:
        print(no_answer(parsed.socket, error), file=sys.stderr)
        if not isinstance(error, PermissionError):
            for unit in unit_facts("kioskd.service"):
                print(f"systemd says: {unit.sentence}", file=sys.stderr)
        return exit_codes.FAILURE
    if "condition" not in answer:
        print("the kiosk that runs is of another version than this command: restart it", file=sys.stderr)
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return exit_codes.ATTENTION
    if parsed.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        print(status_text(answer))
    return _STATUSES[Condition(answer["condition"])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd status",
        description="How a running kiosk is.",
        epilog=f"Exit status {exit_codes.OK}: it sells and nothing needs anybody; {exit_codes.ATTENTION}: it "
        f"sells, somebody should look; {exit_codes.NOT_SELLING}: it cannot sell; {exit_codes.FAILURE}: no "
        "kiosk answers.",
    )
    parser.add_argument("--json", action="store_true")
    add_socket(parser)
    return parser

"""`kioskd help-coming`, `order-paid` and `payment-decided`: what staff tell a running kiosk."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from kioskd.daemon.cli.asking import add_socket, answered, ask, show


def answer(arguments: Sequence[str]) -> int:
    """Runs the command that `arguments` begin with and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    return answered(_tell, parsed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd", description="What staff tell a running kiosk.")
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")

    coming = commands.add_parser("help-coming", help="tell the guest who asked for help that somebody comes")

    paid = commands.add_parser("order-paid", help="an order to be paid at the counter was paid")
    paid.add_argument("number", help="the order's number, as on the receipt")

    decided = commands.add_parser("payment-decided", help="staff looked whether the terminal took the money")
    decided.add_argument("number", help="the order's number, as in kioskd outbox under undecided")
    verdict = decided.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--paid", dest="paid", action="store_true", help="it did: the order counts")
    verdict.add_argument("--not-paid", dest="paid", action="store_false", help="it did not")

    for command in (coming, paid, decided):
        add_socket(command)
    return parser


def _tell(parsed: argparse.Namespace) -> int:
    return show(ask(parsed.socket, _request(parsed)))


def _request(parsed: argparse.Namespace) -> dict[str, Any]:
    match parsed.command:
        case "help-coming":
            return {"do": "help_answered"}
        case "order-paid":
            return {"do": "order_paid", "number": parsed.number}
        case _:
            return {"do": "payment_decided", "number": parsed.number, "paid": parsed.paid}

"""`kioskd help-coming`, `order-paid` and `payment-decided`: what staff tell a running kiosk."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from kioskd.daemon.cli.asking import add_socket, answered, ask, show


def help_coming(arguments: Sequence[str]) -> int:
    """Tells the guest who asked for help that somebody comes."""
    return _told(_coming_parser().parse_args(arguments), {"do": "help_answered"})


def order_paid(arguments: Sequence[str]) -> int:
    """An order to be paid at the counter was paid there."""
    parsed = _paid_parser().parse_args(arguments)
    return _told(parsed, {"do": "order_paid", "number": parsed.number})


def payment_decided(arguments: Sequence[str]) -> int:
    """Staff looked whether the terminal took the money: the kiosk itself could not find out."""
    parsed = _decided_parser().parse_args(arguments)
    return _told(parsed, {"do": "payment_decided", "number": parsed.number, "paid": parsed.paid})


def _told(parsed: argparse.Namespace, request: Mapping[str, Any]) -> int:
    return answered(lambda parsed: show(ask(parsed.socket, request)), parsed)


def _coming_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd help-coming", description="Tell the guest who asked for help that somebody comes."
    )
    add_socket(parser)
    return parser


def _paid_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd order-paid", description="An order to be paid at the counter was paid."
    )
    parser.add_argument("number", help="the order's number, as on the receipt")
    add_socket(parser)
    return parser


def _decided_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd payment-decided", description="Staff looked whether the terminal took the money."
    )
    parser.add_argument("number", help="the order's number, as in kioskd outbox under undecided")
    verdict = parser.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--paid", dest="paid", action="store_true", help="it did: the order counts")
    verdict.add_argument("--not-paid", dest="paid", action="store_false", help="it did not")
    add_socket(parser)
    return parser

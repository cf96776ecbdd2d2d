"""`kioskd order list|show|cancel|return`: asks a running kiosk, and says in sentences what came of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket, answered, ask, show, who
from kioskd.daemon.cli.order_text import Document, order_text, return_text, summary_text

_PATIENCE_S = 45.0


def order(arguments: Sequence[str]) -> int:
    """Runs one of the commands and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    return answered(parsed.command, parsed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd order", description="Orders of a running kiosk.")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="the newest orders")
    listing.add_argument("--limit", type=int, default=20, metavar="N")
    listing.add_argument("--json", action="store_true", help="as JSON, amounts in minor units")

    show = actions.add_parser("show", help="an order, its line numbers, and what was returned of it")
    show.add_argument("number", help="as on the receipt, or the order's id")
    show.add_argument("--json", action="store_true", help="as JSON, amounts in minor units")

    cancel = actions.add_parser("cancel", help="take back everything that is left of an order")
    give_back = actions.add_parser("return", help="take back some of an order")
    for asking in (cancel, give_back):
        asking.add_argument("number", help="as on the receipt, or the order's id")
        asking.add_argument("--reason", required=True, help="why: kept with the order")
        asking.add_argument("--by", default=who(), help="who does it: kept with the order (%(default)s)")
    give_back.add_argument(
        "--line", type=int, action="append", required=True, metavar="N", help="as in show; repeatable"
    )
    give_back.add_argument(
        "--quantity", type=int, action="append", default=[], metavar="N", help="one for each --line, in order"
    )
    give_back.add_argument("--again", action="store_true", help="the same as an earlier return, once more")

    for asking, command in ((listing, _list), (show, _show), (cancel, _cancel), (give_back, _return)):
        add_socket(asking)
        asking.set_defaults(command=command)
    return parser


def _list(parsed: argparse.Namespace) -> int:
    answer = ask(parsed.socket, {"do": "orders", "limit": parsed.limit}, timeout_s=_PATIENCE_S)
    if parsed.json:
        return show(answer["orders"])
    for each in answer["orders"]:
        print(summary_text(each))
    return exit_codes.OK


def _show(parsed: argparse.Namespace) -> int:
    order = ask(parsed.socket, {"do": "order", "number": parsed.number}, timeout_s=_PATIENCE_S)
    if parsed.json:
        return show(order)
    print("\n".join(order_text(order)))
    return exit_codes.OK


def _cancel(parsed: argparse.Namespace) -> int:
    request = {"do": "order_cancel", "number": parsed.number, "by": parsed.by, "reason": parsed.reason}
    order = ask(parsed.socket, request, timeout_s=_PATIENCE_S)
    return _came_of_it(order)


def _return(parsed: argparse.Namespace) -> int:
    quantities = parsed.quantity or [1] * len(parsed.line)
    if len(quantities) != len(parsed.line):
        print("give one --quantity for each --line, or none for one of each", file=sys.stderr)
        return exit_codes.USAGE
    request = {
        "do": "order_return",
        "number": parsed.number,
        "lines": [list(pair) for pair in zip(parsed.line, quantities, strict=True)],
        "by": parsed.by,
        "reason": parsed.reason,
        "again": parsed.again,
    }
    order = ask(parsed.socket, request, timeout_s=_PATIENCE_S)
    return _came_of_it(order)


def _came_of_it(order: Document) -> int:
    """OK only when nothing is left to do, for the kiosk or for a person."""
    if not order["returns"]:
        print(f"order {order['number']} was never paid: dropped")
        return exit_codes.OK
    newest = order["returns"][-1]
    print("\n".join(return_text(order, newest)))
    return exit_codes.OK if newest["complete"] else exit_codes.UNFINISHED

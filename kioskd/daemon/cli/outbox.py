"""`kioskd outbox`: what a running kiosk still has to tell, and what a person must decide.

All but `open` and `reset` ask the running daemon, because the file has one owner. These two need
it to be stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kioskd.core.errors import ConfigError, StorageError
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket, answered, ask, show, who
from kioskd.daemon.cli.config_file import add_config

VERDICTS = ("applied", "not_applied", "send_again", "compensate")


def outbox(arguments: Sequence[str]) -> int:
    """Runs one of the commands and returns its exit status."""
    known = ("list", "show", "retry", "resolve", "export", "erase", "open", "reset", "-h", "--help")
    if not any(argument in known for argument in arguments[:1]):
        arguments = ["list", *arguments]
    parsed = _parser().parse_args(arguments)
    return answered(parsed.command, parsed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd outbox", description="What a kiosk still has to tell.")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="the newest operations")
    listing.add_argument("--limit", type=int, default=50, metavar="N")
    listing.set_defaults(command=_list)

    show = actions.add_parser("show", help="one operation: its life, the evidence, receipt and payment")
    show.add_argument("id")
    show.set_defaults(command=_show)

    retry = actions.add_parser("retry", help="try one again whose cause of trouble was removed")
    retry.add_argument("id")
    retry.set_defaults(command=_retry)

    resolve = actions.add_parser("resolve", help="say what became of one in doubt; kept for good")
    resolve.add_argument("id")
    resolve.add_argument("--verdict", required=True, choices=VERDICTS)
    resolve.add_argument("--reason", required=True, help="how it was found out")
    resolve.add_argument("--remote-uuid", metavar="UUID", help="which of the candidates it is")
    resolve.set_defaults(command=_resolve)

    export = actions.add_parser("export", help="the newest operations as JSON, nothing personal in them")
    export.add_argument("--limit", type=int, default=10_000, metavar="N")
    export.set_defaults(command=_export)

    erase = actions.add_parser("erase", help="forget a member, as far as nothing must still be told")
    erase.add_argument("--member", required=True, metavar="ID", help="the loyalty backend's id of the member")
    erase.set_defaults(command=_erase)

    for deciding in (retry, resolve):
        deciding.add_argument("--by", default=who(), help="who decides: kept for good (%(default)s)")
    for asking in (listing, show, retry, resolve, export, erase):
        add_socket(asking)

    left = actions.add_parser("open", help="how many are open in a stopped kiosk's file; status 75 if any")
    left.add_argument("--file", type=Path, default=Path("/var/lib/kioskd/outbox.db"), metavar="FILE")
    left.set_defaults(command=_open)

    reset = actions.add_parser("reset", help="begin with an empty outbox; refused while anything is open")
    add_config(reset)
    reset.set_defaults(command=_reset)
    return parser


def _list(parsed: argparse.Namespace) -> int:
    return show(ask(parsed.socket, {"do": "outbox", "limit": parsed.limit}))


def _show(parsed: argparse.Namespace) -> int:
    return show(ask(parsed.socket, {"do": "outbox_show", "id": parsed.id}))


def _retry(parsed: argparse.Namespace) -> int:
    return show(ask(parsed.socket, {"do": "outbox_retry", "id": parsed.id, "by": parsed.by}))


def _resolve(parsed: argparse.Namespace) -> int:
    request: dict[str, Any] = {
        "do": "outbox_resolve",
        "id": parsed.id,
        "verdict": parsed.verdict,
        "by": parsed.by,
        "reason": parsed.reason,
        "remote_uuid": parsed.remote_uuid,
    }
    return show(ask(parsed.socket, request))


def _export(parsed: argparse.Namespace) -> int:
    return show(ask(parsed.socket, {"do": "outbox_export", "limit": parsed.limit}))


def _erase(parsed: argparse.Namespace) -> int:
    answer = ask(parsed.socket, {"do": "outbox_erase", "member": parsed.member})
    print(f"{answer['erased']} operations no longer name that member")
    if not answer["open"]:
        return exit_codes.OK
    print(f"{answer['open']} must still be told: erase again when they were", file=sys.stderr)
    return exit_codes.UNFINISHED


def _open(parsed: argparse.Namespace) -> int:
    from kioskd.outbox.reset import count_open

    try:
        count = count_open(parsed.file)
    except StorageError as error:
        print(error, file=sys.stderr)
        return exit_codes.STORAGE
    print(count)
    return exit_codes.UNFINISHED if count else exit_codes.OK


def _reset(parsed: argparse.Namespace) -> int:
    from kioskd.daemon.config.kiosk import load_config
    from kioskd.outbox.reset import reset

    try:
        removed = reset(load_config(parsed.config).state_dir / "outbox.db")
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    except StorageError as error:
        print(error, file=sys.stderr)
        return exit_codes.STORAGE
    print(f"{removed} operations forgotten: the next start begins with an empty outbox")
    return exit_codes.OK

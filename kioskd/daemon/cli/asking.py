"""The other end of the local socket: how commands ask a running daemon. Nobody else is spoken to."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kioskd.daemon import exit_codes
from kioskd.daemon.control import CommandRefused

SOCKET = Path("/run/kioskd/control.socket")
"""Where the package's configuration has it."""


def add_socket(parser: argparse.ArgumentParser) -> None:
    """For every command that asks a running daemon."""
    parser.add_argument(
        "--socket",
        type=Path,
        default=SOCKET,
        metavar="FILE",
        help="[control] socket of its configuration; default: %(default)s",
    )


def no_answer(path: Path, error: OSError) -> str:
    """Why a running daemon could not be asked, and what to do."""
    if isinstance(error, PermissionError):
        return f"{path}: you may not ask this kiosk: use sudo, or join the group that the socket belongs to"
    said = error.strerror or str(error)
    return (
        f"{path}: no kiosk answers ({said}): start kioskd, or name the [control] socket of its configuration"
    )


def who() -> str:
    """Whoever typed it, also behind sudo."""
    if name := os.environ.get("SUDO_USER"):
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        return f"uid {os.getuid()}"


def answered(command: Callable[[argparse.Namespace], int], parsed: argparse.Namespace) -> int:
    """The exit status of a command that asks a running daemon. A refusal and silence are one line each."""
    try:
        return command(parsed)
    except CommandRefused as refused:
        print(refused, file=sys.stderr)
    except OSError as error:
        print(no_answer(parsed.socket, error), file=sys.stderr)
    return exit_codes.FAILURE


def ask(path: Path, request: Mapping[str, Any], *, timeout_s: float = 45.0) -> dict[str, Any]:
    """One request to a running daemon, for the command line.

    Raises OSError when nobody is there or answers, CommandRefused when it says no.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        with connection.makefile("rwb") as stream:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            answer: dict[str, Any] = json.loads(stream.readline() or b'{"error": "no answer"}')
    if "error" in answer:
        raise CommandRefused(answer["error"])
    return answer


def show(answer: object) -> int:
    """As JSON, for people and scripts."""
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return exit_codes.OK

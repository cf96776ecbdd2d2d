"""Whoever may open the kiosk's socket may ask it, and there is no other way to ask a running kiosk."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import kioskd.daemon
from kioskd.daemon.cli import answer as answer_command
from kioskd.daemon.cli import order as order_command
from kioskd.daemon.cli import outbox as outbox_command
from kioskd.daemon.cli import status as status_command
from kioskd.daemon.cli import terminal as terminal_command
from kioskd.daemon.cli.asking import SOCKET
from kioskd.daemon.control import ControlSocket

DAEMON = Path(kioskd.daemon.__file__).parent
ROOT = Path(__file__).parents[2]
WITHOUT_A_DAEMON = {
    "outbox open": "counts in the file of a stopped kiosk",
    "outbox reset": "empties the file of a stopped kiosk",
}


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that has no commands below it, by its words."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield parser.prog.removeprefix("kioskd").strip(), parser
    for action in below:
        for child in action.choices.values():
            yield from commands(child)


ASKING = dict(
    each
    for parser in (
        answer_command._coming_parser(),
        answer_command._paid_parser(),
        answer_command._decided_parser(),
        order_command._parser(),
        outbox_command._parser(),
        status_command._parser(),
        terminal_command._parser(),
    )
    for each in commands(parser)
)


@pytest.mark.parametrize("words", sorted(ASKING))
def test_a_command_about_a_running_kiosk_finds_it_by_its_socket(words: str) -> None:
    parser = ASKING[words]
    if words in WITHOUT_A_DAEMON:
        assert "--socket" not in parser.format_help()
    else:
        assert parser.get_default("socket") == SOCKET


def test_no_other_module_opens_the_outbox() -> None:
    """A second process at the file would be a second owner."""
    opening = re.compile(r"\b(Outbox|Store)\.open\(")
    found = {path.name for path in DAEMON.rglob("*.py") if opening.search(path.read_text("utf-8"))}
    assert found == {"service.py"}


def test_nobody_speaks_to_a_running_kiosk_but_by_its_socket() -> None:
    """Who asks does so through `asking`, the one module that connects to it."""
    connecting = re.compile(r"AF_UNIX|open_unix_connection")
    found = {path.name for path in DAEMON.rglob("*.py") if connecting.search(path.read_text("utf-8"))}
    assert found == {"asking.py", "notify.py"}  # which speaks to systemd


def test_where_the_package_puts_the_socket_the_commands_look_for_it() -> None:
    assert f'socket = "{SOCKET}"' in (ROOT / "image/package/debian/kiosk.toml").read_text("utf-8")
    unit = (ROOT / "systemd/kioskd.service").read_text("utf-8")
    assert "RuntimeDirectory=kioskd\n" in unit
    # Its folder lets in the owner and the group, nobody else.
    assert "RuntimeDirectoryMode=0750\n" in unit


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can pretend to be somebody else")
def test_a_stranger_is_turned_away_and_the_group_let_in() -> None:
    stranger, group = 65_534, 61_234

    def may_speak(path: Path, gid: int) -> bool:
        """Who may write to a socket may connect to it, see unix(7)."""
        done = subprocess.run(("test", "-w", path), user=stranger, group=gid, extra_groups=[], check=False)
        return done.returncode == 0

    def mode_of(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    async def run(path: Path) -> tuple[bool, bool]:
        async with ControlSocket(path, {}).serving():
            assert mode_of(path) == 0o660
            os.chown(path, -1, group)  # as the socket of a daemon whose group that is
            return may_speak(path, stranger), may_speak(path, group)

    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)  # the socket alone must do it
        assert asyncio.run(run(Path(name, "control.socket"))) == (False, True)

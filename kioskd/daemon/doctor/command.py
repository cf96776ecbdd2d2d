"""`kioskd doctor`: what is plugged in, whether kioskd may use it, and tests of each device."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.doctor.report import show

CONFIG = Path("/etc/kioskd/kiosk.toml")


def doctor(arguments: Sequence[str]) -> int:
    """Runs one of the commands and returns its exit status."""
    subject = _SUBJECTS.get(arguments[0]) if arguments else None
    if subject is not None:
        return subject(arguments[1:])
    parsed = _parser().parse_args(arguments)
    from kioskd.daemon.doctor.overview import overview

    if parsed.config is None and CONFIG.exists():
        parsed.config = CONFIG
    try:
        return show(overview(parsed.config), as_json=parsed.json)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd doctor",
        description="What is plugged in and what kioskd takes it for. Tests of one device: "
        "kioskd doctor scanner, camera, printer, terminal, voice, sheet; each with --help.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"compare with this; {CONFIG} if it exists"
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _scanner(arguments: Sequence[str]) -> int:
    from kioskd.daemon.doctor.scanner import scanner

    return scanner(arguments)


def _camera(arguments: Sequence[str]) -> int:
    from kioskd.daemon.doctor.camera import camera

    return camera(arguments)


def _printer(arguments: Sequence[str]) -> int:
    from kioskd.daemon.doctor.printer import printer

    return printer(arguments)


def _terminal(arguments: Sequence[str]) -> int:
    from kioskd.daemon.doctor.terminal import terminal

    return terminal(arguments)


def _voice(arguments: Sequence[str]) -> int:
    from kioskd.daemon.doctor.voice import voice

    return voice(arguments)


def _sheet(arguments: Sequence[str]) -> int:
    from kioskd.daemon.doctor.sheet import sheet

    return sheet(arguments)


_SUBJECTS: dict[str, Callable[[Sequence[str]], int]] = {
    "scanner": _scanner,
    "camera": _camera,
    "printer": _printer,
    "terminal": _terminal,
    "voice": _voice,
    "sheet": _sheet,
}

"""`kioskd doctor`: what is plugged in, whether kioskd may use it, and tests of each device."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.config_file import CONFIG
from kioskd.daemon.doctor.report import show

_SUBJECTS = ("scanner", "camera", "printer", "terminal", "voice", "sheet")
"""Each is a module beside this one and the function of its name in it."""


def doctor(arguments: Sequence[str]) -> int:
    """Runs one of the commands and returns its exit status."""
    if arguments and arguments[0] in _SUBJECTS:
        module = import_module(f"kioskd.daemon.doctor.{arguments[0]}")
        status: int = getattr(module, arguments[0])(arguments[1:])
        return status
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
        f"kioskd doctor {', '.join(_SUBJECTS)}; each with --help.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"compare with this; {CONFIG} if it exists"
    )
    parser.add_argument("--json", action="store_true")
    return parser

"""`kioskd dump-config`: the configuration as it counts, defaults and all. Never a secret."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.config import dump
from kioskd.daemon.config.kiosk import load_config


def dump_config(arguments: Sequence[str]) -> int:
    """Prints what loads to the same configuration again."""
    parsed = _parser().parse_args(arguments)
    try:
        print(dump.dump_config(load_config(parsed.file), only_changes=parsed.changes), end="")
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    return exit_codes.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd dump-config", description="Print the effective configuration, without secrets."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--changes", action="store_true", help="only what differs from the defaults")
    return parser

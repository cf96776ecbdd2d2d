"""`kioskd run`: the kiosk. The first frame is shown before its other modules are even imported."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from kioskd.daemon.cli.config_file import add_config
from kioskd.daemon.launch import open_with_last_picture


def run(arguments: Sequence[str]) -> int:
    """Returns when the kiosk was stopped, or with the reason why it cannot run."""
    parsed = _parser().parse_args(arguments)
    window = open_with_last_picture(parsed.config)

    from kioskd.daemon import main
    from kioskd.daemon.journal import log_to_stderr

    log_to_stderr()
    return main.run(parsed.config, window, parsed.root)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd run", description="Run the kiosk.")
    add_config(parser)
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help=argparse.SUPPRESS)
    return parser

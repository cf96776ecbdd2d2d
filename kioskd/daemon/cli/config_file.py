"""Where the configuration is, for every command that reads it. Imported before the first frame is shown."""

from __future__ import annotations

import argparse
from pathlib import Path

CONFIG = Path("/etc/kioskd/kiosk.toml")


def add_config(parser: argparse.ArgumentParser) -> None:
    """For every command that reads the configuration of the kiosk on this machine."""
    parser.add_argument(
        "--config", type=Path, default=CONFIG, metavar="FILE", help="its configuration; default: %(default)s"
    )

"""`kioskd support-bundle`: one file for whoever helps and cannot see the kiosk."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket
from kioskd.daemon.cli.config_file import add_config
from kioskd.daemon.support.bundle import write_bundle
from kioskd.daemon.support.pieces import Sources, gather


def support_bundle(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    now_s = time.time()
    folder = f"kioskd-support-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now_s))}"
    file: Path = parsed.out
    try:
        size = write_bundle(file, folder, gather(Sources(parsed.config, parsed.socket)), now_s)
    except FileExistsError:
        print(f"{file}: is there already: choose another name", file=sys.stderr)
        return exit_codes.FAILURE
    except OSError as error:
        print(f"{file}: cannot be written: {error.strerror}", file=sys.stderr)
        return exit_codes.FAILURE
    print(f"{file}: {size / 1024:.0f} KiB; {folder}/README says what is in it and what is not")
    if os.geteuid() != 0:
        print("without root the log and some files may be missing: sudo makes a fuller one", file=sys.stderr)
    return exit_codes.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd support-bundle",
        description="One file for whoever helps, without secrets, payloads and personal data. "
        "The kiosk may be running or not.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.tar.gz")
    add_config(parser)
    add_socket(parser)
    return parser

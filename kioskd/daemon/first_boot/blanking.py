"""What a computer left on the card when it saved kiosk.toml anew: the same secrets, in no file any more."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 1024 * 1024 * 1024
"""A boot partition has less. What has more is somebody's disk, and filling it takes too long."""
_NAME = "zeros.tmp"
_PIECES = (1024 * 1024, 512)
"""In bytes. A piece that does not fit whole is refused as a whole; the last one is the smallest cluster."""


def blank_free_space(card: Path) -> None:
    """Every byte of the card that belongs to no file is zero, as far as a file system reaches.

    Only where the card is a file system of its own. Raises OSError. What a power cut leaves of it goes with
    the next call.
    """
    filler = card / _NAME
    filler.unlink(missing_ok=True)
    if not card.is_mount() or _free_bytes(card) > MOST_BYTES:
        return
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _fill(descriptor)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            filler.unlink()


def _fill(descriptor: int) -> None:
    for length in _PIECES:
        try:
            while os.write(descriptor, bytes(length)):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def _free_bytes(folder: Path) -> int:
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize

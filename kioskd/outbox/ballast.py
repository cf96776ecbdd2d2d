"""Room on the disk that is kept free by using it up: given up when the disk is full.

What was accepted before can then still be finished and written down; nothing new is accepted meanwhile.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

SIZE_BYTES = 8 * 1024 * 1024
"""Ten thousand operations leave less than that behind while they are finished."""
_FREE_FACTOR = 4
"""It is taken (again) only when the disk has so many times its size."""

_log = logging.getLogger(__name__)


class Ballast:
    """One file. `tight` from when it was given up until it could be taken again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tight = False

    def hold(self) -> bool:
        """Take the room, if there is plenty; whether it is held now."""
        if not self._path.exists():
            try:
                disk = os.statvfs(self._path.parent)
                if disk.f_bavail * disk.f_frsize < _FREE_FACTOR * SIZE_BYTES:
                    return self._now_tight(True)
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
                try:
                    os.posix_fallocate(descriptor, 0, SIZE_BYTES)
                finally:
                    os.close(descriptor)
            except OSError:
                self._path.unlink(missing_ok=True)
                return self._now_tight(True)
        return self._now_tight(False)

    def release(self) -> bool:
        """Give the room to whoever needs it now. False when there is none to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        self._now_tight(True)
        return True

    def _now_tight(self, tight: bool) -> bool:
        if tight and not self.tight:
            _log.error("outbox: the disk of %s is full: no new orders until some of it is freed", self._path)
        elif self.tight and not tight:
            _log.info("outbox: the disk of %s has room again", self._path)
        self.tight = tight
        return not tight

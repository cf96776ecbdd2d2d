"""A device node that comes and goes."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Self

WRITE_DEADLINE_S = 10.0
_RETRY_S = 0.002


class Plug:
    """Something with a path that can be pulled out and put back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    @property
    def plugged(self) -> bool:
        return self._fd is not None

    def replug(self) -> None:
        """Plug in, under the same path as before."""
        if self._fd is None:
            self._fd = self._appear()

    def unplug(self) -> None:
        """Whoever reads it is told at once, as with a real one."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            self.path.unlink(missing_ok=True)
            self._vanish(fd)

    def __enter__(self) -> Self:
        self.replug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def _appear(self) -> int:
        raise NotImplementedError

    def _vanish(self, fd: int) -> None:
        os.close(fd)

    async def _write(self, data: bytes) -> None:
        """At the pace of the reader; what is not read in time is lost, for there is no flow control."""
        deadline_s = time.monotonic() + WRITE_DEADLINE_S
        while data and self._fd is not None and time.monotonic() < deadline_s:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                await asyncio.sleep(_RETRY_S)

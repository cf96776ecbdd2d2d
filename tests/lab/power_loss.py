"""The machine's disk, with a cache that forgets: what the machine did not flush is gone when the power is.

QEMU alone could not show that. What a killed QEMU had written is in the host's memory and reaches the image
all the same; so nbdkit serves the image and keeps every write to itself until it is told to flush.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path

from tests.lab.alone import end_with_the_parent

START_S = 60.0
_LOOK_AGAIN_S = 0.02


class DiskDown(Exception):
    """nbdkit did not start; the text says what it said."""


class ForgetfulDisk:
    """`lies`: it says that it has flushed and has not, as some cards do. No software survives that."""

    def __init__(self, image: Path, folder: Path, *, lies: bool = False) -> None:
        self._image = image
        self._folder = folder
        self._cache = "unsafe" if lies else "writeback"
        self._process: asyncio.subprocess.Process | None = None
        self.socket = folder / "disk.socket"

    async def power_on(self) -> None:
        """Raises DiskDown."""
        self.socket.unlink(missing_ok=True)
        said = self._folder / "nbdkit.log"
        cache = self._folder / "disk-cache"  # nbdkit's own files, which have no name
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir()
        with said.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *("nbdkit", "--foreground", "--unix", str(self.socket), "--filter=cache"),
                *("file", str(self._image), f"cache={self._cache}"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "TMPDIR": str(cache)},
                preexec_fn=end_with_the_parent,
            )
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                while self._process.returncode is None:
                    if self.socket.exists():
                        return
                    await asyncio.sleep(_LOOK_AGAIN_S)
        raise DiskDown(f"nbdkit did not start: {said.read_text('utf-8', 'replace').strip()}")

    async def power_cut(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

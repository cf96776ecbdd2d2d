"""A virtual X display whose frame buffer can be read: what is really on the screen, and when."""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Screen:
    """`name` is for DISPLAY. The frame buffer is mapped: reading it disturbs nobody."""

    name: str
    width_px: int
    buffer: mmap.mmap
    header_bytes: int

    def colour(self, x_px: int, y_px: int) -> tuple[int, int, int]:
        offset = self.header_bytes + (y_px * self.width_px + x_px) * 4
        blue, green, red, _ = self.buffer[offset : offset + 4]
        return red, green, blue


@contextlib.contextmanager
def xvfb(width_px: int, height_px: int) -> Iterator[Screen]:
    with tempfile.TemporaryDirectory() as folder:
        read_end, write_end = os.pipe()
        command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{width_px}x{height_px}x24"]
        command += ["-fbdir", folder, "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
        os.close(write_end)
        try:
            with os.fdopen(read_end) as pipe:
                number = pipe.readline().strip()
            if not number:
                raise RuntimeError("Xvfb did not start")
            with (Path(folder) / "Xvfb_screen0").open("rb") as file:
                buffer = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            header_bytes, colours = (
                struct.unpack_from(">I", buffer)[0],
                struct.unpack_from(">I", buffer, 76)[0],
            )
            # XWD: a header of the length it says, then 12 bytes for each colour map entry, then pixels.
            yield Screen(f":{number}", width_px, buffer, header_bytes + colours * 12)
        finally:
            server.terminate()
            server.wait()


def seconds_until(condition: Callable[[], bool], deadline_s: float = 60.0) -> float:
    """From now until `condition` holds, looked at every half millisecond."""
    started_s = time.monotonic()
    while not condition():
        if time.monotonic() - started_s > deadline_s:
            raise TimeoutError("nothing appeared on the screen")
        time.sleep(0.0005)
    return time.monotonic() - started_s

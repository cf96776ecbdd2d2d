"""A second pair of hands for a descriptor that the kernel buffers too little for.

evdev keeps 64 events for a reader, which is ten keys: less than a fast scanner types while the event loop
is painting a screen. Handing every key over from a thread would double the way from scan to event, so the
loop goes on reading, and a thread reads only what the loop leaves lying.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

CHUNK_BYTES = 4096
LOOK_EVERY_S = 0.012
"""A scanner's fastest keyboard sends a report in a millisecond; 21 of them fill the kernel's buffer."""
REST_AFTER = 25
"""Looks at an idle descriptor before the thread sleeps until the next code begins."""


class Relief:
    """`read` is the loop's; `wake` is called from the thread when something waits there for it.

    The thread sleeps while nothing is scanned, and ends with `close`.
    """

    def __init__(self, fd: int, wake: Callable[[], object]) -> None:
        self._fd = fd
        self._wake = wake
        self._lock = threading.Lock()
        self._kept = b""
        self._stop = threading.Event()
        self._stop_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._thread = threading.Thread(target=self._help_out, name=f"relief of {fd}", daemon=True)
        self._thread.start()

    def read(self) -> bytes:
        """What came since the last call, empty at the end of file.

        Raises BlockingIOError when nothing did, other OSErrors as `os.read` does.
        """
        with self._lock:
            kept, self._kept = self._kept, b""
            try:
                return kept + os.read(self._fd, CHUNK_BYTES)
            except OSError:
                if not kept:
                    raise
                return kept  # the next call says what is wrong

    def close(self) -> None:
        """The descriptor is not used any more when this returns."""
        self._stop.set()
        os.eventfd_write(self._stop_fd, 1)
        self._thread.join()
        os.close(self._stop_fd)

    def _help_out(self) -> None:
        begins = select.poll()
        begins.register(self._fd, select.POLLIN)
        begins.register(self._stop_fd, select.POLLIN)
        lying = select.poll()
        lying.register(self._fd, select.POLLIN)
        while True:
            begins.poll()
            idle = 0
            while idle < REST_AFTER:
                if self._stop.wait(LOOK_EVERY_S):
                    return
                idle = 0 if lying.poll(0) and self._keep() else idle + 1

    def _keep(self) -> bool:
        """Whether there was anything. What is wrong with the descriptor is for the loop to find out."""
        with self._lock:
            try:
                found = os.read(self._fd, CHUNK_BYTES)
            except OSError:
                return False
            self._kept += found
        if found:
            self._wake()
        return bool(found)

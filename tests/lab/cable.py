"""The printer's cable: QEMU's USB serial port at one end, the printer simulator's terminal at the other.

QEMU's port is plugged in while its socket has a client, so the simulator's plug is the machine's.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

_LOOK_AGAIN_S = 0.1


class Cable:
    """Use as an async context manager: joins the two ends whenever both are there.

    Bytes that the printer does not take yet are kept here: QEMU would stop the whole machine for them.
    """

    def __init__(self, qemu_socket: Path, terminal: Path) -> None:
        self._qemu_socket = qemu_socket
        self._terminal = terminal
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_joined(), name="printer cable")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _keep_joined(self) -> None:
        while True:
            with suppress(OSError):
                await self._join()
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _join(self) -> None:
        """Returns when either end is gone. Raises OSError when one is not there."""
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        terminal = os.open(self._terminal, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        with os.fdopen(terminal, "rb", 0) as answers, os.fdopen(os.dup(terminal), "wb", 0) as paper:
            to_paper, _ = await loop.connect_write_pipe(lambda: _End(gone), paper)
            try:
                to_qemu, _ = await loop.create_unix_connection(
                    lambda: _End(gone, to_paper), str(self._qemu_socket)
                )
                try:
                    from_paper, _ = await loop.connect_read_pipe(lambda: _End(gone, to_qemu), answers)
                    await gone.wait()
                    from_paper.close()
                finally:
                    to_qemu.close()
            finally:
                to_paper.abort()


class _End(asyncio.Protocol):
    """Passes on what it hears and tells when it is cut off."""

    def __init__(self, gone: asyncio.Event, onward: asyncio.WriteTransport | None = None) -> None:
        self._gone = gone
        self._onward = onward

    def data_received(self, data: bytes) -> None:
        if self._onward is not None:
            self._onward.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()

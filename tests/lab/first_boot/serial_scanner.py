"""A scanner with a serial line over USB, plugged into the machine where the foreign keyboard was.

A code for setting up has 300 characters. An emulated keyboard on a busy host does not type so many without a
pause that makes two codes of them; over this line they arrive in five packets.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.lab.machine import FOREIGN_KEYBOARD, Machine, UsbDevice

_LINE = "codes"
SERIAL_SCANNER = UsbDevice("serial-scanner", "usb-serial", FOREIGN_KEYBOARD.port, "SCANNER02", chardev=_LINE)


class SerialScanner:
    """Plugged in by `plug`, pulled by `pull`; raises QmpError and OSError."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine = machine
        self._socket = folder / "serial-scanner.socket"
        self._line: asyncio.StreamWriter | None = None

    async def plug(self) -> None:
        await self._machine.unplug(FOREIGN_KEYBOARD)
        socket = {"type": "unix", "data": {"path": str(self._socket)}}
        backend = {"type": "socket", "data": {"addr": socket, "server": True, "wait": False}}
        await self._machine.qmp.execute("chardev-add", id=_LINE, backend=backend)
        await self._machine.plug(SERIAL_SCANNER)
        # QEMU's device is there for the machine as long as somebody holds the other end.
        _, self._line = await asyncio.open_unix_connection(self._socket)

    async def scan(self, code: str) -> None:
        assert self._line is not None
        self._line.write(code.encode("ascii") + b"\r")
        await self._line.drain()

    async def pull(self) -> None:
        assert self._line is not None
        self._line.close()
        await self._machine.unplug(SERIAL_SCANNER)

"""A GM65 scan engine that does not exist: a pseudo-terminal that also listens to commands."""

from __future__ import annotations

import asyncio
import binascii
import os
import re
from pathlib import Path

from kioskd.sim.scanner import SerialScannerSimulator

_COMMAND = re.compile(rb"\x7e\x00([\x07\x08])(.)(..)", re.DOTALL)
_READ = 0x07
_NO_CHECKSUM = b"\xab\xcd"
MODE, OUTPUT = 0x0000, 0x0060
ENDS_CODES = 0b1


class Gm65Simulator(SerialScannerSimulator):
    """As it leaves the factory: waits for a trigger and ends codes with nothing. Needs a running loop.

    `deaf` is an engine whose RX pin is not connected.
    """

    def __init__(self, path: Path, *, deaf: bool = False) -> None:
        super().__init__(path)
        self.zone = {MODE: 0b1101_0100, OUTPUT: 0b0110_0000}
        self._deaf = deaf

    async def scan(self, text: str, aim: str = "") -> None:
        end = b"\r" if self.zone[OUTPUT] & ENDS_CODES else b""
        await self.scan_bytes((aim + text).encode() + end)

    def _appear(self) -> int:
        near = super()._appear()
        asyncio.get_running_loop().add_reader(near, self._hear, near)
        return near

    def _vanish(self, fd: int) -> None:
        asyncio.get_running_loop().remove_reader(fd)
        super()._vanish(fd)

    def _hear(self, near: int) -> None:
        try:
            heard = os.read(near, 4096)
        except OSError:
            return  # nobody has it open at the moment
        if self._deaf:
            return
        for command in _COMMAND.finditer(heard):
            kind, count = command[1][0], command[2][0]
            address = int.from_bytes(command[3], "big")
            end = command.end() + (1 if kind == _READ else count)
            checksum = binascii.crc_hqx(heard[command.start() + 2 : end], 0).to_bytes(2, "big")
            if heard[end : end + 2] not in (checksum, _NO_CHECKSUM):
                continue
            if kind != _READ:
                self.zone[address] = heard[command.end()]
            value = self.zone.get(address, 0) if kind == _READ else 0
            body = bytes((0, 1, value))
            os.write(near, b"\x02\x00" + body + binascii.crc_hqx(body, 0).to_bytes(2, "big"))

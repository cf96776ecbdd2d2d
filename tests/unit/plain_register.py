"""A cash register as small as the protocol allows, written from its bytes and sharing nothing with kioskd.

It speaks to a card terminal over TCP or a serial line. What it says is given in hexadecimal.
"""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kioskd.sim.terminal import TerminalSimulator

YES = "800000"
LISTEN_S = 5.0

REGISTER_PLAIN = "0600 08 000000 38 0978 0301"
"""Intermediate states, no receipts: the terminal prints them."""
REGISTER_BLOCKS = "0600 10 000000 BE 0978 0301 0606 2604 0A0206D3"
"""Everything, receipts as blocks."""
REGISTER_LINES = "0600 0C 000000 BE 0978 0301 0602 2600"
"""Everything, but no blocks: receipts come line by line."""
PAY_TEN = "0601 0C 04 000000001000 49 0978 1940"
REPEAT = "0620 05 000000 0303"
ENQUIRE = "0501 05 000000 0302"
ABORT = "06B000"
END_OF_DAY = "0650 03 000000"
TOTALS = "0610 03 000000"


def reversal(receipt: str, amount: str = "000000001000") -> str:
    return f"0630 10 000000 87{receipt} 04{amount} 490978"


class Hose(Protocol):
    """Octets, both ways."""

    def pour(self, octets: bytes) -> None: ...

    async def draw(self, count: int) -> bytes:
        """Raises asyncio.IncompleteReadError at the end."""


class TcpHose:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def pour(self, octets: bytes) -> None:
        self._writer.write(octets)

    async def draw(self, count: int) -> bytes:
        async with asyncio.timeout(LISTEN_S):
            try:
                return await self._reader.readexactly(count)
            except ConnectionError:
                raise asyncio.IncompleteReadError(b"", count) from None

    def close(self) -> None:
        self._writer.close()


class SerialHose:
    """A tty, raw octets."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._fd)
        self._reader = asyncio.StreamReader()
        asyncio.get_running_loop().add_reader(self._fd, self._take)

    def _take(self) -> None:
        try:
            octets = os.read(self._fd, 4096)
        except OSError:
            octets = b""
        if octets:
            self._reader.feed_data(octets)
        else:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._reader.feed_eof()

    def pour(self, octets: bytes) -> None:
        os.write(self._fd, octets)

    async def draw(self, count: int) -> bytes:
        async with asyncio.timeout(LISTEN_S):
            return await self._reader.readexactly(count)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)


def kermit(octets: bytes) -> bytes:
    """The serial line's checksum, four bits at a time."""
    value = 0
    for octet in octets:
        for nibble in (octet & 15, octet >> 4):
            value = value >> 4 ^ ((value ^ nibble) & 15) * 0x1081
    return bytes((value & 255, value >> 8))


def framed(message: bytes) -> bytes:
    return b"\x10\x02" + message.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + kermit(message + b"\x03")


@dataclass
class Register:
    """`say` and `hear` are single messages; `do` is a command with everything that follows it."""

    hose: Hose
    serial: bool = False
    heard: list[str] = field(default_factory=list)

    def say(self, octets: str) -> None:
        message = bytes.fromhex(octets)
        self.hose.pour(framed(message) if self.serial else message)

    async def hear(self) -> str:
        octets = await (self._hear_serial() if self.serial else self._hear_tcp())
        self.heard.append(octets.hex())
        return octets.hex()

    async def _hear_tcp(self) -> bytes:
        head = await self.hose.draw(3)
        size = head[2]
        if size == 255:
            head += await self.hose.draw(2)
            size = head[3] + 256 * head[4]
        return head + await self.hose.draw(size)

    async def _hear_serial(self) -> bytes:
        while (octet := await self.hose.draw(1)) == b"\x06":  # our own message was taken
            pass
        assert octet == b"\x10" and await self.hose.draw(1) == b"\x02", octet
        message = bytearray()
        while True:
            octet = await self.hose.draw(1)
            if octet == b"\x10" and (octet := await self.hose.draw(1)) == b"\x03":
                break
            message += octet
        assert await self.hose.draw(2) == kermit(bytes(message) + b"\x03")
        self.hose.pour(b"\x06")
        return bytes(message)

    async def expect(self, *expected: str) -> None:
        """Each message in turn; everything that is not an answer is answered with yes."""
        for octets in expected:
            heard = await self.hear()
            assert heard == octets.replace(" ", "").lower(), heard
            if not octets.startswith(("80", "84")):
                self.say(YES)

    async def do(self, command: str, answer: Callable[[str], str] = lambda heard: YES) -> list[str]:
        """Everything the terminal says until it is done, or until the line is lost.

        Each message but its answers is answered with `answer(message)`.
        """
        self.say(command)
        heard: list[str] = []
        try:
            while True:
                message = await self.hear()
                heard.append(message)
                if message.startswith(("80", "84")):
                    if message[:2] == "84":
                        return heard
                    continue
                self.say(answer(message))
                if message.startswith(("060f", "061e")):
                    return heard
        except asyncio.IncompleteReadError:
            return [*heard, "lost"]

    async def hear_end(self) -> None:
        try:
            raise AssertionError(f"heard {(await self.hose.draw(1)).hex()}")
        except asyncio.IncompleteReadError:
            pass


async def connect(sim: TerminalSimulator) -> Register:
    if sim.path is not None:
        return Register(SerialHose(sim.path), serial=True)
    return Register(TcpHose(*await asyncio.open_connection("127.0.0.1", sim.port)))


def hang_up(register: Register) -> None:
    assert isinstance(register.hose, TcpHose | SerialHose)
    register.hose.close()


Scene = Callable[[TerminalSimulator, Register], Awaitable[None]]


def play(scene: Scene, **options: Any) -> None:
    """A terminal and a register that is connected to it."""

    async def run() -> None:
        async with TerminalSimulator(**options) as sim:
            register = await connect(sim)
            try:
                await scene(sim, register)
            finally:
                hang_up(register)

    asyncio.run(run())

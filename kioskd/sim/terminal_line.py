"""The simulated card terminal's end of a ZVT connection: messages in and out, and the ways a cable fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

YES, NO = 0x80, 0x84
ABORT = 0x06B0


class LineLost(Exception):
    """The other side is gone, or does not answer any more."""


@dataclass(frozen=True, slots=True)
class Message:
    """Two control bytes and the data: the data's length stands between them on the wire."""

    control: int
    data: bytes = b""

    @property
    def is_answer(self) -> bool:
        return self.control >> 8 in (YES, NO)

    @property
    def answers_yes(self) -> bool:
        return self.control in (0x8000, 0x8400)

    def encode(self) -> bytes:
        size = len(self.data)
        length = bytes((size,)) if size < 255 else bytes((255, size & 255, size >> 8))
        return bytes((self.control >> 8, self.control & 255)) + length + self.data


class Line:
    """One accepted connection. `nudge` wakes whoever waits in `next`, so that a guest's act is noticed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._inbox: asyncio.Queue[Message | LineLost | None] = asyncio.Queue()
        self._pump = asyncio.create_task(self._read_forever())

    async def _read_forever(self) -> None:
        try:
            while True:
                high, low, size = await self._reader.readexactly(3)
                if size == 255:
                    size = int.from_bytes(await self._reader.readexactly(2), "little")
                self._inbox.put_nowait(Message(high << 8 | low, await self._reader.readexactly(size)))
        except (OSError, asyncio.IncompleteReadError):
            self._inbox.put_nowait(LineLost("the kiosk closed the connection"))

    def nudge(self) -> None:
        self._inbox.put_nowait(None)

    async def next(self, timeout_s: float | None = None) -> Message | None:
        """The next message, or None after a nudge. Raises LineLost, also after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                item = await self._inbox.get()
        except TimeoutError:
            raise LineLost("the kiosk does not answer") from None
        if isinstance(item, LineLost):
            self._inbox.put_nowait(item)  # lost stays lost
            raise item
        return item

    async def receive(self) -> Message:
        while True:
            if (message := await self.next()) is not None:
                return message

    async def send(self, message: Message, octets: int | None = None) -> None:
        """All of it, or only its first `octets`."""
        self._writer.write(message.encode()[:octets])
        with suppress(ConnectionError):  # the pump tells of it, with what still came before
            await self._writer.drain()

    async def ask(self, message: Message, timeout_s: float, on_abort: Callable[[], Message]) -> Message:
        """Send a command and wait for its answer. An abort that crosses it is answered with `on_abort()`."""
        await self.send(message)
        while True:
            heard = await self.next(timeout_s)
            if heard is None:
                continue
            if heard.is_answer:
                return heard
            await self.send(on_abort() if heard.control == ABORT else Message(0x8483))

    async def until_lost(self) -> None:
        """Say nothing and hear nothing until the other side has had enough."""
        with suppress(LineLost):
            while True:
                await self.next()

    def cut(self) -> None:
        self._writer.close()
        self._inbox.put_nowait(LineLost("the cable was cut"))

    async def close(self) -> None:
        self._pump.cancel()
        self._writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pump, self._writer.wait_closed(), return_exceptions=True)

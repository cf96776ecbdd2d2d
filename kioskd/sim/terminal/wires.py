"""The two ways a cable can carry whole messages: TCP, and a serial line with its acknowledgements."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from kioskd.sim.terminal.serial_frames import ACK, NAK, Deframer, Sign, frame

_LINGER_NONE = struct.pack("ii", 1, 0)
_READ_BYTES = 4096
_WRITE_AGAIN_S = 0.002
REPEATS = 2
"""How often a frame is sent again that was not acknowledged."""


class LineLost(Exception):
    """The other side is gone, or does not answer any more."""


class BrokenOff(LineLost):
    """Only this conversation is over: on a wire that endures another can begin."""


class NoAnswer(BrokenOff):
    """The kiosk did not answer in time, or did not acknowledge."""


class Wire(Protocol):
    """Carries messages that are already octets. Everything but `cut` raises LineLost."""

    endures: bool
    """It stays when a conversation has broken off; else it is hung up."""

    async def send(self, message: bytes) -> None: ...

    async def send_half(self, message: bytes) -> None:
        """Its first half, as it looks on this wire."""

    async def spill(self, octets: bytes) -> None:
        """These very octets, which are no message."""

    async def receive(self) -> bytes:
        """One whole message."""

    def cut(self, *, reset: bool) -> None:
        """The other side notices at once; with `reset` as a reset, where there is one."""

    async def close(self) -> None: ...


class TcpWire:
    """A message takes `message_s` at most from its first octet to its last.

    `octet_by_octet` says whether to send each octet in a segment of its own.
    """

    endures = False

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        message_s: float,
        octet_by_octet: Callable[[], bool],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._message_s = message_s
        self._octet_by_octet = octet_by_octet

    async def send(self, message: bytes) -> None:
        if not self._octet_by_octet():
            await self.spill(message)
            return
        for octet in message:
            await self.spill(bytes((octet,)))
            await asyncio.sleep(0)

    async def send_half(self, message: bytes) -> None:
        await self.spill(message[: len(message) // 2])

    async def spill(self, octets: bytes) -> None:
        self._writer.write(octets)
        with suppress(ConnectionError):  # reading tells of it, with what still came before
            await self._writer.drain()

    async def receive(self) -> bytes:
        try:
            head = await self._reader.readexactly(1)
            async with asyncio.timeout(self._message_s):
                head += await self._reader.readexactly(2)
                if (size := head[2]) == 255:
                    head += await self._reader.readexactly(2)
                    size = int.from_bytes(head[3:], "little")
                return head + await self._reader.readexactly(size)
        except TimeoutError:
            raise LineLost("the kiosk stopped in the middle of a message") from None
        except (OSError, asyncio.IncompleteReadError):
            raise LineLost("the kiosk closed the connection") from None

    def cut(self, *, reset: bool) -> None:
        if reset:
            self._writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE
            )
            self._writer.transport.abort()
        self._writer.close()

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            # Shielded: whoever is cancelled while waiting would cancel it for all who wait for the same end.
            await asyncio.shield(self._writer.wait_closed())


class SerialWire:
    """The terminal's end of a serial line, an open descriptor. What is not acknowledged is sent again.

    `octet_s`: so long may a frame pause; `ack_s`: so long may an acknowledgement take. `spoils` is asked for
    each frame whether its checksum shall be wrong. `on_cut` pulls the plug.
    """

    endures = True

    def __init__(
        self,
        fd: int,
        *,
        octet_s: float,
        ack_s: float,
        spoils: Callable[[], bool],
        on_cut: Callable[[], None],
    ) -> None:
        self._fd = fd
        self._octet_s = octet_s
        self._ack_s = ack_s
        self._spoils = spoils
        self._on_cut = on_cut
        self._deframer = Deframer()
        self._acks: asyncio.Queue[bool] = asyncio.Queue()
        self._inbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._last_heard: bytes | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._open = True
        os.set_blocking(fd, False)
        asyncio.get_running_loop().add_reader(fd, self._read)

    async def send(self, message: bytes) -> None:
        self._last_heard = None
        while not self._acks.empty():
            self._acks.get_nowait()
        for _ in range(1 + REPEATS):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._ack_s):
                    await self.spill(frame(message, wrong_checksum=self._spoils()))
                    if await self._acks.get():
                        return
        raise NoAnswer("the kiosk does not acknowledge")

    async def send_half(self, message: bytes) -> None:
        whole = frame(message)
        await self.spill(whole[: len(whole) // 2])

    async def spill(self, octets: bytes) -> None:
        while octets and self._open:
            try:
                octets = octets[os.write(self._fd, octets) :]
            except BlockingIOError:
                await asyncio.sleep(_WRITE_AGAIN_S)
            except OSError:
                raise LineLost("the line is gone") from None

    async def receive(self) -> bytes:
        message = await self._inbox.get()
        if message is None:
            raise LineLost("the line is gone")
        return message

    def cut(self, *, reset: bool) -> None:
        self._hang_up()
        self._on_cut()

    async def close(self) -> None:
        self._hang_up()

    def _hang_up(self) -> None:
        if self._open:
            self._open = False
            asyncio.get_running_loop().remove_reader(self._fd)
            self._stop_waiting()
            self._inbox.put_nowait(None)

    def _read(self) -> None:
        try:
            octets = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            self._hang_up()
            return
        self._stop_waiting()
        for found in self._deframer.feed(octets):
            self._heed(found)
        if self._deframer.waits:
            self._pause = asyncio.get_running_loop().call_later(self._octet_s, self._give_up)

    def _heed(self, found: bytes | Sign) -> None:
        if found in (Sign.ACK, Sign.NAK):
            self._acks.put_nowait(found is Sign.ACK)
        elif isinstance(found, bytes):
            self._say(ACK)
            if found != self._last_heard:  # once more, because our acknowledgement was lost
                self._inbox.put_nowait(found)
            self._last_heard = found
        else:
            self._say(NAK)

    def _give_up(self) -> None:
        self._deframer.forget()
        self._say(NAK)

    def _say(self, octet: int) -> None:
        with suppress(OSError):
            os.write(self._fd, bytes((octet,)))

    def _stop_waiting(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

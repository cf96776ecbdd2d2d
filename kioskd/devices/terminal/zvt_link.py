"""One TCP connection to a ZVT terminal: whole APDUs in, whole APDUs out."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.devices.terminal.zvt_codec import Apdu, ApduSplitter, ProtocolError

MAX_UNREAD_APDUS = 64
"""The terminal waits for an answer to each of its messages. So many at once is not a terminal."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Every wait for a terminal. The protocol's own values where it has one."""

    connect_s: float = 3.0
    answer_s: float = 5.0
    """A command until its answer, and the first byte of an APDU until its last (the protocol's T3)."""
    silence_s: float = 180.0
    """From one message of a running payment to the next (T4), unless the terminal announces another."""
    query_s: float = 15.0
    """The same for commands that only ask or register."""
    abort_s: float = 20.0
    """From our abort to the end of the payment."""
    payment_s: float = 600.0
    """A whole payment, however busy the terminal keeps us."""
    settle_s: float = 30.0
    """Finding out about a broken payment, including connecting again."""
    retry_s: float = 1.0
    """Between two attempts at that, and between two looks at an unchanged last transaction."""
    idle_s: float = 30.0
    """Between two status enquiries. Terminals want one at least every minute to run their timed jobs."""


class LineBroken(DeviceFault):
    """The connection was lost or fell silent: whatever was under way may or may not have happened."""


class ZvtLink(asyncio.Protocol):
    """Made by `open_link`. `receive` has no deadline of its own: put it into `asyncio.timeout`."""

    def __init__(self, apdu_s: float) -> None:
        self._apdu_s = apdu_s
        self._splitter = ApduSplitter()
        self._inbox: asyncio.Queue[Apdu | DeviceFault] = asyncio.Queue()
        self._transport: asyncio.Transport | None = None
        self._closed = asyncio.Event()
        self._half_apdu: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        return not self._closed.is_set()

    async def wait_closed(self) -> None:
        await self._closed.wait()

    def send(self, apdu: Apdu) -> None:
        """Hand `apdu` to the network. On a closed link nothing happens: `receive` reports the loss."""
        if self._transport is not None and self.is_open:
            self._transport.write(apdu.encode())

    async def receive(self) -> Apdu:
        """The next message; what came before a loss comes first. Raises LineBroken or ProtocolError."""
        item = await self._inbox.get()
        if isinstance(item, DeviceFault):
            self._inbox.put_nowait(item)  # broken stays broken
            raise item
        return item

    def close(self) -> None:
        self._fail(LineBroken("the connection to the terminal was closed"))

    def _fail(self, fault: DeviceFault) -> None:
        self._closed.set()
        self._inbox.put_nowait(fault)
        if self._half_apdu is not None:
            self._half_apdu.cancel()
        if self._transport is not None:
            self._transport.close()

    # --- called by asyncio --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(LineBroken("the terminal closed the connection"))

    def data_received(self, data: bytes) -> None:
        if not self.is_open:
            return
        try:
            for apdu in self._splitter.feed(data):
                self._inbox.put_nowait(apdu)
        except ProtocolError as fault:
            self._fail(fault)
            return
        if self._inbox.qsize() > MAX_UNREAD_APDUS:
            self._fail(ProtocolError("the terminal sends without waiting for answers"))
            return
        self._watch_half_apdu()

    def _watch_half_apdu(self) -> None:
        if self._half_apdu is not None:
            self._half_apdu.cancel()
            self._half_apdu = None
        if self._splitter.is_mid_apdu:
            fault = LineBroken("the terminal stopped in the middle of a message")
            self._half_apdu = asyncio.get_running_loop().call_later(self._apdu_s, self._fail, fault)


async def open_link(host: str, port: int, deadlines: Deadlines) -> ZvtLink:
    """Raises DeviceAbsent when nobody accepts within `connect_s`."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(deadlines.connect_s):
            _, link = await loop.create_connection(lambda: ZvtLink(deadlines.answer_s), host, port)
    except TimeoutError:
        raise DeviceAbsent(f"no terminal answers at {host}:{port}") from None
    except OSError as error:
        raise DeviceAbsent(f"no terminal at {host}:{port}: {_reason(error)}") from None
    return link


def _reason(error: OSError) -> str:
    """In the system's few words: asyncio's own repeat the address."""
    return os.strerror(error.errno) if error.errno else str(error)

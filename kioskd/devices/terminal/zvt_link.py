"""A line to a ZVT terminal: whole APDUs in, whole APDUs out. Thin: over TCP or a serial port."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from pathlib import Path

import serial

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.devices.terminal.zvt_codec import Apdu, ApduSplitter, ProtocolError
from kioskd.devices.terminal.zvt_deadlines import Deadlines, LineBroken
from kioskd.devices.terminal.zvt_framing import SerialPeer
from kioskd.devices.terminal.zvt_wishes import Nothing

MAX_UNREAD_APDUS = 64
"""The terminal waits for an answer to each of its messages. So many at once is not a terminal."""
_READ_OCTETS = 4096


class ZvtLink(ABC):
    """`receive` has no deadline of its own: put it into `asyncio.timeout`."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[Apdu | DeviceFault | Nothing] = asyncio.Queue()
        self._closed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        return not self._closed.is_set()

    async def wait_closed(self) -> None:
        await self._closed.wait()

    @abstractmethod
    def send(self, apdu: Apdu) -> None:
        """Hand `apdu` to the system. On a closed link nothing happens: `receive` reports the loss."""

    def stir(self) -> None:
        """Whoever waits in `receive` returns, with STIRRED."""
        self._inbox.put_nowait(Nothing.STIRRED)

    async def receive(self) -> Apdu | Nothing:
        """The next message; what came before a loss comes first. Raises LineBroken or ProtocolError."""
        item = await self._inbox.get()
        if isinstance(item, DeviceFault):
            self._inbox.put_nowait(item)  # broken stays broken
            raise item
        return item

    def close(self) -> None:
        self._fail(LineBroken("the connection to the terminal was closed"))

    def _arrived(self, apdus: list[Apdu]) -> None:
        for apdu in apdus:
            self._inbox.put_nowait(apdu)
        if self._inbox.qsize() > MAX_UNREAD_APDUS:
            self._fail(ProtocolError("the terminal sends without waiting for answers"))

    def _fail(self, fault: DeviceFault) -> None:
        if self.is_open:
            self._closed.set()
            self._inbox.put_nowait(fault)
            self._release()

    @abstractmethod
    def _release(self) -> None: ...


class TcpLink(ZvtLink, asyncio.Protocol):
    """Made by `open_tcp`."""

    def __init__(self, apdu_s: float) -> None:
        super().__init__()
        self._apdu_s = apdu_s
        self._splitter = ApduSplitter()
        self._transport: asyncio.Transport | None = None
        self._half_apdu: asyncio.TimerHandle | None = None

    def send(self, apdu: Apdu) -> None:
        if self._transport is not None and self.is_open:
            self._transport.write(apdu.encode())

    def _release(self) -> None:
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
            self._arrived(self._splitter.feed(data))
        except ProtocolError as fault:
            self._fail(fault)
            return
        self._watch_half_apdu()

    def _watch_half_apdu(self) -> None:
        if self._half_apdu is not None:
            self._half_apdu.cancel()
            self._half_apdu = None
        if self._splitter.is_mid_apdu and self.is_open:
            fault = LineBroken("the terminal stopped in the middle of a message")
            self._half_apdu = asyncio.get_running_loop().call_later(self._apdu_s, self._fail, fault)


class SerialLink(ZvtLink):
    """Made by `open_serial`."""

    def __init__(self, port: serial.Serial) -> None:
        super().__init__()
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._peer = SerialPeer()
        self._unwritten = b""
        self._timer: asyncio.TimerHandle | None = None
        os.set_blocking(port.fileno(), False)
        self._loop.add_reader(port.fileno(), self._readable)

    def send(self, apdu: Apdu) -> None:
        if self.is_open:
            self._peer.send(apdu, self._loop.time())
            self._go_on()

    def _readable(self) -> None:
        try:
            data = os.read(self._port.fileno(), _READ_OCTETS)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._fail(LineBroken("the cable to the terminal was unplugged"))
            return
        try:
            self._arrived(self._peer.feed(data, self._loop.time()))
        except DeviceFault as fault:
            self._fail(fault)
        self._go_on()

    def _tick(self) -> None:
        try:
            self._peer.tick(self._loop.time())
        except DeviceFault as fault:
            self._fail(fault)
        self._go_on()

    def _go_on(self) -> None:
        """Write what is to be written, and be back when the peer wants to."""
        self._unwritten += self._peer.to_write()
        self._write()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.is_open and (due_s := self._peer.due_s) is not None:
            self._timer = self._loop.call_at(due_s, self._tick)

    def _write(self) -> None:
        if not self.is_open:
            return
        fd = self._port.fileno()
        try:
            self._unwritten = self._unwritten[os.write(fd, self._unwritten) :] if self._unwritten else b""
        except BlockingIOError:
            pass
        except OSError:
            self._fail(LineBroken("the cable to the terminal was unplugged"))
            return
        if self._unwritten:
            self._loop.add_writer(fd, self._write)
        else:
            self._loop.remove_writer(fd)

    def _release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._port.fileno())
        self._loop.remove_writer(self._port.fileno())
        self._port.close()


async def open_tcp(host: str, port: int, deadlines: Deadlines) -> ZvtLink:
    """Raises DeviceAbsent when nobody accepts within `connect_s`."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(deadlines.connect_s):
            _, link = await loop.create_connection(lambda: TcpLink(deadlines.answer_s), host, port)
    except TimeoutError:
        raise DeviceAbsent(f"no terminal answers at {host}:{port}") from None
    except OSError as error:
        raise DeviceAbsent(f"no terminal at {host}:{port}: {_reason(error)}") from None
    return link


def open_serial(path: Path, baud: int) -> ZvtLink:
    """8N2 without handshake, held exclusively. Raises DeviceAbsent and DeviceFault."""
    try:
        port = serial.Serial(str(path), baud, stopbits=serial.STOPBITS_TWO, timeout=0, exclusive=True)
    except serial.SerialException as error:
        if not path.exists():
            raise DeviceAbsent(f"{path} is not there") from None
        raise DeviceFault(f"{path} cannot be opened: {_serial_reason(error)}") from None
    return SerialLink(port)


def _reason(error: OSError) -> str:
    """In the system's few words: asyncio's own repeat the address."""
    return os.strerror(error.errno) if error.errno else str(error)


def _serial_reason(error: serial.SerialException) -> str:
    return os.strerror(error.errno) if error.errno else "it is not a serial port, or used by another program"

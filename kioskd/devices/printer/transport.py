"""Bytes to and from a printer, over a serial port, the kernel's USB printer class, or TCP port 9100.

All three are non-blocking descriptors on the event loop. What can block all the same (opening and closing a
serial port talks to hardware) happens in a thread. Nothing here waits without a deadline.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import socket
import struct
import termios
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import serial

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.devices.printer.profile import FlowControl

CONNECT_S = 3.0
FIRST_BYTE_S = 2.0
NO_PROGRESS_S = 5.0

_READ_BYTES = 4096
_CHUNK_BYTES = 1024
_DRAIN_POLL_S = 0.02
_EMPTY_READ_PAUSE_S = 0.1
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESHUTDOWN, errno.ECONNRESET, errno.EPIPE)


class LineLost(DeviceAbsent):
    """The printer went away while it was in use."""


class Stalled(DeviceFault):
    """The printer took no more bytes within the deadline."""


@dataclass(frozen=True, slots=True)
class SerialPort:
    path: Path
    baud: int
    flow: FlowControl

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class UsbPrinter:
    """A `/dev/usb/lp*` node of the kernel's usblp driver."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class NetworkPrinter:
    host: str
    port: int = 9100

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


Address = SerialPort | UsbPrinter | NetworkPrinter


@dataclass(slots=True)
class Connection:
    """An open line. `written` counts the bytes the line has accepted since it was opened."""

    _fd: int
    _close: Callable[[], None]
    _is_tty: bool
    _empty_read_is_end: bool
    written: int = 0
    _on_bytes: Callable[[bytes], None] = field(default=lambda data: None)
    _lost: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _paused: asyncio.TimerHandle | None = None

    @property
    def lost(self) -> bool:
        """The printer has gone, or the line was closed."""
        return self._lost.done()

    def listen(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        """Hand every incoming byte to `on_bytes`, from the loop, until the line ends, which is told once."""
        self._on_bytes = on_bytes
        self._lost.add_done_callback(lambda lost: on_lost())
        asyncio.get_running_loop().add_reader(self._fd, self._readable)

    async def write(self, data: bytes) -> None:
        """Returns when the line has accepted all of `data`. Raises Stalled or LineLost; see `written`."""
        view = memoryview(data)
        while view:
            if self.lost:
                raise LineLost("the printer went away")
            accepted = self._try_write(view[:_CHUNK_BYTES])
            self.written += accepted
            view = view[accepted:]
            if view and not accepted:
                await self._writable(NO_PROGRESS_S if self.written else FIRST_BYTE_S)
            elif view:
                await asyncio.sleep(0)

    async def drained(self) -> None:
        """Returns when a serial port has sent what it accepted. Raises Stalled when that stops moving."""
        loop = asyncio.get_running_loop()
        waiting, since_s = self._unsent(), loop.time()
        while waiting and not self.lost:
            await asyncio.sleep(_DRAIN_POLL_S)
            now_waiting = self._unsent()
            if now_waiting < waiting:
                since_s = loop.time()
            elif loop.time() - since_s > NO_PROGRESS_S:
                raise Stalled(f"{now_waiting} bytes are stuck in the serial port")
            waiting = now_waiting
        if self.lost:
            raise LineLost("the printer went away")

    def discard_output(self) -> None:
        """Forget what was accepted and not yet sent."""
        if self._is_tty and self._fd >= 0:
            with suppress(termios.error, OSError):
                termios.tcflush(self._fd, termios.TCOFLUSH)

    async def close(self) -> None:
        """Never waits for unsent bytes. Harmless when closed before."""
        if self._fd < 0:
            return
        loop = asyncio.get_running_loop()
        self.discard_output()
        loop.remove_reader(self._fd)
        loop.remove_writer(self._fd)
        if self._paused:
            self._paused.cancel()
        self._fd = -1
        self._lose()
        await loop.run_in_executor(None, self._close)

    def _try_write(self, view: memoryview) -> int:
        try:
            return os.write(self._fd, view)
        except BlockingIOError:
            return 0
        except OSError as lost:
            self._lose()
            raise LineLost(f"the printer went away: {lost.strerror}") from lost

    async def _writable(self, patience_s: float) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_writer(self._fd, ready.set)
        self._lost.add_done_callback(lambda lost: ready.set())
        try:
            async with asyncio.timeout(patience_s):
                await ready.wait()
        except TimeoutError as stalled:
            raise Stalled(f"the printer took no byte for {patience_s:g} s") from stalled
        finally:
            if self._fd >= 0:
                loop.remove_writer(self._fd)

    def _unsent(self) -> int:
        if not self._is_tty or self.lost:
            return 0
        try:
            answer = fcntl.ioctl(self._fd, termios.TIOCOUTQ, b"\0\0\0\0")
        except OSError as lost:
            self._lose()
            raise LineLost(f"the printer went away: {lost.strerror}") from lost
        return int(struct.unpack("i", answer)[0])

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._lose()
            return
        if data:
            self._on_bytes(data)
        elif self._empty_read_is_end:
            self._lose()
        else:  # usblp: the printer sent an empty packet; some do so all the time
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._fd)
            self._paused = loop.call_later(_EMPTY_READ_PAUSE_S, loop.add_reader, self._fd, self._readable)

    def _lose(self) -> None:
        if self._fd >= 0:
            asyncio.get_running_loop().remove_reader(self._fd)
        if not self._lost.done():
            self._lost.set_result(None)


async def connect(address: Address) -> Connection:
    """Open the line. Raises DeviceAbsent when nothing is there, DeviceFault when it cannot be used."""
    try:
        async with asyncio.timeout(CONNECT_S):
            match address:
                case SerialPort():
                    return await _connect_serial(address)
                case UsbPrinter():
                    return await _connect_usb(address)
                case NetworkPrinter():
                    return await _connect_network(address)
    except TimeoutError as slow:
        raise DeviceAbsent(f"{address} did not open within {CONNECT_S:g} s") from slow
    except OSError as wrong:
        if isinstance(address, NetworkPrinter) or wrong.errno in _GONE:
            raise DeviceAbsent(f"{address}: {_reason(wrong)}") from wrong
        raise DeviceFault(f"{address}: {_reason(wrong)}; check permissions and owner") from wrong


def _reason(wrong: OSError) -> str:
    """In the system's few words: pyserial's own repeat the path and the error in Python's notation."""
    return os.strerror(wrong.errno) if wrong.errno else str(wrong)


async def _connect_serial(address: SerialPort) -> Connection:
    port = await asyncio.get_running_loop().run_in_executor(None, partial(_open_serial, address))
    return Connection(port.fileno(), port.close, _is_tty=True, _empty_read_is_end=True)


def _open_serial(address: SerialPort) -> serial.Serial:
    port = serial.Serial(
        str(address.path),
        address.baud,
        timeout=0,
        write_timeout=0,
        rtscts=address.flow is FlowControl.RTSCTS,
        xonxoff=address.flow is FlowControl.XONXOFF,
        exclusive=True,
    )
    settings = termios.tcgetattr(port.fileno())
    settings[0] &= ~(termios.IXOFF | termios.IXANY)
    settings[6][termios.VMIN] = 1  # so that an empty read can only mean that the line was hung up
    termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)
    termios.tcflush(port.fileno(), termios.TCIOFLUSH)  # nothing an earlier run sent or was told
    return port


async def _connect_usb(address: UsbPrinter) -> Connection:
    flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    fd = await asyncio.get_running_loop().run_in_executor(None, os.open, address.path, flags)
    return Connection(fd, partial(os.close, fd), _is_tty=False, _empty_read_is_end=False)


async def _connect_network(address: NetworkPrinter) -> Connection:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, target = found[0]
    line = socket.socket(family, kind, protocol)
    line.setblocking(False)
    try:
        await loop.sock_connect(line, target)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        line.close()
        raise
    return Connection(line.fileno(), line.close, _is_tty=False, _empty_read_is_end=True)

"""Whether headphones are plugged in: the switch that Linux makes of a jack, read from its evdev node.

A path that is no input device (a FIFO, for instance) is read the same way, as a stream of
`struct input_event`: that is how the simulator comes in. There they are pulled out until it says otherwise.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.core.events import DeviceChanged, HeadphonesChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.devices.scanner.fdreader import follow

# linux/input-event-codes.h, linux/input.h
_EV_SW = 5
_SW_HEADPHONE_INSERT, _SW_LINEOUT_INSERT = 0x02, 0x06
_PLUGS = (_SW_HEADPHONE_INSERT, _SW_LINEOUT_INSERT)
"""Some sound cards take every plug for a line out."""
_EVIOCGSW_1 = 0x8001451B
"""EVIOCGSW for one byte: how switches 0 to 7 are now."""
_INPUT_MAJOR = 13
_EVENT = struct.Struct("@llHHi")


class JackDecoder:
    """From `struct input_event` to what changed. Pure; any bytes are survived."""

    def __init__(self, switches: int = 0) -> None:
        self._switches = switches & _bits()
        self._rest = b""

    @property
    def plugged(self) -> bool:
        return self._switches != 0

    def feed(self, data: bytes) -> Iterator[bool]:
        """Whether they are plugged in now, every time that changes."""
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole]):
            if kind == _EV_SW and code in _PLUGS:
                was = self.plugged
                bit = 1 << code
                self._switches = self._switches | bit if value else self._switches & ~bit
                if self.plugged is not was:
                    yield self.plugged


class HeadphoneJack:
    """Implements core.ports.Device."""

    kind = DeviceKind.HEADPHONES

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`. Who cannot be asked has no headphones: nothing private is said then."""
        fd, decoder = -1, JackDecoder()
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
            decoder = JackDecoder(_switches(fd))
            emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
            if decoder.plugged:
                emit(HeadphonesChanged(True))

            def tell(data: bytes) -> None:
                for plugged in decoder.feed(data):
                    emit(HeadphonesChanged(plugged))

            await follow(fd, on_data=tell, on_silence=lambda: None, silence_s=lambda: 60.0)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
                raise DeviceAbsent(f"{self.path} is not there") from error
            raise DeviceFault(f"{self.path}: {os.strerror(error.errno or 0)}") from error
        finally:
            if fd >= 0:
                os.close(fd)
            if decoder.plugged:
                emit(HeadphonesChanged(False))


def _switches(fd: int) -> int:
    status = os.fstat(fd)
    if not stat.S_ISCHR(status.st_mode) or os.major(status.st_rdev) != _INPUT_MAJOR:
        return 0
    return fcntl.ioctl(fd, _EVIOCGSW_1, b"\0")[0]


def _bits() -> int:
    return sum(1 << code for code in _PLUGS)

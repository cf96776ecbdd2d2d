"""A touch screen read from its evdev node, so that a stray keyboard or the console has no say.

One finger counts: the first that is down. The others are ignored until every finger has left.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.core.events import DeviceChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.devices.scanner.fdreader import follow

# linux/input-event-codes.h
_EV_SYN, _EV_KEY, _EV_ABS = 0, 1, 3
_SYN_DROPPED = 3
_BTN_LEFT, _BTN_TOUCH = 0x110, 0x14A
_PRESSES = (_BTN_TOUCH, _BTN_LEFT)
"""Panels without a driver of their own pass for a mouse with absolute coordinates."""
_ABS_X, _ABS_Y = 0x00, 0x01
_ABS_MT_SLOT, _ABS_MT_X, _ABS_MT_Y, _ABS_MT_TRACKING_ID = 0x2F, 0x35, 0x36, 0x39
_SIDES = {_ABS_X: 0, _ABS_Y: 1, _ABS_MT_X: 0, _ABS_MT_Y: 1}
_EVENT = struct.Struct("@llHHi")


class Phase(StrEnum):
    DOWN = "down"
    MOVE = "move"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Axis:
    """What a device counts along one side of the display, first to last."""

    first: int
    last: int

    def share(self, value: int) -> float:
        """0 at the first, 1 at the last; values outside are brought to the edge."""
        return min(max((value - self.first) / max(self.last - self.first, 1), 0.0), 1.0)


OnTouch = Callable[[Phase, float, float], None]
"""A phase, and where: shares of the display's width and height, 0 to 1, as the panel is wired."""


class TouchDecoder:
    """From `struct input_event` to touches. Pure; any bytes are survived."""

    def __init__(self, x: Axis, y: Axis, on_touch: OnTouch) -> None:
        self._x, self._y = x, y
        self._on_touch = on_touch
        self._rest = b""
        self._slot = 0
        self._at = [0, 0]
        self._down = False
        self._was_down = False
        self._moved = False
        self._lost = False

    def feed(self, data: bytes) -> None:
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole]):
            if kind == _EV_SYN:
                self._sync(code)
            elif not self._lost:
                self._note(kind, code, value)

    def _note(self, kind: int, code: int, value: int) -> None:
        if kind == _EV_KEY and code in _PRESSES:
            self._down = bool(value)
        elif kind == _EV_ABS and code == _ABS_MT_SLOT:
            self._slot = value
        elif kind == _EV_ABS and self._slot == 0:
            if code == _ABS_MT_TRACKING_ID:
                self._down = value >= 0
            elif code in _SIDES:
                self._at[_SIDES[code]] = value
                self._moved = True

    def _sync(self, code: int) -> None:
        """Events count when their report is complete. After a loss the finger is taken as lifted."""
        if code == _SYN_DROPPED:
            self._lost = True
            return
        if self._lost:
            self._lost = self._down = False
        if self._down and not self._was_down:
            self._tell(Phase.DOWN)
        elif self._was_down and not self._down:
            self._tell(Phase.UP)
        elif self._down and self._moved:
            self._tell(Phase.MOVE)
        self._was_down, self._moved = self._down, False

    def _tell(self, phase: Phase) -> None:
        self._on_touch(phase, self._x.share(self._at[0]), self._y.share(self._at[1]))


def _nothing() -> None:
    """A finger that rests is no event."""


class TouchScreen:
    """Grabbed while `run` is running. Implements core.ports.Device."""

    kind = DeviceKind.TOUCH

    def __init__(self, name: str, path: Path, on_touch: OnTouch) -> None:
        self.name = name
        self.path = path
        self._on_touch = on_touch

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""
        from evdev import InputDevice, ecodes

        try:
            if not stat.S_ISCHR(self.path.stat().st_mode):
                raise DeviceFault(f"{self.path} is no input device")
            with closing(InputDevice(str(self.path))) as device:
                sides = set(device.capabilities(absinfo=False).get(ecodes.EV_ABS, []))
                if {_ABS_MT_X, _ABS_MT_Y} <= sides:
                    x, y = device.absinfo(_ABS_MT_X), device.absinfo(_ABS_MT_Y)
                elif {_ABS_X, _ABS_Y} <= sides:
                    x, y = device.absinfo(_ABS_X), device.absinfo(_ABS_Y)
                else:
                    raise DeviceFault(f"{self.path} ({device.name}) is no touch screen")
                device.grab()
                decoder = TouchDecoder(Axis(x.min, x.max), Axis(y.min, y.max), self._on_touch)
                emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
                await follow(device.fd, on_data=decoder.feed, on_silence=_nothing, silence_s=lambda: 60.0)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
                raise DeviceAbsent(f"{self.path} is not there") from error
            raise DeviceFault(f"{self.path}: {os.strerror(error.errno or 0)}") from error

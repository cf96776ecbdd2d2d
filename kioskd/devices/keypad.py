"""A keypad with few keys, read from its evdev node, which it does not share with anybody."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from kioskd.core.events import DeviceChanged, HeadphonesChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.keypad import Key
from kioskd.core.ports import Emit
from kioskd.devices.keypad_profile import KeypadProfile
from kioskd.devices.scanner.evdev import opened
from kioskd.devices.scanner.fdreader import follow

# linux/input-event-codes.h
_EV_KEY, _EV_SW = 1, 5
_DOWN = 1  # 0 is up, 2 the kernel's auto-repeat
_SW_HEADPHONE_INSERT = 2
_EVENT = struct.Struct("@llHHi")

OnKey = Callable[[Key], None]


class KeypadDecoder:
    """From `struct input_event` to keys, and to whether headphones are plugged in. Pure; survives any bytes.

    A key that is held counts once. For `lockout_s` after a key the same key counts as one stroke with it: a
    hand that trembles strikes twice. Time is that of the events, so a late reader loses none.
    """

    def __init__(self, profile: KeypadProfile, lockout_s: float) -> None:
        self._keys = profile.keys
        jack = ((profile.jack_in, True), (profile.jack_out, False))
        self._jack = {code: plugged for code, plugged in jack if code is not None}
        self._lockout_s = lockout_s
        self._struck: tuple[int, float] | None = None
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Key | bool]:
        """Keys struck; True and False for headphones that came and went."""
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        for seconds, micros, kind, code, value in _EVENT.iter_unpack(data[:whole]):
            if kind == _EV_SW and code == _SW_HEADPHONE_INSERT:
                yield bool(value)
            elif kind == _EV_KEY and value == _DOWN:
                yield from self._down(code, seconds + micros / 1_000_000)

    def _down(self, code: int, at_s: float) -> Iterator[Key | bool]:
        if code in self._jack:
            yield self._jack[code]
        elif code in self._keys:
            struck, self._struck = self._struck, (code, at_s)
            if struck is not None and struck[0] == code and 0 <= at_s - struck[1] < self._lockout_s:
                self._struck = struck  # counted from the stroke that did count
                return
            yield self._keys[code]


class Keypad:
    """Grabbed while `run` is running. Implements core.ports.Device.

    A path that is no input device (a FIFO) is read the same way, as a stream of `struct input_event`: that is
    how the simulator comes in.
    """

    kind = DeviceKind.KEYPAD

    def __init__(
        self, name: str, path: Path, profile: KeypadProfile, on_key: OnKey, lockout_s: float
    ) -> None:
        self.name = name
        self.path = path
        self._profile = profile
        self._on_key = on_key
        self._lockout_s = lockout_s

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`. Whose jack went with it has no headphones."""
        plugged = False

        def hand_on(data: bytes) -> None:
            nonlocal plugged
            for struck in decoder.feed(data):
                if isinstance(struck, Key):
                    self._on_key(struck)
                elif struck is not plugged:
                    plugged = struck
                    emit(HeadphonesChanged(plugged))

        async with opened(self.path, self._is_one, "has not the keys of this profile") as node:
            decoder = KeypadDecoder(self._profile, self._lockout_s)
            emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
            try:
                await follow(node.fd, on_data=hand_on, on_silence=lambda: None, silence_s=lambda: 60.0)
            finally:
                if plugged:
                    emit(HeadphonesChanged(False))

    def _is_one(self, keys: frozenset[int]) -> bool:
        return bool(keys & self._profile.keys.keys())

"""A keypad beside the screen: a FIFO that carries what its evdev node would."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path
from typing import Any, Literal, get_args

from kioskd.sim.plug import Plug

KeyName = Literal["previous", "next", "select", "back", "help", "repeat", "louder", "softer"]
KEYS: tuple[str, ...] = get_args(KeyName)

_INPUT_EVENT = struct.Struct("@llHHi")
_EV_SYN, _EV_KEY, _EV_MSC, _MSC_SCAN = 0, 1, 4, 4
_F13, _F13_USAGE = 183, 0x70068
_CODES = {name: _F13 + place for place, name in enumerate(KEYS)}
"""Programmed as kioskd's profile "function-keys" wants it: F13 and up."""
_HELD_S = 0.08
_APART_S = 0.4


class KeypadSimulator(Plug):
    """Pressed by somebody calm: two strokes are further apart than any lock-out of an ordinary kiosk.

    Nobody waits for that. The strokes are stamped with the times at which they would have come.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._pressed_until_s = 0.0

    def settings(self) -> dict[str, Any]:
        """The section of kiosk.toml."""
        return {"driver": "evdev", "path": str(self.path), "profile": "function-keys"}

    async def press(self, *keys: str) -> None:
        """One after the other. Raises ValueError for a key that it does not have."""
        for key in keys:
            if key not in _CODES:
                raise ValueError(f"the keypad has no key {key!r}; it has {', '.join(KEYS)}")
        await self._write(b"".join(map(self._stroke, keys)))

    def _stroke(self, key: str) -> bytes:
        at_s = max(self._pressed_until_s, time.monotonic())
        self._pressed_until_s = at_s + _APART_S
        return self._report(key, 1, at_s) + self._report(key, 0, at_s + _HELD_S)

    @staticmethod
    def _report(key: str, value: int, at_s: float) -> bytes:
        stamp = (int(at_s), int(at_s % 1 * 1_000_000))
        code = _CODES[key]
        return b"".join(
            _INPUT_EVENT.pack(*stamp, *event)
            for event in (
                (_EV_MSC, _MSC_SCAN, _F13_USAGE + code - _F13),
                (_EV_KEY, code, value),
                (_EV_SYN, 0, 0),
            )
        )

    def _appear(self) -> int:
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path)
        # Both ways, so that there is always a writer and the reader waits for us instead of seeing the end.
        return os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

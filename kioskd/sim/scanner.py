"""Scanners that do not exist: one on a pseudo-terminal, one that types like a keyboard.

They speak what the real ones speak, so that whoever reads them needs no test mode: bytes on a tty, and
`struct input_event` records in a FIFO.
"""

from __future__ import annotations

import os
import pty
import struct
import time
import tty
from pathlib import Path

from kioskd.sim.plug import Plug


class SerialScannerSimulator(Plug):
    """A CDC or UART scanner: a pseudo-terminal behind a stable path (a symlink, like udev makes)."""

    def __init__(self, path: Path, suffix: bytes = b"\r") -> None:
        super().__init__(path)
        self._suffix = suffix
        self._far_end: int | None = None

    async def scan(self, text: str, aim: str = "") -> None:
        """Read a code: `aim` is its identifier (`]Q1` for a QR code) if the scanner is to send one."""
        await self.scan_bytes((aim + text).encode() + self._suffix)

    async def scan_bytes(self, data: bytes) -> None:
        """Send these very bytes."""
        await self._write(data)

    def _appear(self) -> int:
        near, self._far_end = pty.openpty()
        tty.setraw(self._far_end)  # a scanner echoes nothing, not even before somebody has opened it
        os.set_blocking(near, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._far_end))
        return near

    def _vanish(self, fd: int) -> None:
        super()._vanish(fd)
        if self._far_end is not None:
            os.close(self._far_end)
            self._far_end = None


_INPUT_EVENT = struct.Struct("@llHHi")
_EV_SYN, _EV_KEY, _EV_MSC, _MSC_SCAN = 0, 1, 4, 4
_ENTER, _SHIFT, _CTRL, _ALT = 28, 42, 29, 56
_REPORT_S = 0.002
_KEYS = {
    sign: (code, shift)
    for first, plain, shifted in (
        (2, "1234567890-=", "!@#$%^&*()_+"),
        (16, "qwertyuiop[]", "QWERTYUIOP{}"),
        (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
        (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        (57, " ", " "),
    )
    for shift, signs in ((True, shifted), (False, plain))
    for code, sign in enumerate(signs, first)
}
_KEYPAD = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)
# HID usages (page 7) for MSC_SCAN, by key code, where they do not count up with the code.
_USAGES = {_SHIFT: 0xE1, _CTRL: 0xE0, _ALT: 0xE2, _ENTER: 0x28}


class WedgeSimulator(Plug):
    """A scanner in keyboard mode with a US layout: a FIFO that carries what its evdev node would.

    Characters no key has are typed as Alt and keypad digits (windows-1252), control characters with Ctrl.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._typed_until_s = 0.0

    async def scan(self, text: str, aim: str = "") -> None:
        """Read a code and press Enter."""
        await self._write(self.typed(aim + text))

    def typed(self, text: str) -> bytes:
        """The events of this text and Enter, without sending them."""
        return b"".join(map(self._sign, text)) + self._stroke([_ENTER])

    async def press(self, code: int, *held: int) -> None:
        """One key, by its Linux code, while others are held."""
        await self._write(self._stroke([code], *held))

    async def scan_bytes(self, data: bytes) -> None:
        """Send these very bytes, be they events or not."""
        await self._write(data)

    def _sign(self, sign: str) -> bytes:
        if sign in _KEYS:
            code, shift = _KEYS[sign]
            return self._stroke([code], *([_SHIFT] if shift else []))
        if sign < " ":
            code, _ = _KEYS[chr(ord(sign) + 0x40).lower()]
            return self._stroke([code], _CTRL)
        value = sign.encode("cp1252", "replace")[0]
        return self._stroke([_KEYPAD[int(digit)] for digit in f"{value:04d}"], _ALT)

    def _stroke(self, codes: list[int], *held: int) -> bytes:
        strokes = [(code, 1) for code in held]
        strokes += [(code, value) for code in codes for value in (1, 0)]
        strokes += [(code, 0) for code in reversed(held)]
        return b"".join(self._report(code, value) for code, value in strokes)

    def _report(self, code: int, value: int) -> bytes:
        """One USB report, stamped with the time at which a real scanner would have sent it."""
        self._typed_until_s = max(self._typed_until_s + _REPORT_S, time.monotonic())
        stamp = (int(self._typed_until_s), int(self._typed_until_s % 1 * 1_000_000))
        usage = 0x70000 | _USAGES.get(code, code)
        return b"".join(
            _INPUT_EVENT.pack(*stamp, *event)
            for event in ((_EV_MSC, _MSC_SCAN, usage), (_EV_KEY, code, value), (_EV_SYN, 0, 0))
        )

    def _appear(self) -> int:
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path)
        # Both ways, so that there is always a writer and the reader waits for us instead of seeing the end.
        return os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

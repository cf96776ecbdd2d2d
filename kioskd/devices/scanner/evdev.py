"""A scanner that types like a keyboard: read from its evdev node, which it does not share with anybody."""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from kioskd.core.errors import DeviceFault
from kioskd.core.events import DeviceChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.devices.scanner.access import explain
from kioskd.devices.scanner.aim import AimMode
from kioskd.devices.scanner.fdreader import follow
from kioskd.devices.scanner.intake import Intake
from kioskd.devices.scanner.keymap import keymap
from kioskd.devices.scanner.reading import Outcome
from kioskd.devices.scanner.wedge import WedgeDecoder, WedgeProfile

INPUT_MAJOR = 13
_EVIOCSCLOCKID = 0x400445A0
_KEY_A, _KEY_ENTER, _BTN_LEFT, _BTN_TOUCH = 30, 28, 0x110, 0x14A
KEYS_UP_WITHIN_S = 2.0
KEYS_UP_POLL_S = 0.05


class WedgeScanner:
    """Grabbed exclusively while `run` is running, so that a scan types into nothing else.

    A path that is no input device (a FIFO, a pseudo-terminal) is read the same way, as a stream of
    `struct input_event`: that is how recordings and the simulator come in.
    """

    kind = DeviceKind.SCANNER

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        layout: str = "us",
        profile: WedgeProfile = WedgeProfile(),  # noqa: B008 - immutable
        aim: AimMode = AimMode.AUTO,
        gs_text: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigError for a layout that is not known."""
        self.name = name
        self.path = path
        self._keymap = keymap(layout)
        self._profile = profile
        self._intake = Intake(name, clock, aim, gs_text)

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""

        def hand_on(outcomes: Iterable[Outcome]) -> None:
            for outcome in outcomes:
                if (event := self._intake.take(outcome)) is not None:
                    emit(event)

        async with opened(self.path) as node:
            decoder = WedgeDecoder(self._keymap, self._profile, node.held_keys)
            emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
            await follow(
                node.fd,
                on_data=lambda data: hand_on(decoder.each(data)),
                on_silence=lambda: hand_on(decoder.silence()),
                silence_s=lambda: decoder.patience_s,
                small_buffer=True,
            )


@dataclass(frozen=True, slots=True)
class Node:
    """An open file descriptor that does not block, and the kernel's word on which keys are down."""

    fd: int
    held_keys: Callable[[], frozenset[int]]


def _types_like_a_keyboard(keys: frozenset[int]) -> bool:
    return {_KEY_A, _KEY_ENTER} <= keys and not {_BTN_LEFT, _BTN_TOUCH} & keys


@asynccontextmanager
async def opened(
    path: Path,
    is_one: Callable[[frozenset[int]], bool] = _types_like_a_keyboard,
    else_it: str = "is not a keyboard-wedge scanner",
) -> AsyncIterator[Node]:
    """The node, grabbed if it is one; anything else as a stream. Raises DeviceAbsent and DeviceFault.

    `is_one` says of the keys a device has whether it is the right one; `else_it` is the fault of others.
    """
    try:
        if _is_input_node(path):
            async with _grabbed(path, is_one, else_it) as node:
                yield node
        else:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
            try:
                yield Node(fd, frozenset)
            finally:
                os.close(fd)
    except OSError as error:
        raise explain(path, error, "input") from error


def _is_input_node(path: Path) -> bool:
    status = path.stat()
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == INPUT_MAJOR


@asynccontextmanager
async def _grabbed(path: Path, is_one: Callable[[frozenset[int]], bool], else_it: str) -> AsyncIterator[Node]:
    from evdev import InputDevice, ecodes  # 50 ms, and only where there is a real one

    with closing(InputDevice(str(path))) as device:
        if not is_one(frozenset(device.capabilities().get(ecodes.EV_KEY, []))):
            raise DeviceFault(f"{path} ({device.name}) {else_it}")
        # Event times that no correction of the clock can bend.
        fcntl.ioctl(device.fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
        # A key that is down at the grab would stay down for everybody else for ever.
        deadline_s = time.monotonic() + KEYS_UP_WITHIN_S
        while device.active_keys():
            if time.monotonic() > deadline_s:
                raise DeviceFault(f"{path} ({device.name}): a key is held down")
            await asyncio.sleep(KEYS_UP_POLL_S)
        device.grab()  # released by closing, or by our death

        def held_keys() -> frozenset[int]:
            with suppress(OSError):  # unplugged meanwhile: the next read says so
                return frozenset(device.active_keys())
            return frozenset()

        yield Node(device.fd, held_keys)

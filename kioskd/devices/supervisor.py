"""Keeps one device running for as long as the daemon lives, whatever the device does.

States as the rest of the kiosk sees them: `starting` once, then `ok` (said by the driver when it is really
open), `absent` and `faulty`. A device that keeps failing in the same way is reported once, not at every try.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

from kioskd.core.errors import DeviceAbsent, DeviceError
from kioskd.core.events import DeviceChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Device, DeviceEvent, Emit

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.25
MAX_DELAY_S = 15.0
CALM_S = 30.0
"""A device that worked this long had recovered: its next failure is retried at once again."""
REPLUG_POLL_S = 1.0
_LOST = frozenset({DeviceState.ABSENT, DeviceState.FAULTY})


async def supervise(
    device: Device,
    kind: DeviceKind,
    emit: Emit,
    *,
    path: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> NoReturn:
    """Runs the device again and again, with back-off, until it is cancelled.

    With `path` a device that was unplugged is started again within REPLUG_POLL_S of the path's return.
    """
    watch = _Watch(device.name, kind, emit)
    delay_s = FIRST_DELAY_S
    watch.change(DeviceState.STARTING)
    while True:
        started_s = clock()
        try:
            await device.run(watch.emit)
            watch.change(DeviceState.FAULTY, "stopped by itself")
        except DeviceAbsent as absent:
            watch.change(DeviceState.ABSENT, str(absent))
        except DeviceError as fault:
            watch.change(DeviceState.FAULTY, str(fault))
        except Exception as error:
            # A bug in one driver must not take the kiosk down with it.
            log.exception("%s: driver failed", device.name)
            watch.change(DeviceState.FAULTY, f"driver failed: {type(error).__name__}")
        if clock() - started_s >= CALM_S:
            delay_s = FIRST_DELAY_S
        came_back = await _wait(delay_s, path.exists if path else None, sleep)
        delay_s = FIRST_DELAY_S if came_back else min(delay_s * 2, MAX_DELAY_S)


async def _wait(
    delay_s: float, plugged_in: Callable[[], bool] | None, sleep: Callable[[float], Awaitable[None]]
) -> bool:
    """Sleeps, at most until the device is plugged in again. Returns whether it was."""
    if plugged_in is None or plugged_in():
        await sleep(delay_s)
        return False
    while delay_s > 0:
        step_s = min(delay_s, REPLUG_POLL_S)
        await sleep(step_s)
        if plugged_in():
            return True
        delay_s -= step_s
    return False


class _Watch:
    """Passes a device's events on and remembers its state, so that only changes are told."""

    def __init__(self, name: str, kind: DeviceKind, emit: Emit) -> None:
        self._health = DeviceHealth(name, kind, DeviceState.DISABLED)
        self._emit = emit

    def emit(self, event: DeviceEvent) -> None:
        if isinstance(event, DeviceChanged):
            self.change(event.health.state, event.health.detail)
        else:
            self._emit(event)

    def change(self, state: DeviceState, detail: str = "") -> None:
        before, now = self._health, DeviceHealth(self._health.name, self._health.kind, state, detail)
        if now == before:
            return
        self._health = now
        if now.usable and before.state in _LOST:
            log.info("%s: back", now.name)
        elif state in _LOST and state is not before.state:
            log.warning("%s: %s: %s", now.name, state, detail)
        self._emit(DeviceChanged(now))

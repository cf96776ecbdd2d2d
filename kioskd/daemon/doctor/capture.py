"""The bytes of one test scan, taken from the device by the very code that opens it in the kiosk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from kioskd.core.errors import DeviceFault
from kioskd.devices.scanner import evdev, hidraw, serial
from kioskd.devices.scanner.fdreader import follow
from kioskd.devices.scanner.profile import HidPosOptions, ScannerProfile, SerialOptions
from kioskd.devices.scanner.wedge import INPUT_EVENT

SILENCE_S = 0.3


@dataclass(frozen=True, slots=True)
class Capture:
    """`portions` as they were read. `kernel_to_us_ms` is known where the kernel stamps what it hands over."""

    portions: list[bytes]
    kernel_to_us_ms: float | None


async def capture(profile: ScannerProfile, path: Path, deadline_s: float) -> Capture:
    """Waits for one scan. Raises DeviceAbsent, DeviceFault, and DeviceFault when nothing comes in time."""
    portions: list[bytes] = []
    arrived_s = 0.0
    silent = asyncio.Event()

    def on_data(data: bytes) -> None:
        nonlocal arrived_s
        arrived_s = time.monotonic()
        portions.append(data)

    async with _opened(profile, path) as fd:
        reading = asyncio.ensure_future(
            follow(fd, on_data=on_data, on_silence=silent.set, silence_s=lambda: SILENCE_S)
        )
        waiting = asyncio.ensure_future(silent.wait())
        try:
            done, _ = await asyncio.wait(
                {reading, waiting}, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED
            )
            if reading in done:
                reading.result()  # raises: it never ends otherwise
            if not done:
                raise DeviceFault(f"{path}: nothing was scanned within {deadline_s:g} s")
        finally:
            for task in (reading, waiting):
                task.cancel()
            await asyncio.gather(reading, waiting, return_exceptions=True)
    delay_ms = None
    if profile.driver == "wedge" and portions and len(portions[-1]) >= INPUT_EVENT.size:
        seconds, micros, *_ = INPUT_EVENT.unpack(portions[-1][-INPUT_EVENT.size :])
        delay_ms = max(0.0, (arrived_s - seconds - micros / 1e6) * 1000)
    return Capture(portions, delay_ms)


@asynccontextmanager
async def _opened(profile: ScannerProfile, path: Path) -> AsyncIterator[int]:
    match profile.options:
        case SerialOptions(baud=baud):
            with serial.open_port(path, baud) as port:
                yield port.fileno()
        case HidPosOptions(start_report=start_report):
            with hidraw.opened(path, start_report) as (fd, _):
                yield fd
        case _:
            async with evdev.opened(path) as node:
                yield node.fd

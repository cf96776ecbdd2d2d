"""From a profile to the driver, and to the decoder alone for recordings: the same code either way."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kioskd.core.health import DeviceKind
from kioskd.core.ports import Emit
from kioskd.devices.scanner.framing import SerialFramer
from kioskd.devices.scanner.hidpos import HidPosDecoder
from kioskd.devices.scanner.keymap import keymap
from kioskd.devices.scanner.profile import HidPosOptions, ScannerProfile, SerialOptions, WedgeOptions
from kioskd.devices.scanner.reading import Outcome
from kioskd.devices.scanner.wedge import WedgeDecoder


class Scanner(Protocol):
    name: str
    path: Path
    kind: DeviceKind

    async def run(self, emit: Emit) -> None: ...


class Decoder(Protocol):
    def feed(self, data: bytes, /) -> list[Outcome]: ...

    def silence(self) -> list[Outcome]: ...


def driver_of(
    profile: ScannerProfile,
    name: str,
    path: Path,
    *,
    layout: str | None = None,
    baud: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Scanner:
    """The driver for a scanner of this kind at `path`; `layout` and `baud` override the profile's.

    Raises ConfigError for a layout that is not known.
    """
    match profile.options:
        case WedgeOptions() as wedge:
            from kioskd.devices.scanner.evdev import WedgeScanner

            return WedgeScanner(
                name,
                path,
                layout=layout or wedge.layout,
                profile=wedge.keys,
                aim=profile.aim,
                gs_text=profile.gs_text,
                clock=clock,
            )
        case SerialOptions() as serial:
            from kioskd.devices.scanner.serial import SerialScanner

            return SerialScanner(
                name,
                path,
                baudrate=baud or serial.baud,
                charset=serial.charset,
                module=serial.module,
                aim=profile.aim,
                gs_text=profile.gs_text,
                clock=clock,
            )
        case HidPosOptions() as hidpos:
            from kioskd.devices.scanner.hidraw import HidPosScanner

            return HidPosScanner(
                name,
                path,
                charset=hidpos.charset,
                start_report=hidpos.start_report,
                aim=profile.aim,
                gs_text=profile.gs_text,
                clock=clock,
            )


def decoder_of(profile: ScannerProfile) -> Decoder:
    """What turns this scanner's bytes into readings; a HID-POS decoder wants one report at a time."""
    match profile.options:
        case WedgeOptions(layout, keys):
            return WedgeDecoder(keymap(layout), keys)
        case SerialOptions(charset=charset):
            return SerialFramer(charset)
        case HidPosOptions(charset=charset):
            return HidPosDecoder(charset=charset)

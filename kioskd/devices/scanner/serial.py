"""A scanner on a serial line: UART, USB CDC, or a pseudo-terminal."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import serial

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.core.events import DeviceChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.devices.scanner.aim import AimMode
from kioskd.devices.scanner.fdreader import follow
from kioskd.devices.scanner.framing import SerialFramer
from kioskd.devices.scanner.intake import Intake
from kioskd.devices.scanner.reading import Outcome

BITS_PER_CHARACTER = 10
MIN_GAP_S = 0.050
MIN_GAP_CHARACTERS = 6


class SerialScanner:
    """8N1 without flow control. Held exclusively while `run` is running."""

    kind = DeviceKind.SCANNER

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        baudrate: int = 9600,
        charset: str = "cp1252",
        aim: AimMode = AimMode.AUTO,
        gs_text: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.path = path
        self._baudrate = baudrate
        self._charset = charset
        self._gap_s = max(MIN_GAP_S, MIN_GAP_CHARACTERS * BITS_PER_CHARACTER / baudrate)
        self._intake = Intake(name, clock, aim, gs_text)

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""
        framer = SerialFramer(self._charset)  # a half-read code dies with it

        def hand_on(outcomes: Iterable[Outcome]) -> None:
            for outcome in outcomes:
                if (event := self._intake.take(outcome)) is not None:
                    emit(event)

        with self._open() as port:
            emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
            await follow(
                port.fileno(),
                on_data=lambda data: hand_on(framer.feed(data)),
                on_silence=lambda: hand_on(framer.silence()),
                silence_s=self._gap_s,
            )

    def _open(self) -> serial.Serial:
        try:
            return serial.Serial(str(self.path), self._baudrate, timeout=0, exclusive=True)
        except serial.SerialException as error:
            raise _explain(self.path, error) from error


def _explain(path: Path, error: serial.SerialException) -> DeviceAbsent | DeviceFault:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO | errno.EIO:
            return DeviceAbsent(f"{path} is not there")
        case errno.EACCES | errno.EPERM:
            return DeviceFault(f"{path}: no permission; the kiosk's user must be in the group dialout")
        case errno.EAGAIN | errno.EBUSY:
            return DeviceFault(f"{path} is used by another program")
        case None | errno.ENOTTY | errno.EINVAL:  # pyserial gives no number when it cannot set the line up
            return DeviceFault(f"{path} is not a serial port")
    return DeviceFault(f"{path} cannot be opened (errno {error.errno})")

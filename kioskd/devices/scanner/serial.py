"""A scanner on a serial line: UART, USB CDC, or a pseudo-terminal."""

from __future__ import annotations

import asyncio
import errno
import os
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
from kioskd.devices.scanner.uart_module import MODULES, Setting, conversation, take_answer

BITS_PER_CHARACTER = 10
MIN_GAP_S = 0.050
MIN_GAP_CHARACTERS = 6
ANSWER_S = 0.5
"""A scan engine answers a command within a few milliseconds."""
MAX_ANSWER_BYTES = 4096


class SerialScanner:
    """8N1 without flow control. Held exclusively while `run` is running.

    `module` names a family of scan engines in `uart_module.MODULES` that is set up by commands first. One
    that does not answer is read all the same, as degraded: it may well be set up already.
    """

    kind = DeviceKind.SCANNER

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        baudrate: int = 9600,
        charset: str = "cp1252",
        module: str | None = None,
        aim: AimMode = AimMode.AUTO,
        gs_text: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.path = path
        self._baudrate = baudrate
        self._charset = charset
        self._settings = MODULES[module] if module else ()
        self._gap_s = max(MIN_GAP_S, MIN_GAP_CHARACTERS * BITS_PER_CHARACTER / baudrate)
        self._intake = Intake(name, clock, aim, gs_text)

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""
        framer = SerialFramer(self._charset)  # a half-read code dies with it

        def hand_on(outcomes: Iterable[Outcome]) -> None:
            for outcome in outcomes:
                if (event := self._intake.take(outcome)) is not None:
                    emit(event)

        with open_port(self.path, self._baudrate) as port:
            answers = await _set_up(port.fileno(), self._settings)
            state, detail = DeviceState.OK, ""
            if not answers:
                state, detail = DeviceState.DEGRADED, "hears no commands: check the wire to its RX pin"
            emit(DeviceChanged(DeviceHealth(self.name, self.kind, state, detail)))
            await follow(
                port.fileno(),
                on_data=lambda data: hand_on(framer.feed(data)),
                on_silence=lambda: hand_on(framer.silence()),
                silence_s=lambda: self._gap_s,
            )


def open_port(path: Path, baudrate: int) -> serial.Serial:
    """The line, held exclusively. Raises DeviceAbsent and DeviceFault."""
    try:
        return serial.Serial(str(path), baudrate, timeout=0, exclusive=True)
    except serial.SerialException as error:
        raise _explain(path, error) from error


async def _set_up(fd: int, settings: tuple[Setting, ...]) -> bool:
    """Has the conversation with a scan engine. False when it does not answer."""
    talk = conversation(settings)
    try:
        command = next(talk)
        while True:
            command = talk.send(await _asked(fd, command))
    except TimeoutError:
        return False
    except StopIteration:
        return True


async def _asked(fd: int, command: bytes) -> bytes:
    """The answer to one command. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    received = bytearray()
    arrived = asyncio.Event()

    def readable() -> None:
        try:
            received.extend(os.read(fd, MAX_ANSWER_BYTES))
        except OSError:
            loop.remove_reader(fd)  # whoever reads the line next is told why
        arrived.set()

    loop.add_reader(fd, readable)
    try:
        async with asyncio.timeout(ANSWER_S):
            os.write(fd, command)
            while (answer := take_answer(bytes(received))) is None:
                if len(received) > MAX_ANSWER_BYTES:
                    raise TimeoutError
                arrived.clear()
                await arrived.wait()
            return answer
    finally:
        loop.remove_reader(fd)


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

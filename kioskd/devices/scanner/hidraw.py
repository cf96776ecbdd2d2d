"""A scanner in HID-POS mode, read through hidraw: no keyboard, no layout, and symbologies with the codes."""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kioskd.core.errors import DeviceFault
from kioskd.core.events import DeviceChanged
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.devices.scanner.access import explain
from kioskd.devices.scanner.aim import AimMode
from kioskd.devices.scanner.fdreader import follow
from kioskd.devices.scanner.hid_descriptor import ScannedReport, scanned_report
from kioskd.devices.scanner.hidpos import REPORT_BYTES, SILENCE_S, HidPosDecoder
from kioskd.devices.scanner.intake import Intake
from kioskd.devices.scanner.reading import Outcome

_HIDIOCGRDESCSIZE = 0x80044801
_HIDIOCGRDESC = 0x90044802
_HIDIOCSFEATURE = 0xC0004806
_DESCRIPTOR = struct.Struct("=I4096s")


class HidPosScanner:
    """Reads the reports of one hidraw node. Nothing is written but `start_report`, if it needs one to begin.

    A path that is no device (a FIFO) is read as a stream of reports of REPORT_BYTES: that is how recordings
    and the simulator come in.
    """

    kind = DeviceKind.SCANNER

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        charset: str = "cp1252",
        aim: AimMode = AimMode.AUTO,
        gs_text: str | None = None,
        start_report: bytes = b"",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.path = path
        self._charset = charset
        self._start_report = start_report
        self._intake = Intake(name, clock, aim, gs_text)

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""

        def hand_on(outcomes: Iterable[Outcome]) -> None:
            for outcome in outcomes:
                if (event := self._intake.take(outcome)) is not None:
                    emit(event)

        with opened(self.path, self._start_report) as (fd, layout):
            decoder = HidPosDecoder(layout, self._charset)
            reports = (lambda data: [data]) if layout else Reports().split

            def on_data(data: bytes) -> None:
                for report in reports(data):
                    hand_on(decoder.feed(report))

            emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
            await follow(
                fd,
                on_data=on_data,
                on_silence=lambda: hand_on(decoder.silence()),
                silence_s=lambda: SILENCE_S,
            )


@contextmanager
def opened(path: Path, start_report: bytes = b"") -> Iterator[tuple[int, ScannedReport | None]]:
    """The descriptor of the open file, and the layout of its reports if it is a device.

    Raises DeviceAbsent and DeviceFault.
    """
    try:
        real = stat.S_ISCHR(path.stat().st_mode)
        writing = os.O_RDWR if real and start_report else os.O_RDONLY
        fd = os.open(path, writing | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise explain(path, error, "input") from error
    try:
        yield fd, _started(path, fd, start_report) if real else None
    finally:
        os.close(fd)


def _started(path: Path, fd: int, start_report: bytes) -> ScannedReport:
    try:
        layout = scanned_report(report_descriptor(fd))
        if layout is not None and start_report:
            fcntl.ioctl(fd, _HIDIOCSFEATURE | len(start_report) << 16, start_report)
    except OSError as error:
        raise DeviceFault(f"{path} is no hidraw device (errno {error.errno})") from error
    if layout is None:
        raise DeviceFault(f"{path} reports no codes; is the scanner in HID-POS mode?")
    return layout


def report_descriptor(fd: int) -> bytes:
    """The report descriptor of an open hidraw node. Raises OSError for anything else."""
    size = struct.unpack("=I", fcntl.ioctl(fd, _HIDIOCGRDESCSIZE, bytes(4)))[0]
    answer = bytearray(_DESCRIPTOR.pack(size, b""))
    fcntl.ioctl(fd, _HIDIOCGRDESC, answer, True)
    return bytes(answer[4 : 4 + size])


class Reports:
    """Cuts a stream into reports of REPORT_BYTES."""

    def __init__(self) -> None:
        self._partial = b""

    def split(self, data: bytes) -> list[bytes]:
        """The reports that are whole by now."""
        data = self._partial + data
        whole = len(data) - len(data) % REPORT_BYTES
        self._partial = data[whole:]
        return [data[start : start + REPORT_BYTES] for start in range(0, whole, REPORT_BYTES)]

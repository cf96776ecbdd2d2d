"""The camera as the daemon sees it: a child process that is believed only while it keeps talking."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceFault
from kioskd.core.events import CameraHint, DeviceChanged, ScanRejected
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.hindrance import Hindrance
from kioskd.core.ports import Emit
from kioskd.devices.camera.formats import FORMATS
from kioskd.devices.camera.viewfinder import Viewfinder
from kioskd.devices.scanner.aim import AimMode
from kioskd.devices.scanner.intake import Intake
from kioskd.devices.scanner.reading import Reading, Reason, Rejected

log = logging.getLogger(__name__)

CHILD = (sys.executable, "-m", "kioskd.devices.camera.child")
SILENCE_S = 5.0
"""A child that says nothing for so long hangs. It beats every second."""
START_S = 20.0
"""Until the first frame: a cold start on a small Pi, with the camera's own firmware, takes seconds."""


class CameraScanner:
    """Codes held before a camera. Captures and decodes in a process of its own, killed when it hangs.

    `source` is `folder:/path`, `picamera2`, or a path such as /dev/video0. `formats` are symbologies as in
    `Scanned`; each costs time on every frame, so ask only for those in use. `region` is (left, top, width,
    height) in fractions of the picture. `viewfinder` is where what the camera sees can be looked at.
    """

    kind = DeviceKind.CAMERA

    def __init__(
        self,
        name: str,
        source: str,
        formats: Sequence[str] = ("qr",),
        *,
        region: tuple[float, float, float, float] | None = None,
        viewfinder: Viewfinder | None = None,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = time.monotonic,
        child: Sequence[str] = CHILD,
    ) -> None:
        """Raises ConfigError for a format that is not known."""
        for word in formats:
            if word not in FORMATS:
                raise ConfigError("camera formats", f"{word!r} is not known", f"one of {', '.join(FORMATS)}")
        self.name = name
        self.path = _path_of(source)
        self._viewfinder = viewfinder
        self.settings = {"source": source, "formats": list(formats), "region": region}
        self._silence_s = silence_s
        self._child = child
        self._intake = Intake(name, clock, AimMode.OFF)

    async def run(self, emit: Emit) -> None:
        """See `core.ports.Device`."""
        async with self._spawned() as (child, lines):
            patience_s = max(START_S, self._silence_s)
            while True:
                line = await self._line(lines, patience_s)
                if not line:
                    raise DeviceFault(f"camera process ended ({await child.wait()})")
                if self._believe(line, emit):
                    patience_s = self._silence_s

    @asynccontextmanager
    async def _spawned(self) -> AsyncIterator[tuple[asyncio.subprocess.Process, asyncio.StreamReader]]:
        shared = self._viewfinder.fd if self._viewfinder else None
        child = await asyncio.create_subprocess_exec(
            *self._child,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # numpy's linear algebra would keep a thread and its memory for each core.
            pass_fds=() if shared is None else (shared,),
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps({**self.settings, "viewfinder": shared}).encode() + b"\n")
            yield child, child.stdout
        finally:
            with suppress(ProcessLookupError):
                child.kill()
            # Killed, so this ends; shielded, so that nobody leaves a zombie by cancelling twice.
            await asyncio.shield(child.wait())

    async def _line(self, lines: asyncio.StreamReader, patience_s: float) -> bytes:
        try:
            async with asyncio.timeout(patience_s):
                return await lines.readline()
        except TimeoutError:
            raise DeviceFault(f"camera process silent for {patience_s:g} s") from None
        except ValueError:
            raise DeviceFault("camera process wrote an endless line") from None

    def _lit(self, enough: bool) -> DeviceHealth:
        if enough:
            return DeviceHealth(self.name, self.kind, DeviceState.OK)
        detail = "sees only darkness: is the light off, or something before the lens?"
        return DeviceHealth(self.name, self.kind, DeviceState.DEGRADED, detail)

    def _believe(self, line: bytes, emit: Emit) -> bool:
        """Acts on one line of the child's. True when the camera is now open."""
        try:
            said = json.loads(line)
            match said["is"]:
                case "open":
                    emit(DeviceChanged(DeviceHealth(self.name, self.kind, DeviceState.OK)))
                    return True
                case "code":
                    event = self._intake.take(Reading(str(said["text"])), said["symbology"])
                    if event is not None:
                        emit(event)
                case "hint":
                    emit(CameraHint(Hindrance(said["hindrance"]), self.name))
                case "light":
                    emit(DeviceChanged(self._lit(bool(said["enough"]))))
                case "unreadable":
                    log.warning("%s: picture %s skipped: %s", self.name, said["name"], said["why"])
                    rejected = self._intake.take(Rejected(Reason.UNREADABLE))
                    if isinstance(rejected, ScanRejected):
                        emit(rejected)
                case "absent":
                    raise DeviceAbsent(said["why"])
                case "fault":
                    raise DeviceFault(said["why"])
        except (ValueError, KeyError, TypeError):
            raise DeviceFault("camera process wrote what is not understood") from None
        return False


def _path_of(source: str) -> Path | None:
    """What appears in the file system when this source is plugged in."""
    kind, _, rest = source.partition(":")
    if kind == "picamera2":
        return None
    return Path(rest) if kind == "folder" else Path(source)

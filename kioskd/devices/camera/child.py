"""The camera's own process: frames in, lines of JSON out. It may hang or crash; the parent replaces it.

Standard input carries one line of JSON with the settings and then stays open: its end is the parent's. What
is written, one object a line with `is` as its kind:

    open          the first frame has come
    beat          still alive; `frames` and `decoded` since the start
    code          `text` and `symbology`
    hint          `hindrance`: somebody looks, nothing is read, and this has been why for a while
    light         `enough` is False after DARK_S in which nothing could have been read, True when that is over
    unreadable    `name` and `why` of a picture file that was skipped
    absent, fault `why`; the process ends after it
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import TextIO

import numpy as np

from kioskd.devices.camera.frame import Frame, SourceAbsent, SourceFault
from kioskd.devices.camera.hinting import Hinting
from kioskd.devices.camera.hints import is_dark
from kioskd.devices.camera.pipeline import ChangeGate, Pipeline, Region
from kioskd.devices.camera.sources import open_source
from kioskd.devices.camera.viewfinder import Glimpse, ViewfinderPlate

BEAT_S = 1.0
LIGHT_S = 1.0
DARK_S = 10.0
GLIMPSE_WIDTH_PX = 320
MIRROR_STALE_S = 1.0
"""So long the guest may look at a picture of before, when little has changed since."""
NICE = 10
"""Screen and scanners first: a picture that waits a little is not noticed, a touch is."""


def main() -> None:
    os.nice(NICE)
    report = _Report(_take_stdout())
    settings = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    region = Region(*settings["region"] or ())
    pipeline = Pipeline(settings["formats"], region)
    shared = settings.get("viewfinder")
    mirror = Mirror(ViewfinderPlate(shared), region) if shared is not None else None
    try:
        _watch(settings["source"], pipeline, report, mirror, region)
    except SourceAbsent as absent:
        report.line("absent", why=str(absent))
    except SourceFault as fault:
        report.line("fault", why=str(fault))


def _watch(source: str, pipeline: Pipeline, report: _Report, mirror: Mirror | None, region: Region) -> None:
    next_beat_s = 0.0
    light, hinting = Light(), Hinting()
    stream = open_source(source, lambda name, why: report.line("unreadable", name=name, why=why))
    for frames, frame in enumerate(stream, 1):
        if frames == 1:
            report.line("open")
        now_s = time.monotonic()
        looked_at = mirror is not None and mirror.show(frame, now_s)
        if light.changed(frame, now_s):
            report.line("light", enough=light.enough)
        for code in pipeline.see(frame, now_s):
            report.line("code", text=code.text, symbology=code.symbology)
        if not looked_at:
            hinting.rest()
        elif told := hinting.told(
            region.of(frame), now_s, moved_s=pipeline.moved_s, reading=pipeline.reading
        ):
            report.line("hint", hindrance=told)
        if now_s >= next_beat_s:
            next_beat_s = now_s + BEAT_S
            report.line("beat", frames=frames, decoded=pipeline.decoded)


class Light:
    """Whether there is enough of it, judged once in LIGHT_S. A hand on the lens is not yet darkness."""

    def __init__(self) -> None:
        self.enough = True
        self._next_s = 0.0
        self._dark_since_s: float | None = None

    def changed(self, frame: Frame, now_s: float) -> bool:
        if now_s < self._next_s:
            return False
        self._next_s = now_s + LIGHT_S
        before = self.enough
        if is_dark(frame):
            self._dark_since_s = now_s if self._dark_since_s is None else self._dark_since_s
            self.enough = now_s - self._dark_since_s < DARK_S
        else:
            self._dark_since_s, self.enough = None, True
        return self.enough is not before


class Mirror:
    """What the guest sees of the picture. Noise alone is not worth painting a screen for."""

    def __init__(self, plate: ViewfinderPlate, region: Region) -> None:
        self._plate = plate
        self._region = region
        self._gate: ChangeGate | None = None
        self._again_s = 0.0

    def show(self, frame: Frame, now_s: float) -> bool:
        """Whether somebody looks; if so, they see this frame, or an older one that is like it."""
        if not self._plate.wanted:
            self._gate = None
            return False
        part = self._region.of(frame)
        self._gate, new = (self._gate, False) if self._gate else (ChangeGate(), True)
        if self._gate.changed(part) or new or now_s >= self._again_s:
            self._again_s = now_s + MIRROR_STALE_S
            self._plate.show(_glimpse(part))
        return True


def _glimpse(frame: Frame) -> Glimpse:
    """What a mirror would show of it, in few pixels."""
    step = max(1, frame.shape[1] // GLIMPSE_WIDTH_PX)
    small = np.ascontiguousarray(frame[::step, ::step][:, ::-1])
    return Glimpse(small.shape[1], small.shape[0], small.tobytes())


class _Report:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def line(self, kind: str, **fields: object) -> None:
        try:
            self._stream.write(json.dumps({"is": kind, **fields}) + "\n")
            self._stream.flush()
        except BrokenPipeError:
            os._exit(0)  # the parent was killed a moment ago: there is nobody to tell


def _take_stdout() -> TextIO:
    """Standard output for us alone: what libraries print goes to standard error."""
    ours = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(ours, "w", encoding="ascii")


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)  # the main thread may be stuck in a driver: that is why we are a process


if __name__ == "__main__":
    main()

"""What a scan costs: the camera's pipeline beside a bare decode, key strokes to text, device to event.

`python -m bench.scan` prints tables and, as its last line, the figures as JSON. Competing variants take turns
in one run, so that a noisy machine is equally noisy to all of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np
import zxingcpp

from bench.answering import answering
from bench.scenes import KINDS, noisy, scene
from bench.table import table
from kioskd.core.events import Scanned
from kioskd.core.ports import DeviceEvent
from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.pipeline import SETTLING_DECODES, Pipeline
from kioskd.devices.scanner.evdev import WedgeScanner
from kioskd.devices.scanner.keymap import keymap
from kioskd.devices.scanner.wedge import INPUT_EVENT, WedgeDecoder
from kioskd.sim.scanner import WedgeSimulator

ROUNDS = 7
FRAMES = 4
CHANGING_BUDGET = 1.15  # x the bare call
UNCHANGED_BUDGET = 1 / 20  # x the bare call
SCAN_CPU_BUDGET_MS = 0.25  # 20 characters
LATENCY_BUDGET = 3.0  # x a blocking read

Figures = dict[str, float]


def main() -> None:
    figures: Figures = {}
    for section in SECTIONS:
        figures |= section()
        print()
    print(json.dumps({"bench": "scan", **{name: round(value, 4) for name, value in figures.items()}}))


# --- camera -------------------------------------------------------------------------------------------


def bare_decode(frame: Frame, *, invert: bool = True) -> None:
    zxingcpp.read_barcodes(
        frame, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]), try_invert=invert
    )


def decode_by_turns() -> Callable[[Frame], None]:
    invert = cycle((True, False))
    return lambda frame: bare_decode(frame, invert=next(invert))


def camera() -> Figures:
    """Frames without a code, for that is what a camera sees nearly always."""
    rows: list[list[str]] = []
    worst_changing = worst_unchanged = 0.0
    for kind in KINDS:
        changing = [scene(kind, number) for number in range(FRAMES)]
        random = np.random.default_rng(1)
        unchanged = [noisy(changing[0], random) for _ in range(FRAMES)]
        moving, still = Pipeline(["qr"]), Pipeline(["qr"])
        for _ in range(1 + SETTLING_DECODES):
            still.see(unchanged[0], 0.0)
        bare_ms, parts_ms, moving_ms, still_ms = interleaved(
            partial(each, bare_decode, changing),
            # What the pipeline asks for: every second frame without looking for light-on-dark codes.
            partial(each, decode_by_turns(), changing),
            partial(each, partial(moving.see, now_s=0.0), changing),
            partial(each, partial(still.see, now_s=0.0), unchanged),
        )
        assert moving.decoded == FRAMES * (ROUNDS + 1), "every changing frame must have been decoded"
        assert still.decoded == 1 + SETTLING_DECODES, "no unchanged frame may have been decoded"
        worst_changing = max(worst_changing, moving_ms / bare_ms)
        worst_unchanged = max(worst_unchanged, still_ms / bare_ms)
        rows.append(
            [
                kind,
                *(f"{value / FRAMES:.2f}" for value in (bare_ms, parts_ms, moving_ms)),
                f"{moving_ms / bare_ms:.2f}",
                f"{moving_ms / parts_ms:.2f}",
                f"{still_ms / FRAMES:.3f}",
                f"1/{bare_ms / still_ms:.0f}",
            ]
        )
    print("Camera, 1280x720, no code in view, ms a frame")
    print(
        table(
            rows,
            [
                "scene",
                "bare",
                "bare, invert by turns",
                "ours",
                "x bare",
                "x same calls",
                "unchanged",
                "x bare",
            ],
        )
    )
    verdict("changing frames", worst_changing, CHANGING_BUDGET, "x bare")
    verdict("unchanged frames", worst_unchanged, UNCHANGED_BUDGET, "x bare")
    return {"camera_changing_x_bare": worst_changing, "camera_unchanged_x_bare": worst_unchanged}


def each(call: Callable[[Frame], object], frames: Iterable[Frame]) -> None:
    for frame in frames:
        call(frame)


def interleaved(*variants: Callable[[], object]) -> list[float]:
    """Median milliseconds of each, taking turns; the first turn of all is for warming up."""
    times_ms: list[list[float]] = [[] for _ in variants]
    for turn in range(ROUNDS + 1):
        for variant, taken_ms in zip(variants, times_ms, strict=True):
            start_s = time.perf_counter()
            variant()
            if turn:
                taken_ms.append((time.perf_counter() - start_s) * 1000)
    return [statistics.median(taken_ms) for taken_ms in times_ms]


# --- keyboard wedge -----------------------------------------------------------------------------------


def wedge() -> Figures:
    """CPU for the key strokes of one code of 20 characters."""
    scan = WedgeSimulator(Path("/nonexistent")).typed("M-1001-ABCDE-2345678")
    events = len(scan) // INPUT_EVENT.size
    decoder = WedgeDecoder(keymap("us"))
    times = 50

    def repeat(step: Callable[[], object]) -> None:
        for _ in range(times):
            step()

    unpack_ms, decode_ms = (
        taken_ms / times
        for taken_ms in interleaved(
            lambda: repeat(lambda: list(INPUT_EVENT.iter_unpack(scan))),
            lambda: repeat(lambda: decoder.feed(scan)),
        )
    )
    print(f"Keyboard wedge, 20 characters = {events} events")
    rows = [
        [name, f"{taken_ms:.3f}", f"{taken_ms * 1000 / events:.2f}"]
        for name, taken_ms in (("unpack only", unpack_ms), ("decode", decode_ms))
    ]
    print(table(rows, ["", "ms a scan", "us an event"]))
    verdict("one scan", decode_ms, SCAN_CPU_BUDGET_MS, "ms")
    return {"wedge_scan_ms": decode_ms, "wedge_us_per_event": decode_ms * 1000 / events}


# --- from the device to the event ---------------------------------------------------------------------

WAKE_UPS = 300
ENTER_BYTES = 6 * INPUT_EVENT.size  # two reports of three events
_WRITER = """
import sys, time
path, count, size, enter = sys.argv[1], *map(int, sys.argv[2:])
strokes = sys.stdin.buffer.read()
with open(path, "wb", buffering=0) as device:
    for start in range(0, count * size, size):
        scan = strokes[start : start + size]
        time.sleep(0.003)
        device.write(scan[:-enter])
        time.sleep(0.003)
        sent_ns = time.monotonic_ns()
        device.write(scan[-enter:])
        print(sent_ns)
    time.sleep(0.5)
"""


def latency() -> Figures:
    """From another process's last key stroke, Enter, to `Scanned`; beside a read that just blocks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scanner"
        os.mkfifo(path)
        floor_us = _latency_us(path, _blocking_reads)
        ours_us = _latency_us(path, _scanned_events)
    rows = [
        [name, *(f"{statistics.quantiles(taken, n=100)[cut - 1]:.0f}" for cut in (50, 95))]
        for name, taken in (("blocking read", floor_us), ("wedge driver, Scanned", ours_us))
    ]
    print("From the device to the event, us")
    print(table(rows, ["", "p50", "p95"]))
    ratio = statistics.median(ours_us) / statistics.median(floor_us)
    verdict("p50", ratio, LATENCY_BUDGET, "x blocking read")
    return {"scan_event_p50_us": statistics.median(ours_us), "scan_event_x_blocking": ratio}


def _latency_us(path: Path, received: Callable[[Path, int], list[int]]) -> list[float]:
    simulator = WedgeSimulator(path)
    strokes = [simulator.typed(f"{number:04}") for number in range(WAKE_UPS)]
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, path, *map(str, (WAKE_UPS, len(strokes[0]), ENTER_BYTES))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdin is not None
    writer.stdin.write(b"".join(strokes))
    writer.stdin.close()
    received_ns = received(path, len(strokes[0]))
    assert writer.stdout is not None
    sent_ns = [int(line) for line in writer.stdout]
    writer.wait()
    return [(got - sent) / 1000 for got, sent in zip(received_ns, sent_ns, strict=True)]


def _blocking_reads(path: Path, scan_bytes: int) -> list[int]:
    received_ns: list[int] = []
    got_bytes = 0
    with path.open("rb", buffering=0) as device:
        while len(received_ns) < WAKE_UPS:
            got_bytes += len(device.read(4096))
            if got_bytes >= scan_bytes * (len(received_ns) + 1):
                received_ns.append(time.monotonic_ns())
    return received_ns


def _scanned_events(path: Path, _scan_bytes: int) -> list[int]:
    received_ns: list[int] = []
    hours = iter(range(10**6))

    async def run() -> None:
        complete = asyncio.Event()

        def emit(event: DeviceEvent) -> None:
            if isinstance(event, Scanned):
                received_ns.append(time.monotonic_ns())
                if len(received_ns) == WAKE_UPS:
                    complete.set()

        # Open for writing as well, or the driver takes the absent writer for an unplugged scanner.
        keep_open = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        # A clock that leaps, or the limit on scans per second would end the measurement.
        driver = WedgeScanner("scanner", path, clock=lambda: next(hours) * 3600.0)
        task = asyncio.create_task(driver.run(emit))
        try:
            async with asyncio.timeout(60):
                await complete.wait()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            os.close(keep_open)

    asyncio.run(run())
    return received_ns


def verdict(what: str, value: float, budget: float, unit: str) -> None:
    print(f"{what}: {value:.3f} {unit}, budget {budget:g}: {'ok' if value <= budget else 'OVER'}")


SECTIONS: tuple[Callable[[], Figures], ...] = (camera, wedge, latency, answering)

if __name__ == "__main__":
    main()

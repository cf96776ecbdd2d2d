"""What scanners, camera and receipts cost and find: `python -m bench.devices`.

Recall of the camera pipeline beside a plain zxing-cpp call with everything switched on, on the same pictures;
from the scanner to the event, also while a camera decodes; the key strokes of a code. Last comes JSON.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import zxingcpp

from bench.codes import TROUBLES, Picture, picture
from bench.printing import printing
from bench.scan import LATENCY_BUDGET, Figures, latency, verdict, wedge
from bench.table import table
from kioskd.devices.camera.formats import FORMATS
from kioskd.devices.camera.frame import FRAMES_PER_S
from kioskd.devices.camera.pipeline import SETTLING_DECODES, Pipeline

SYMBOLOGIES = ("qr", "aztec", "datamatrix")
PICTURES = 12  # of each symbology and trouble
TIME_BUDGET = 1.15  # x the plain call
TURNS = 3


def main() -> None:
    figures: Figures = {}
    figures |= recall()
    print()
    figures |= wedge()
    print()
    figures |= printing()
    print()
    figures |= _latency()
    print(f"\nThe same while the camera decodes {FRAMES_PER_S} changed frames a second:")
    with _busy_camera(1 / FRAMES_PER_S):
        figures |= {f"{name}_while_decoding": value for name, value in _latency().items()}
    print("\nBeside the budget: while it decodes without a pause, as no camera makes it:")
    with _busy_camera(0.0):
        figures |= {f"{name}_decoding_flat_out": value for name, value in _latency().items()}
    print(json.dumps({"bench": "devices", **{name: round(value, 4) for name, value in figures.items()}}))


def _latency() -> Figures:
    """The median of several turns, because one may fall into a moment when the machine is busy or asleep."""
    turns = [latency() for _ in range(TURNS)]
    middle = {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
    verdict("median of the turns", middle["scan_event_x_blocking"], LATENCY_BUDGET, "x blocking read")
    return middle


def recall() -> Figures:
    """A picture stays in view for as many frames as the pipeline looks at a still one."""
    rows, wrong = [], 0
    totals = {"plain": 0, "ours": 0, "plain_ms": 0.0, "ours_ms": 0.0}
    for trouble in TROUBLES:
        pictures = [picture(trouble, kind, number) for kind in SYMBOLOGIES for number in range(PICTURES)]
        plain_found = ours_found = 0
        plain_ms: list[float] = []
        ours_ms: list[float] = []
        for shown in pictures:
            texts, took_ms = _plain(shown)
            plain_found += shown.text in texts
            plain_ms.append(took_ms)
            texts, took_ms, first_ms = _ours(shown)
            ours_found += shown.text in texts
            wrong += len(texts - {shown.text})
            ours_ms.append(first_ms)
        totals["plain"] += plain_found
        totals["ours"] += ours_found
        totals["plain_ms"] += sum(plain_ms)
        totals["ours_ms"] += sum(ours_ms)
        count = len(pictures)
        rows.append(
            [
                trouble,
                str(count),
                f"{plain_found / count:.2f}",
                f"{ours_found / count:.2f}",
                f"{statistics.median(plain_ms):.1f}",
                f"{statistics.median(ours_ms):.1f}",
            ]
        )
    print(f"Camera, 1280x720, {', '.join(SYMBOLOGIES)}: share of codes found, ms of a changed frame")
    print(table(rows, ["trouble", "pictures", "plain", "ours", "plain ms", "ours ms"]))
    verdict("recall", totals["plain"] / totals["ours"], 1.0, "x (plain / ours)")
    verdict("wrong texts", wrong, 0, "")
    time_ratio = totals["ours_ms"] / totals["plain_ms"]
    verdict("time of a changed frame", time_ratio, TIME_BUDGET, "x plain")
    count = len(TROUBLES) * len(SYMBOLOGIES) * PICTURES
    return {
        "recall": totals["ours"] / count,
        "recall_plain": totals["plain"] / count,
        "wrong_texts": wrong,
        "changed_frame_x_plain": time_ratio,
    }


def _plain(shown: Picture) -> tuple[set[str], float]:
    started_s = perf_counter()
    wanted = [getattr(zxingcpp.BarcodeFormat, name) for name in FORMATS[shown.symbology]]
    found = zxingcpp.read_barcodes(
        shown.frame, formats=zxingcpp.BarcodeFormats(wanted), text_mode=zxingcpp.TextMode.Plain
    )
    return {code.text for code in found}, (perf_counter() - started_s) * 1000


def _ours(shown: Picture) -> tuple[set[str], float, float]:
    """Texts, milliseconds of all frames, and of the first, which is the changed one."""
    pipeline = Pipeline([shown.symbology])
    started_s = perf_counter()
    texts = {code.text for code in pipeline.see(shown.frame, 0.0)}
    first_ms = (perf_counter() - started_s) * 1000
    for frame in range(SETTLING_DECODES):
        texts |= {code.text for code in pipeline.see(shown.frame, 0.1 * (frame + 1))}
    return texts, (perf_counter() - started_s) * 1000, first_ms


_CAMERA = """
import sys, time
from itertools import cycle
from bench.codes import picture
from kioskd.devices.camera import child

def frames(source, unreadable):
    pictures = [picture("plain", "qr", number).frame for number in range(4)]
    due_s = time.monotonic()
    for frame in cycle(pictures):
        yield frame
        due_s += float(sys.argv[1])
        time.sleep(max(0.0, due_s - time.monotonic()))

child.open_source = frames
child.main()
"""


@contextmanager
def _busy_camera(period_s: float) -> Iterator[None]:
    """The camera's own process, as in the kiosk, before pictures that each show something else."""
    settings = {"source": "", "formats": ["qr"], "region": None}
    with tempfile.TemporaryFile() as errors:
        camera = subprocess.Popen(
            [sys.executable, "-c", _CAMERA, str(period_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=Path(__file__).parents[1],
        )
        assert camera.stdin is not None
        assert camera.stdout is not None
        try:
            camera.stdin.write(json.dumps(settings).encode() + b"\n")
            camera.stdin.flush()
            camera.stdout.readline()  # it is open
            yield
        finally:
            camera.kill()
            camera.communicate()


if __name__ == "__main__":
    main()

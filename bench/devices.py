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
    print("\nThe same while a camera's process decodes picture after picture:")
    with _busy_camera():
        figures |= {f"{name}_while_decoding": value for name, value in _latency().items()}
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
import os
from itertools import cycle
from bench.codes import picture
from kioskd.devices.camera.pipeline import Pipeline
from kioskd.devices.camera.child import NICE
os.nice(NICE)
pipeline = Pipeline(["qr"])
frames = [picture("plain", "qr", number).frame for number in range(4)]
print("decoding", flush=True)
for frame in cycle(frames):
    pipeline.see(frame, 0.0)
"""


@contextmanager
def _busy_camera() -> Iterator[None]:
    """Decodes as fast as it can, which is ten times as often as a camera delivers."""
    with tempfile.TemporaryFile() as errors:
        camera = subprocess.Popen(
            [sys.executable, "-c", _CAMERA],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=Path(__file__).parents[1],
        )
        try:
            assert camera.stdout is not None
            camera.stdout.readline()
            yield
        finally:
            camera.kill()
            camera.wait()


if __name__ == "__main__":
    main()

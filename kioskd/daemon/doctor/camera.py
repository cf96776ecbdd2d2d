"""`kioskd doctor camera`: what the camera reads, live or in pictures, by the code that runs in the kiosk."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kioskd.core.errors import ConfigError, DeviceError
from kioskd.core.events import CameraHint, DeviceChanged, Scanned, ScanRejected
from kioskd.core.health import DeviceState
from kioskd.core.hindrance import Hindrance
from kioskd.core.ports import DeviceEvent
from kioskd.daemon import exit_codes
from kioskd.daemon.doctor.plugged import Kind, plugged
from kioskd.daemon.doctor.report import Finding, Report, Verdict, show
from kioskd.devices.camera.formats import FORMATS
from kioskd.devices.camera.parent import CameraScanner
from kioskd.devices.camera.viewfinder import Viewfinder

LIVE_S = 20.0


def camera(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status: live, 0 when a code was read."""
    parsed = _parser().parse_args(arguments)
    formats = parsed.formats.split(",")
    try:
        report = (
            _pictures(parsed.pictures, formats) if parsed.pictures else asyncio.run(_live(parsed, formats))
        )
    except (ConfigError, DeviceError) as error:
        print(error, file=sys.stderr)
        return exit_codes.FAILURE
    return show(report, as_json=parsed.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd doctor camera", description="What the camera reads.")
    parser.add_argument("--source", metavar="SOURCE", help="/dev/video0, picamera2:0 or folder:/path")
    parser.add_argument("--seconds", type=float, default=LIVE_S, help="how long to look")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="read these pictures instead")
    parser.add_argument(
        "--formats", default=",".join(FORMATS), metavar="A,B", help="symbologies to look for; all by default"
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _pictures(folder: Path, formats: list[str]) -> Report:
    # The decoder and its libraries, which the daemon itself never loads.
    from kioskd.devices.camera.folder import PICTURE_SUFFIXES
    from kioskd.devices.camera.hints import hint_of
    from kioskd.devices.camera.picture import UnreadablePicture, read_picture
    from kioskd.devices.camera.pipeline import SETTLING_DECODES, Pipeline

    for word in formats:
        if word not in FORMATS:
            raise ConfigError("--formats", f"{word!r} is not known", f"some of {', '.join(FORMATS)}")
    if not folder.is_dir():
        raise ConfigError(str(folder), "is no folder", "the one with the pictures")
    rows: list[dict[str, Any]] = []
    findings = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES):
        try:
            frame = read_picture(path.read_bytes())
        except UnreadablePicture as reason:
            findings.append(Finding(path.name, Verdict.WARNING, str(reason)))
            rows.append({"picture": path.name, "texts": [], "symbologies": [], "ms": 0.0, "hint": None})
            continue
        pipeline = Pipeline(formats)
        started_s = time.perf_counter()
        # As in the kiosk, where a picture stays in view until it was looked at in both polarities.
        codes = [code for _ in range(1 + SETTLING_DECODES) for code in pipeline.see(frame, started_s)]
        took_ms = (time.perf_counter() - started_s) * 1000
        rows.append(
            {
                "picture": path.name,
                "texts": [code.text for code in codes],
                "symbologies": [code.symbology for code in codes],
                "ms": round(took_ms, 2),
                "hint": None if codes else hint_of(frame),
            }
        )
    return Report("pictures", rows, findings)


async def _live(parsed: argparse.Namespace, formats: list[str]) -> Report:
    source = parsed.source or _first_camera()
    rows: list[dict[str, Any]] = []
    hindrances: list[Hindrance] = []
    started_s = time.monotonic()
    viewfinder = Viewfinder()
    viewfinder.want(True)  # only who looks is told what is in the way

    def emit(event: DeviceEvent) -> None:
        at_s = round(time.monotonic() - started_s, 2)
        match event:
            case Scanned(text, _, symbology):
                rows.append({"s": at_s, "text": text, "symbology": symbology})
            case ScanRejected(reason):
                rows.append({"s": at_s, "text": None, "symbology": reason})
            case CameraHint(hindrance):
                hindrances.append(hindrance)
            case DeviceChanged(health) if health.state is DeviceState.OK:
                print(f"{source}: open after {at_s} s; hold a code before it", file=sys.stderr)

    try:
        async with asyncio.timeout(parsed.seconds):
            await CameraScanner("camera", source, formats, viewfinder=viewfinder).run(emit)
    except TimeoutError:
        pass
    if any(row["text"] is not None for row in rows):
        return Report("codes", rows, [Finding(source, Verdict.GOOD, "reads codes")])
    fault = Finding(
        source,
        Verdict.FAULT,
        f"no code in {parsed.seconds:g} s" + (f": {hindrances[-1]}" if hindrances else ""),
        "more light, or hold the code 10 to 20 cm away",
    )
    return Report("codes", rows, [fault])


def _first_camera() -> str:
    cameras = [device for device in plugged() if device.kind is Kind.CAMERA]
    if not cameras:
        raise ConfigError("--source", "no camera is plugged in", "or it is a Pi's own: --source picamera2:0")
    return str(cameras[0].stable or cameras[0].node)

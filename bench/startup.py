"""How soon the kiosk is there, what it weighs and how quietly it rests, beside Chromium on the same page.

`./dev bench startup [--rounds N] [--idle-s S]`. Both draw on the same virtual display; a frame counts when
its colour is in the display's frame buffer. Chromium shows a page of the same size with the same text, font
and picture, from a profile it has used before. Memory is PSS of the process tree, without the display.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.processes import cost
from bench.table import table
from bench.xvfb import Screen, seconds_until, xvfb
from kioskd.sim.options import Options
from kioskd.sim.world import World

WIDTH_PX, HEIGHT_PX = 1080, 1920
PROBE_PX = (30, 30)
HERO = (0xF4, 0xB7, 0x40)
SETTLE_S = 14.0
"""Children have started, pictures are loaded, and what moves on the first screen has come to rest."""
KIOSK_PYTHON = os.environ.get("KIOSK_PYTHON", sys.executable)
"""`./dev bench` names an environment with only what a kiosk needs: libraries load whatever they find."""
_ROOT = Path(__file__).parents[1]
_CHROMIUM_FLAGS = (
    "--kiosk --no-sandbox --no-first-run --disable-quic --disable-background-networking --disable-sync"
    " --disable-component-update --hide-scrollbars"
).split()


@dataclass(frozen=True, slots=True)
class Weight:
    """At rest: memory, and what a second of it costs."""

    processes: int
    pss_mib: float
    cpu_percent: float
    wakeups_per_s: float


def page(folder: Path) -> Path:
    """The first screen as a web page: hero colour, heading, picture, two buttons, the kiosk's own font."""
    font = _ROOT / "kioskd/fonts/InterDisplay-ExtraBold.otf"
    picture = _ROOT / "kioskd/sim/harbour/pictures/harbour-classic.webp"
    text = f"""<!doctype html><meta charset="utf-8"><title>Harbour Kitchen</title><style>
@font-face {{ font-family: Inter; src: url("file://{font}"); }}
html, body {{ margin: 0; background: #fbf7f0; font-family: Inter; }}
header {{ background: #f4b740; height: 1080px; border-radius: 0 0 72px 72px; padding: 72px; }}
h1 {{ font-size: 120px; margin: 0; }} img {{ width: 640px; }}
a {{ background: #0e6b4a; color: #fff; font-size: 46px; padding: 80px 120px; border-radius: 36px; }}
</style><header><h1>Hungry?<br>Order here.</h1><img src="file://{picture}"></header>
<p style="padding: 90px 60px"><a>Eat in</a> <a>Take away</a></p>"""
    file = folder / "page.html"
    file.write_text(text, "utf-8")
    return file


def first_frame_s(command: Sequence[str], screen: Screen, environment: dict[str, str]) -> float:
    """From exec until the hero's colour is on the display; the process is ended again."""
    seconds_until(lambda: screen.colour(*PROBE_PX) != HERO)
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return seconds_until(lambda: screen.colour(*PROBE_PX) == HERO)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def weigh(pid: int, idle_s: float) -> Weight:
    before = cost(pid)
    time.sleep(idle_s)
    after = cost(pid)
    return Weight(
        after.processes,
        after.pss_mib,
        100 * (after.cpu_s - before.cpu_s) / idle_s,
        (after.wakeups - before.wakeups) / idle_s,
    )


async def _weigh_kiosk(folder: Path, idle_s: float) -> tuple[Weight, list[str], int]:
    """With all its devices and its loyalty server there, nobody in front of it; and the pictures it drew."""
    options = Options((WIDTH_PX, HEIGHT_PX), driver="x11", restart_after_s=None, python=KIOSK_PYTHON)
    async with World(folder, options) as world:
        await world.ready()
        pid = world.kiosk.pid
        assert pid is not None
        await asyncio.sleep(SETTLE_S)
        drawn = (await world.kiosk.status())["screen"]
        weight = await asyncio.to_thread(weigh, pid, idle_s)
        drawn = (await world.kiosk.status())["screen"] - drawn
        await world.kiosk.stop()
        return weight, [KIOSK_PYTHON, "-m", "kioskd", "run", "--config", str(world.places.config)], drawn


def _weigh_chromium(command: Sequence[str], environment: dict[str, str], idle_s: float) -> Weight:
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        time.sleep(SETTLE_S)
        return weigh(process.pid, idle_s)
    finally:
        _end(process)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench startup")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--idle-s", type=float, default=20.0)
    options = parser.parse_args()
    with xvfb(WIDTH_PX, HEIGHT_PX) as screen, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["DISPLAY"] = screen.name
        environment = dict(os.environ)
        profile = f"--user-data-dir={folder / 'profile'}"
        size = f"--window-size={WIDTH_PX},{HEIGHT_PX}"
        chromium = ["chromium", *_CHROMIUM_FLAGS, profile, size, page(folder).as_uri()]

        kiosk_weight, kiosk, drawn = asyncio.run(_weigh_kiosk(folder / "world", options.idle_s))
        first_frame_s(chromium, screen, environment)  # makes the profile and warms the file cache
        chromium_weight = _weigh_chromium(chromium, environment, options.idle_s)
        kiosk_s, chromium_s = [], []
        for _ in range(options.rounds):
            kiosk_s.append(first_frame_s(kiosk, screen, environment))
            chromium_s.append(first_frame_s(chromium, screen, environment))
    ours, theirs = statistics.median(kiosk_s), statistics.median(chromium_s)
    rows = [
        ("kioskd", f"{ours:.3f}", *_cells(kiosk_weight)),
        ("Chromium --kiosk", f"{theirs:.3f}", *_cells(chromium_weight)),
        (
            "kioskd / Chromium",
            f"{ours / theirs:.2f}",
            "",
            f"{kiosk_weight.pss_mib / chromium_weight.pss_mib:.2f}",
            "",
            "",
        ),
    ]
    print(table(rows, ["", "first frame s", "processes", "PSS MiB", "idle CPU %", "wake-ups/s"]))
    print(f"pictures drawn by kioskd in {options.idle_s:g} s of rest: {drawn}")
    print(
        json.dumps(
            {
                "bench": "startup",
                "first_frame_s": round(ours, 3),
                "chromium_first_frame_s": round(theirs, 3),
                "first_frame_ratio": round(ours / theirs, 3),
                "pss_mib": round(kiosk_weight.pss_mib, 1),
                "chromium_pss_mib": round(chromium_weight.pss_mib, 1),
                "pss_ratio": round(kiosk_weight.pss_mib / chromium_weight.pss_mib, 3),
                "idle_cpu_percent": round(kiosk_weight.cpu_percent, 2),
                "idle_wakeups_per_s": round(kiosk_weight.wakeups_per_s, 1),
                "idle_pictures": drawn,
                "rounds": options.rounds,
            }
        )
    )


def _cells(weight: Weight) -> tuple[str, str, str, str]:
    return (
        str(weight.processes),
        f"{weight.pss_mib:.0f}",
        f"{weight.cpu_percent:.2f}",
        f"{weight.wakeups_per_s:.1f}",
    )


if __name__ == "__main__":
    main()

"""`kioskd demo`: the whole world on a laptop, to play with by hand or to be played by a scenario."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kioskd.sim.kiosk import KioskDown
from kioskd.sim.more_scanners import MORE_SCANNERS
from kioskd.sim.options import Options
from kioskd.sim.world import World

PANEL_PORT = 8080
WENT_WRONG = 1
WRONG_USE = 2


def demo(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C, or plays a scenario. Returns an exit status: 0 only if all was as expected."""
    asked = _parser().parse_args(argv)
    try:
        if asked.list:
            return _list()
        if asked.play is not None:
            return _play(asked.play, asked.out, asked.size)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_by_hand(asked))
        return 0
    except (KioskDown, OSError) as error:
        sys.stderr.write(f"kioskd demo: {error}\n")
        return WENT_WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd demo", description="Run a kiosk with every device and server simulated."
    )
    parser.add_argument("--play", metavar="NAME", help="play this scenario (or file) and stop")
    parser.add_argument("--list", action="store_true", help="list the scenarios")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep everything that happened in this folder"
    )
    parser.add_argument("--backend", choices=("leat", "rbi"), default="leat", help="the loyalty world (leat)")
    parser.add_argument("--size", type=_size, default=None, metavar="WxH", help="display in pixels")
    parser.add_argument(
        "--scanner",
        action="append",
        choices=MORE_SCANNERS,
        default=[],
        help="one more, besides a serial one, one that types and a camera",
    )
    parser.add_argument("--port", type=int, default=PANEL_PORT, help=f"of the panel ({PANEL_PORT})")
    parser.add_argument(
        "--window",
        action=argparse.BooleanOptionalAction,
        default=any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")),
        help="show the kiosk in a window, too (if there is a desktop)",
    )
    return parser


def _size(text: str) -> tuple[int, int]:
    if not (found := re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)):
        raise argparse.ArgumentTypeError('is no size in pixels, as in "1080x1920"')
    return int(found[1]), int(found[2])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# --- by hand ------------------------------------------------------------------------------------------


async def _by_hand(asked: argparse.Namespace) -> None:
    options = Options(
        size_px=asked.size or (1080, 1920),
        driver="auto" if asked.window else "offscreen",
        scanners=tuple(asked.scanner),
    )
    options = replace(options, backend=asked.backend)
    with contextlib.ExitStack() as stack:
        folder = asked.out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kioskd-demo-")))
        async with World(folder, options) as world:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, world.closed.set)
            from kioskd.sim.panel import serve_panel

            async with serve_panel(world, asked.port) as url:
                _say(f"panel:   {url}")
                _say(f"log:     {world.places.log}")
                _say("Ctrl-C ends it.")
                await world.closed.wait()


# --- scenarios ----------------------------------------------------------------------------------------


def _list() -> int:
    from kioskd.sim.scenario import available, load

    for name in available():
        _say(f"{name:34} {load(name).title}")
    return 0


def _play(name: str, out: Path | None, size: tuple[int, int] | None) -> int:
    from kioskd.sim.play import play
    from kioskd.sim.scenario import ScenarioError, load

    try:
        scenario = load(name)
    except ScenarioError as error:
        sys.stderr.write(f"kioskd demo: {error}\n")
        return WRONG_USE
    if size is not None:
        scenario = scenario.on_display(size)
    _say(f"{scenario.name}: {scenario.title}")
    report = asyncio.run(play(scenario, out, _say))
    kept = f"; kept in {out}" if out else ""
    _say(f"{'as expected' if report.held else 'NOT as expected'} ({report.took_s} s{kept})")
    return 0 if report.held else WENT_WRONG

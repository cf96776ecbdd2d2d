"""Plays a scripted visit (see scenario.py and step.py) in a fresh world and keeps what happened.

What `play` leaves in its folder:

    01-eat-in.png, .json ...   the screen after each step that changed it, and its scene
    paper-1.png, .txt ...      what the printer printed
    exchange.json              what the loyalty server was asked and answered
    said.json                  what the voice said
    terminal.json              what the card terminal did
    kioskd.log                 the daemon's log
    report.json                every step: its acts, its expectations, which of them held, how long it took
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from kioskd.sim.acts import ACT_OF, ActFailed, Actor
from kioskd.sim.expectations import CHECKS
from kioskd.sim.finger import NothingToTouch
from kioskd.sim.kiosk import KioskDown, KioskRefused
from kioskd.sim.options import Options
from kioskd.sim.play_report import Expectation, Report, StepReport, line_of
from kioskd.sim.scenario import Scenario
from kioskd.sim.step import Step
from kioskd.sim.technician import NotSetUp
from kioskd.sim.world import World

_LOOK_AGAIN_S = 0.03
_GLANCE_S = 0.8
_GLANCES = 2
"""So much of the kiosk's time passes after every step, for guests take it. In the first glance one screen
gives way to the next, in the second its figures have counted up."""
_QUIET_S = 0.08
_SETTLE_S = 0.4
"""A screen is still when it has not changed for _QUIET_S. Some never are: so long is waited at most."""

Say = Callable[[str], None]


async def play(scenario: Scenario, out: Path | None, say: Say = lambda line: None) -> Report:
    """Play it to its end or to the first step that fails; without `out` nothing is kept.

    `say` gets a line for every step. Raises KioskDown when the kiosk does not even start.
    """
    started_s = time.monotonic()
    report = Report(scenario.name, scenario.title)
    if out is not None:
        await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    options = Options(
        size_px=scenario.settings.size,
        counter=scenario.settings.counter,
        terminal_auto_s=0.0 if scenario.settings.card == "at_once" else None,
        restart_after_s=None,
        scanners=scenario.settings.scanners,
        settings=scenario.settings.kiosk,
        switches=scenario.settings.leat if scenario.settings.backend == "leat" else scenario.settings.rbi,
        backend=scenario.settings.backend,
        set_up=scenario.settings.set_up,
    )
    with tempfile.TemporaryDirectory(prefix="kioskd-") as folder:
        async with World(Path(folder), options) as world:
            try:
                await world.ready()
                player = _Player(world, scenario.folder, out)
                report.held = await player.steps(scenario.steps, report, say)
                report.held &= await player.afterwards(report, say)
            finally:
                report.took_s = round(time.monotonic() - started_s, 2)
                if out is not None:
                    await asyncio.to_thread(_keep, world, report, out)
    return report


class _Player:
    def __init__(self, world: World, folder: Path, out: Path | None) -> None:
        self._world = world
        self._actor = Actor(world, folder)
        self._out = out
        self._seen: bytes | None = None

    async def steps(self, steps: tuple[Step, ...], report: Report, say: Say) -> bool:
        for number, step in enumerate(steps, start=1):
            written = step.model_dump(mode="json", exclude_unset=True)
            acts = {key: written[key] for key in step.acts}
            done = StepReport(number, step.say, acts)
            report.steps.append(done)
            started_s = time.monotonic()
            await self._step(step, done)
            done.took_s = round(time.monotonic() - started_s, 3)
            say(line_of(done))
            if self._world.kiosk.running:
                await self._let_the_guest_look(done, step)
            if not done.held:
                return False
        return True

    async def _step(self, step: Step, done: StepReport) -> None:
        if step.acts:
            self._world.hearing.mark()
        try:
            for key in step.acts:
                await ACT_OF[key](self._actor, getattr(step, key))
        except (
            ActFailed,
            NothingToTouch,
            NotSetUp,
            KioskDown,
            KioskRefused,
            ValueError,
            TypeError,
        ) as error:
            done.failure = f"{key}: {error}"
            return
        deadline_s = time.monotonic() + step.within_s
        for key in step.expectations:
            done.expectations.append(await self._expect(key, getattr(step, key), deadline_s))

    async def _expect(self, key: str, wanted: Any, deadline_s: float) -> Expectation:
        shown = wanted.model_dump(mode="json") if hasattr(wanted, "model_dump") else wanted
        while True:
            try:
                instead = await CHECKS[key](self._world, wanted)
            except KioskDown as down:
                return Expectation(key, shown, False, str(down))
            if instead is None:
                return Expectation(key, shown, True)
            if time.monotonic() >= deadline_s:
                return Expectation(key, shown, False, instead)
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def afterwards(self, report: Report, say: Say) -> bool:
        """Whatever happened, the daemon had no bug and stops when it is asked to."""
        kiosk = self._world.kiosk
        done = StepReport(len(report.steps) + 1, "no bug in the log, and a clean stop", {})
        report.steps.append(done)
        if kiosk.running:
            try:
                await kiosk.stop()
            except KioskDown as down:
                done.failure = str(down)
            if kiosk.returncode != 0:
                done.failure = f"the daemon ended with status {kiosk.returncode}"
        if "Traceback" in await asyncio.to_thread(self._world.places.log.read_text, "utf-8", "replace"):
            done.failure = "the daemon's log has a traceback"
        say(line_of(done))
        return done.held

    async def _let_the_guest_look(self, done: StepReport, step: Step) -> None:
        with suppress(KioskDown):  # the next step will tell
            for _ in range(_GLANCES):
                await self._world.skip(_GLANCE_S)
                if self._out is not None:
                    await self._still()
            if self._out is not None:
                done.picture = await self._picture(self._out, step, done.number)

    async def _still(self) -> None:
        """Returns when the screen does not change any more, or will not stop to."""
        kiosk = self._world.kiosk
        seq = int((await kiosk.status())["screen"])
        deadline_s = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline_s and (now := await kiosk.wait(seq, _QUIET_S)) != seq:
            seq = now

    async def _picture(self, out: Path, step: Step, number: int) -> str | None:
        """The name of the picture of the screen, if it looks different from the last one."""
        kiosk = self._world.kiosk
        frame, scene = await kiosk.frame(), await kiosk.scene()
        if frame.rgb == self._seen:
            return None
        self._seen = frame.rgb
        words = re.findall(r"[a-z0-9]+", (step.say or scene["id"]).lower())
        name = "-".join([f"{number:02}", *words[:6]])

        def write() -> None:
            picture = Image.frombytes("RGB", (frame.width_px, frame.height_px), frame.rgb)
            picture.save(out / f"{name}.png", compress_level=3)
            _write_json(out / f"{name}.json", scene)

        await asyncio.to_thread(write)
        return f"{name}.png"


def _keep(world: World, report: Report, out: Path) -> None:
    for number, paper in enumerate(world.papers, start=1):
        (out / f"paper-{number}.png").write_bytes(paper.png)
        (out / f"paper-{number}.txt").write_text(paper.text, "utf-8")
    _write_json(out / "exchange.json", world.requests)
    _write_json(out / "said.json", [asdict(told) for told in world.hearing.transcript])
    _write_json(out / "terminal.json", world.terminal.state())
    (out / "kioskd.log").write_bytes(world.places.log.read_bytes())
    _write_json(out / "report.json", report.to_json())


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")

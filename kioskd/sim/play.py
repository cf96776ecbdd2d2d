"""Plays a scripted visit (the format is described in scenario.py) in a fresh world and keeps what happened.

What `play` leaves in its folder:

    01-eat-in.png, .json ...   the screen after each step that changed it, and its scene
    paper-1.png, .txt ...      what the printer printed
    exchange.json              what the loyalty server was asked and answered
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
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from kioskd.sim.expectations import CHECKS
from kioskd.sim.finger import NothingToTouch
from kioskd.sim.kiosk import KioskDown, KioskRefused
from kioskd.sim.scenario import Collect, Scan, Scenario, Step
from kioskd.sim.technician import NotSetUp, Showing, Technician
from kioskd.sim.world import Options, World

_LOOK_AGAIN_S = 0.03
_STOPS_S = 10.0
_GLANCE_S = 0.8
_GLANCES = 2
"""So much of the kiosk's time passes after every step, for guests take it. In the first glance one screen
gives way to the next, in the second its figures have counted up."""
_QUIET_S = 0.08
_SETTLE_S = 0.4
"""A screen is still when it has not changed for _QUIET_S. Some never are: so long is waited at most."""

Say = Callable[[str], None]


class StepFailed(Exception):
    """An act that could not be done."""


@dataclass(slots=True)
class Expectation:
    """`instead` tells what was the case when its time was up."""

    key: str
    wanted: Any
    held: bool
    instead: str | None = None


@dataclass(slots=True)
class StepReport:
    number: int
    say: str
    acts: dict[str, Any]
    expectations: list[Expectation] = field(default_factory=list)
    failure: str | None = None
    """Why an act could not be done."""
    took_s: float = 0.0
    picture: str | None = None

    @property
    def held(self) -> bool:
        return self.failure is None and all(expectation.held for expectation in self.expectations)


@dataclass(slots=True)
class Report:
    """`held` only when every step was played and every expectation held."""

    scenario: str
    title: str
    held: bool = False
    took_s: float = 0.0
    steps: list[StepReport] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def failures(self) -> list[str]:
        """What went wrong, a line each."""
        lines = []
        for step in self.steps:
            if step.failure:
                lines.append(f"step {step.number}: {step.failure}")
            lines += [
                f"step {step.number}: {missed.key} = {missed.wanted!r}: {missed.instead}"
                for missed in step.expectations
                if not missed.held
            ]
        return lines


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
        self._folder = folder
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
            say(_line(done))
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
                await _ACTS[key](self, getattr(step, key))
        except (
            StepFailed,
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
        say(_line(done))
        return done.held

    # --- acts ------------------------------------------------------------------------------------------

    async def scan(self, scan: Scan) -> None:
        if scan.printed:
            await self._world.scan(await self._printed(scan.printed), scan.via, light=scan.light)
        elif scan.data is None:
            await self._world.scan(scan.text * scan.repeat, scan.via, light=scan.light)
        else:
            await self._world.scan_bytes(scan.data * scan.repeat, scan.via)

    async def _printed(self, begins: str) -> str:
        for code in await self._world.codes_on_paper():
            if code.startswith(begins):
                return code
        raise StepFailed(f"no code on the last paper begins with {begins!r}")

    async def tap(self, targets: tuple[str, ...]) -> None:
        for target in targets:
            await self._world.tap(target)

    async def keys(self, names: tuple[str, ...]) -> None:
        await self._world.press(*names)

    async def key_to(self, targets: tuple[str, ...]) -> None:
        for target in targets:
            await self._world.select(target)

    async def staff(self, pin: str) -> None:
        await self._world.hold_corner()
        for digit in pin:
            await self._world.tap(f"key:{digit}")
        await self._world.tap("submit")

    async def pager(self, _act: str) -> None:
        if not self._world.pager.answer():
            raise StepFailed("no guest asks for help")

    async def show_picture(self, name: str) -> None:
        path = self._folder / name
        self._world.show_picture(await asyncio.to_thread(path.read_bytes), path.suffix)

    async def hide_picture(self, _yes: bool) -> None:
        self._world.hide_picture()

    async def collect(self, what: Collect) -> None:
        try:
            await self._world.collect(what.card, what.place)
        except KeyError:
            raise StepFailed(f"there is no code to collect points on the {what.place}") from None

    async def card(self, act: str) -> None:
        """As soon as the terminal asks for one."""
        world = self._world
        acts = {
            "tap": world.tap_card,
            "insert": world.insert_card,
            "decline": world.decline_card,
            "lower": world.lower_card,
            "cancel": world.cancel_at_terminal,
        }
        try:
            async with asyncio.timeout(10):
                while True:
                    if acts[act]():
                        return
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise StepFailed("the terminal never asked for a card") from None

    async def fault(self, rule: Any) -> None:
        self._world.loyalty.faults.add(rule)

    async def unplug(self, devices: tuple[Any, ...]) -> None:
        for device in devices:
            await self._world.unplug(device)

    async def plug(self, devices: tuple[Any, ...]) -> None:
        for device in devices:
            await self._world.plug(device)

    async def printer(self, conditions: dict[str, bool | int]) -> None:
        for name, value in conditions.items():
            self._world.printer_condition(name, value)

    async def terminal(self, faults: dict[str, bool | int | str]) -> None:
        for name, value in faults.items():
            self._world.terminal_fault(name, value)

    async def at_leat(self, forms: dict[str, dict[str, Any]]) -> None:
        from kioskd.sim.forms import ControlRefused

        for name, form in forms.items():
            try:
                self._world.dashboard.change(name, form)
            except ControlRefused as refused:
                raise StepFailed(f"{name}: {refused}") from None

    async def at_rbi(self, forms: dict[str, dict[str, Any]]) -> None:
        from kioskd.sim.forms import ControlRefused

        for name, form in forms.items():
            try:
                self._world.rbi.control(name, dict(form))
            except ControlRefused as refused:
                raise StepFailed(f"{name}: {refused}") from None

    async def rbi(self, switches: dict[str, Any]) -> None:
        self._world.switch_rbi(switches)

    async def leat(self, switches: dict[str, Any]) -> None:
        self._world.dashboard.switch(switches)

    async def kill_voice(self, _yes: bool) -> None:
        if not self._world.hearing.kill():
            raise StepFailed("nothing is being said")

    async def voice(self, manners: dict[str, Any]) -> None:
        self._world.hearing.change(**manners)

    async def kill(self, _yes: bool) -> None:
        await self._world.kill_kiosk()

    async def restart(self, _yes: bool) -> None:
        await self._world.start_kiosk()
        await self._world.ready()

    # --- who sets it up --------------------------------------------------------------------------------

    @property
    def _technician(self) -> Technician:
        if self._world.technician is None:
            raise StepFailed("this kiosk is set up: write set_up = false under [options]")
        return self._world.technician

    async def enrol(self, showing: Showing) -> None:
        for code in await self._technician.codes(self._world.kiosk, showing):
            await self._world.scan(code)

    async def put_card(self, instead: dict[str, str]) -> None:
        await self._technician.put_card(instead)

    async def first_boot(self, _yes: bool) -> None:
        await self._technician.first_boot()

    async def stops(self, _yes: bool) -> None:
        try:
            async with asyncio.timeout(_STOPS_S):
                await self._world.kiosk.ended()
        except TimeoutError:
            raise StepFailed(f"it still runs after {_STOPS_S:g} s") from None

    # --- what is kept ----------------------------------------------------------------------------------

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


_Act = Callable[[_Player, Any], Awaitable[None]]
_ACTS: dict[str, _Act] = {
    "scan": _Player.scan,
    "tap": _Player.tap,
    "keypad": lambda player, digits: player.tap(tuple(digits)),
    "keys": _Player.keys,
    "key_to": _Player.key_to,
    "corner": lambda player, _yes: player._world.hold_corner(),
    "staff": _Player.staff,
    "pager": _Player.pager,
    "show_picture": _Player.show_picture,
    "hide_picture": _Player.hide_picture,
    "collect": _Player.collect,
    "wait_s": lambda player, seconds: player._world.skip(seconds),
    "card": _Player.card,
    "headphones": lambda player, plugged: player._world.hearing.plug(plugged),
    "voice": _Player.voice,
    "kill_voice": _Player.kill_voice,
    "network": lambda player, how: player._world.network(how),
    "fault": _Player.fault,
    "unplug": _Player.unplug,
    "plug": _Player.plug,
    "printer": _Player.printer,
    "terminal": _Player.terminal,
    "shift_wall_s": lambda player, seconds: player._world.shift_wall(seconds),
    "kill": _Player.kill,
    "restart": _Player.restart,
    "enrol": _Player.enrol,
    "put_card": _Player.put_card,
    "first_boot": _Player.first_boot,
    "stops": _Player.stops,
    "command": lambda player, words: player._world.command(words),
    "leat": _Player.leat,
    "at_leat": _Player.at_leat,
    "rbi": _Player.rbi,
    "at_rbi": _Player.at_rbi,
    "order_paid": lambda player, number: player._world.kiosk.order_paid(number),
}


def _line(step: StepReport) -> str:
    acts = ", ".join(f"{key} {_short(value)}" for key, value in step.acts.items())
    what = ": ".join(filter(None, [step.say, acts])) or ", ".join(e.key for e in step.expectations)
    lines = [f"{step.number:3} {'ok  ' if step.held else 'FAIL'} {step.took_s:6.2f} s  {what}"]
    if step.failure:
        lines.append(f"      {step.failure}")
    lines += [f"      {e.key} = {_short(e.wanted)}: {e.instead}" for e in step.expectations if not e.held]
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


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

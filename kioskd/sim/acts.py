"""Does in a simulated world what the acts of a step say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kioskd.sim.step import Collect, Scan
from kioskd.sim.technician import Showing, Technician
from kioskd.sim.world import World

_LOOK_AGAIN_S = 0.03
_ASKS_FOR_A_CARD_S = 10.0
_STOPS_S = 10.0


class ActFailed(Exception):
    """An act that could not be done."""


class Actor:
    """`folder` is where the scenario's pictures are."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder

    async def scan(self, scan: Scan) -> None:
        if scan.printed:
            await self._world.scan(await self._printed(scan.printed), scan.via, light=scan.light)
        elif scan.data is None:
            await self._world.scan(scan.text * scan.repeat, scan.via, light=scan.light)
        else:
            await self._world.scan_bytes(scan.data * scan.repeat, scan.via)

    async def _printed(self, begins: str) -> str:
        for code in await self._world.phone.codes_on_paper():
            if code.startswith(begins):
                return code
        raise ActFailed(f"no code on the last paper begins with {begins!r}")

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
            raise ActFailed("no guest asks for help")

    async def show_picture(self, name: str) -> None:
        path = self._folder / name
        self._world.show_picture(await asyncio.to_thread(path.read_bytes), path.suffix)

    async def hide_picture(self, _yes: bool) -> None:
        self._world.hide_picture()

    async def collect(self, what: Collect) -> None:
        try:
            await self._world.phone.collect(what.card, what.place)
        except KeyError:
            raise ActFailed(f"there is no code to collect points on the {what.place}") from None

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
            async with asyncio.timeout(_ASKS_FOR_A_CARD_S):
                while True:
                    if acts[act]():
                        return
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise ActFailed("the terminal never asked for a card") from None

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
                raise ActFailed(f"{name}: {refused}") from None

    async def at_rbi(self, forms: dict[str, dict[str, Any]]) -> None:
        from kioskd.sim.forms import ControlRefused

        for name, form in forms.items():
            try:
                self._world.rbi.control(name, dict(form))
            except ControlRefused as refused:
                raise ActFailed(f"{name}: {refused}") from None

    async def rbi(self, switches: dict[str, Any]) -> None:
        self._world.switch_rbi(switches)

    async def leat(self, switches: dict[str, Any]) -> None:
        self._world.dashboard.switch(switches)

    async def kill_voice(self, _yes: bool) -> None:
        if not self._world.hearing.kill():
            raise ActFailed("nothing is being said")

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
            raise ActFailed("this kiosk is set up: write set_up = false under [options]")
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
            raise ActFailed(f"it still runs after {_STOPS_S:g} s") from None


_Act = Callable[[Actor, Any], Awaitable[None]]
ACT_OF: dict[str, _Act] = {
    "scan": Actor.scan,
    "tap": Actor.tap,
    "keypad": lambda actor, digits: actor.tap(tuple(digits)),
    "keys": Actor.keys,
    "key_to": Actor.key_to,
    "corner": lambda actor, _yes: actor._world.hold_corner(),
    "staff": Actor.staff,
    "pager": Actor.pager,
    "show_picture": Actor.show_picture,
    "hide_picture": Actor.hide_picture,
    "collect": Actor.collect,
    "wait_s": lambda actor, seconds: actor._world.skip(seconds),
    "card": Actor.card,
    "headphones": lambda actor, plugged: actor._world.hearing.plug(plugged),
    "voice": Actor.voice,
    "kill_voice": Actor.kill_voice,
    "network": lambda actor, how: actor._world.network(how),
    "fault": Actor.fault,
    "unplug": Actor.unplug,
    "plug": Actor.plug,
    "printer": Actor.printer,
    "terminal": Actor.terminal,
    "shift_wall_s": lambda actor, seconds: actor._world.shift_wall(seconds),
    "kill": Actor.kill,
    "restart": Actor.restart,
    "enrol": Actor.enrol,
    "put_card": Actor.put_card,
    "first_boot": Actor.first_boot,
    "stops": Actor.stops,
    "command": lambda actor, words: actor._world.command(words),
    "leat": Actor.leat,
    "at_leat": Actor.at_leat,
    "rbi": Actor.rbi,
    "at_rbi": Actor.at_rbi,
    "order_paid": lambda actor, number: actor._world.kiosk.order_paid(number),
}

"""What can be done from the panel: each act has a form, checked before anything happens."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictInt

from kioskd.sim.forms import ControlRefused
from kioskd.sim.keypad import KeyName
from kioskd.sim.network import Network
from kioskd.sim.panel import hostile
from kioskd.sim.world import Device, Via, World

LONGEST_CODE_CHARS = 10_000
_LONGEST_SKIP_S = 400 * 86_400.0

_NOT_WAITING = "The terminal is not waiting for a card."


class NotDone(Exception):
    """The act makes no sense now; the text tells the developer why."""


class Form(BaseModel):
    """One act. `do` does it; raises NotDone, ValueError for what the world refuses, or KioskDown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    async def do(self, world: World) -> None:
        raise NotImplementedError


class Touch(Form):
    """A finger, in pixels of the display."""

    x: Annotated[int, Field(ge=-1, le=20_000)]
    y: Annotated[int, Field(ge=-1, le=20_000)]
    phase: Literal["down", "move", "up"]

    async def do(self, world: World) -> None:
        await world.kiosk.touch(self.x, self.y, self.phase)


class PressKey(Form):
    """On the keypad beside the screen."""

    key: KeyName

    async def do(self, world: World) -> None:
        if not world.plugged().get("keypad"):
            raise NotDone("The keypad is unplugged.")
        await world.press(self.key)


class Headphones(Form):
    plugged: bool

    async def do(self, world: World) -> None:
        await world.hearing.plug(self.plugged)


class Scan(Form):
    """`trouble` is one of the camera's, and for it alone."""

    text: Annotated[str, Field(max_length=LONGEST_CODE_CHARS)]
    via: Via
    trouble: str = "none"

    async def do(self, world: World) -> None:
        from kioskd.sim.camera import TROUBLES  # with numpy, which the panel does not wait for

        _must_be_plugged(world, self.via)
        if self.trouble not in TROUBLES:
            raise NotDone(f"There is no trouble {self.trouble!r} with a camera.")
        await world.scan(self.text, self.via, "", **TROUBLES[self.trouble])


class HostileScan(Form):
    name: str
    via: Via

    async def do(self, world: World) -> None:
        if self.name not in hostile.SCANS:
            raise NotDone(f"There is no hostile code {self.name!r}.")
        _must_be_plugged(world, self.via)
        code = hostile.SCANS[self.name]
        if isinstance(code, str):
            await world.scan(code, self.via)
        elif self.via not in ("serial", "uart"):  # keys and reports come whole, pictures have no bytes
            raise NotDone("These are bytes on a serial cable: choose serial.")
        else:
            await world.scan_bytes(code, self.via)


class HostilePicture(Form):
    name: str

    async def do(self, world: World) -> None:
        _must_be_plugged(world, "camera")
        if self.name not in hostile.PICTURES:
            raise NotDone(f"There is no hostile picture {self.name!r}.")
        world.show_picture(await asyncio.to_thread(hostile.PICTURES[self.name]))


class HidePicture(Form):
    async def do(self, world: World) -> None:
        world.hide_picture()


class AtTerminal(Form):
    act: Literal["tap", "insert", "decline", "lower", "cancel", "cut"]

    async def do(self, world: World) -> None:
        match self.act:
            case "cut":
                world.cut_terminal_cable()
                return
            case "tap":
                waited = world.tap_card()
            case "insert":
                waited = world.insert_card()
            case "decline":
                waited = world.decline_card()
            case "lower":
                waited = world.lower_card()
            case "cancel":
                waited = world.cancel_at_terminal()
        if not waited:
            raise NotDone(_NOT_WAITING)


class TerminalFault(Form):
    """One of the fields of the terminal's faults."""

    name: str
    value: StrictBool | StrictInt | str | None

    async def do(self, world: World) -> None:
        world.terminal_fault(self.name, self.value)


class Cable(Form):
    device: Device
    plugged: bool

    async def do(self, world: World) -> None:
        await (world.plug(self.device) if self.plugged else world.unplug(self.device))


class PrinterCondition(Form):
    """What a presenter or XON/XOFF would add is not here: the world's printer has neither."""

    name: Literal[
        "paper_out",
        "paper_low",
        "cover_open",
        "silent",
        "babbles",
        "jammed",
        "too_hot",
        "cutter_fails",
        "cutter_stuck",
    ]
    value: bool

    async def do(self, world: World) -> None:
        world.printer_condition(self.name, self.value)


class NetworkMode(Form):
    how: Network

    async def do(self, world: World) -> None:
        await world.network(self.how)


class Clock(Form):
    """`skip_s` lets time pass; `shift_wall_s` makes the wall clock wrong; `right` makes it right again."""

    skip_s: Annotated[float, Field(ge=0, le=_LONGEST_SKIP_S)] = 0.0
    shift_wall_s: Annotated[float, Field(ge=-_LONGEST_SKIP_S, le=_LONGEST_SKIP_S)] = 0.0
    right: bool = False

    async def do(self, world: World) -> None:
        if self.skip_s:
            await world.skip(self.skip_s)
        if self.right:
            shown = datetime.fromisoformat((await world.kiosk.status())["time"])
            await world.shift_wall((datetime.now(UTC) - shown).total_seconds())
        elif self.shift_wall_s:
            await world.shift_wall(self.shift_wall_s)


class Power(Form):
    on: bool

    async def do(self, world: World) -> None:
        await (world.start_kiosk() if self.on else world.kill_kiosk())


class Paid(Form):
    """Staff took the money for this order."""

    number: Annotated[str, Field(min_length=1, max_length=16)]

    async def do(self, world: World) -> None:
        await world.kiosk.order_paid(self.number.strip().upper())


class Staff(Form):
    """Staff ask for their screen."""

    async def do(self, world: World) -> None:
        await world.hold_corner()
        if (await world.kiosk.scene()).get("id") != "staff_pin":
            raise NotDone("The staff screen opens only while no guest is there.")


class Coming(Form):
    """Staff answer a guest who asks for help."""

    async def do(self, world: World) -> None:
        if not world.pager.answer():
            raise NotDone("No guest asks for help.")


class AtLeat(Form):
    """What the merchant or another till does at the loyalty server: one of the forms of its control."""

    name: str
    form: dict[str, JsonValue]

    async def do(self, world: World) -> None:
        try:
            done = world.dashboard.change(self.name, self.form)
        except (ControlRefused, KeyError) as refused:
            raise NotDone(f"Leat does not do that: {refused}.") from None
        if done.get("status", 200) == 400 and self.name == "tills":
            raise NotDone(f"Leat refuses the other till: {done['answer'].get('message', 'no reason')}.")


class Flip(Form):
    """Switches of the loyalty server, each with its new position."""

    switches: dict[str, StrictBool | StrictInt | float | str | None]

    async def do(self, world: World) -> None:
        if world.options.backend == "rbi":
            world.switch_rbi(self.switches)
        else:
            world.dashboard.switch(self.switches)


FORMS: dict[str, type[Form]] = {
    "touch": Touch,
    "key": PressKey,
    "headphones": Headphones,
    "scan": Scan,
    "hostile-scan": HostileScan,
    "hostile-picture": HostilePicture,
    "hide-picture": HidePicture,
    "terminal": AtTerminal,
    "terminal-fault": TerminalFault,
    "cable": Cable,
    "printer": PrinterCondition,
    "network": NetworkMode,
    "clock": Clock,
    "power": Power,
    "paid": Paid,
    "staff": Staff,
    "coming": Coming,
    "leat": AtLeat,
    "switches": Flip,
}
"""By the last part of their address."""


def _must_be_plugged(world: World, via: Via) -> None:
    if not world.plugged().get("scanner" if via == "serial" else via):
        raise NotDone("That scanner is unplugged." if via != "camera" else "The camera is unplugged.")

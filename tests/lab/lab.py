"""A whole kiosk in the lab: the machine that ships, and the world around it.

The loyalty server, the card terminal and the printer are the simulators of `kioskd demo`, on this side of the
machine's network and cables. Scanner, touch screen and screen are the machine's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from kioskd.sim import finger
from kioskd.sim.finger import NothingToTouch
from kioskd.sim.kiosk import Kiosk, KioskDown
from kioskd.sim.leat import LeatSimulator
from kioskd.sim.paper import Paper
from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.serve import serve
from kioskd.sim.terminal import Patience, TerminalSimulator
from tests.lab import setting
from tests.lab.cable import Cable
from tests.lab.camera import LabCamera
from tests.lab.door import CommandFailed, Door
from tests.lab.gadget import GadgetScanners
from tests.lab.image import Image, make_image
from tests.lab.machine import Machine, MachineDown
from tests.lab.power_loss import DiskDown
from tests.lab.qmp import QmpError

T = TypeVar("T")

READY_S = 600.0
ANSWER_S = 90.0
"""Emulated, and beside whatever else this machine does: everything takes long, and nothing for ever."""
_LOOK_AGAIN_S = 0.2
_RARELY_S = 1.5
"""While it starts: the looks themselves slow an emulated machine down."""


class NotSo(Exception):
    """What a proof wanted to see did not come true; the text says what was seen instead."""


class GuestKiosk(Kiosk):
    """The kiosk in the machine. It is touched by its touch screen, not by its socket."""

    def __init__(self, config: Path, log: Path, socket: Path, machine: Machine) -> None:
        super().__init__(config, log)
        self.socket = socket
        self._machine = machine

    async def touch(self, x_px: int, y_px: int, phase: str) -> None:
        await self._machine.touch(x_px, y_px, phase != "up")

    def hang_up(self) -> None:
        """Forget connections to a kiosk that is gone."""
        self._hang_up()

    async def _ask(
        self, request: dict[str, Any], timeout_s: float = ANSWER_S
    ) -> tuple[dict[str, Any], bytes]:
        return await super()._ask(request, max(timeout_s, ANSWER_S))


@dataclass(slots=True)
class Lab:
    """Use as an async context manager; inside, the kiosk is on the screen and waits for a guest.

    `folder` takes the disk, sockets and logs, `pictures` the report's pictures; `times_s` is how long what
    took. `with_newer`: a later version of kioskd lies in the machine. `disk_lies`: see ForgetfulDisk.
    Entering raises what its parts raise.
    """

    folder: Path
    pictures: Path
    with_newer: bool = False
    disk_lies: bool = False
    image: Image = field(init=False)
    machine: Machine = field(init=False)
    door: Door = field(init=False)
    kiosk: GuestKiosk = field(init=False)
    leat: LeatSimulator = field(init=False)
    terminal: TerminalSimulator = field(init=False)
    printer: PrinterSimulator = field(init=False)
    camera: LabCamera = field(init=False)
    twins: GadgetScanners = field(init=False)
    times_s: dict[str, float] = field(default_factory=dict)
    _things: AsyncExitStack = field(default_factory=AsyncExitStack)
    _follower: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._set_up()
        except BaseException:
            with suppress(AttributeError, QmpError):  # where it got as far as to a display
                await self.picture("did-not-start.png")
            await self._things.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._things.aclose()

    # --- what is seen ------------------------------------------------------------------------------------

    @property
    def papers(self) -> list[Paper]:
        """What came out of the printer, oldest first."""
        return self.printer.papers

    @property
    def log_file(self) -> Path:
        """What the machine's journal said, over all its starts."""
        return self.folder / "kioskd.log"

    async def status(self) -> dict[str, Any]:
        return await self.kiosk.status()

    async def device(self, name: str) -> str:
        """A device's state as the kiosk sees it."""
        devices = {device["name"]: device["state"] for device in (await self.status())["devices"]}
        return str(devices.get(name, "unknown to the kiosk"))

    async def until_device(self, name: str, *states: str, timeout_s: float = ANSWER_S) -> None:
        async def seen() -> str:
            try:
                return await self.device(name)
            except KioskDown:  # it may be about to restart
                return "without a kiosk"

        await until(seen, lambda state: state in states, f"{name} {' or '.join(states)}", timeout_s)

    async def until_screen(self, name: str, timeout_s: float = ANSWER_S) -> None:
        async def seen() -> str:
            return str((await self.kiosk.scene()).get("id", "nothing"))

        await until(seen, lambda shown: shown == name, f"the screen {name}", timeout_s)

    async def until_open(self, operations: int, timeout_s: float = READY_S) -> None:
        """So many operations of the outbox are not done."""

        async def seen() -> int:
            try:
                return int((await self.status())["outbox"]["open"])
            except KioskDown:
                return -1

        await until(seen, lambda count: count == operations, f"{operations} open operations", timeout_s)

    async def logged(self, text: str) -> int:
        """How many lines of the kiosk's log have it, since the machine was started."""
        return (await self.door.run("journalctl --unit=kioskd --output=cat")).count(text)

    async def picture(self, name: str) -> None:
        """Of the display, for the report."""
        await self.machine.picture(self.pictures / name)

    # --- a guest's doing ---------------------------------------------------------------------------------

    async def tap(self, *targets: str) -> None:
        for target in targets:
            await finger.tap(self.kiosk, target, ANSWER_S)

    async def leave(self) -> None:
        """End the visit as a guest does, whatever is in the basket."""
        await self.tap("leave")
        scene = await self.kiosk.scene()
        if any(widget["id"] == "cancel" for widget in scene["widgets"]):
            await self.tap("cancel")
        await self.until_screen("attract")

    async def recover(self, picture: str) -> None:
        """After a proof that broke off: as for the next guest, as far as that can be done."""
        with suppress(
            *(QmpError, NothingToTouch, KioskDown, NotSo, CommandFailed, TimeoutError),
            *(MachineDown, DiskDown),
        ):
            if not self.machine.powered:
                await self.power_on()
            await self.picture(picture)
            await self.machine.join_network()
            await self.printer.replug()
            self.printer.change(paper_out=False, lines_left=None)
            await self.camera.hide()
            if (shown := (await self.kiosk.scene()).get("id")) == "thanks":
                await self.tap("done")
            elif shown != "attract":
                await self.leave()

    # --- power -------------------------------------------------------------------------------------------

    async def power_cut(self) -> None:
        await self.machine.power_cut()
        self.kiosk.hang_up()

    async def power_on(self) -> None:
        """Returns when the kiosk waits for a guest."""
        await self.machine.power_on()
        await self.until_up()

    async def until_up(self) -> None:
        """The machine is starting: returns when its kiosk waits for a guest and has its devices.

        Raises CommandFailed, NotSo.
        """
        self.kiosk.socket.unlink(missing_ok=True)
        await self.door.open(READY_S)
        await self._follow()
        await self.door.forward(self.kiosk.socket, setting.SOCKET)
        self.kiosk.hang_up()
        await self.until_waiting()
        for device in ("front", "printer", "terminal"):
            await self.until_device(device, "ok", timeout_s=READY_S)

    async def until_waiting(self, *, other_than: int = 0, timeout_s: float = READY_S) -> int:
        """The kiosk, another process than `other_than`, shows its first screen; its process's number."""

        async def who_waits() -> int:
            try:
                status = await self.status()
            except KioskDown:
                return other_than
            return int(status["pid"]) if status["place"] == "attract" else other_than

        wanted = "kiosk that waits for a guest"
        return await until(who_waits, lambda pid: pid != other_than, wanted, timeout_s, _RARELY_S)

    async def _follow(self) -> None:
        await self._stop_following()
        command = "journalctl --follow --lines=all --boot -o short-monotonic"
        self._follower = await self.door.follow(command, self.log_file)

    async def _stop_following(self) -> None:
        if self._follower is not None and self._follower.returncode is None:
            self._follower.terminate()
            await self._follower.wait()

    # --- setting up --------------------------------------------------------------------------------------

    async def _set_up(self) -> None:
        things = self._things
        self.leat = LeatSimulator()
        served = await things.enter_async_context(serve(self.leat.app))
        # As the machine's own watchdogs: an emulated processor takes longer to answer.
        patience = Patience(answer_s=30.0)
        self.terminal = await things.enter_async_context(TerminalSimulator(auto_s=0.5, patience=patience))
        printer = self.folder / "printer"
        self.printer = PrinterSimulator(printer)
        await self.printer.start()
        things.push_async_callback(self.printer.stop)

        since_s = time.monotonic()
        self.image = await asyncio.to_thread(
            make_image,
            self.folder,
            lambda tree: setting.lay_out(tree, served.port, self.terminal.port),
            with_newer=self.with_newer,
        )
        since_s = self._took("packages and disk", since_s)

        machine = Machine(self.image.disk, self.folder, disk_lies=self.disk_lies)
        self.machine = await things.enter_async_context(machine)
        await things.enter_async_context(Cable(self.machine.printer_socket, printer))
        self.door = Door(self.machine.ssh_port, self.image.key, self.folder)
        things.push_async_callback(self.door.close)
        things.push_async_callback(self._stop_following)
        config = self.folder / "kiosk.toml"
        config.write_text(setting.kiosk_toml(self.terminal.port), "utf-8")
        self.kiosk = GuestKiosk(config, self.log_file, self.folder / "kiosk.socket", self.machine)
        await self.until_up()
        self._took("power-on to the first screen", since_s)

        self.camera = LabCamera(self.door)
        self.twins = GadgetScanners(self.door)

    def _took(self, what: str, since_s: float) -> float:
        now_s = time.monotonic()
        self.times_s[what] = round(now_s - since_s, 1)
        return now_s


async def until(
    seen: Callable[[], Awaitable[T]],
    good: Callable[[T], bool],
    what: str,
    timeout_s: float = ANSWER_S,
    again_s: float = _LOOK_AGAIN_S,
) -> T:
    """Looks again and again. Returns what was seen when it is good, raises NotSo when it never is."""
    deadline_s = time.monotonic() + timeout_s
    while True:
        found = await seen()
        if good(found):
            return found
        if time.monotonic() > deadline_s:
            raise NotSo(f"no {what} within {timeout_s:g} s; instead: {found!r}")
        await asyncio.sleep(again_s)

"""A kiosk that nobody has set up yet: its card, its machine, and the eyes and hands of whoever sets it up."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from PIL import Image as Pictures

from image.package.programs import run
from kioskd.sim import finger
from kioskd.sim.kiosk import KioskDown
from kioskd.sim.leat import LeatSimulator
from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.serve import serve
from kioskd.sim.terminal import TerminalSimulator
from tests.lab import setting
from tests.lab.cable import Cable
from tests.lab.door import Door
from tests.lab.first_boot.card import Card
from tests.lab.first_boot.serial_scanner import SerialScanner
from tests.lab.image import Image, make_image
from tests.lab.lab import GuestKiosk, NotSo, until
from tests.lab.machine import SCREEN_PX, Machine

LARGER_BY_MIB = 1024
PATIENCE_S = 1800.0
"""An emulated machine starts in two minutes on two idle cores, and in a quarter of an hour beside others."""
TAP_S = 300.0
HOLD_CORNER_S = 4.0
"""A second longer than the kiosk wants: what the finger does arrives late in an emulated machine."""
_CORNER_PX = 12
_RARELY_S = 1.5
_LEAST_COLOURS = 60
"""Letters with smooth edges alone have as many."""


@dataclass(slots=True)
class World:
    """The image, and what is around every kiosk. Use `opened`."""

    image: Image
    folder: Path
    pictures: Path
    leat: LeatSimulator
    terminal: TerminalSimulator
    printer: PrinterSimulator
    printer_path: Path

    @classmethod
    async def opened(cls, folder: Path, pictures: Path, things: AsyncExitStack) -> Self:
        """Raises BuildFailed. It ends with `things`."""
        leat = LeatSimulator()
        served = await things.enter_async_context(serve(leat.app))
        terminal = await things.enter_async_context(TerminalSimulator(auto_s=0.5))
        printer_path = folder / "printer"
        printer = PrinterSimulator(printer_path)
        await printer.start()
        things.push_async_callback(printer.stop)
        image = await asyncio.to_thread(
            make_image, folder, lambda tree: setting.lay_out_lab(tree, served.port), with_newer=False
        )
        return cls(image, folder, pictures, leat, terminal, printer, printer_path)


class Fresh:
    """A disk as it was written from the image onto a larger card, and its machine, which is off at first.

    Use as an async context manager; `name` begins the names of its pictures and its log.
    """

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self._things = AsyncExitStack()

    async def __aenter__(self) -> Self:
        # Sockets have short names.
        scratch = tempfile.mkdtemp(prefix="card-", dir=self.world.folder)
        self._things.callback(shutil.rmtree, scratch, ignore_errors=True)
        folder = Path(scratch)
        image = folder / "card.img"
        await asyncio.to_thread(_copied, self.world.image.disk.image, image)
        self.card = Card(image)
        self.card.enlarge(LARGER_BY_MIB)
        self.log_file = self.world.folder / f"{self.name}.log"
        self.machine = Machine(replace(self.world.image.disk, image=image), folder)
        self.serial_scanner = SerialScanner(self.machine, folder)
        self._things.push_async_callback(self.machine.power_cut)
        await self._things.enter_async_context(Cable(self.machine.printer_socket, self.world.printer_path))
        self.door = Door(self.machine.ssh_port, self.world.image.key, folder)
        self._things.push_async_callback(self.door.close)
        config = folder / "kiosk.toml"
        config.write_text(setting.kiosk_toml(self.world.terminal.port), "utf-8")
        self.kiosk = GuestKiosk(config, self.log_file, folder / "kiosk.socket", self.machine)
        self._follower: asyncio.subprocess.Process | None = None
        self._pictures = 0
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._things.aclose()

    # --- power -------------------------------------------------------------------------------------------

    async def power_on(self) -> None:
        """Returns when we can look into the machine, whatever its screen shows by then."""
        await self.machine.power_on()
        await self.door.open(PATIENCE_S)
        self._follower = await self.door.follow(
            "journalctl --follow --lines=all --boot -o short-monotonic", self.log_file
        )
        self.kiosk.socket.unlink(missing_ok=True)
        await self.door.forward(self.kiosk.socket, setting.SOCKET)
        self.kiosk.hang_up()

    async def power_cut(self) -> None:
        await self.machine.power_cut()
        self.kiosk.hang_up()
        if self._follower is not None and self._follower.returncode is None:
            self._follower.kill()
            await self._follower.wait()

    async def power_off(self) -> None:
        """As a technician does it: everything is on the card before the plug is pulled."""
        await self.door.run("sync")
        await self.power_cut()

    # --- what is seen ------------------------------------------------------------------------------------

    async def until_screen(self, *names: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """The scene, once it is one of these."""

        async def seen() -> dict[str, Any]:
            try:
                return await self.kiosk.scene()
            except KioskDown:  # it is not there yet, or about to restart
                return {"id": "nothing"}

        wanted = f"screen {' or '.join(names)}"
        return await until(seen, lambda scene: scene.get("id") in names, wanted, timeout_s, _RARELY_S)

    async def until_said(self, pattern: str, timeout_s: float = PATIENCE_S) -> str:
        """The first line of the kiosk's, or of first boot's, that has it."""

        async def said() -> str:
            lines = await self.door.run("journalctl --boot -o cat -u 'kioskd*'")
            found = re.search(rf"(?m)^.*{pattern}.*$", lines)
            return found[0] if found else ""

        return await until(said, bool, f"line with {pattern!r} in the log", timeout_s, _RARELY_S)

    async def until_device(self, name: str, state: str) -> None:
        async def seen() -> str:
            with suppress(KioskDown):
                devices = (await self.kiosk.status())["devices"]
                return next((str(device["state"]) for device in devices if device["name"] == name), "unknown")
            return "without a kiosk"

        await until(seen, lambda found: found == state, f"{name} {state}", PATIENCE_S, _RARELY_S)

    async def picture(self, name: str) -> None:
        """Of the display, once there is something on it; pictures are numbered in their order."""
        self._pictures += 1
        file = self.world.pictures / f"{self.name}-{self._pictures:02}-{name}.png"

        async def colours() -> int:
            await self.machine.picture(file)
            return await asyncio.to_thread(_colours, file)

        await until(
            colours, lambda count: count >= _LEAST_COLOURS, f"picture on the display ({name})", PATIENCE_S
        )

    async def boot_id(self) -> str:
        return (await self.door.run("cat /proc/sys/kernel/random/boot_id")).strip()

    # --- hands -------------------------------------------------------------------------------------------

    async def tap(self, *targets: str) -> None:
        for target in targets:
            await finger.tap(self.kiosk, target, TAP_S)

    async def hold_corner(self) -> None:
        await self.machine.touch(_CORNER_PX, _CORNER_PX, True)
        await asyncio.sleep(HOLD_CORNER_S)
        await self.machine.touch(_CORNER_PX, _CORNER_PX, False)


def _copied(source: Path, target: Path) -> None:
    """What is empty in it takes no room."""
    run("cp", "--sparse=always", source, target)


def _colours(file: Path) -> int:
    with Pictures.open(file) as picture:
        most = SCREEN_PX[0] * SCREEN_PX[1]
        return len(picture.convert("RGB").getcolors(maxcolors=most) or ())


async def stays(fresh: Fresh, for_s: float) -> None:
    """It does not start over and over. Raises NotSo."""
    before = await fresh.boot_id()
    await asyncio.sleep(for_s)
    if await fresh.boot_id() != before:
        raise NotSo("the machine has restarted")
    restarts = (await fresh.door.run("systemctl show kioskd --property=NRestarts --value")).strip()
    if restarts != "0":
        raise NotSo(f"the kiosk has started {restarts} times anew")

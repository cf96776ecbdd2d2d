"""Everything around one kiosk, simulated at protocol level, and the kiosk itself as a child process.

    async with World(folder) as world:
        await world.scan("10024711")

The loyalty server answers HTTP, the card terminal speaks ZVT over TCP, printer and scanner are
pseudo-terminals, the second scanner types, the camera looks into a folder. What a person could do to any of
them is a method here; the scripted visits and the panel use nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from zoneinfo import ZoneInfo

from kioskd.sim import finger, keys
from kioskd.sim.free_port import FreePort
from kioskd.sim.hearing import Hearing
from kioskd.sim.keypad import KeypadSimulator
from kioskd.sim.kiosk import Kiosk, KioskDown
from kioskd.sim.more_scanners import MoreScanner, MoreScanners
from kioskd.sim.network import Network, faults_of
from kioskd.sim.options import ORDINARY, Options
from kioskd.sim.phone import Phone
from kioskd.sim.plug import Plug
from kioskd.sim.scanner import SerialScannerSimulator, WedgeSimulator
from kioskd.sim.setting import Places, as_toml, kiosk_settings, laid_over
from kioskd.sim.technician import Technician

if TYPE_CHECKING:  # imported when the daemon is on its way: they bring HTTP, pictures and numbers along
    from kioskd.sim.camera import CameraSimulator
    from kioskd.sim.dashboard import Dashboard
    from kioskd.sim.leat import LeatSimulator
    from kioskd.sim.pager import Pager
    from kioskd.sim.paper import Paper
    from kioskd.sim.printer import PrinterSimulator
    from kioskd.sim.rbi import RbiSimulator
    from kioskd.sim.serve import ServedApp
    from kioskd.sim.terminal import TerminalSimulator

log = logging.getLogger(__name__)

DEVICES_S = 15.0
SAID_WITHIN_S = 10.0
_LONGEST_SOCKET_PATH = 100  # of the 107 that Linux allows
_LOOK_AGAIN_S = 0.03
_READERS = ("display", "scanner", "camera", "keypad", "control")
"""What a kiosk may use before it was told what it is."""

Via = Literal["serial", "wedge", "camera", MoreScanner]
Device = Literal["scanner", "wedge", "keypad", "camera", "printer", "terminal", MoreScanner]


class World:
    """Use as an async context manager; inside, everything runs, though the kiosk may still be starting.

    `kiosk`, `leat`, `printer`, `terminal`, `camera` and the scanners may also be used directly. `closed` is
    set when the kiosk was ended on purpose, by closing its window. Entering raises OSError when the folder
    cannot be used.
    """

    kiosk: Kiosk
    leat: LeatSimulator
    rbi: RbiSimulator
    dashboard: Dashboard
    served: ServedApp
    pager: Pager
    terminal: TerminalSimulator
    printer: PrinterSimulator
    camera: CameraSimulator
    phone: Phone

    def __init__(self, folder: Path, options: Options = ORDINARY) -> None:
        self.folder = folder.absolute()
        self.options = options
        self.network_is: Network = "on"
        self.closed = asyncio.Event()
        self.command_said = ""
        self.command_status: int | None = None
        self._things = AsyncExitStack()
        self._keeper: asyncio.Task[None] | None = None
        self.technician: Technician | None = None
        self._tapped = ""

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as things:
            await self._set_up(things)
            self._things = things.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._stop_kiosk()  # before its devices vanish
        finally:
            await self._things.aclose()

    async def _set_up(self, things: AsyncExitStack) -> None:
        """The kiosk first: while it starts on one processor, the world is imported on the other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.places = Places(self.folder, self._socket_path(things))
        self.more_scanners = things.enter_context(MoreScanners(self.folder, self.options.scanners))
        leat_port, terminal_port, pager_port = (things.enter_context(FreePort()).port for _ in range(3))
        self.hearing = things.enter_context(Hearing(self.folder))
        self.keypad = KeypadSimulator(self.places.keypad)
        zone = self._write_settings(leat_port, terminal_port, pager_port)
        things.enter_context(self.keypad)
        self.scanner = things.enter_context(SerialScannerSimulator(self.places.serial_scanner))
        self.wedge = things.enter_context(WedgeSimulator(self.places.wedge_scanner))
        self.places.camera.mkdir(exist_ok=True)
        self.kiosk = self._kiosk()
        things.push_async_callback(self._stop_kiosk)
        await self.kiosk.launch()
        await self._set_up_the_rest(things, leat_port, terminal_port, pager_port, zone)
        if self.options.restart_after_s is not None:
            self._keeper = asyncio.create_task(self._keep_running(self.options.restart_after_s))

    async def _set_up_the_rest(
        self, things: AsyncExitStack, leat_port: int, terminal_port: int, pager_port: int, zone: ZoneInfo
    ) -> None:
        from kioskd.sim.terminal import TerminalSimulator

        auto_s, memory = self.options.terminal_auto_s, self.folder / "terminal.json"
        self.terminal = TerminalSimulator(
            terminal_port, auto_s=auto_s, memory=memory, wall_clock=lambda: datetime.now(zone)
        )
        await things.enter_async_context(self.terminal)

        from kioskd.sim.printer import PrinterSimulator

        self.printer = PrinterSimulator(self.places.printer)
        await self.printer.start()
        things.push_async_callback(self.printer.stop)

        from kioskd.sim.dashboard import Dashboard
        from kioskd.sim.leat import LeatSimulator
        from kioskd.sim.serve import serve

        self.leat = LeatSimulator()
        self.dashboard = Dashboard(self.leat)
        from kioskd.sim.rbi import RbiSimulator

        self.rbi = RbiSimulator()
        if self.options.backend == "leat":
            self.dashboard.switch(self.options.switches)
        else:
            self.switch_rbi(self.options.switches)
        self.served = await things.enter_async_context(serve(self.loyalty.app, leat_port))

        from kioskd.sim.pager import Pager

        self.pager = Pager()
        await things.enter_async_context(serve(self.pager.app, pager_port))

        from kioskd.sim.camera import CameraSimulator

        self.camera = things.enter_context(CameraSimulator(self.places.camera))
        self.phone = Phone(self.kiosk, self.printer, self.leat)

    def _kiosk(self) -> Kiosk:
        if self.technician is None:
            return Kiosk(self.places.config, self.places.log, python=self.options.python)
        return Kiosk(
            self.technician.config,
            self.places.log,
            python=self.options.python,
            settings_file=self.technician.config.with_name("hardware.toml"),
            more=("--root", str(self.places.machine)),
            environment={"CREDENTIALS_DIRECTORY": str(self.technician.credentials)},
        )

    def _socket_path(self, things: AsyncExitStack) -> Path:
        wanted = self.folder / "kioskd.sock"
        if len(bytes(wanted)) <= _LONGEST_SOCKET_PATH:
            return wanted
        short = tempfile.mkdtemp(prefix="kioskd-")
        things.callback(shutil.rmtree, short, ignore_errors=True)
        return Path(short) / "kioskd.sock"

    def _write_settings(self, leat_port: int, terminal_port: int, pager_port: int) -> ZoneInfo:
        """Returns the time zone of the restaurant: what hangs on its walls goes by it."""
        secrets = {
            self.places.token: "sim-token",
            self.places.claim_secret: "sim-shop-secret",
            self.places.api_key: "sim-key",
        }
        for file, secret in secrets.items():
            file.write_text(f"{secret}\n")
            file.chmod(0o600)
        settings = kiosk_settings(
            self.places,
            size_px=self.options.size_px,
            driver=self.options.driver,
            backend=self.options.backend,
            loyalty_port=leat_port,
            terminal_port=terminal_port,
            pager_port=pager_port,
            counter=self.options.counter,
        )
        settings["keypad"] = self.keypad.settings()
        settings["scanner"] += self.more_scanners.settings()
        settings["speech"] = self.hearing.settings()
        settings = laid_over(settings, self.options.settings)
        if self.options.set_up:
            self.places.config.write_text(as_toml(settings), "utf-8")
        else:
            desk, machine = self.folder / "desk", self.places.machine
            self.technician = Technician(desk, machine, settings, _READERS, self.options.python)
        return ZoneInfo(settings["site"]["time_zone"])

    # --- the guest -------------------------------------------------------------------------------------

    async def tap(self, target: str) -> None:
        """Touch a widget by id or text, scrolling there. Raises NothingToTouch."""
        if target == self._tapped:
            await asyncio.sleep(finger.LIFTED_S)
        self._tapped = target
        await finger.tap(self.kiosk, target)

    async def press(self, *names: str) -> None:
        """Keys of the keypad. Raises ValueError for one that it does not have."""
        await keys.press(self.kiosk, self.keypad, *names)

    async def select(self, target: str) -> None:
        """Walk to a widget with the keys, and select it. Raises NothingToTouch."""
        await keys.select(self.kiosk, self.keypad, target)

    async def hold_corner(self) -> None:
        """What staff do to open their screen. Moves the kiosk's clock instead of waiting."""
        await finger.hold_corner(self.kiosk)

    async def scan(self, text: str, via: Via = "serial", aim: str = "", **trouble: float) -> None:
        """Hold a code to a scanner; `via` the camera it is a phone, taken away again by `hide_picture`.

        `trouble` is what keeps the camera from reading it, see `camera.draw_phone`. Raises ValueError for
        more than a QR code can carry, or for a scanner that this world does not have.
        """
        match via:
            case "serial":
                await self.scanner.scan(text, aim)
            case "wedge":
                await self.wedge.scan(text, aim)
            case "camera":
                self.camera.show_qr(text, **trouble)
            case _:
                await self.more_scanners[via].scan(text, aim)

    async def scan_bytes(self, data: bytes, via: Via = "serial") -> None:
        """Send these very bytes from a scanner. Raises ValueError for one that this world does not have."""
        match via:
            case "serial":
                await self.scanner.scan_bytes(data)
            case "wedge":
                await self.wedge.scan_bytes(data)
            case _:
                await self.more_scanners[via].scan_bytes(data)

    def show_picture(self, picture: bytes, suffix: str = ".png") -> None:
        """Hold this picture (or whatever the bytes are) before the camera."""
        self.camera.show(picture, suffix)

    def hide_picture(self) -> None:
        self.camera.hide()

    # --- the network -----------------------------------------------------------------------------------

    async def network(self, how: Network) -> None:
        """What is between the kiosk and its loyalty server, from now on."""
        if how == "off":
            await self.served.pause()
        else:
            self.loyalty.faults.replace(faults_of(how))
            await self.served.resume()
        self.network_is = how

    def fault(self, **rule: Any) -> None:
        """One more fault of the loyalty server, in the fields of FaultRule. Raises ValueError for others."""
        from kioskd.sim.faults import FaultRule

        self.loyalty.faults.add(FaultRule(**rule))

    # --- the devices -----------------------------------------------------------------------------------

    async def unplug(self, device: Device) -> None:
        match device:
            case "printer":
                await self.printer.unplug()
            case "terminal":
                await self.terminal.stop()
            case _:
                self._pulled_by_hand(device).unplug()

    async def plug(self, device: Device) -> None:
        match device:
            case "printer":
                await self.printer.replug()
            case "terminal":
                if not self.terminal.state()["plugged_in"]:
                    await self.terminal.start()
            case _:
                self._pulled_by_hand(device).replug()

    def _pulled_by_hand(self, device: str) -> Plug | CameraSimulator:
        readers: dict[str, Plug | CameraSimulator] = {
            "scanner": self.scanner,
            "wedge": self.wedge,
            "keypad": self.keypad,
            "camera": self.camera,
        }
        return readers[device] if device in readers else self.more_scanners[device]

    def plugged(self) -> dict[str, bool]:
        """Which devices are plugged in, by the names `plug` takes."""
        return {
            "scanner": self.scanner.plugged,
            "wedge": self.wedge.plugged,
            "keypad": self.keypad.plugged,
            "camera": self.camera.plugged,
            "printer": self.printer.plugged,
            "terminal": bool(self.terminal.state()["plugged_in"]),
            **self.more_scanners.plugged,
        }

    def printer_condition(self, name: str, value: bool | int | None) -> None:
        """Switch one of the printer's conditions. Raises TypeError for one that it does not have."""
        changes: Any = {name: value}
        self.printer.change(**changes)

    @property
    def papers(self) -> list[Paper]:
        """What came out of the printer, oldest first."""
        return self.printer.papers

    # --- the card terminal: each is False when it is not waiting for a card ------------------------------

    def tap_card(self) -> bool:
        return self.terminal.tap()

    def insert_card(self) -> bool:
        return self.terminal.insert()

    def decline_card(self) -> bool:
        return self.terminal.decline()

    def lower_card(self) -> bool:
        """A card that has less than was asked for; that is what is charged."""
        return self.terminal.tap_lower()

    def cancel_at_terminal(self) -> bool:
        return self.terminal.press_cancel()

    def cut_terminal_cable(self) -> None:
        """Cut it once; the kiosk may connect again."""
        self.terminal.cut()

    def terminal_fault(self, name: str, value: object) -> None:
        """Set one of the terminal's faults. Raises ValueError for one that does not exist."""
        self.terminal.faults.set(name, value)

    # --- time, and the kiosk's life ----------------------------------------------------------------------

    async def skip(self, seconds: float) -> None:
        """Let time pass for the kiosk. A voice that takes no time may end first: until then time stands."""
        deadline_s = time.monotonic() + SAID_WITHIN_S
        while self.hearing.manners.takes_no_time and await self.kiosk.speaking():
            if time.monotonic() > deadline_s:
                break
            await asyncio.sleep(_LOOK_AGAIN_S)
        await self.kiosk.skip(seconds)

    async def shift_wall(self, seconds: float) -> None:
        await self.kiosk.shift_wall(seconds)

    async def kill_kiosk(self) -> None:
        """kill -9. It comes back by itself after `restart_after_s`, if that is set."""
        await self.kiosk.kill()

    async def start_kiosk(self) -> None:
        """Start it when it is down; returns when it answers."""
        await self.kiosk.start()

    async def command(self, words: Sequence[str]) -> None:
        """Staff run a `kioskd` command; `command_said` and `command_status` have what came of it."""
        self.command_said, self.command_status = await self.kiosk.command(words)

    async def ready(self, timeout_s: float = DEVICES_S) -> None:
        """Returns when the kiosk answers and every plugged device works. KioskDown after `timeout_s`."""
        await self.kiosk.answering()
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    if not (waiting := await self._not_working()):
                        return
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            tail = "\n  ".join(self.kiosk.log_tail())
            raise KioskDown(f"these devices did not start: {', '.join(waiting)}\n  {tail}") from None

    async def _not_working(self) -> list[str]:
        names = {"front": "scanner", "side": "wedge"}
        plugged = self.plugged()
        status = await self.kiosk.status()
        states = {names.get(d["name"], d["name"]): d["state"] for d in status["devices"]}
        working = {name for name, state in states.items() if state in ("ok", "degraded", "disabled")}
        wanted = {name for name, there in plugged.items() if there}
        if status["place"] == "enrolling":  # it knows of no others yet
            wanted &= states.keys()
        return sorted(wanted - working)

    async def _keep_running(self, after_s: float) -> None:
        while True:
            status = await self.kiosk.ended()
            if status == 0:
                self.closed.set()
                return
            log.warning("the kiosk ended with status %d; starting it again in %g s", status, after_s)
            await asyncio.sleep(after_s)
            await self.kiosk.launch()

    async def _stop_kiosk(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        await self.kiosk.stop()

    # --- what can be known ---------------------------------------------------------------------------------

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What the loyalty server was asked and what it answered, oldest first."""
        return [exchange.to_json() for exchange in self.loyalty.requests]

    @property
    def loyalty(self) -> LeatSimulator | RbiSimulator:
        """The server that the kiosk asks."""
        return self.leat if self.options.backend == "leat" else self.rbi

    def switch_rbi(self, switches: Mapping[str, Any]) -> None:
        """Change how the platform behaves. Raises ValueError for a switch or a position it does not have."""
        from kioskd.sim.rbi.switches import Switches as RbiSwitches

        now = self.rbi.state.switches.model_dump()
        self.rbi.state.switches = RbiSwitches.model_validate({**now, **switches})

    def balance(self, card: str) -> int:
        """The points of whoever has this card, as the loyalty server knows them. Raises KeyError."""
        state = self.leat.state
        contact_uuid = state.cards[card].contact_uuid
        return state.contacts[contact_uuid or ""].points

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The orders that the loyalty server has, oldest first."""
        return [order.document for order in self.leat.state.orders.values()]

"""The kiosk's computer, emulated by QEMU: its screen, what is plugged into it, its power, a guest's hands.

    async with Machine(disk, folder) as machine:
        await machine.type(SCANNER, typed("10024711"))

Screen and keyboards are paired by QEMU's `display=`: that is how two keyboards of the same make are typed on
one at a time. The printer's cable ends in a socket; see `cable`.
"""

from __future__ import annotations

import asyncio
import os
import platform
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from image.debian.disk import Disk
from tests.lab.alone import end_with_the_parent
from tests.lab.keystrokes import Stroke
from tests.lab.power_loss import ForgetfulDisk
from tests.lab.qmp import Qmp

SCREEN_PX = (540, 960)
HOST = "10.0.2.2"
"""What the machine calls us, on the network that can be cut."""
QEMU_START_S = 60.0

BURST_STROKES = 3
"""QEMU's keyboard holds 16 events and drops the rest: two or four for a key, so few keys at a time."""
BURST_PAUSE_S = 0.07
"""In between, the guest reads them: three keys in 70 ms are faster than any human, as a scanner must be."""
_ABSOLUTE_MAX = 0x7FFF  # of QEMU's absolute axes


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """`port` is on the machine's only USB controller; `serial` is what the device says of itself."""

    name: str
    driver: str
    port: int
    serial: str
    display: str | None = None
    chardev: str | None = None

    def properties(self) -> dict[str, Any]:
        given = {"display": self.display, "chardev": self.chardev}
        return {
            "driver": self.driver,
            "id": self.name,
            "bus": "xhci.0",
            "port": str(self.port),
            "serial": self.serial,
            **{key: value for key, value in given.items() if value is not None},
        }


SCANNER = UsbDevice("scanner", "usb-kbd", 1, "SCANNER01", display="screen")
FOREIGN_KEYBOARD = UsbDevice("foreign", "usb-kbd", 2, "KEYBOARD01", display="nothing")
TOUCH = UsbDevice("touch", "usb-tablet", 3, "TOUCH01", display="screen")
PRINTER = UsbDevice("printer", "usb-serial", 4, "PRINTER01", chardev="paper")
DEVICES = (SCANNER, FOREIGN_KEYBOARD, TOUCH, PRINTER)


class MachineDown(Exception):
    """QEMU did not start or has ended; the text says what it said."""


class Machine:
    """Use as an async context manager; inside, its power is on. `folder` takes sockets, what the console
    says, and QEMU's own words; `disk` is written to. Every act raises QmpError when QEMU refuses it.

    It has two networks: one is ours alone, the other one leads to the kiosk's world and can be cut.
    """

    qmp: Qmp

    def __init__(self, disk: Disk, folder: Path, *, disk_lies: bool = False) -> None:
        self._disk = disk
        self._storage = ForgetfulDisk(disk.image, folder, lies=disk_lies)
        self._folder = folder
        self.ssh_port = _free_port()
        self.printer_socket = folder / "printer.socket"
        self.console_log = folder / "console.log"
        self._qmp_socket = folder / "qmp.socket"
        self._said = folder / "qemu.log"
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.power_on()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.power_cut()

    @property
    def powered(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def power_on(self) -> None:
        """Raises MachineDown, DiskDown."""
        await self._storage.power_on()
        for old in (self._qmp_socket, self.printer_socket):
            old.unlink(missing_ok=True)
        with self._said.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                preexec_fn=end_with_the_parent,
            )
        try:
            self.qmp = await self._answering(self._process)
        except BaseException:
            await self.power_cut()
            raise

    async def power_cut(self) -> None:
        """At once, for processor, memory and the disk's cache. Harmless when it is off."""
        if self.powered:
            assert self._process is not None
            self._process.kill()
            await self._storage.power_cut()
            await self._process.wait()
        await self._storage.power_cut()
        if hasattr(self, "qmp"):
            await self.qmp.close()

    async def cut_network(self) -> None:
        """Pull the cable to the kiosk's world."""
        await self.qmp.execute("set_link", name="world", up=False)

    async def join_network(self) -> None:
        await self.qmp.execute("set_link", name="world", up=True)

    @property
    def accelerator(self) -> str:
        """KVM only where the processor has it: some hosts offer /dev/kvm on which no stock kernel starts."""
        words = set(Path("/proc/cpuinfo").read_text().split())
        real = bool({"vmx", "svm"} & words) and os.access("/dev/kvm", os.W_OK)
        return "kvm" if real and platform.machine() == "x86_64" else "tcg"

    # --- what is plugged in ------------------------------------------------------------------------------

    async def plug(self, device: UsbDevice) -> None:
        await self.qmp.execute("device_add", **device.properties())

    async def unplug(self, device: UsbDevice) -> None:
        """Returns when the machine no longer has it."""
        await self.qmp.execute("device_del", id=device.name)
        await self.qmp.event(
            lambda event: event["event"] == "DEVICE_DELETED" and event["data"].get("device") == device.name
        )

    # --- hands -------------------------------------------------------------------------------------------

    async def type(self, keyboard: UsbDevice, strokes: Sequence[Stroke]) -> None:
        """At a scanner's speed, as steadily as the host allows."""
        for first in range(0, len(strokes), BURST_STROKES):
            events: list[dict[str, Any]] = []
            for stroke in strokes[first : first + BURST_STROKES]:
                events += [_key(key, True) for key in stroke]
                events += [_key(key, False) for key in reversed(stroke)]
            await self._send(keyboard, events)
            await asyncio.sleep(BURST_PAUSE_S)

    async def touch(self, x_px: int, y_px: int, down: bool) -> None:
        """Move the finger there and put it down, or lift it."""
        width, height = SCREEN_PX
        at = {"x": x_px * _ABSOLUTE_MAX // (width - 1), "y": y_px * _ABSOLUTE_MAX // (height - 1)}
        moves = [{"type": "abs", "data": {"axis": axis, "value": value}} for axis, value in at.items()]
        press = {"type": "btn", "data": {"button": "left", "down": down}}
        await self._send(TOUCH, [*moves, press])

    async def picture(self, file: Path) -> None:
        """What the screen shows, as PNG."""
        await self.qmp.execute("screendump", filename=str(file), format="png", device="screen")

    async def _send(self, device: UsbDevice, events: list[dict[str, Any]]) -> None:
        await self.qmp.execute("input-send-event", device=device.display, events=events)

    # --- the process -------------------------------------------------------------------------------------

    def _command(self) -> list[str]:
        width, height = SCREEN_PX
        accelerate = {"kvm": "kvm", "tcg": "tcg,thread=multi,tb-size=512"}[self.accelerator]
        # What ships, on a processor that need not be protected, with one display and something to read.
        # A timer emulated on a busy host may fail the kernel's check of it: no start.
        boot = (
            f"{self._disk.options} console=ttyS0 net.ifnames=0 mitigations=off no_timer_check"
            " modprobe.blacklist=bochs"
        )
        return [
            *("qemu-system-x86_64", "-nodefaults", "-display", "none"),
            *("-machine", "q35,i8042=off", "-accel", accelerate, "-smp", "2", "-m", "2048"),
            *("-cpu", "host" if self.accelerator == "kvm" else "max,la57=off"),
            *("-kernel", str(self._disk.kernel), "-initrd", str(self._disk.initrd), "-append", boot),
            *("-drive", f"file=nbd:unix:{self._storage.socket},if=none,id=disk,format=raw,cache=writeback"),
            *("-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"),
            *("-qmp", f"unix:{self._qmp_socket},server=on,wait=off"),
            *("-chardev", f"file,id=console,path={self.console_log},append=on", "-serial", "chardev:console"),
            *(
                "-netdev",
                f"user,id=ours,net=10.0.3.0/24,restrict=on,hostfwd=tcp:127.0.0.1:{self.ssh_port}-:22",
            ),
            *("-device", "virtio-net-pci,netdev=ours,id=door"),
            *("-netdev", "user,id=world-net", "-device", "virtio-net-pci,netdev=world-net,id=world"),
            *("-device", f"virtio-gpu-pci,id=screen,xres={width},yres={height}"),
            *("-device", "bochs-display,id=nothing"),  # only so that a second keyboard can be told apart
            *("-device", "qemu-xhci,id=xhci"),
            *("-chardev", f"socket,id=paper,path={self.printer_socket},server=on,wait=off"),
            *(word for device in DEVICES for word in ("-device", _written(device))),
        ]

    async def _answering(self, process: asyncio.subprocess.Process) -> Qmp:
        with suppress(TimeoutError):
            async with asyncio.timeout(QEMU_START_S):
                while process.returncode is None:
                    with suppress(OSError):
                        return await Qmp.open(self._qmp_socket)
                    await asyncio.sleep(0.05)
        raise MachineDown(f"QEMU did not start: {self._said.read_text('utf-8', 'replace').strip()}")


def _written(device: UsbDevice) -> str:
    properties = device.properties()
    return ",".join([properties.pop("driver"), *(f"{key}={value}" for key, value in properties.items())])


def _key(name: str, down: bool) -> dict[str, Any]:
    return {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": name}}}


def _free_port() -> int:
    with socket.socket() as claim:
        claim.bind(("127.0.0.1", 0))
        port: int = claim.getsockname()[1]
        return port

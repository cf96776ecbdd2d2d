"""`./dev lab --arm64`: the Raspberry Pi image, started in QEMU's general ARM machine until it is ready.

A job by hand: most of an hour on two processors. It proves the kernel, the drivers that find a disk, what the
first program puts together, every service, and kioskd itself on arm64. It proves nothing of a Pi's firmware,
graphics, camera or Wi-Fi, which nobody emulates.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from image.debian import disk, root
from image.debian.emulated_pc import SCREEN
from image.debian.initrd import NoSuchModule
from image.debian.trial import emulated_kiosk
from image.debian.variant import VARIANTS
from image.package.build import build as build_packages
from image.package.programs import ProgramFailed
from image.package.shared_libraries import UnknownLibrary
from tests.lab.qmp import Qmp, QmpError

VARIANT = VARIANTS["debian-rpi"]
READY_S = 1800.0
_LOOK_AGAIN_S = 1.0
_SETTLE_S = 20.0
_READY = "kioskd.daemon.service: ready"
_MILESTONES = (_READY, "Startup finished in")


class NotReady(Exception):
    """The text ends with what the machine said."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev lab --arm64", description="Start the Raspberry Pi image.")
    parser.add_argument(
        "--out", type=Path, default=Path("out/lab"), metavar="DIR", help="default: %(default)s"
    )
    parser.add_argument(
        "--debs", type=Path, metavar="DIR", help="packages that are there, instead of this checkout's"
    )
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="kioskd-arm64-", ignore_cleanup_errors=True) as name:
            made = _image(Path(name), asked.debs)
            asyncio.run(_boot(made, Path(name), asked.out))
    except (ProgramFailed, UnknownLibrary, NoSuchModule, NotReady, QmpError, OSError, ValueError) as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1
    return 0


def _image(folder: Path, debs: Path | None) -> disk.Disk:
    began_s = time.monotonic()
    if debs is None:
        packages = [made.deb for made in build_packages(VARIANT.target, folder / "debs")]
    else:
        packages = sorted(debs.glob("*.deb"))
    made = root.build(VARIANT, packages, folder / "tree")
    emulated_kiosk(made, folder / "data/etc/files")
    built = disk.build(made, folder / "kiosk.img", data=folder / "data")
    _say(f"image: {time.monotonic() - began_s:.0f} s, root {built.squashfs.stat().st_size / 1e6:.0f} MB")
    return built


async def _boot(made: disk.Disk, folder: Path, out: Path) -> None:
    console, socket = folder / "console.log", folder / "qmp"
    console.touch()
    machine = await asyncio.create_subprocess_exec(
        *_machine(made, console, socket), stdin=asyncio.subprocess.DEVNULL
    )
    began_s = time.monotonic()
    try:
        seen: set[str] = set()
        while _READY not in seen:
            said = console.read_text("utf-8", "replace")
            waited_s = time.monotonic() - began_s
            for milestone in _MILESTONES:
                if milestone in said and milestone not in seen:
                    seen.add(milestone)
                    (line,) = re.findall(rf".*{re.escape(milestone)}.*", said)[:1]
                    _say(f"{waited_s:.0f} s after power-on: {line.strip()}")
            if machine.returncode is not None or waited_s > READY_S:
                end = "\n".join(said.splitlines()[-40:])
                raise NotReady(f"the kiosk was not ready after {waited_s:.0f} s:\n{end}")
            await asyncio.sleep(_LOOK_AGAIN_S)
        await asyncio.sleep(_SETTLE_S)  # the first frame is on its way to the display
        qmp = await Qmp.open(socket)
        picture = (out / "arm64.png").resolve()
        await qmp.execute("screendump", filename=str(picture), format="png")
        await qmp.close()
        _say(f"{picture}: what it shows")
    finally:
        (out / "arm64.log").write_text(console.read_text("utf-8", "replace"), "utf-8")
        if machine.returncode is None:
            machine.kill()
        await machine.wait()


def _machine(made: disk.Disk, console: Path, socket: Path) -> list[str]:
    told = "console=ttyAMA0 systemd.journald.forward_to_console=1 systemd.log_level=info mitigations=off"
    return [
        *("qemu-system-aarch64", "-nodefaults", "-no-reboot", "-display", "none"),
        *("-machine", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024"),
        *("-accel", "tcg,thread=multi,tb-size=512"),
        *("-kernel", str(made.kernel), "-initrd", str(made.initrd), "-append", f"{made.options} {told}"),
        *("-drive", f"file={made.image},if=none,id=disk,format=raw,snapshot=on"),
        *("-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"),
        *("-netdev", "user,id=net,restrict=on", "-device", "virtio-net-pci,netdev=net"),
        *("-device", SCREEN, "-device", "qemu-xhci,id=xhci"),
        *("-device", "usb-tablet,bus=xhci.0", "-device", "usb-kbd,bus=xhci.0"),
        *("-qmp", f"unix:{socket},server=on,wait=off"),
        *("-chardev", f"file,id=console,path={console}", "-serial", "chardev:console"),
    ]


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

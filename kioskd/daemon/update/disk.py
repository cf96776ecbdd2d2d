"""The disk this machine was started from: which slot runs, and where the other one is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kioskd.daemon.update.boot_loaders import Slot

BOOT = Path("/boot/firmware")
REMOUNT_S = 30.0
_NUMBER = {Slot.A: 2, Slot.B: 3}


class NoSlots(Exception):
    """This machine was not started from an image with two slots; the text says how it is updated instead."""


@dataclass(frozen=True, slots=True)
class Disk:
    running: Slot
    other_partition: Path


def this_disk(root: Path = Path("/")) -> Disk:
    """Raises NoSlots. `root` is where /proc, /sys and /dev are looked for."""
    words = (root / "proc/cmdline").read_text("utf-8", "replace").split()
    slots = [word.removeprefix("kioskd.slot=") for word in words if word.startswith("kioskd.slot=")]
    if len(slots) != 1 or slots[0] not in set(Slot):
        raise NoSlots("this machine has no slots to update: it is updated with Debian's packages (apt)")
    running = Slot(slots[0])
    return Disk(running, root / "dev" / _sibling(root, _NUMBER[running.other]))


def _sibling(root: Path, number: int) -> str:
    """The name of another partition of the disk that has the root file system, such as vda3."""
    device = root.stat().st_dev
    own = (root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
    for partition in own.parent.glob("*/partition"):
        if int(partition.read_text()) == number:
            return partition.parent.name
    raise NoSlots(f"{own.name} has no partition {number} beside it: flash the image again")


@contextmanager
def boot_writable(boot: Path = BOOT) -> Iterator[Path]:
    """The boot partition, writable as long as needed and no longer. Raises OSError."""
    _remount(boot, "rw")
    try:
        yield boot
    finally:
        os.sync()
        _remount(boot, "ro")


def _remount(boot: Path, mode: str) -> None:
    done = subprocess.run(
        ("mount", "-o", f"remount,{mode}", boot),
        capture_output=True,
        text=True,
        check=False,
        timeout=REMOUNT_S,
    )
    if done.returncode:
        raise OSError(f"{boot}: cannot be made {mode}: {done.stderr.strip()}")

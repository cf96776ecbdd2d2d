"""Telling the boot loader which slot to take, by files on the boot partition.

Every change is one rename, so that a cut leaves either what was or what was meant. A slot that is on trial is
started once; unless `keep` was called by then, the start after it takes the other slot.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from kioskd.durable import sync_folder, write_file

_BACK = r" kioskd\.back=\w+"


class Slot(StrEnum):
    A = "a"
    B = "b"

    @property
    def other(self) -> Slot:
        return Slot.B if self is Slot.A else Slot.A


class State(StrEnum):
    """Of a slot."""

    GOOD = "good"
    ON_TRIAL = "on trial"
    FAILED = "tried, and not kept"
    EMPTY = "empty"


class BootLoader(Protocol):
    """`boot` is the boot partition, writable while anything but `state` is called. Raises OSError."""

    def state(self, slot: Slot) -> State: ...

    def options(self, slot: Slot) -> str:
        """The kernel's command line for a slot that is not empty, with what was changed on this machine."""

    def forget(self, slot: Slot) -> None:
        """Never start it: it is about to be written."""

    def try_once(self, slot: Slot, options: str) -> None:
        """`options` are the kernel's command line for it."""

    def keep(self, slot: Slot) -> None:
        """It proved itself: start it from now on."""


class SystemdBoot:
    """An entry for each slot. How many tries are left stands in its name, `+1` and after the try `+0-1`:
    counted by systemd-boot itself, which takes the entry with the highest version that has a try left."""

    def __init__(self, boot: Path) -> None:
        self._entries = boot / "loader/entries"

    def state(self, slot: Slot) -> State:
        entry = self._entry(slot)
        if entry is None:
            return State.EMPTY
        if "+" not in entry.name:
            return State.GOOD
        # While it runs on trial nothing is left either: only whoever runs knows which of the two it is.
        return State.FAILED if "+0" in entry.name else State.ON_TRIAL

    def options(self, slot: Slot) -> str:
        entry = self._entry(slot)
        if entry is None:
            raise FileNotFoundError(f"{self._entries}: has no entry for slot {slot}")
        (options,) = re.findall(r"^options (.*)$", entry.read_text("utf-8"), re.MULTILINE)
        return str(options)

    def forget(self, slot: Slot) -> None:
        while (entry := self._entry(slot)) is not None:
            entry.unlink()
        sync_folder(self._entries)

    def try_once(self, slot: Slot, options: str) -> None:
        self.forget(slot)
        version = max((self._version(entry) for entry in self._entries.glob("kioskd-*.conf")), default=0) + 1
        text = (
            f"title kioskd\nsort-key kioskd\nversion {version}\n"
            f"linux /{slot}/linux\ninitrd /{slot}/initrd\noptions {options}\n"
        )
        write_file(self._entries / f"kioskd-{slot}+1.conf", text.encode())

    def keep(self, slot: Slot) -> None:
        entry = self._entry(slot)
        if entry is not None and "+" in entry.name:
            entry.rename(self._entries / f"kioskd-{slot}.conf")
            sync_folder(self._entries)

    def _entry(self, slot: Slot) -> Path | None:
        found = self._entries.glob(f"kioskd-{slot}*.conf")
        name = re.compile(rf"kioskd-{slot}(\+\d+(-\d+)?)?\.conf")
        return next((path for path in found if name.fullmatch(path.name)), None)

    @staticmethod
    def _version(entry: Path) -> int:
        found = re.search(r"^version (\d+)$", entry.read_text("utf-8", "replace"), re.MULTILINE)
        return int(found[1]) if found else 0


class RaspberryFirmware:
    """`slot.txt` names the folder, in which `cmdline.txt` is the kernel's command line. With Debian's kernel
    the firmware cannot be told to try something once: a slot on trial turns `slot.txt` back as its first act,
    because its command line has `kioskd.back=`. A kernel that does not come that far is mended by hand."""

    def __init__(self, boot: Path) -> None:
        self._boot = boot

    def state(self, slot: Slot) -> State:
        try:
            options = (self._boot / slot / "cmdline.txt").read_text("utf-8")
        except FileNotFoundError:
            return State.EMPTY
        if re.search(_BACK, options) is None:
            return State.GOOD
        return State.ON_TRIAL if self._next() is slot else State.FAILED

    def options(self, slot: Slot) -> str:
        return re.sub(_BACK, "", (self._boot / slot / "cmdline.txt").read_text("utf-8").strip())

    def forget(self, slot: Slot) -> None:
        if self._next() is slot:
            self._take(slot.other)
        (self._boot / slot / "cmdline.txt").unlink(missing_ok=True)
        if (self._boot / slot).exists():
            sync_folder(self._boot / slot)

    def try_once(self, slot: Slot, options: str) -> None:
        text = f"{options} kioskd.back={slot.other}\n"
        write_file(self._boot / slot / "cmdline.txt", text.encode())
        self._take(slot)

    def keep(self, slot: Slot) -> None:
        file = self._boot / slot / "cmdline.txt"
        write_file(file, f"{self.options(slot)}\n".encode())
        self._take(slot)

    def _next(self) -> Slot | None:
        try:
            found = re.search(
                r"^os_prefix=([ab])/$", (self._boot / "slot.txt").read_text("utf-8"), re.MULTILINE
            )
        except FileNotFoundError:
            return None
        return Slot(found[1]) if found else None

    def _take(self, slot: Slot) -> None:
        write_file(self._boot / "slot.txt", f"os_prefix={slot}/\n".encode())


def boot_loader(boot: Path) -> BootLoader:
    """The one that this boot partition is made for."""
    return SystemdBoot(boot) if (boot / "loader/entries").is_dir() else RaspberryFirmware(boot)

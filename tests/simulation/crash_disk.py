"""A file layer under SQLite that knows what was synced, and what a disk keeps when the power goes.

Files lie where they are named; writes reach them at once, as they reach the page cache of a machine. Until
its file is synced, each write is remembered with what it replaced. At a power cut all of them are taken back
and some are done again: none, all, a part in another order, sectors torn in the middle.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

NAME = "crash-disk"
SECTOR_BYTES = 512


@dataclass(slots=True)
class _Write:
    """`before` is what lay there, and `size_before` how long the file was."""

    offset: int
    before: bytes
    after: bytes
    size_before: int
    truncates_to: int | None = None


@dataclass
class CrashDisk(apsw.VFS):
    """Registered as `NAME` while it lives. `unsynced` are the writes nobody may count on, by file."""

    unsynced: dict[str, list[_Write]] = field(default_factory=dict)
    dies_after: int | None = None
    """How many more writes and syncs succeed before the power fails."""
    dead: bool = False
    writes: int = 0
    syncs: int = 0
    honest: bool = True
    """False: a sync returns without having done anything."""

    def __post_init__(self) -> None:
        super().__init__(NAME, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)

    def xDelete(self, name: str, sync_directory: bool) -> None:
        if self.dead:
            raise apsw.IOError("no power")
        self.unsynced.pop(name, None)
        super().xDelete(name, sync_directory)

    def spend(self) -> None:
        """A write or a sync is about to happen, unless the power is gone by now."""
        if self.dies_after is not None:
            self.dies_after -= 1
            self.dead = self.dead or self.dies_after < 0
        if self.dead:
            raise apsw.IOError("no power")

    def power_off(self, random: Random) -> None:
        """Leave on the disk what a disk may keep of the unsynced writes. All files must be closed."""
        for name, writes in self.unsynced.items():
            if Path(name).exists():
                _keep_some(name, writes, random)
        self.power_on()

    def image(self, name: str, other: str, random: Random) -> None:
        """What another disk might have kept of the same file and its log, under another name."""
        for suffix in ("", "-wal"):
            Path(other + suffix).unlink(missing_ok=True)
            if Path(name + suffix).exists():
                shutil.copyfile(name + suffix, other + suffix)
                _keep_some(other + suffix, self.unsynced.get(name + suffix, []), random)

    def power_on(self) -> None:
        self.unsynced.clear()
        self.dies_after, self.dead = None, False


class _File(apsw.VFSFile):
    def __init__(self, disk: CrashDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)

    def xWrite(self, data: bytes, offset: int) -> None:
        disk = self._disk
        disk.spend()
        disk.writes += 1
        size = self.xFileSize()
        before = self.xRead(min(len(data), size - offset), offset) if offset < size else b""
        disk.unsynced.setdefault(self._name, []).append(_Write(offset, before, bytes(data), size))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._disk.spend()
        size_before = self.xFileSize()
        before = self.xRead(size_before - size, size) if size < size_before else b""
        write = _Write(size, before, b"", size_before, truncates_to=size)
        self._disk.unsynced.setdefault(self._name, []).append(write)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.spend()
        self._disk.syncs += 1
        if self._disk.honest:
            self._disk.unsynced.pop(self._name, None)


def _keep_some(name: str, writes: list[_Write], random: Random) -> None:
    with Path(name).open("r+b") as file:
        for write in reversed(writes):
            file.seek(write.offset)
            file.write(write.before)
            file.truncate(write.size_before)
        for write in _chosen(writes, random):
            if write.truncates_to is not None:
                file.truncate(write.truncates_to)
                continue
            start, end = _torn(len(write.after), random)
            file.seek(write.offset + start)
            file.write(write.after[start:end])


def _chosen(writes: list[_Write], random: Random) -> list[_Write]:
    match random.randrange(4):
        case 0:
            return []
        case 1:
            return writes
        case 2:
            return writes[: random.randrange(len(writes) + 1)]
    kept = [write for write in writes if random.random() < 0.5]
    random.shuffle(kept)
    return kept


def _torn(length: int, random: Random) -> tuple[int, int]:
    """Mostly all of it; else from some sector on, or up to one."""
    if random.random() < 0.7:
        return 0, length
    sector = random.randrange(length // SECTOR_BYTES + 1) * SECTOR_BYTES
    return random.choice(((0, sector), (sector, length)))

"""Shared by the outbox tests: a file layer that counts syncs, and short ways to fill a store."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import apsw

from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, Event, Persist
from kioskd.outbox.operation import Closing, Draft
from kioskd.outbox.policy import Instant
from kioskd.outbox.queue import Queue
from kioskd.outbox.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


class CountingVfs(apsw.VFS):
    """The usual files, with every sync counted (or refused) by the end of the file's name ("-wal", ".db")."""

    def __init__(self, name: str) -> None:
        self.syncs: Counter[str] = Counter()
        self.fail_syncs = False
        super().__init__(name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> CountingFile:
        return CountingFile(name, flags, self)


class CountingFile(apsw.VFSFile):
    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], vfs: CountingVfs) -> None:
        super().__init__("", name, flags)
        text = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._kind = "-wal" if text.endswith("-wal") else Path(text).suffix
        self._vfs = vfs

    def xSync(self, flags: int) -> None:
        self._vfs.syncs[self._kind] += 1
        if self._vfs.fail_syncs:
            raise apsw.IOError("sync failed")
        super().xSync(flags)


class FullDisk(CountingVfs):
    """Has no room for a write as long as `full` says so."""

    def __init__(self, name: str, full: Callable[[], bool]) -> None:
        self.full = full
        super().__init__(name)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> CountingFile:
        return _FullFile(name, flags, self)


class _FullFile(CountingFile):
    def xWrite(self, data: bytes, offset: int) -> None:
        assert isinstance(self._vfs, FullDisk)
        if self._vfs.full():
            raise apsw.FullError
        super().xWrite(data, offset)


@contextmanager
def full_disk() -> Iterator[FullDisk]:
    """A disk with room, until its `full` says otherwise: the file layer "full-disk"."""
    vfs = FullDisk("full-disk", lambda: False)
    try:
        yield vfs
    finally:
        vfs.unregister()


class Session:
    """An engine on a store without a worker: what an event leads to is committed at once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.queue = Queue()
        self.take(store.load())

    def take(self, event: Event, now_s: float = 0.0) -> None:
        queue, commands = step(self.queue, event, Instant(now_s, 0.5))
        for command in commands:
            if isinstance(command, Persist):
                self.store.commit(command.changes, NOW)
        self.queue = queue

    def accept(self, *drafts: Draft, close: Closing | None = None) -> None:
        self.take(Accept(drafts, close))


def draft(op_id: str, lane: str = "member:1", **fields: object) -> Draft:
    return Draft(op_id, "order", lane, {"id": op_id, "guest": "Ada"}, **fields)  # type: ignore[arg-type]


# --- files that cannot be trusted ----------------------------------------------------------------------


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    path.write_bytes(b"this is a shopping list\n" * 100)


def scribble(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(bytes(range(256)) * 16)


def foreign(path: Path) -> None:
    path.unlink()
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()

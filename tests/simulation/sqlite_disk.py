"""The store of production on the crash disk, and what it must hold whenever the power went."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from pathlib import Path
from random import Random

from kioskd.core.errors import StorageError
from kioskd.outbox.changes import Change
from kioskd.outbox.events import Booted
from kioskd.outbox.operation import Operation, Result
from kioskd.outbox.rows import SELECTED, all_values
from kioskd.outbox.saga import SagaState
from kioskd.outbox.store import Store
from tests.simulation.crash_disk import NAME, CrashDisk
from tests.simulation.kernel import Disk, PowerGone
from tests.simulation.memory_store import MemoryStore
from tests.simulation.promise import Lost, must

LONGEST_COMMIT_WRITES = 14
OTHER_IMAGES = 9
"""How many more disks each cut in the middle of a commit is tried on."""

_Contents = tuple[dict[str, tuple[object, ...]], dict[str, str]]
"""Rows and sagas, by id."""


def make_blank(path: Path) -> None:
    """An empty outbox, to be copied: making one takes longer than a short life of it."""
    Store.open(path).close()


class SqliteDisk(Disk):
    """Every boot after a cut compares the file with what was acknowledged."""

    can_be_cut = True

    def __init__(self, directory: Path, *, unique: bool = True, blank: Path | None = None) -> None:
        super().__init__(unique=unique)
        self.path = directory / "outbox.db"
        if blank is not None:
            shutil.copyfile(blank, self.path)
        self.layer = CrashDisk()
        self.cuts = 0
        self._store: SqliteStore | None = None

    def open(self) -> SqliteStore:
        if self._store is not None:
            self._store.drop()
        self.layer.power_on()
        self._store = SqliteStore(self)
        return self._store

    def cut_next_commit(self, random: Random) -> None:
        self.layer.dies_after = random.randrange(LONGEST_COMMIT_WRITES)
        must(self._store is not None, "no store to cut")
        if self._store:
            self._store.cut_with = random

    def power_off(self, random: Random) -> None:
        """Between two commits."""
        self.cuts += 1
        if self._store is not None:
            self._store.drop()
        self.layer.power_off(random)

    def close(self) -> None:
        if self._store is not None:
            self._store.drop()
            self._store = None
        self.layer.unregister()


class SqliteStore:
    """Rows and sagas are compared with a copy in memory; everything else is production."""

    def __init__(self, disk: SqliteDisk) -> None:
        self._disk = disk
        self._mirror = disk.memory
        self.cut_with: Random | None = None
        try:
            self.store = Store.open(disk.path, vfs=NAME)
        except StorageError as error:
            raise Lost(f"the store cannot be opened after a cut: {error}") from error
        self._compare(self._mirror)

    def load(self) -> Booted:
        return self.store.load()

    def payload(self, op_id: str) -> bytes:
        return self.store.payload(op_id)

    def results(self, operation: Operation) -> Mapping[str, Result]:
        return self.store.results(operation)

    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]:
        return self.store.bound(op_id, remote_uuids)

    def row(self, op_id: str) -> Operation | None:
        return self._mirror.row(op_id)

    def saga_state(self, saga_id: str) -> SagaState:
        return self._mirror.saga_state(saga_id)

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        try:
            self.store.commit(changes, now)
        except StorageError as error:
            if not self._disk.layer.dead:
                raise Lost(f"the store refused a commit: {error}") from error
            raise PowerGone(self._after_the_cut(changes, now)) from None
        self._mirror.commit(changes, now)
        if self.store.checkpoint_due() and not self._disk.layer.dead:
            with contextlib.suppress(StorageError):  # the next commit finds out that the power is gone
                self.store.checkpoint()
        if self.cut_with is not None:  # the commit needed fewer writes: the power goes just after it
            raise PowerGone(self._after_the_cut((), now))

    def _after_the_cut(self, changes: Sequence[Change], now: datetime) -> bool:
        """Whether the commit is on the disk. All or nothing: anything between fails the comparison."""
        random = self.cut_with
        must(random is not None, "the power went without being told to")
        self.drop()
        with_it = _copied(self._mirror)
        with_it.commit(changes, now)
        if random is not None:
            self._try_other_images(random, _expected(self._mirror), _expected(with_it))
            self._disk.layer.power_off(random)
        self._disk.cuts += 1
        if not changes:
            return True
        committed = _look(self._disk.path) == _expected(with_it)
        if committed:
            self._disk.memory = with_it
        return committed

    def _try_other_images(self, random: Random, without: _Contents, with_it: _Contents) -> None:
        """The same cut on other disks: each must open, and hold all of the commit or none."""
        disk = self._disk
        if not disk.layer.unsynced:
            return
        other = disk.path.with_name("other.db")
        layer = disk.layer
        unsynced, dies_after = dict(layer.unsynced), layer.dies_after
        layer.dies_after = None
        for _ in range(OTHER_IMAGES):
            layer.unsynced = dict(unsynced)
            layer.image(str(disk.path), str(other), random)
            must(_look(other) in (without, with_it), "an image of the disk holds half a commit", Lost)
            disk.cuts += 1
        layer.unsynced, layer.dies_after = unsynced, dies_after

    def _compare(self, expected: MemoryStore) -> None:
        rows, sagas = _contents(self.store)
        wanted_rows, wanted_sagas = _expected(expected)
        must(rows == wanted_rows, "the file does not hold what was acknowledged", Lost)
        must(sagas == wanted_sagas, "the sagas in the file are not those that were acknowledged", Lost)

    def drop(self) -> None:
        """As the process ends: without a farewell, and without power if that is gone."""
        layer = self._disk.layer
        layer.dead = True  # closing must not write anything
        with contextlib.suppress(Exception):
            self.store._connection.close()
        layer.dead = False


def _look(path: Path) -> _Contents:
    try:
        store = Store.open(path, vfs=NAME)
    except StorageError as error:
        raise Lost(f"the store cannot be opened after a cut: {error}") from error
    try:
        return _contents(store)
    finally:
        store._connection.close()


def _contents(store: Store) -> _Contents:
    rows = store._connection.execute(f"SELECT {SELECTED} FROM operation").fetchall()
    sagas = store._connection.execute("SELECT saga_id, state FROM saga").fetchall()
    return {str(row[1]): tuple(row) for row in rows}, dict(sagas)


def _expected(memory: MemoryStore) -> _Contents:
    rows = {row.op_id: tuple(all_values(row)) for row in memory.rows.values()}
    return rows, {saga.saga_id: str(saga.state) for saga in memory.sagas.values()}


def _copied(memory: MemoryStore) -> MemoryStore:
    """So that a commit can be tried out."""
    other = copy(memory)
    other.rows, other.sagas, other.keep = dict(memory.rows), dict(memory.sagas), dict(memory.keep)
    other.payloads = dict(memory.payloads)
    other._owner, other._undo = dict(memory._owner), dict(memory._undo)
    return other

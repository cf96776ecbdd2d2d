"""A disk that forgets what it said it had kept, and the copies that make up for it.

Only the outbox itself lies on the frail disk layer. The copies beside it lose what was not synced, no more.
What is promised then, and held against every file that is opened again:

- Whatever was accepted more than SYNC_EVERY_S before the cut is there, and what was final is as it was.
- What was accepted later may be lost, and what happened later may be forgotten. Where a trace of it is left
  in either place, everything that is not final is asked about before it is sent, unless it has a key: nothing
  takes effect twice. Where both have forgotten the same seconds, nobody can know (`excused`).
- An event log that was altered is never believed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import apsw

from kioskd.core.errors import StorageError
from kioskd.outbox import chain
from kioskd.outbox.changes import Change, Insert, Move
from kioskd.outbox.copies import Copies
from kioskd.outbox.copying import seal
from kioskd.outbox.events import Booted
from kioskd.outbox.operation import Operation, Result
from kioskd.outbox.saga import SagaState
from kioskd.outbox.states import TERMINAL, OpState
from kioskd.outbox.store import Store
from tests.simulation.crash_disk import NAME, CrashDisk
from tests.simulation.kernel import Disk
from tests.simulation.promise import Lost, Wrong, must

SYNC_EVERY_S = 10.0
"""As often as the worker does it."""


class CopiedDisk(Disk):
    """`lies`: no sync of the outbox itself does anything."""

    def __init__(self, directory: Path, *, lies: bool) -> None:
        super().__init__()
        self.path = directory / "outbox.db"
        self.copies = Copies(self.path)
        Store.open(self.path).close()
        self.layer = CrashDisk()
        self.lies = lies
        self.layer.honest = not lies
        self.cuts = self.flips = self.restored = 0
        self.states: dict[str, OpState] = {}
        """As they were committed."""
        self.covered: dict[str, OpState] = {}
        """As they were when the second copy was last synced."""
        self.forgotten: set[str] = set()
        self.excused: set[str] = set()
        self._synced_bytes: dict[Path, int] = {}
        self._store: CopiedStore | None = None

    def open(self) -> CopiedStore:
        if self._store is not None:
            self._store.drop()
        self.layer.power_on()
        self._store = CopiedStore(self)
        return self._store

    @property
    def open_store(self) -> CopiedStore:
        must(self._store is not None, "nothing was opened yet")
        assert self._store is not None
        return self._store

    def synced(self) -> None:
        self.covered = dict(self.states)
        self._synced_bytes = {path: path.stat().st_size for path in self._segments()}

    def power_off(self, random: Random) -> None:
        self.cuts += 1
        if self._store is not None:
            self._store.drop()
        self.layer.power_off(random)
        for segment in self._segments():
            kept = random.randint(
                min(self._synced_bytes.get(segment, 0), size := segment.stat().st_size), size
            )
            with segment.open("r+b") as file:
                file.truncate(kept)

    def flip_a_bit(self, random: Random) -> None:
        """In the event log, or in the newest backup. The power is off."""
        if self._store is not None:
            self._store.drop()
        backups = [] if self.lies else self.copies.backups  # either of them, not both
        if backups and random.random() < 0.5:
            path, first = self.copies.backup(backups[0]), 0
            last = path.stat().st_size
        else:
            path, first = self.path, self._somewhere_in_the_log(random)
            last = first + 32
        if first >= 0:
            data = bytearray(path.read_bytes())
            data[random.randrange(first, last)] ^= 1 << random.randrange(8)
            path.write_bytes(data)
            self.flips += 1

    def _somewhere_in_the_log(self, random: Random) -> int:
        """Where the file has the hash of some event; -1 when it has none yet."""
        with contextlib.closing(apsw.Connection(str(self.path))) as connection:
            try:
                hashes = connection.execute("SELECT hash FROM event").fetchall()
            except apsw.Error:
                return -1  # torn already
        known = [digest for (digest,) in hashes if isinstance(digest, bytes)]
        return self.path.read_bytes().find(random.choice(known)) if known else -1

    def close(self) -> None:
        if self._store is not None:
            self._store.drop()
        self.layer.unregister()

    def _segments(self) -> list[Path]:
        return [self.copies.journal(n) for n in self.copies.journals]


class CopiedStore:
    """Production with its second copy; each opening is held against the promise."""

    def __init__(self, disk: CopiedDisk) -> None:
        self._disk = disk
        try:
            self.store = Store.open(disk.path, vfs=NAME, second_copy=True)
        except StorageError as error:
            raise Lost(f"the outbox cannot be opened: {error}") from error
        self._hold_against_the_promise()

    def _hold_against_the_promise(self) -> None:
        disk = self._disk
        try:
            chain.verify(self.store._connection, disk.path)
        except StorageError as error:
            raise Wrong(f"an altered event log was believed: {error}") from error
        found = {row.op_id: row for row in self.store.known(disk.states)}
        for op_id, state in disk.covered.items():
            must(op_id in found, f"{op_id} is lost, although it was in the second copy", Lost)
            if state in TERMINAL:
                must(found[op_id].state is state, f"{op_id} was {state}, and is {found[op_id].state}", Lost)
        behind = any(found[op_id].state is not disk.states[op_id] for op_id in found)
        if behind or len(found) < len(disk.states):
            disk.restored += 1
            loose = {row.op_id for row in found.values() if row.is_open and not row.suspect}
            lately = {o for o in disk.states if disk.states[o] is not disk.covered.get(o)}
            must(
                not loose or all(disk.covered.get(o) is found[o].state for o in loose - lately),
                f"{sorted(loose)}: something was forgotten, and nobody will ask about these",
            )
            disk.excused |= loose & lately
        disk.forgotten |= disk.states.keys() - found.keys()
        disk.states = {op_id: row.state for op_id, row in found.items()}
        disk.synced()

    def load(self) -> Booted:
        return self.store.load()

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        self.store.commit(changes, now)
        for change in changes:
            if isinstance(change, Insert | Move):
                self._disk.states[change.operation.op_id] = change.operation.state

    def keep_house(self, *, back_up: bool, checkpoint: bool) -> None:
        """What the worker does when nobody waits."""
        if checkpoint:
            self.store.checkpoint()
        if back_up:
            while (generation := self.store.copy_slice()) is None and self.store.copying:
                pass
            if generation is not None:
                seal(self._disk.copies, generation)
                self.store.copy_due = False
        self.store.sync_journal()
        self._disk.synced()

    def row(self, op_id: str) -> Operation | None:
        return next(iter(self.store.known([op_id])), None)

    def saga_state(self, saga_id: str) -> SagaState:
        raise NotImplementedError

    def payload(self, op_id: str) -> bytes:
        return self.store.payload(op_id)

    def results(self, operation: Operation) -> Mapping[str, Result]:
        return self.store.results(operation)

    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]:
        return self.store.bound(op_id, remote_uuids)

    def drop(self) -> None:
        """As the process ends: without a farewell."""
        layer = self._disk.layer
        layer.dead = True  # closing must not write anything
        with contextlib.suppress(Exception):
            self.store._connection.close()
        if self.store._journal is not None:
            self.store._journal.close()
        layer.dead = False

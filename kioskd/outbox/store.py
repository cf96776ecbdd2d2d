"""What is accepted is on the disk: one SQLite connection, owned by one thread, one sync per commit.

The store writes down what the engine decided and decides nothing itself. It is synchronous; whoever has an
event loop gives it a thread of its own.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError
from kioskd.outbox import chain
from kioskd.outbox.ballast import Ballast
from kioskd.outbox.chain import Link
from kioskd.outbox.changes import Change
from kioskd.outbox.copies import Copies
from kioskd.outbox.copying import Copying
from kioskd.outbox.journal import Statement
from kioskd.outbox.opening import DiskFull, explained, open_file
from kioskd.outbox.reading import Listed, Reading
from kioskd.outbox.writing import Writer

__all__ = ["Listed", "Store"]

CHECKPOINT_PAGES = 1000
_WAL_BYTES = (CHECKPOINT_PAGES + 100) * (4096 + 24)  # each page has a header in the log
_log = logging.getLogger(__name__)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _uptime_s() -> float:
    """Since the machine was started, its sleep included: right whatever the wall clock says."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Store(Reading):
    """The open file. Not thread-safe: use it from the thread that opened it."""

    def __init__(
        self,
        path: Path,
        connection: apsw.Connection,
        boot_id: str,
        copies: Copies | None,
        uptime_s: Callable[[], float],
    ) -> None:
        super().__init__(path, connection)
        self._boot_id = boot_id
        self._wal_pages = 0
        self._broken: str | None = None
        connection.set_wal_hook(self._committed)
        self._writer = Writer(path, connection, boot_id, uptime_s, chain.end_of(connection))
        self._ballast = Ballast(path.with_name(f"{path.name}.ballast"))
        self._copies = copies
        self._unwritten: list[tuple[Link, list[Statement]]] = []
        self._copying: Copying | None = None
        self._journal = copies.resume_journal(self._writer.end) if copies else None
        self.copy_due = copies is not None and self._journal is None
        """What happens now is written down once only, until a backup was made."""
        self._changed = True
        if copies and self._journal is None:
            self._journal = copies.begin_journal(_generation(copies, self._writer.end), self._writer.end)
            self.copy_due = self._writer.end != chain.GENESIS

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        boot_id: str | None = None,
        vfs: str | None = None,
        second_copy: bool | None = None,
        uptime_s: Callable[[], float] = _uptime_s,
    ) -> Store:
        """Open, or make when there is none; checked in full after an unclean stop. Raises StorageError.

        What is not sound, missing, or has lost commits is restored from its copies. On a full disk the
        ballast is given up. `vfs` names a registered SQLite file layer, for tests that count or break what
        reaches the disk; with one, there is a second copy (journal and backups, in ordinary files) only when
        `second_copy` says so.
        """
        ballast = Ballast(path.with_name(f"{path.name}.ballast"))
        copies = Copies(path) if (vfs is None if second_copy is None else second_copy) else None
        try:
            return cls._open(path, boot_id, vfs, copies, uptime_s)
        except DiskFull:
            if not ballast.release():
                raise
            return cls._open(path, boot_id, vfs, copies, uptime_s)

    @classmethod
    def _open(
        cls,
        path: Path,
        boot_id: str | None,
        vfs: str | None,
        copies: Copies | None,
        uptime_s: Callable[[], float],
    ) -> Store:
        opened = open_file(path, vfs, copies)
        with explained(path):
            try:
                boot_id = boot_id or _BOOT_ID.read_text().strip()
                store = cls(path, opened.connection, boot_id, copies, uptime_s)
                store._restart_wal(clean_stop=False)
            except BaseException:
                opened.connection.close()
                raise
        return store

    @property
    def broken(self) -> bool:
        """A write or sync failed: nothing is written any more, and the process must end."""
        return self._broken is not None

    def close(self) -> None:
        """Fold the log into the file and leave the mark of a clean stop."""
        try:
            self.cancel_copy()
            if self._broken is None:
                with self._transaction():
                    self._connection.execute("UPDATE meta SET clean_stop = 1")
                with explained(self._path):
                    self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            self.write_journal()
            if self._journal is not None:
                self._journal.close()
            with explained(self._path):
                self._connection.close()

    # --- writing -----------------------------------------------------------------------------------------

    def commit(self, changes: Sequence[Change], now: datetime, *, journal_later: bool = False) -> None:
        """All of it or nothing, on the disk when this returns: one transaction, one sync.

        `now` is wall time and only labels. Raises OperationRefused for an op_id that was used before, and
        StorageError when the disk does not take it; then nothing was changed. A full disk gets the ballast
        first. `journal_later`: the second copy need not be written before a guest is answered; call
        `write_journal` next.
        """
        at = now.isoformat(timespec="milliseconds")
        try:
            with self._transaction():
                self._writer.write(changes, at)
        except DiskFull:
            if not self._ballast.release():
                raise
            with self._transaction():
                self._writer.write(changes, at)
        if not journal_later:
            self.write_journal()

    def checkpoint_due(self) -> bool:
        return self._wal_pages >= CHECKPOINT_PAGES

    def checkpoint(self) -> None:
        """Fold the log into the file. Takes a few syncs, so only when nobody waits for a commit.

        The log keeps its length and is written over from its beginning: a sync that need not make a file
        longer is half as expensive, and what was wiped is overwritten rather than left on free blocks.
        """
        with explained(self._path):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        self._restart_wal(clean_stop=False)

    def purge(self, now: datetime, keep_days: int) -> int:
        """Wipe the payloads of operations that have been final for long; how many. For a trusted clock only.

        Their age counts from the first purge that saw them, because the clock they were labelled by may have
        been wrong.
        """
        at, before = now.isoformat(), (now - timedelta(days=keep_days)).isoformat()
        with self._transaction():
            self._writer.execute("retain", (at,))
            self._writer.execute("purge", (before,))
            wiped = self._connection.changes()
        self.write_journal()
        return wiped

    def erase(self, lane: str, mention: bytes) -> int:
        """Wipe what names somebody from every final operation in their lane, or that mentions them; how many.

        Numbers, amounts and the event log stay. The copies still have it, until they are made anew.
        """
        with self._transaction():
            self._writer.execute("wipe", (lane, mention))
            wiped = self._connection.changes()
        self.write_journal()
        self.copy_due = self.copy_due or self._copies is not None
        return wiped

    # --- the copies --------------------------------------------------------------------------------------

    @property
    def unsynced(self) -> bool:
        """The second copy, or the room to finish in, is not yet what it should be."""
        return self.tight or (self._journal is not None and self._journal.unsynced)

    def write_journal(self) -> None:
        """What was committed since, once more. Never raises: the second copy stops nothing."""
        for end, statements in self._unwritten:
            if self._journal is not None:
                self._journal.append(end, statements)
                self.copy_due = self.copy_due or self._journal.broken
        self._unwritten.clear()

    def sync_journal(self) -> None:
        """The second copy on the disk, too. Cheap when nothing was written since."""
        self.write_journal()
        if self._journal is not None:
            self._journal.sync()

    def copy_slice(self) -> int | None:
        """Begin a backup, or go on with it: a few milliseconds each. Its generation when it is all copied.

        It must then be sealed, elsewhere. From that moment on the journal continues it.
        """
        copies = self._copies
        if copies is None:
            return None
        if self._copying is None and not self._changed and not self.copy_due:
            copies.prune(keep=1)  # the others hold what was wiped since
            return None
        try:
            with explained(self._path):
                if self._copying is None:
                    self._copying = Copying(self._connection, copies.raw)
                if not self._copying.step():
                    return None
        except StorageError:
            self.cancel_copy()
            raise
        self._copying = None
        self._changed = False
        self.write_journal()
        if self._journal is not None:
            self._journal.close()
        generation = _generation(copies, self._writer.end)
        self._journal = copies.begin_journal(generation, self._writer.end)
        return generation

    @property
    def copying(self) -> bool:
        """A backup was begun, and has slices to come."""
        return self._copying is not None

    @property
    def copies(self) -> Copies | None:
        return self._copies

    def cancel_copy(self) -> None:
        if self._copying is not None:
            self._copying.cancel()
            self._copying = None

    def hold_ballast(self) -> None:
        """Take (back) the room that is given up when the disk is full."""
        self._ballast.hold()

    def lengthen_wal(self) -> None:
        """Make the log as long as it gets, so that no guest's commit has to make it longer.

        SQLite passes over what lies behind its last frame, and writes over it. Only in ordinary files.
        """
        log = self._path.with_name(f"{self._path.name}-wal")
        missing = _WAL_BYTES - log.stat().st_size
        if missing <= 0:
            return
        try:
            with log.open("ab") as file:
                file.write(bytes(missing))
                file.flush()
                os.fdatasync(file.fileno())
        except OSError as error:
            _log.info("outbox: the log could not be made longer: %s", error.strerror)

    @property
    def tight(self) -> bool:
        """The disk was full, and is still nearly so: finish, but accept nothing."""
        return self._ballast.tight

    # --- transactions ------------------------------------------------------------------------------------

    def _restart_wal(self, *, clean_stop: bool) -> None:
        """A first small commit: SQLite syncs the header of a fresh log, and no guest should wait for that."""
        with self._transaction():
            self._connection.execute(
                "UPDATE meta SET clean_stop = ?, boot_id = ?, checkpoints = checkpoints + 1",
                (clean_stop, self._boot_id),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._broken is not None:
            raise StorageError(f"{self._path}: {self._broken}: restart")
        before = self._writer.end
        self._writer.done = []
        with explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._writer.end = before
                if isinstance(error, apsw.IOError):
                    # After a failed sync nobody knows what the disk has: only a new start can find out.
                    self._broken = "a write to the disk failed"
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        if self._writer.done:
            self._changed = True
            self._unwritten.append((self._writer.end, self._writer.done))
            self._writer.done = []

    def _committed(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK


def _generation(copies: Copies, end: Link) -> int:
    """The next one; 0 only where it begins with nothing."""
    return copies.newest + 1 if end == chain.GENESIS else max(copies.newest + 1, 1)

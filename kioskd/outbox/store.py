"""What is accepted is on the disk: one SQLite connection, owned by one thread, one sync per commit.

The store writes down what the engine decided and decides nothing itself. It is synchronous; whoever has an
event loop gives it a thread of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError
from kioskd.outbox.changes import Change, Insert, Move, SagaBegun, SagaMoved
from kioskd.outbox.events import Booted
from kioskd.outbox.opening import explained, open_file
from kioskd.outbox.operation import Operation, OperationRefused, Result, Strategy
from kioskd.outbox.rows import COLUMNS, MOVING, SELECTED, operation_of, values
from kioskd.outbox.saga import SAGA_ENDS, Saga, SagaState
from kioskd.outbox.states import OpState

CHECKPOINT_PAGES = 1000
_GENESIS = bytes(32)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_INSERT = (
    f"INSERT INTO operation ({SELECTED}, settled, payload, payload_sha256, accepted_at, changed_at) "
    f"VALUES ({', '.join('?' * (len(COLUMNS) + 5))})"
)
_MOVE = (
    f"UPDATE operation SET {', '.join(f'{column} = ?' for column in MOVING)}, settled = ?, changed_at = ?, "
    "keep = coalesce(?, keep), payload = iif(?, NULL, payload) WHERE op_id = ? AND state = ?"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list for staff: never the payload. The times are labels, not measurements."""

    operation: Operation
    accepted_at: datetime
    changed_at: datetime

    def age_s(self, now: datetime) -> float:
        """Since it was accepted, by the wall clock: 0 when that was set back meanwhile."""
        return max(0.0, (now - self.accepted_at).total_seconds())


class Store:
    """The open file. Not thread-safe: use it from the thread that opened it."""

    def __init__(self, path: Path, connection: apsw.Connection, boot_id: str) -> None:
        self._path = path
        self._connection = connection
        self._boot_id = boot_id
        self._wal_pages = 0
        self._broken: str | None = None
        connection.set_wal_hook(self._committed)
        last = connection.execute("SELECT n, hash FROM event ORDER BY n DESC LIMIT 1").get
        self._chain: tuple[int, bytes] = last if last else (0, _GENESIS)

    @classmethod
    def open(cls, path: Path, *, boot_id: str | None = None, vfs: str | None = None) -> Store:
        """Open, or make when there is none; checked in full after an unclean stop. Raises StorageError.

        `vfs` names a registered SQLite file layer, for tests that count or break what reaches the disk.
        """
        opened = open_file(path, vfs)
        with explained(path):
            store = cls(path, opened.connection, boot_id or _BOOT_ID.read_text().strip())
            try:
                if opened.unclean:
                    store.verify_chain()
                store._restart_wal(clean_stop=False)
            except BaseException:
                opened.connection.close()
                raise
        return store

    def close(self) -> None:
        """Fold the log into the file and leave the mark of a clean stop."""
        try:
            if self._broken is None:
                with self._transaction():
                    self._connection.execute("UPDATE meta SET clean_stop = 1")
                with explained(self._path):
                    self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            self._connection.close()

    # --- reading -----------------------------------------------------------------------------------------

    def load(self) -> Booted:
        """What an engine begins with."""
        with explained(self._path):
            rows = self._connection.execute(
                f"SELECT {SELECTED} FROM operation WHERE settled = 0 ORDER BY seq"
            )
            operations = tuple(operation_of(row) for row in rows)
            last_seq = self._connection.execute("SELECT coalesce(max(seq), 0) FROM operation").get
            number = self._connection.execute("SELECT last_order_number FROM meta").get
            return Booted(operations, last_seq, number, tuple(self._open_sagas()))

    def _open_sagas(self) -> Iterator[Saga]:
        states = self._connection.execute("SELECT saga_id, state FROM saga WHERE ended = 0 ORDER BY saga_id")
        for saga_id, state in states.fetchall():
            rows = self._connection.execute(
                f"SELECT {SELECTED} FROM operation WHERE saga = ? ORDER BY seq", (saga_id,)
            )
            members = {member.op_id: member for member in map(operation_of, rows)}
            yield Saga(str(saga_id), SagaState(str(state)), members)

    def payload(self, op_id: str) -> bytes:
        """What was accepted, to the byte. ValueError when it was wiped or damaged."""
        with explained(self._path):
            row = self._connection.execute(
                "SELECT payload, payload_sha256 FROM operation WHERE op_id = ?", (op_id,)
            ).get
        if row is None or row[0] is None:
            raise ValueError("no payload")
        if hashlib.sha256(row[0]).digest() != row[1]:
            raise ValueError("hash does not match")
        return bytes(row[0])

    def results(self, operation: Operation) -> Mapping[str, Result]:
        """What is known of the operations that this one depends on, follows or compensates."""
        undone = (operation.compensates,) if operation.compensates else ()
        found: dict[str, Result] = {}
        with explained(self._path):
            for op_id in (*operation.depends_on, *operation.follows, *undone):
                rows = self._connection.execute(
                    "SELECT state, remote_uuid, keep FROM operation WHERE op_id = ?", (op_id,)
                )
                for state, remote_uuid, keep in rows:
                    found[op_id] = Result(OpState(state), remote_uuid, json.loads(keep) if keep else {})
        return found

    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]:
        """Which of the server's names belong to another operation of the same kind."""
        with explained(self._path):
            return frozenset(
                remote_uuid
                for remote_uuid in remote_uuids
                if self._connection.execute(
                    "SELECT 1 FROM operation WHERE remote_uuid = ? AND op_id <> ? AND kind = "
                    "(SELECT kind FROM operation WHERE op_id = ?)",
                    (remote_uuid, op_id, op_id),
                ).get
            )

    def newest(self, limit: int) -> list[Listed]:
        """The last `limit` operations, newest first, settled ones included."""
        with explained(self._path):
            rows = self._connection.execute(
                f"SELECT {SELECTED}, accepted_at, changed_at FROM operation ORDER BY seq DESC LIMIT ?",
                (limit,),
            )
            return [
                Listed(
                    operation_of(row[:-2]), datetime.fromisoformat(row[-2]), datetime.fromisoformat(row[-1])
                )
                for row in rows
            ]

    def verify_chain(self) -> int:
        """How many events there are. StorageError when one is missing or was altered."""
        n, previous = 0, _GENESIS
        with explained(self._path):
            for row in self._connection.execute(
                "SELECT n, op_seq, from_state, to_state, cause, actor, at, hash FROM event ORDER BY n"
            ):
                n += 1
                previous = _link(previous, row[:-1])
                if row[0] != n or row[-1] != previous:
                    raise StorageError(
                        f"{self._path}: the event log was altered or is incomplete at event {n}: keep the "
                        f"file for support; move it to another directory to begin with an empty outbox"
                    )
        return n

    # --- writing -----------------------------------------------------------------------------------------

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        """All of it or nothing, on the disk when this returns: one transaction, one sync.

        `now` is wall time and only labels. Raises OperationRefused for an op_id that was used before, and
        StorageError when the disk does not take it; then nothing was changed.
        """
        chain, at = self._chain, now.isoformat(timespec="milliseconds")
        try:
            with self._transaction():
                for change in changes:
                    match change:
                        case Insert():
                            self._insert(change, at)
                        case Move():
                            self._move(change, at)
                        case SagaBegun():
                            self._begin_saga(change, at)
                        case SagaMoved():
                            self._move_saga(change, at)
        except BaseException:
            self._chain = chain
            raise

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

    def _insert(self, change: Insert, at: str) -> None:
        operation = change.operation
        try:
            self._connection.execute(
                _INSERT,
                (
                    *values(operation, COLUMNS),
                    not operation.is_open,
                    change.payload,
                    hashlib.sha256(change.payload).digest(),
                    at,
                    at,
                ),
            )
        except apsw.ConstraintError:
            raise OperationRefused(f"{operation.op_id} was accepted before") from None
        if change.order_number is not None:
            self._connection.execute(
                "UPDATE meta SET last_order_number = max(last_order_number, ?)", (change.order_number,)
            )
        if operation.state is OpState.SENDING:
            self._begin_attempt(operation, at)
        self._log_event(operation, "", "accepted", "daemon", at)

    def _move(self, change: Move, at: str) -> None:
        operation = change.operation
        wiped = not operation.is_open and operation.strategy is not Strategy.LOCAL
        keep = json.dumps(dict(change.keep)) if change.keep else None
        try:
            self._connection.execute(
                _MOVE,
                (
                    *values(operation, MOVING),
                    not operation.is_open,
                    at,
                    keep,
                    wiped,
                    operation.op_id,
                    change.before,
                ),
            )
        except apsw.ConstraintError:
            raise OperationRefused(
                f"{operation.op_id}: {operation.remote_uuid} belongs to another operation"
            ) from None
        if self._connection.changes() != 1:
            raise StorageError(
                f"{self._path}: {operation.op_id} is not {change.before}: restart to read the file again"
            )
        if operation.state is OpState.SENDING and change.before is not OpState.SENDING:
            self._begin_attempt(operation, at)
        elif change.before is OpState.SENDING and operation.state is not OpState.SENDING:
            self._connection.execute(
                "UPDATE attempt SET outcome = ? WHERE op_seq = ? AND n = ?",
                (operation.last_outcome, operation.seq, operation.attempts),
            )
        self._log_event(operation, change.before, change.cause, change.actor, at)

    def _begin_saga(self, change: SagaBegun, at: str) -> None:
        try:
            self._connection.execute(
                "INSERT INTO saga (saga_id, state, ended, reason, begun_at, changed_at) "
                "VALUES (?, ?, 0, '', ?, ?)",
                (change.saga_id, change.state, at, at),
            )
        except apsw.ConstraintError:
            raise OperationRefused(f"saga {change.saga_id} was there before") from None

    def _move_saga(self, change: SagaMoved, at: str) -> None:
        ended = change.state in SAGA_ENDS
        self._connection.execute(
            "UPDATE saga SET state = ?, ended = ?, reason = ?, changed_at = ? "
            "WHERE saga_id = ? AND state = ?",
            (change.state, ended, change.reason, at, change.saga_id, change.before),
        )
        if self._connection.changes() != 1:
            raise StorageError(
                f"{self._path}: saga {change.saga_id} is not {change.before}: restart to read the file again"
            )
        if ended:
            self._connection.execute("UPDATE operation SET keep = NULL WHERE saga = ?", (change.saga_id,))

    def purge(self, now: datetime, keep_days: int) -> int:
        """Wipe the payloads of operations that have been final for long; how many. For a trusted clock only.

        Their age counts from the first purge that saw them, because the clock they were labelled by may have
        been wrong.
        """
        at, before = now.isoformat(), (now - timedelta(days=keep_days)).isoformat()
        done = "settled = 1 AND payload IS NOT NULL"
        with self._transaction():
            self._connection.execute(
                f"UPDATE operation SET retained_from = ? WHERE {done} AND retained_from IS NULL", (at,)
            )
            self._connection.execute(
                f"UPDATE operation SET payload = NULL WHERE {done} "
                "AND julianday(retained_from) <= julianday(?)",
                (before,),
            )
            return self._connection.changes()

    def _begin_attempt(self, operation: Operation, at: str) -> None:
        self._connection.execute(
            "INSERT INTO attempt (op_seq, n, boot_id, begun_at) VALUES (?,?,?,?)",
            (operation.seq, operation.attempts, self._boot_id, at),
        )

    def _log_event(self, operation: Operation, before: str, cause: str, actor: str, at: str) -> None:
        n, previous = self._chain
        row = (n + 1, operation.seq, str(before), str(operation.state), cause, actor, at)
        digest = _link(previous, row)
        self._connection.execute(
            "INSERT INTO event (n, op_seq, from_state, to_state, cause, actor, at, hash) "
            "VALUES (?,?,?,?,?,?,?,?)",
            (*row, digest),
        )
        self._chain = (n + 1, digest)

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
        with explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException as error:
                if isinstance(error, apsw.IOError):
                    # After a failed sync nobody knows what the disk has: only a new start can find out.
                    self._broken = "a write to the disk failed"
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _committed(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK


def _link(previous: bytes, row: tuple[object, ...]) -> bytes:
    return hashlib.sha256(previous + json.dumps(row, ensure_ascii=False).encode()).digest()

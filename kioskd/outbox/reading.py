"""What the file says: for the engine that begins with it, and for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from kioskd.core.errors import StorageError
from kioskd.outbox import chain
from kioskd.outbox.events import Booted
from kioskd.outbox.opening import explained
from kioskd.outbox.operation import Operation, Result
from kioskd.outbox.rows import SELECTED, operation_of
from kioskd.outbox.saga import Saga, SagaState
from kioskd.outbox.states import OpState


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list for staff: never the payload. The times are labels, not measurements."""

    operation: Operation
    accepted_at: datetime
    changed_at: datetime

    def age_s(self, now: datetime) -> float:
        """Since it was accepted, by the wall clock: 0 when that was set back meanwhile."""
        return max(0.0, (now - self.accepted_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of an operation's life. `at` is wall time, then the boot and the seconds since it."""

    at: str
    before: str
    after: str
    cause: str
    actor: str


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that is known of an operation, for the person who decides about it."""

    listed: Listed
    history: tuple[Happening, ...]
    payload: bytes | None
    """None once it has been wiped."""
    relatives: tuple[Operation, ...]
    """The others of its saga, final ones included, in order of acceptance."""


class Reading:
    """Questions to the open file. Not thread-safe: ask from the thread that opened it."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self._path = path
        self._connection = connection

    def load(self) -> Booted:
        """What an engine begins with."""
        with explained(self._path):
            rows = self._connection.execute(
                f"SELECT {SELECTED} FROM operation WHERE settled = 0 ORDER BY seq"
            ).fetchall()  # to the end: a row that cannot be read must not leave the table in use
            operations = tuple(map(operation_of, rows))
            last_seq = self._connection.execute("SELECT coalesce(max(seq), 0) FROM operation").get
            number = self._connection.execute("SELECT last_order_number FROM meta").get
            return Booted(operations, last_seq, number, tuple(self._open_sagas()))

    def _open_sagas(self) -> Iterator[Saga]:
        states = self._connection.execute("SELECT saga_id, state FROM saga WHERE ended = 0 ORDER BY saga_id")
        for saga_id, state in states.fetchall():
            rows = self._connection.execute(
                f"SELECT {SELECTED} FROM operation WHERE saga = ? ORDER BY seq", (saga_id,)
            ).fetchall()
            members = {member.op_id: member for member in map(operation_of, rows)}
            yield Saga(str(saga_id), _saga_state(str(saga_id), str(state)), members)

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

    def account(self, op_id: str) -> Account | None:
        """None when it was never accepted."""
        columns = f"{SELECTED}, accepted_at, changed_at, payload"
        with explained(self._path):
            row = self._connection.execute(f"SELECT {columns} FROM operation WHERE op_id = ?", (op_id,)).get
            if row is None:
                return None
            operation = operation_of(row[:-3])
            happened = self._connection.execute(
                "SELECT at, from_state, to_state, cause, actor FROM event WHERE op_seq = ? ORDER BY n",
                (operation.seq,),
            )
            history = tuple(Happening(*each) for each in happened)
            relatives = self._connection.execute(
                f"SELECT {SELECTED} FROM operation WHERE saga = ? AND op_id <> ? ORDER BY seq",
                (operation.saga, op_id),
            )
            accepted_at, changed_at = (datetime.fromisoformat(at) for at in row[-3:-1])
            return Account(
                Listed(operation, accepted_at, changed_at),
                history,
                row[-1],
                tuple(map(operation_of, relatives)),
            )

    def accounts(self, limit: int) -> list[Account]:
        """Of the newest operations, newest first; payloads and relatives are left out."""
        newest = self.newest(limit)
        lives: dict[int, list[Happening]] = {each.operation.seq: [] for each in newest}
        with explained(self._path):
            for op_seq, *line in self._connection.execute(
                "SELECT op_seq, at, from_state, to_state, cause, actor FROM event "
                "WHERE op_seq >= ? ORDER BY n",
                (min(lives, default=0),),
            ):
                lives[int(op_seq)].append(Happening(*line))
        return [Account(each, tuple(lives[each.operation.seq]), None, ()) for each in newest]

    def known(self, op_ids: Iterable[str]) -> list[Operation]:
        """What is remembered of these operations, final ones included; those never accepted are left out."""
        with explained(self._path):
            return [
                operation_of(row)
                for op_id in op_ids
                for row in self._connection.execute(
                    f"SELECT {SELECTED} FROM operation WHERE op_id = ?", (op_id,)
                )
            ]

    def records(self, kind: str, limit: int, lane: str | None) -> list[Operation]:
        """The newest of a kind (in a lane) whose payload was not wiped, newest first."""
        with explained(self._path):
            rows = self._connection.execute(
                f"SELECT {SELECTED} FROM operation WHERE kind = ? AND lane = coalesce(?, lane) "
                "AND payload IS NOT NULL ORDER BY seq DESC LIMIT ?",
                (kind, lane, limit),
            )
            return [operation_of(row) for row in rows]

    def verify_chain(self) -> int:
        """How many events there are. StorageError when one is missing or was altered."""
        with explained(self._path):
            return chain.verify(self._connection, self._path).n


def _saga_state(saga_id: str, word: str) -> SagaState:
    try:
        return SagaState(word)
    except ValueError as error:
        raise StorageError(
            f"saga {saga_id} was written by a newer kioskd ({error}): install that version again"
        ) from None

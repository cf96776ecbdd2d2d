"""Changes as statements: what the engine decided, row by row, and the event chain that goes with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apsw

from kioskd.core.errors import StorageError
from kioskd.outbox.chain import Link
from kioskd.outbox.changes import Change, Insert, Joined, Move, SagaBegun, SagaMoved
from kioskd.outbox.journal import Statement
from kioskd.outbox.operation import Operation, OperationRefused, Strategy
from kioskd.outbox.rows import all_values, moving_values
from kioskd.outbox.saga import SAGA_ENDS
from kioskd.outbox.statements import STATEMENTS
from kioskd.outbox.states import OpState


class Writer:
    """Within a transaction that somebody else begins and ends; `done` is for the journal."""

    def __init__(
        self, path: Path, connection: apsw.Connection, boot_id: str, uptime_s: Callable[[], float], end: Link
    ) -> None:
        self._path = path
        self._connection = connection
        self._boot_id = boot_id
        self._uptime_s = uptime_s
        self.end = end
        """Of the event chain."""
        self.done: list[Statement] = []

    def write(self, changes: Sequence[Change], at: str) -> None:
        """`at` is the wall clock, a label. Events carry the time since the boot as well, and which boot."""
        stamp = f"{at} {self._boot_id[:8]}+{self._uptime_s():.3f}s"
        born = _at_the_end(changes)
        for change in changes:
            match change:
                case Insert():
                    self._insert(change, born.get(change.operation.op_id, change.operation), at, stamp)
                case Move():
                    self._move(change, born.get(change.operation.op_id), at, stamp)
                case Joined(op_id, saga_id):
                    self._join(op_id, saga_id)
                case SagaBegun():
                    self._begin_saga(change, at)
                case SagaMoved():
                    self._move_saga(change, at)

    def execute(self, name: str, bindings: Sequence[Any]) -> None:
        self._connection.execute(STATEMENTS[name], bindings)
        self.done.append((name, bindings))

    def _insert(self, change: Insert, born: Operation, at: str, stamp: str) -> None:
        """`born`: as it is when the commit ends, so that one row is written once."""
        digest = hashlib.sha256(change.payload).digest()
        try:
            self.execute("insert", (*all_values(born), not born.is_open, change.payload, digest, at, at))
        except apsw.ConstraintError:
            raise OperationRefused(f"{born.op_id} was accepted before") from None
        if change.order_number is not None:
            self.execute("order_number", (change.order_number,))
        if change.operation.state is OpState.SENDING:
            self._begin_attempt(change.operation, at)
        self._log(change.operation, "", "accepted", "daemon", stamp)

    def _move(self, change: Move, born: Operation | None, at: str, stamp: str) -> None:
        operation = change.operation
        if born is None:
            self._update(change, at)
        if operation.state is OpState.SENDING and change.before is not OpState.SENDING:
            self._begin_attempt(operation, at)
        elif change.before is OpState.SENDING and operation.state is not OpState.SENDING:
            self.execute("attempt_over", (operation.last_outcome, operation.seq, operation.attempts))
        self._log(operation, change.before, change.cause, change.actor, stamp)

    def _update(self, change: Move, at: str) -> None:
        operation = change.operation
        wiped = not operation.is_open and operation.strategy is not Strategy.LOCAL
        keep = json.dumps(dict(change.keep)) if change.keep else None
        known = (operation.op_id, change.before)
        try:
            self.execute("move", (*moving_values(operation), not operation.is_open, at, keep, wiped, *known))
        except apsw.ConstraintError:
            raise OperationRefused(
                f"{operation.op_id}: {operation.remote_uuid} belongs to another operation"
            ) from None
        if self._connection.changes() != 1:
            raise StorageError(
                f"{self._path}: {operation.op_id} is not {change.before}: restart to read the file again"
            )

    def _join(self, op_id: str, saga_id: str) -> None:
        self.execute("join", (saga_id, op_id))
        if self._connection.changes() != 1:
            raise StorageError(f"{self._path}: {op_id} does not stand alone: restart to read the file again")

    def _begin_saga(self, change: SagaBegun, at: str) -> None:
        try:
            self.execute("saga", (change.saga_id, change.state, at, at))
        except apsw.ConstraintError:
            raise OperationRefused(f"saga {change.saga_id} was there before") from None

    def _move_saga(self, change: SagaMoved, at: str) -> None:
        ended = change.state in SAGA_ENDS
        self.execute("saga_move", (change.state, ended, change.reason, at, change.saga_id, change.before))
        if self._connection.changes() != 1:
            raise StorageError(
                f"{self._path}: saga {change.saga_id} is not {change.before}: restart to read the file again"
            )
        if ended:
            self.execute("saga_over", (change.saga_id,))

    def _begin_attempt(self, operation: Operation, at: str) -> None:
        self.execute("attempt", (operation.seq, operation.attempts, self._boot_id, at))

    def _log(self, operation: Operation, before: str, cause: str, actor: str, stamp: str) -> None:
        row = (self.end.n + 1, operation.seq, str(before), str(operation.state), cause, actor, stamp)
        self.end = self.end.next(row)
        self.execute("event", (*row, self.end.digest))


def _at_the_end(changes: Sequence[Change]) -> dict[str, Operation]:
    """Operations that are new in this commit, as they are when it ends; not those it also finishes."""
    born: dict[str, Operation] = {}
    finished = {
        change.operation.op_id
        for change in changes
        if isinstance(change, Move) and (change.keep or not change.operation.is_open)
    }
    for change in changes:
        if isinstance(change, Insert) or (isinstance(change, Move) and change.operation.op_id in born):
            born[change.operation.op_id] = change.operation
    return {op_id: operation for op_id, operation in born.items() if op_id not in finished}

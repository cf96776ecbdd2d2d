"""A store in memory: survives crashes, as a disk does, and is as strict as the real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from kioskd.outbox.changes import Change, Insert, Joined, Move, SagaBegun, SagaMoved
from kioskd.outbox.events import Booted
from kioskd.outbox.operation import Operation, Result
from kioskd.outbox.saga import SAGA_ENDS, Saga, SagaState
from kioskd.outbox.states import TRANSITIONS
from tests.simulation.promise import Wrong, must


class WorldStore(Protocol):
    """What a simulated process needs of a store. `row` and `saga_state` are for the judge, not for it."""

    def load(self) -> Booted: ...
    def commit(self, changes: Sequence[Change], now: datetime) -> None: ...
    def row(self, op_id: str) -> Operation | None: ...
    def saga_state(self, saga_id: str) -> SagaState: ...
    def payload(self, op_id: str) -> bytes: ...
    def results(self, operation: Operation) -> Mapping[str, Result]: ...
    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]: ...


class MemoryStore:
    """`unique=False` leaves out what keeps one name on the other side from belonging to two operations."""

    def __init__(self, *, unique: bool = True) -> None:
        self.rows: dict[str, Operation] = {}
        self.sagas: dict[str, Saga] = {}
        self.keep: dict[str, Mapping[str, str]] = {}
        self.payloads: dict[str, bytes] = {}
        self.last_order_number = 0
        self.unique = unique
        self._owner: dict[tuple[str, str], str] = {}
        self._undo: dict[str, str] = {}

    def load(self) -> Booted:
        members: dict[str, dict[str, Operation]] = {
            saga.saga_id: {} for saga in self.sagas.values() if saga.state not in SAGA_ENDS
        }
        for row in self.rows.values():
            if row.saga in members:
                members[row.saga][row.op_id] = row
        sagas = tuple(replace(self.sagas[saga_id], members=rows) for saga_id, rows in members.items())
        open_rows = tuple(row for row in self.rows.values() if row.is_open)
        return Booted(open_rows, len(self.rows), self.last_order_number, sagas)

    def row(self, op_id: str) -> Operation | None:
        return self.rows.get(op_id)

    def saga_state(self, saga_id: str) -> SagaState:
        return self.sagas[saga_id].state

    def payload(self, op_id: str) -> bytes:
        """ValueError when it was wiped."""
        payload = self.payloads.get(op_id)
        if payload is None:
            raise ValueError("no payload")
        return payload

    def results(self, operation: Operation) -> Mapping[str, Result]:
        undone = (operation.compensates,) if operation.compensates else ()
        return {
            op_id: Result(self.rows[op_id].state, self.rows[op_id].remote_uuid, self.keep.get(op_id, {}))
            for op_id in (*operation.depends_on, *operation.follows, *undone)
        }

    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]:
        kind = self.rows[op_id].kind
        return frozenset(name for name in remote_uuids if self._owner.get((kind, name), op_id) != op_id)

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        for change in changes:
            match change:
                case Insert(operation, payload, number):
                    must(operation.op_id not in self.rows, f"{operation.op_id} inserted twice")
                    must(operation.seq == len(self.rows) + 1, "seq has a gap")
                    self.last_order_number = max(self.last_order_number, number or 0)
                    self.rows[operation.op_id] = operation
                    self.payloads[operation.op_id] = payload
                    self._bind(operation)
                case Move():
                    self._move(change)
                case Joined(op_id, saga_id):
                    must(self.rows[op_id].saga is None, f"{op_id} belongs to a saga already")
                    self.rows[op_id] = self.rows[op_id].evolve(saga=saga_id)
                case SagaBegun(saga_id, state):
                    must(saga_id not in self.sagas, f"{saga_id} begun twice")
                    self.sagas[saga_id] = Saga(saga_id, state)
                case SagaMoved(saga_id, before, state):
                    must(self.sagas[saga_id].state is before, "saga and move disagree")
                    self.sagas[saga_id] = replace(self.sagas[saga_id], state=state)

    def _move(self, change: Move) -> None:
        operation = change.operation
        before = self.rows[operation.op_id].state
        must(before is change.before, "row and move disagree")
        if operation.state is not before and operation.state not in TRANSITIONS[before]:
            raise Wrong(f"{operation.op_id} went from {before} to {operation.state}, not along the table")
        self.rows[operation.op_id] = operation
        if not operation.is_open:
            self.payloads.pop(operation.op_id, None)
        if change.keep:
            self.keep[operation.op_id] = change.keep
        self._bind(operation)

    def _bind(self, operation: Operation) -> None:
        if operation.remote_uuid is not None:
            owner = self._owner.setdefault((operation.kind, operation.remote_uuid), operation.op_id)
            must(owner == operation.op_id or not self.unique, f"{operation.remote_uuid} bound twice")
        if operation.compensates and operation.is_open:
            undo = self._undo.setdefault(operation.compensates, operation.op_id)
            if undo != operation.op_id:
                must(not self.rows[undo].is_open, f"{operation.compensates} is undone twice")
                self._undo[operation.compensates] = operation.op_id

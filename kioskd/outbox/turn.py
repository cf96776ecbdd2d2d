"""One step of the engine in the making: it notes every change and keeps lanes, deadlines and sagas in line.

It decides nothing. The queue it began with stays as it was.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import replace
from math import inf
from typing import Any

from kioskd.outbox.changes import Change, Insert, Joined, Move, SagaBegun, SagaMoved
from kioskd.outbox.courier import Outcome
from kioskd.outbox.events import Command, Online, Persist, SagaEnded, Send, Settled
from kioskd.outbox.fence import Fence, fence
from kioskd.outbox.operation import Operation, OperationRefused
from kioskd.outbox.policy import Instant
from kioskd.outbox.queue import Queue
from kioskd.outbox.saga import SAGA_ENDS, Saga, SagaState
from kioskd.outbox.states import TRANSITIONS, OpState
from kioskd.outbox.waiting import Due, Rank

_LONGEST_EXPIRY_NAP_S = 3600.0  # the wall clock may be set meanwhile


class Turn:
    def __init__(self, queue: Queue, at: Instant) -> None:
        self._before = queue
        self.policy = queue.policy
        self.at = at
        self.operations = queue.operations
        self.lanes = queue.lanes
        self.due = queue.due
        self.flying = set(queue.flying)
        self.gate = queue.gate
        self.sagas = queue.sagas
        self.touched: set[str] = set()
        """Sagas something happened in, to be looked through before the step ends."""
        self.open_bytes = queue.open_bytes
        self.last_seq = queue.last_seq
        self.last_order_number = queue.last_order_number
        self.tight = queue.tight
        self._expiring = list(queue.expiring)
        self._changes: list[Change] = []
        self._commands: list[Command] = []

    def end(self) -> tuple[Queue, tuple[Command, ...]]:
        commands: list[Command] = [Persist(tuple(self._changes))] if self._changes else []
        commands += self._commands
        if self.gate.online is not None and self.gate.online is not self._before.gate.online:
            commands.append(Online(self.gate.online))
        queue = Queue(
            policy=self.policy,
            operations=self.operations,
            lanes=self.lanes,
            due=self.due,
            flying=frozenset(self.flying),
            gate=self.gate,
            sagas=self.sagas,
            expiring=tuple(self._expiring),
            expiry_wake_s=self._expiry_wake_s(),
            open_bytes=self.open_bytes,
            last_seq=self.last_seq,
            last_order_number=self.last_order_number,
            tight=self.tight,
        )
        return queue, tuple(commands)

    def command(self, command: Command) -> None:
        self._commands.append(command)

    # --- operations --------------------------------------------------------------------------------------

    def find(self, op_id: str) -> Operation:
        operation = self.operations.get(op_id)
        if operation is None:
            raise OperationRefused(f"no open operation {op_id}")
        return operation

    def insert(self, operation: Operation, payload: bytes, order_number: int | None) -> None:
        self._changes.append(Insert(operation, payload, order_number))
        self._keep(operation)
        if operation.is_open:
            self.open_bytes += operation.payload_bytes
            self.watch_expiry(operation)

    def load(self, operation: Operation) -> None:
        """An open operation that the file holds."""
        self._keep(operation)
        self.open_bytes += operation.payload_bytes
        self.watch_expiry(operation)

    def move(
        self,
        operation: Operation,
        to: OpState,
        cause: str,
        *,
        actor: str = "engine",
        **known: Any,
    ) -> Operation:
        """One transition, checked against the table, to be written down; `known` is what else changes."""
        before = operation.state
        if to not in TRANSITIONS[before]:
            raise OperationRefused(f"{operation.op_id} is {before} and cannot become {to}")
        moved = operation.evolve(state=to, **known)
        self._changes.append(Move(before, moved, cause, actor))
        self._keep(moved)
        if not moved.is_open:
            self.open_bytes -= moved.payload_bytes
        return moved

    def mark(self, operation: Operation, cause: str, actor: str = "engine") -> Operation:
        """Something else than its state has changed, and must be written down."""
        self._changes.append(Move(operation.state, operation, cause, actor))
        self._keep(operation)
        return operation

    def update(self, operation: Operation) -> Operation:
        """Something has changed that only this process needs to know."""
        self._keep(operation)
        return operation

    def left_behind(self, operation: Operation, keep: dict[str, str]) -> None:
        """What the other operations of its saga need from it, in the same commit as its last move."""
        last = self._changes[-1]
        assert isinstance(last, Move) and last.operation.op_id == operation.op_id
        self._changes[-1] = replace(last, keep=keep)

    def _keep(self, operation: Operation) -> None:
        if operation.is_open:
            self.operations = self.operations.with_(operation.op_id, operation)
        elif operation.op_id in self.operations:
            self.operations = self.operations.without(operation.op_id)
        saga = self.sagas.get(operation.saga) if operation.saga is not None else None
        if saga is not None:
            members = {**saga.members, operation.op_id: operation}
            self.sagas = self.sagas.with_(saga.saga_id, Saga(saga.saga_id, saga.state, members))
            self.touched.add(saga.saga_id)

    # --- ends --------------------------------------------------------------------------------------------

    def settle(self, operation: Operation, to: OpState, outcome: Outcome, **known: Any) -> Operation:
        """Final, or with a person: out of its lane, and whoever waits is told.

        A write without a key that nobody knows the end of keeps its lane: a second one would be mixed up
        with it.
        """
        settled = self.move(operation, to, outcome.word, last_outcome=outcome.word, **known)
        if not settled.is_unresolved:
            self.leave_lane(settled)
        self.command(Settled(settled, outcome))
        return settled

    def drop(self, operation: Operation, cause: str, actor: str = "engine") -> Operation:
        """Cancel what is certainly not in effect, wherever it stands."""
        dropped = self.move(operation, OpState.CANCELLED, cause, actor=actor)
        self.leave_lane(dropped)
        return dropped

    # --- lanes -------------------------------------------------------------------------------------------

    def join_lane(self, operation: Operation) -> None:
        lane = self.lanes.get(operation.lane, ())
        self.lanes = self.lanes.with_(operation.lane, (*lane, operation.op_id))
        if not lane:
            self.wait(operation, operation.not_before_s)
        elif self._rank(operation) is not Rank.BACKLOG:
            self._hurry(operation.lane)

    def _hurry(self, lane: str) -> None:
        """Somebody has joined it who must not wait for long."""
        due = self.due.of(lane)
        if due is not None:
            self.due = self.due.with_(self.due_at(self.operations[self.lanes[lane][0]], due[1]))

    def leave_lane(self, operation: Operation) -> None:
        lane = self.lanes.get(operation.lane, ())
        if operation.op_id not in lane:
            return
        if lane[0] == operation.op_id:
            self.due = self.due.without(operation.lane)
        rest = tuple(op_id for op_id in lane if op_id != operation.op_id)
        if not rest:
            self.lanes = self.lanes.without(operation.lane)
            return
        self.lanes = self.lanes.with_(operation.lane, rest)
        if lane[0] == operation.op_id:
            head = self.operations[rest[0]]
            self.wait(head, head.not_before_s)

    def wait(self, operation: Operation, not_before_s: float) -> None:
        """The head of a lane: when it may be begun (again)."""
        if not_before_s != operation.not_before_s:
            self.update(operation.evolve(not_before_s=not_before_s))
        self.due = self.due.with_(self.due_at(operation, not_before_s))

    def due_at(self, operation: Operation, not_before_s: float) -> Due:
        """Whoever waits behind it in its lane can only be helped by helping it."""
        last = self.operations[self.lanes[operation.lane][-1]]
        rank = min(self._rank(operation), self._rank(last))
        return rank is Rank.BACKLOG, not_before_s, rank, operation.seq, operation.lane

    def begin_next(self) -> Operation | None:
        """The head of the lane whose turn it is, if one may be begun now."""
        for backlog, not_before_s, _, _, lane in self.due.heads():
            if not_before_s <= self.at.mono_s and self.gate.may_send(self.at.mono_s, backlog=backlog):
                self.due = self.due.without(lane)
                if backlog:
                    self.gate = self.gate.began_backlog(self.at)
                return self.operations[self.lanes[lane][0]]
        return None

    def _rank(self, operation: Operation) -> Rank:
        if operation.at_once:
            return Rank.GUEST_WAITS
        return Rank.FRESH if self.at.mono_s < operation.fresh_until_s else Rank.BACKLOG

    def back_off(self, operation: Operation, at_least_until_s: float = -inf) -> None:
        pause_s = self.policy.backoff_s(operation.attempts, self.at.chance)
        self.wait(operation, max(self.at.mono_s + pause_s, at_least_until_s))

    def send(self, operation: Operation) -> None:
        self.flying.add(operation.op_id)
        self.command(Send(self.move(operation, OpState.SENDING, "begun", attempts=operation.attempts + 1)))

    def fence(self, operation: Operation) -> Fence:
        return fence(operation, self.at, self.policy)

    # --- sagas -------------------------------------------------------------------------------------------

    def begin_saga(self, saga_id: str, state: SagaState) -> None:
        self.sagas = self.sagas.with_(saga_id, Saga(saga_id, state))
        self._changes.append(SagaBegun(saga_id, state))

    def join_saga(self, operation: Operation, saga: Saga) -> None:
        """What stood alone belongs to it from now on."""
        self._changes.append(Joined(operation.op_id, saga.saga_id))
        joined = operation.evolve(saga=saga.saga_id)
        self.operations = self.operations.with_(joined.op_id, joined)
        members = sorted((*saga.members.values(), joined), key=lambda member: member.seq)
        saga = replace(saga, members={member.op_id: member for member in members})
        self.sagas = self.sagas.with_(saga.saga_id, saga)

    def move_saga(self, saga: Saga, to: SagaState, reason: str) -> Saga:
        moved = replace(saga, state=to)
        self._changes.append(SagaMoved(saga.saga_id, saga.state, to, reason))
        if to in SAGA_ENDS:
            self.sagas = self.sagas.without(saga.saga_id)
            self.command(SagaEnded(moved))
        else:
            self.sagas = self.sagas.with_(saga.saga_id, moved)
            self.touched.add(saga.saga_id)
        return moved

    # --- the wall clock ----------------------------------------------------------------------------------

    def watch_expiry(self, operation: Operation) -> None:
        if operation.state is OpState.HELD and operation.expires_at_s is not None:
            insort(self._expiring, (operation.expires_at_s, operation.seq, operation.op_id))

    def expire_held(self) -> None:
        """On a clock that can be trusted only."""
        if self.at.wall_s is None:
            return
        while self._expiring and self._expiring[0][0] <= self.at.wall_s:
            operation = self.operations.get(self._expiring.pop(0)[2])
            if operation is not None and operation.state is OpState.HELD:
                self.move(operation, OpState.EXPIRED, "its time is over")

    def _expiry_wake_s(self) -> float:
        if not self._expiring or self.at.wall_s is None:
            return inf
        return self.at.mono_s + min(max(self._expiring[0][0] - self.at.wall_s, 0.0), _LONGEST_EXPIRY_NAP_S)

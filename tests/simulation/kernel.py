"""What every simulated world has: virtual time, one seeded generator, and a process that dies at any step.

The production engine runs against a store (in memory or the real one). A failure names its seed.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Protocol

from kioskd.outbox.changes import Change, Insert, Move, SagaBegun, SagaMoved
from kioskd.outbox.engine import step
from kioskd.outbox.events import Booted, Command, Event, Persist, Replied, Tick
from kioskd.outbox.operation import Operation, OperationRefused, Result
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.readback import claimed
from kioskd.outbox.saga import SAGA_ENDS, Saga, SagaState
from kioskd.outbox.states import TRANSITIONS

Step = Callable[[Queue, Event, Instant], tuple[Queue, tuple[Command, ...]]]
WALL = datetime(2020, 1, 1, tzinfo=UTC)  # never moves: no verdict may depend on it

TIMER_LAG_S = 1e-6  # no timer is early, not even by what a float rounds away

CRASHES = ("crash_before_commit", "crash_after_commit", "crash_later")


class Wrong(AssertionError):
    """The outbox broke a promise."""


def must(condition: bool, what: str) -> None:
    if not condition:
        raise Wrong(what)


class WorldStore(Protocol):
    def load(self) -> Booted: ...
    def commit(self, changes: Sequence[Change], now: datetime) -> None: ...
    def row(self, op_id: str) -> Operation | None: ...
    def saga_state(self, saga_id: str) -> SagaState: ...
    def results(self, operation: Operation) -> Mapping[str, Result]: ...
    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]: ...


class MemoryStore:
    """Survives crashes, as a disk does, and is as strict as the real store (about names, if `unique`)."""

    def __init__(self, *, unique: bool = True) -> None:
        self.rows: dict[str, Operation] = {}
        self.sagas: dict[str, Saga] = {}
        self.keep: dict[str, Mapping[str, str]] = {}
        self.owner: dict[tuple[str, str], str] = {}
        self.last_order_number = 0
        self.unique = unique

    def load(self) -> Booted:
        sagas = tuple(
            replace(saga, members={row.op_id: row for row in self.rows.values() if row.saga == saga.saga_id})
            for saga in self.sagas.values()
            if saga.state not in SAGA_ENDS
        )
        open_rows = tuple(row for row in self.rows.values() if row.is_open)
        return Booted(open_rows, len(self.rows), self.last_order_number, sagas)

    def row(self, op_id: str) -> Operation | None:
        return self.rows.get(op_id)

    def saga_state(self, saga_id: str) -> SagaState:
        return self.sagas[saga_id].state

    def results(self, operation: Operation) -> Mapping[str, Result]:
        undone = (operation.compensates,) if operation.compensates else ()
        return {
            op_id: Result(self.rows[op_id].state, self.rows[op_id].remote_uuid, self.keep.get(op_id, {}))
            for op_id in (*operation.depends_on, *operation.follows, *undone)
        }

    def bound(self, op_id: str, remote_uuids: Iterable[str]) -> frozenset[str]:
        kind = self.rows[op_id].kind
        return frozenset(name for name in remote_uuids if self.owner.get((kind, name), op_id) != op_id)

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        for change in changes:
            match change:
                case Insert(operation, _, number):
                    must(operation.op_id not in self.rows, f"{operation.op_id} inserted twice")
                    must(operation.seq == len(self.rows) + 1, "seq has a gap")
                    self.last_order_number = max(self.last_order_number, number or 0)
                    self.rows[operation.op_id] = operation
                case Move():
                    self._move(change)
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
        must(operation.state in TRANSITIONS[before] | {before}, "not along the table")
        self.rows[operation.op_id] = operation
        if change.keep:
            self.keep[operation.op_id] = change.keep
        if operation.remote_uuid is not None:
            owner = self.owner.setdefault((operation.kind, operation.remote_uuid), operation.op_id)
            must(owner == operation.op_id or not self.unique, f"{operation.remote_uuid} bound twice")
        if operation.compensates and operation.is_open:
            rivals = [
                row.op_id
                for row in self.rows.values()
                if row.compensates == operation.compensates and row.is_open
            ]
            must(rivals == [operation.op_id], f"{operation.compensates} is undone twice")


class Kernel:
    """Subclasses say which faults there are, what a booted process does first, and how commands are done."""

    ALL_FAULTS: tuple[str, ...] = ()
    RARE = frozenset(CRASHES)

    def __init__(
        self,
        seed: int,
        *,
        policy: Policy | None = None,
        decide: Step = step,
        reopen: Callable[[], WorldStore] | None = None,
        persist_first: bool = True,
        unique: bool = True,
    ) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.policy = policy or Policy(outage_spread_s=10.0)
        self.decide = decide
        memory = MemoryStore(unique=unique)
        self.reopen = reopen or (lambda: memory)
        self.persist_first = persist_first
        # Swarm: every seed has its own selection of faults, so that rare mixtures come up too.
        self.faults = {fault for fault in self.ALL_FAULTS if self.random.random() < 0.5}
        self.rate = self.random.choice((0.0, 0.1, 0.3))
        self.now_s = 0.0
        self.heap: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.life = 0  # which process; answers to a dead one are lost
        self.alive = False
        self.healed = False
        self.booted_s = 0.0
        self.queue = Queue(self.policy)
        self.store: WorldStore = self.reopen()
        self.outages: list[tuple[float, float]] = []
        self.seen: Counter[str] = Counter()
        self.trace = hashlib.sha256()

    # --- running -------------------------------------------------------------------------------------

    def at(self, delay_s: float, what: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.heap, (self.now_s + delay_s, self.count, what))

    def drain(self, until_s: float) -> None:
        while self.heap and self.heap[0][0] <= until_s:
            self.now_s, _, what = heapq.heappop(self.heap)
            what()
        self.now_s = max(self.now_s, until_s if not self.healed else self.now_s)

    def heal(self) -> None:
        self.healed = True
        self.outages = []
        if not self.alive:
            self.boot()

    def fault(self, name: str) -> bool:
        happens = (
            not self.healed
            and name in self.faults
            and self.random.random() < (self.rate / 10 if name in self.RARE else self.rate)
        )
        self.seen[name] += happens
        return happens

    def down(self) -> bool:
        down = any(start_s <= self.now_s < end_s for start_s, end_s in self.outages)
        self.seen["outage"] += down
        return down

    # --- the process ---------------------------------------------------------------------------------

    def mono_s(self) -> float:
        """What this process's clock says; a power cut begins it anew."""
        return self.now_s - self.booted_s

    def wall_s(self) -> float | None:
        return None

    def boot(self) -> None:
        self.life += 1
        self.alive = True
        self.booted_s = self.now_s
        self.store = self.reopen()
        self.queue = Queue(self.policy)
        self.forget()
        if self.take(self.store.load()) and self.alive:
            self.resume()

    def forget(self) -> None:
        """What a process that dies takes with it."""

    def resume(self) -> None:
        """What a process does first."""

    def carry_out(self, command: Command) -> None:
        raise NotImplementedError

    def crash(self) -> None:
        self.alive = False
        self.life += 1
        self.at(self.random.uniform(0.1, 30), lambda: None if self.alive else self.boot())

    def take(self, event: Event) -> bool:
        """One step of the process, as the worker does it. False when it died before the commit."""
        if not self.alive:
            return False
        if isinstance(event, Replied):
            event = replace(event, bound=self.store.bound(event.op_id, claimed(event.outcome)))
        instant = Instant(self.mono_s(), self.random.random(), self.wall_s())
        try:
            queue, commands = self.decide(self.queue, event, instant)
        except OperationRefused as error:
            raise Wrong(f"refused what must be possible: {error}") from error
        self.trace.update(f"{self.now_s:.6f} {type(event).__name__} {commands}".encode())
        if not self.persist_first:
            commands = tuple(sorted(commands, key=lambda command: isinstance(command, Persist)))
        for command in commands:
            if isinstance(command, Persist):
                if self.fault("crash_before_commit"):
                    self.crash()
                    return False
                self.store.commit(command.changes, WALL)
                if self.fault("crash_after_commit"):
                    self.crash()
                    return True
            else:
                self.carry_out(command)
        self.queue = queue
        must(len(queue.flying) <= queue.policy.writes_in_flight, "too many writes in flight")
        if self.fault("crash_later"):
            self.at(self.random.uniform(0, 3), lambda: self.crash() if self.alive else None)
        self.wake_when_due()
        return True

    def wake_when_due(self) -> None:
        if self.queue.next_wake_s < float("inf"):
            life = self.life
            delay_s = max(self.queue.next_wake_s - self.mono_s(), 0.0) + TIMER_LAG_S
            self.at(delay_s, lambda: self.take(Tick()) and None if life == self.life else None)

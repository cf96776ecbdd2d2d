"""A world for the outbox: one thread, virtual time, one seeded generator, and a ledger of what is true.

The production engine runs against a store (in memory or the real one), a server that takes effect once per
key, a network that loses requests and answers, a process that dies at any step, staff, and a card terminal.
`run` ends with everything healed and checks what the outbox promises. A failure names the seed.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Protocol

from kioskd.outbox.changes import Change, Insert
from kioskd.outbox.courier import (
    ABSENT,
    DUPLICATE,
    Applied,
    NeverSent,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.engine import step
from kioskd.outbox.events import (
    Accept,
    Booted,
    Cancel,
    Command,
    Event,
    Persist,
    Probe,
    Probed,
    ReadBack,
    Release,
    Replied,
    Send,
    Tick,
)
from kioskd.outbox.operation import Closing, Draft, Operation, OperationRefused, Strategy
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.states import TERMINAL, TRANSITIONS, OpState

Step = Callable[[Queue, Event, Instant], tuple[Queue, tuple[Command, ...]]]
_WALL = datetime(2020, 1, 1, tzinfo=UTC)  # never moves: no verdict may depend on it

NETWORK_FAULTS = (
    "never_sent",
    "lost_request",
    "lost_answer",
    "late_execution",
    "error_before_effect",
    "error_after_effect",
    "throttled",
    "unauthorised",
    "find_lags",
)
CRASHES = ("crash_before_commit", "crash_after_commit", "crash_later")
FAULTS = (*NETWORK_FAULTS, *CRASHES, "outage", "refused", "poison")


class Wrong(AssertionError):
    """The outbox broke a promise."""


class WorldStore(Protocol):
    def load(self) -> Booted: ...
    def commit(self, changes: Sequence[Change], now: datetime) -> None: ...
    def final_state(self, op_id: str) -> OpState: ...


class MemoryStore:
    """Survives crashes, as a disk does, and is as strict as the real store."""

    def __init__(self) -> None:
        self.rows: dict[str, Operation] = {}
        self.last_order_number = 0

    def load(self) -> Booted:
        rows = tuple(row for row in self.rows.values() if row.is_open)
        return Booted(rows, max((row.seq for row in self.rows.values()), default=0), self.last_order_number)

    def final_state(self, op_id: str) -> OpState:
        return self.rows[op_id].state

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        for change in changes:
            operation = change.operation
            if isinstance(change, Insert):
                _must(operation.op_id not in self.rows, f"{operation.op_id} inserted twice")
                _must(operation.seq == len(self.rows) + 1, "seq has a gap")
                self.last_order_number = max(self.last_order_number, change.order_number or 0)
            else:
                _must(self.rows[operation.op_id].state is change.before, "row and move disagree")
                _must(operation.state in TRANSITIONS[change.before], "not along the table")
            self.rows[operation.op_id] = operation


@dataclass
class Server:
    """Takes effect once per key, however often and however late it is asked."""

    refuses: frozenset[str]
    find_lag_s: float
    effects: Counter[str]
    taken: dict[str, float]
    order: list[str]

    def execute(self, key: str, op_id: str, now_s: float) -> Outcome:
        if op_id in self.refuses:
            return Refused("blocked_card")
        if key in self.taken:
            return Refused(DUPLICATE)
        self.taken[key] = now_s
        self.effects[op_id] += 1
        self.order.append(op_id)
        return Applied()

    def find(self, key: str, now_s: float) -> Outcome:
        there = key in self.taken and now_s >= self.taken[key] + self.find_lag_s
        return Applied() if there else Refused(ABSENT)


def _must(condition: bool, what: str) -> None:
    if not condition:
        raise Wrong(what)


class World:
    def __init__(
        self,
        seed: int,
        operations: int = 30,
        *,
        decide: Step = step,
        key: Callable[[Operation], str] = lambda operation: operation.op_id,
        reopen: Callable[[], WorldStore] | None = None,
        persist_first: bool = True,
        believe_terminal: bool = True,
    ) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.operations = operations
        self.decide = decide
        self.key = key
        memory = MemoryStore()
        self.reopen = reopen or (lambda: memory)
        self.persist_first = persist_first
        self.believe_terminal = believe_terminal
        # Swarm: every seed has its own selection of faults, so that rare mixtures come up too.
        self.faults = {fault for fault in FAULTS if self.random.random() < 0.5}
        self.rate = self.random.choice((0.0, 0.1, 0.3))
        self.now_s = 0.0
        self.heap: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.life = 0  # which process; answers to a dead one are lost
        self.alive = False
        self.healed = False
        self.queue = Queue()
        self.store: WorldStore = self.reopen()
        self.server = Server(frozenset(), 0.0, Counter(), {}, [])
        self.poisoned: set[str] = set()
        self.outages: list[tuple[float, float]] = []
        self.promised: dict[str, Draft] = {}
        self.released: set[str] = set()
        self.cancelled: set[str] = set()
        self.charged: set[str] = set()
        self.numbers: list[int] = []
        self.in_flight: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.trace = hashlib.sha256()

    # --- running ---------------------------------------------------------------------------------------

    def run(self) -> World:
        try:
            self._prepare()
            self._drain(until_s=600.0)
            self._heal()
            self._drain(until_s=self.now_s + 20_000.0)
            self._check()
        except Wrong as error:
            raise Wrong(f"seed {self.seed}: {error}") from error
        return self

    def at(self, delay_s: float, what: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.heap, (self.now_s + delay_s, self.count, what))

    def _drain(self, until_s: float) -> None:
        while self.heap and self.heap[0][0] <= until_s:
            self.now_s, _, what = heapq.heappop(self.heap)
            what()
        self.now_s = max(self.now_s, until_s if not self.healed else self.now_s)

    def _prepare(self) -> None:
        if "outage" in self.faults:
            start_s = self.random.uniform(0, 200)
            self.outages = [(start_s, start_s + self.random.uniform(5, 300))]
        lag_s = 5.0 if "find_lags" in self.faults else 0.0
        ids = [f"op-{n}" for n in range(self.operations)]
        refuses = frozenset(i for i in ids if "refused" in self.faults and self.random.random() < 0.1)
        self.server = Server(refuses, lag_s, Counter(), {}, [])
        self.poisoned = {i for i in ids if "poison" in self.faults and self.random.random() < 0.05}
        self._boot()
        for op_id in ids:
            self.at(self.random.uniform(0, 300), lambda op_id=op_id: self._guest(op_id))  # type: ignore[misc]

    def _heal(self) -> None:
        self.healed = True
        self.outages = []
        if not self.alive:
            self._boot()

    def fault(self, name: str) -> bool:
        happens = (
            not self.healed
            and name in self.faults
            and self.random.random() < (self.rate if name in NETWORK_FAULTS else self.rate / 10)
        )
        self.seen[name] += happens
        return happens

    # --- the process -----------------------------------------------------------------------------------

    def _boot(self) -> None:
        self.life += 1
        self.alive = True
        self.in_flight.clear()
        self.store = self.reopen()
        self.queue = Queue(Policy(outage_spread_s=10.0))
        self._take(self.store.load())
        if not self.alive:
            return
        for operation in list(self.queue.operations.values()):
            if operation.strategy is Strategy.ATTENDED and self.alive:
                _must(operation.state is OpState.UNKNOWN, "an interrupted payment must be unknown")
                self._settle_payment(operation.op_id)

    def _crash(self) -> None:
        self.alive = False
        self.life += 1
        self.at(self.random.uniform(0.1, 30), lambda: None if self.alive else self._boot())

    def _take(self, event: Event) -> bool:
        """One step of the process, as the worker does it. False when it died before the commit."""
        if not self.alive:
            return False
        instant = Instant(self.now_s, self.random.random())
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
                    self._crash()
                    return False
                self.store.commit(command.changes, _WALL)
                if self.fault("crash_after_commit"):
                    self._crash()
                    return True
            else:
                self._carry_out(command)
        self.queue = queue
        _must(len(queue.flying) <= queue.policy.writes_in_flight, "too many writes in flight")
        if self.fault("crash_later"):
            self.at(self.random.uniform(0, 3), lambda: self._crash() if self.alive else None)
        if queue.next_wake_s < float("inf"):
            life = self.life
            delay_s = max(queue.next_wake_s - self.now_s, 0.0)
            self.at(delay_s, lambda: self._take(Tick()) and None if life == self.life else None)
        return True

    def _carry_out(self, command: Command) -> None:
        match command:
            case Send(operation):
                self._must_be_written(operation)
                self._reply_later(operation, self._network_send(operation))
            case ReadBack(operation):
                self._reply_later(operation, self._network_ask(lambda: self._find(operation)))
            case Probe():
                life, outcome = self.life, self._network_ask(Applied)
                self.at(self.random.uniform(0.01, 2), lambda: self._answer(life, Probed(outcome)))

    def _must_be_written(self, operation: Operation) -> None:
        rows = {row.op_id: row for row in self.store.load().operations}
        row = rows.get(operation.op_id)
        _must(row is not None and row.state is OpState.SENDING, "write call without a committed intent")
        self.in_flight[operation.lane] += 1
        _must(self.in_flight[operation.lane] == 1, "two writes in flight in one lane")

    def _reply_later(self, operation: Operation, outcome: Outcome) -> None:
        life = self.life

        def reply() -> None:
            if life == self.life:
                self.in_flight[operation.lane] = 0
                self._answer(life, Replied(operation.op_id, outcome))

        self.at(self.random.uniform(0.01, 2), reply)

    def _answer(self, life: int, event: Event) -> None:
        if life == self.life:
            self._take(event)

    # --- network and server ----------------------------------------------------------------------------

    def _down(self) -> bool:
        down = any(start_s <= self.now_s < end_s for start_s, end_s in self.outages)
        self.seen["outage"] += down
        return down

    def _find(self, operation: Operation) -> Outcome:
        found = self.server.find(self.key(operation), self.now_s)
        self.seen["find_lags"] += found == Refused(ABSENT)
        return found

    def _network_ask(self, ask: Callable[[], Outcome]) -> Outcome:
        if self._down() or self.fault("never_sent"):
            return NeverSent()
        if self.fault("lost_answer"):
            return Unclear()
        if self.fault("unauthorised"):
            return Unauthorised()
        return ask()

    def _network_send(self, operation: Operation) -> Outcome:
        op_id, key = operation.op_id, self.key(operation)
        if op_id in self.poisoned:
            self.seen["poison"] += 1
            return Poison("no JSON object")
        if self._down() or self.fault("never_sent"):
            return NeverSent()
        if self.fault("lost_request") or self.fault("error_before_effect"):
            return Unclear()
        if self.fault("unauthorised"):
            return Unauthorised()
        if self.fault("throttled"):
            return Throttled(self.random.uniform(0, 20))
        if self.fault("late_execution"):
            self.at(self.random.uniform(1, 90), lambda: self.server.execute(key, op_id, self.now_s) and None)
            return Unclear()
        outcome = self.server.execute(key, op_id, self.now_s)
        self.seen["refused"] += outcome == Refused("blocked_card")
        return Unclear() if self.fault("lost_answer") or self.fault("error_after_effect") else outcome

    # --- guests and staff ------------------------------------------------------------------------------

    def _guest(self, op_id: str) -> None:
        if not self.alive:
            return
        lane = f"member:{self.random.randrange(6)}"
        number = self.queue.last_order_number + 1
        order = Draft(op_id, "order", lane, {"id": op_id}, order_number=number, amount_minor=850)
        match self.random.randrange(5):
            case 0:
                self._pay_by_card(order)
            case 1:
                self._pay_at_counter(order)
            case _:
                self._accept((order,))

    def _accept(self, drafts: tuple[Draft, ...], close: Closing | None = None) -> bool:
        if not self._take(Accept(drafts, close)):
            return False
        for draft in drafts:
            _must(draft.op_id not in self.promised, "promised twice")
            self.promised[draft.op_id] = draft
            if draft.order_number is not None:
                self.numbers.append(draft.order_number)
        return True

    def _pay_at_counter(self, order: Draft) -> None:
        held = Draft(
            order.op_id, "order", order.lane, order.payload, held="unpaid", order_number=order.order_number
        )
        if self._accept((held,)):
            self.at(
                self.random.uniform(1, 100), lambda: self._at_counter(order.op_id, self.random.random() < 0.7)
            )

    def _at_counter(self, op_id: str, paid: bool) -> None:
        if not self.alive:
            self.at(40.0, lambda: self._at_counter(op_id, paid))
        elif self._take(Release(op_id) if paid else Cancel(op_id)):
            (self.released if paid else self.cancelled).add(op_id)
        else:
            self.at(40.0, lambda: self._at_counter(op_id, paid))

    def _pay_by_card(self, order: Draft) -> None:
        payment = f"pay-{order.op_id}"
        intent = Draft(
            payment,
            "payment",
            "terminal",
            order.payload,
            Strategy.ATTENDED,
            order_number=order.order_number,
        )
        self.seen["payments"] += 1
        if not self._accept((intent,)) or not self.alive:
            return
        if self.random.random() < 0.8:
            self.charged.add(payment)
        life = self.life
        self.at(1.0, lambda: self._settle_payment(payment) if life == self.life else None)

    def _settle_payment(self, payment: str) -> None:
        approved = payment in self.charged if self.believe_terminal else False
        if not approved:
            self._accept((), Closing(payment, OpState.REJECTED, "declined"))
            return
        op_id = payment.removeprefix("pay-")
        order = Draft(op_id, "order", f"member:{len(op_id) % 3}", {"id": op_id})
        self._accept((order,), Closing(payment, OpState.CONFIRMED, "trace 1"))

    # --- the promises ----------------------------------------------------------------------------------

    def _check(self) -> None:
        _must(self.alive, "the process never came back")
        left = self.queue.operations
        for op_id, draft in self.promised.items():
            state = left[op_id].state if op_id in left else self._final_state(op_id)
            effects = self.server.effects[op_id]
            _must(effects <= 1, f"{op_id} doubled: in effect {effects} times")
            if draft.strategy is Strategy.ATTENDED:
                wanted = OpState.CONFIRMED if op_id in self.charged else OpState.REJECTED
                _must(state is wanted, f"{op_id} is {state}, the terminal says {wanted}")
                accepted = op_id.removeprefix("pay-") in self.promised
                _must(accepted == (op_id in self.charged), f"{op_id}: money and order disagree")
            elif op_id in self.cancelled:
                _must(
                    state is OpState.CANCELLED and effects == 0, f"{op_id} cancelled, yet {state}, {effects}"
                )
            elif op_id in self.poisoned:
                _must(state is OpState.QUARANTINED and effects == 0, f"{op_id} poisoned, yet {state}")
            elif op_id in self.server.refuses:
                _must(state is OpState.REJECTED and effects == 0, f"{op_id} refused, yet {state}")
            else:
                _must(effects == 1, f"{op_id} lost: never in effect, {state}")
                _must(state in (OpState.CONFIRMED, OpState.IN_DOUBT), f"{op_id} in effect, yet {state}")
            self.seen[state] += 1
        _must(len(set(self.numbers)) == len(self.numbers), "an order number was given twice")
        self._check_order()

    def _final_state(self, op_id: str) -> OpState:
        state = self.store.final_state(op_id)
        _must(state in TERMINAL, f"{op_id} is neither final nor in sight")
        return state

    def _check_order(self) -> None:
        """Within a lane, effects follow acceptance; what was held joins when it is released."""
        plain = [op_id for op_id, draft in self.promised.items() if not draft.held]
        place = {op_id: index for index, op_id in enumerate(plain)}
        last: dict[str, int] = {}
        for op_id in self.server.order:
            if op_id in place:
                lane = self.promised[op_id].lane
                _must(place[op_id] > last.get(lane, -1), f"{op_id} overtook in its lane")
                last[lane] = place[op_id]

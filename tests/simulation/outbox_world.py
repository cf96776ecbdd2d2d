"""A world for the outbox: one thread, virtual time, one seeded generator, and a ledger of what is true.

The production engine runs against a store (in memory or the real one), a server that takes effect once per
key, a network that loses requests and answers, a process that dies at any step, staff, and a card terminal.
`run` ends with everything healed and checks what the outbox promises. A failure names the seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

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
    Cancel,
    Command,
    Event,
    Probe,
    Probed,
    ReadBack,
    Release,
    Replied,
    Send,
)
from kioskd.outbox.operation import Closing, Draft, Operation, Strategy
from kioskd.outbox.states import TERMINAL, OpState
from tests.simulation.kernel import CRASHES, Kernel, Step, WorldStore, Wrong, must

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
FAULTS = (*NETWORK_FAULTS, *CRASHES, "outage", "refused", "poison")


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


class World(Kernel):
    ALL_FAULTS = FAULTS
    RARE = frozenset((*CRASHES, "outage", "refused", "poison"))

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
        super().__init__(seed, decide=decide, reopen=reopen, persist_first=persist_first)
        self.operations = operations
        self.key = key
        self.believe_terminal = believe_terminal
        self.server = Server(frozenset(), 0.0, Counter(), {}, [])
        self.poisoned: set[str] = set()
        self.promised: dict[str, Draft] = {}
        self.released: set[str] = set()
        self.cancelled: set[str] = set()
        self.charged: set[str] = set()
        self.numbers: list[int] = []
        self.in_flight: Counter[str] = Counter()

    # --- running ---------------------------------------------------------------------------------------

    def run(self) -> World:
        try:
            self._prepare()
            self.drain(until_s=600.0)
            self.heal()
            self.drain(until_s=self.now_s + 20_000.0)
            self._check()
        except Wrong as error:
            raise Wrong(f"seed {self.seed}: {error}") from error
        return self

    def _prepare(self) -> None:
        if "outage" in self.faults:
            start_s = self.random.uniform(0, 200)
            self.outages = [(start_s, start_s + self.random.uniform(5, 300))]
        lag_s = 5.0 if "find_lags" in self.faults else 0.0
        ids = [f"op-{n}" for n in range(self.operations)]
        refuses = frozenset(i for i in ids if "refused" in self.faults and self.random.random() < 0.1)
        self.server = Server(refuses, lag_s, Counter(), {}, [])
        self.poisoned = {i for i in ids if "poison" in self.faults and self.random.random() < 0.05}
        self.boot()
        for op_id in ids:
            self.at(self.random.uniform(0, 300), lambda op_id=op_id: self._guest(op_id))  # type: ignore[misc]

    # --- the process -----------------------------------------------------------------------------------

    def forget(self) -> None:
        self.in_flight.clear()

    def resume(self) -> None:
        for operation in list(self.queue.operations.values()):
            if operation.strategy is Strategy.ATTENDED and self.alive:
                must(operation.state is OpState.UNKNOWN, "an interrupted payment must be unknown")
                self._settle_payment(operation.op_id)

    def carry_out(self, command: Command) -> None:
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
        row = self.store.row(operation.op_id)
        must(row is not None and row.state is OpState.SENDING, "write call without a committed intent")
        self.in_flight[operation.lane] += 1
        must(self.in_flight[operation.lane] == 1, "two writes in flight in one lane")

    def _reply_later(self, operation: Operation, outcome: Outcome) -> None:
        life = self.life

        def reply() -> None:
            if life == self.life:
                self.in_flight[operation.lane] = 0
                self._answer(life, Replied(operation.op_id, outcome))

        self.at(self.random.uniform(0.01, 2), reply)

    def _answer(self, life: int, event: Event) -> None:
        if life == self.life:
            self.take(event)

    # --- network and server ----------------------------------------------------------------------------

    def _find(self, operation: Operation) -> Outcome:
        found = self.server.find(self.key(operation), self.now_s)
        self.seen["find_lags"] += found == Refused(ABSENT)
        return found

    def _network_ask(self, ask: Callable[[], Outcome]) -> Outcome:
        if self.down() or self.fault("never_sent"):
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
        if self.down() or self.fault("never_sent"):
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
        if not self.take(Accept(drafts, close)):
            return False
        for draft in drafts:
            must(draft.op_id not in self.promised, "promised twice")
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
        elif self.take(Release(op_id) if paid else Cancel(op_id)):
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
        must(self.alive, "the process never came back")
        left = self.queue.operations
        for op_id, draft in self.promised.items():
            state = left[op_id].state if op_id in left else self._final_state(op_id)
            effects = self.server.effects[op_id]
            must(effects <= 1, f"{op_id} doubled: in effect {effects} times")
            if draft.strategy is Strategy.ATTENDED:
                wanted = OpState.CONFIRMED if op_id in self.charged else OpState.REJECTED
                must(state is wanted, f"{op_id} is {state}, the terminal says {wanted}")
                accepted = op_id.removeprefix("pay-") in self.promised
                must(accepted == (op_id in self.charged), f"{op_id}: money and order disagree")
            elif op_id in self.cancelled:
                must(
                    state is OpState.CANCELLED and effects == 0, f"{op_id} cancelled, yet {state}, {effects}"
                )
            elif op_id in self.poisoned:
                must(state is OpState.QUARANTINED and effects == 0, f"{op_id} poisoned, yet {state}")
            elif op_id in self.server.refuses:
                must(state is OpState.REJECTED and effects == 0, f"{op_id} refused, yet {state}")
            else:
                must(effects == 1, f"{op_id} lost: never in effect, {state}")
                must(state in (OpState.CONFIRMED, OpState.IN_DOUBT), f"{op_id} in effect, yet {state}")
            self.seen[state] += 1
        must(len(set(self.numbers)) == len(self.numbers), "an order number was given twice")
        self._check_order()

    def _final_state(self, op_id: str) -> OpState:
        row = self.store.row(op_id)
        if row is None or row.state not in TERMINAL:
            raise Wrong(f"{op_id} is neither final nor in sight")
        return row.state

    def _check_order(self) -> None:
        """Within a lane, effects follow acceptance; what was held joins when it is released."""
        plain = [op_id for op_id, draft in self.promised.items() if not draft.held]
        place = {op_id: index for index, op_id in enumerate(plain)}
        last: dict[str, int] = {}
        for op_id in self.server.order:
            if op_id in place:
                lane = self.promised[op_id].lane
                must(place[op_id] > last.get(lane, -1), f"{op_id} overtook in its lane")
                last[lane] = place[op_id]

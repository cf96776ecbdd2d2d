"""A world of guests who pay with gift cards, vouchers and cards, on a server that cannot recognise a repeat.

Each visit is a saga: lock a voucher, debit a gift card, charge a card; then redeem and order, or undo. The
ledger knows what really happened, and `run` ends by comparing: nothing doubled, no wrong verdict, money taken
exactly where an order was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from kioskd.outbox.courier import (
    Applied,
    Baseline,
    NeverSent,
    Outcome,
    Poison,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.engine import step
from kioskd.outbox.events import (
    Accept,
    AskBaseline,
    Command,
    Event,
    Probe,
    Probed,
    ReadBack,
    Replied,
    ResolveDoubt,
    Retry,
    Send,
    Settled,
    Verdict,
)
from kioskd.outbox.operation import Closing, Draft, Lock, Operation, Strategy
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Course, Decision, SagaState
from kioskd.outbox.states import WITHOUT_EFFECT, OpState
from tests.simulation.kernel import CRASHES, Kernel, Step, WorldStore, must
from tests.simulation.tender_guest import Guest, undo_of
from tests.simulation.till_server import LOCK_LIFE_S, TillServer

NETWORK_FAULTS = (
    "never_sent",
    "lost_request",
    "lost_answer",
    "late_execution",
    "error_before_effect",
    "error_after_effect",
    "throttled",
    "unauthorised",
)
FAULTS = (*NETWORK_FAULTS, *CRASHES, "outage", "read_lag", "other_till", "courier_bug", "terminal_silent")

EPOCH_S = 1.7e9
SERVER_MAX_S = 60.0
READ_LAG_S = 5.0


class TenderWorld(Kernel):
    ALL_FAULTS = FAULTS
    RARE = frozenset((*CRASHES, "courier_bug"))

    def __init__(
        self,
        seed: int,
        visits: int = 6,
        *,
        policy: Policy | None = None,
        decide: Step = step,
        reopen: Callable[[], WorldStore] | None = None,
        persist_first: bool = True,
        unique: bool = True,
    ) -> None:
        super().__init__(
            seed, policy=policy, decide=decide, reopen=reopen, persist_first=persist_first, unique=unique
        )
        self.visits = visits
        self.server = TillServer(
            lag_s=READ_LAG_S if "read_lag" in self.faults else 0.0, shared_shop=self.random.random() < 0.2
        )
        self.clock_trusted = self.random.random() < 0.5
        self.drafted: dict[str, Draft] = {}
        self.promised: dict[str, Draft] = {}
        self.late: set[str] = set()  # operations with a request still at work on the server
        self.lock_until_s: dict[str, float] = {}
        self.waiting: dict[str, Callable[[Outcome], None]] = {}
        self.charged: dict[str, bool] = {}
        self.thanked: set[str] = set()
        self.doubts: set[str] = set()

    # --- running ---------------------------------------------------------------------------------------

    def run(self) -> TenderWorld:
        try:
            self._prepare()
            self.drain(until_s=700.0)
            self.heal()
            self.drain(until_s=self.now_s + 3000.0)
            self._resolve_doubts()
            self.drain(until_s=self.now_s + 3000.0)
            self._check()
        except AssertionError as error:
            raise type(error)(f"seed {self.seed}: {error}") from error
        return self

    def _prepare(self) -> None:
        if "outage" in self.faults:
            start_s = self.random.uniform(0, 300)
            self.outages = [(start_s, start_s + self.random.uniform(5, 500))]
        self.boot()
        for n in range(self.visits):
            visit = Guest(self, f"v{n}")
            self.at(self.random.uniform(0, 500), visit.begin)
            self.at(self.random.uniform(0, 600), lambda n=n: self._in_background(n))  # type: ignore[misc]
            if "other_till" in self.faults:
                self.at(self.random.uniform(0, 700), self._other_till)

    def wall_s(self) -> float | None:
        return EPOCH_S + self.now_s if self.clock_trusted else None

    def forget(self) -> None:
        self.waiting.clear()

    def resume(self) -> None:
        for operation in list(self.queue.operations.values()):
            if operation.strategy is Strategy.ATTENDED and self.alive:
                must(operation.state is OpState.UNKNOWN, "an interrupted payment must be unknown")
                self.settle_payment(operation.op_id)

    def _other_till(self) -> None:
        card, amount, code = self.random.choice("AB"), self.random.choice((-500, 500)), f"v{self.visits // 2}"
        self.seen["other_till"] += 1
        self.server.other_till(card, amount, code, self.now_s)

    # --- what the outbox is asked -----------------------------------------------------------------------

    def accept(self, *drafts: Draft, close: Closing | None = None, decide: Decision | None = None) -> bool:
        self.drafted.update({draft.op_id: draft for draft in drafts})
        if not self.take(Accept(drafts, close, decide)):
            return False
        self.promised.update({draft.op_id: draft for draft in drafts})
        return True

    def _in_background(self, n: int) -> None:
        """A reversal that staff asked for, and an award nobody can read back."""
        card = self.random.choice("AB")
        top_up = Draft(f"up{n}", "gift", f"card:{card}", {"card": card, "amount": 500}, Strategy.READ_BACK)
        award = Draft(f"award{n}", "award", f"award:{n}", {}, Strategy.HUMAN)
        self.accept(self.random.choice((top_up, award)))

    def settle_payment(self, payment: str) -> None:
        """What the terminal says decides the saga, whoever is still there."""
        saga = payment.removeprefix("pay-")
        if self.charged[payment]:
            self.finish(saga, Closing(payment, OpState.CONFIRMED, "trace 1"))
        else:
            self.accept(
                close=Closing(payment, OpState.REJECTED, "declined"),
                decide=Decision(saga, Course.UNDO, "declined"),
            )

    def finish(self, saga: str, close: Closing | None = None) -> None:
        """Redeem what was locked, and record the order."""
        known = self.queue.sagas.get(saga)
        members = known.members if known else {}
        drafts: tuple[Draft, ...] = ()
        lock = members.get(f"lock-{saga}")
        if lock is not None and lock.state is OpState.CONFIRMED and lock.wanted:
            until_s = self.lock_until_s[saga]
            redeem = Draft(
                f"redeem-{saga}",
                "redeem",
                f"voucher:{saga}",
                {"code": saga},
                Strategy.FENCED,
                saga=saga,
                depends_on=(lock.op_id,),
                lock=Lock(max(until_s - self.now_s, 0.0), datetime.fromtimestamp(EPOCH_S + until_s, UTC)),
            )
            drafts = (redeem,)
        order = Draft(
            f"order-{saga}",
            "order",
            "member:1",
            {},
            saga=saga,
            follows=tuple(draft.op_id for draft in drafts),
        )
        self.thanked.add(saga)  # before a crash can come between the commit and this line
        if not self.accept(*drafts, order, close=close, decide=Decision(saga, Course.FINISH)):
            self.thanked.discard(saga)

    # --- commands --------------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        match command:
            case Send(operation):
                self._must_be_allowed(operation)
                outcome = self._network(self._request(operation), operation)
                self._reply_later(Replied(operation.op_id, outcome))
            case AskBaseline(operation):
                outcome = self._network(lambda: Baseline({"seen": self.server.seen(self.now_s)}), None)
                self._reply_later(Replied(operation.op_id, outcome))
            case ReadBack(operation):
                outcome = self._network(lambda: self._look(operation), None)
                self._reply_later(Replied(operation.op_id, outcome))
            case Probe():
                self._reply_later(Probed(self._network(Applied, None)))
            case Settled(operation, outcome):
                if operation.state is OpState.IN_DOUBT:
                    self.doubts.add(operation.op_id)
                heard = self.waiting.pop(operation.op_id, None)
                if heard:
                    self.at(0.0, lambda: heard(outcome))

    def _reply_later(self, event: Event) -> None:
        life = self.life
        self.at(self.random.uniform(0.01, 2), lambda: life == self.life and self.take(event) and None)

    def _must_be_allowed(self, operation: Operation) -> None:
        """Every rule about write calls, checked against the truth at the moment of the call."""
        op_id, row = operation.op_id, self.store.row(operation.op_id)
        must(row is not None and row.state is OpState.SENDING, f"{op_id}: write without a committed intent")
        if operation.strategy is not Strategy.KEYED and operation.kind != "redeem":
            must(self.server.effects[op_id] == 0, f"{op_id}: sent again although it is in effect")
            must(op_id not in self.late, f"{op_id}: sent again while the first request is at work")
        if operation.kind == "redeem":
            must(self.now_s < self.lock_until_s[str(operation.saga)], f"{op_id}: sent with an expired key")
        if operation.compensates:
            step_effects = self.server.effects[operation.compensates]
            must(step_effects == 1, f"{op_id} undoes {operation.compensates}: in effect {step_effects} times")
        if self.drafted[op_id].at_once and op_id not in self.waiting:
            counted_on = str(operation.saga) in self.thanked
            must(counted_on, f"{op_id}: sent although its guest is gone")

    # --- network ---------------------------------------------------------------------------------------

    def _network(self, ask: Callable[[], Outcome], write: Operation | None) -> Outcome:
        if self.down() or self.fault("never_sent"):
            return NeverSent()
        if self.fault("courier_bug"):
            return Poison("KeyError", may_be_sent=True) if write else Unclear()
        if self.fault("lost_request") or self.fault("error_before_effect"):
            return Unclear()
        if self.fault("unauthorised"):
            return Unauthorised()
        if self.fault("throttled"):
            return Throttled(self.random.uniform(0, 20))
        if write and self.fault("late_execution"):
            op_id = write.op_id
            self.late.add(op_id)

            def execute_late() -> None:
                self.late.discard(op_id)
                ask()

            self.at(self.random.uniform(1, SERVER_MAX_S), execute_late)
            return Unclear()
        outcome = ask()
        return Unclear() if self.fault("lost_answer") or self.fault("error_after_effect") else outcome

    def _request(self, operation: Operation) -> Callable[[], Outcome]:
        """What goes over the wire is settled when it leaves, however late it arrives."""
        op_id, server = operation.op_id, self.server
        saga, payload = str(operation.saga), self.drafted[op_id].payload
        match operation.kind:
            case "gift":
                if operation.compensates:
                    undone = self.store.results(operation)[operation.compensates]
                    must(undone.remote_uuid is not None, f"{op_id}: what to reverse is not known")
                card, amount = str(payload["card"]), int(payload["amount"])
                return lambda: server.move_money(card, amount, self.now_s, op_id)
            case "lock":
                return lambda: self._lock(saga, op_id)
            case "release":
                key = self._key_of(operation)
                return lambda: server.release(saga, key)
            case "redeem":
                key = self._key_of(operation)
                return lambda: server.redeem(saga, key, self.now_s, op_id)
            case "award":
                return lambda: server.award(op_id)
        return lambda: server.order(op_id, self.now_s)

    def _lock(self, saga: str, op_id: str) -> Outcome:
        outcome = self.server.lock(saga, self.now_s, op_id)
        if isinstance(outcome, Applied):
            self.lock_until_s[saga] = self.now_s + LOCK_LIFE_S
        return outcome

    def _key_of(self, operation: Operation) -> str:
        kept = self.store.results(operation)[f"lock-{operation.saga}"].keep
        must("release_key" in kept, f"{operation.op_id}: the key of its lock is lost")
        return kept["release_key"]

    def _look(self, operation: Operation) -> Outcome:
        saga, payload = str(operation.saga), self.drafted[operation.op_id].payload
        self.seen["read_lag"] += self.server.seen(self.now_s) < len(self.server.ledger)
        match operation.kind:
            case "gift":
                seen = int((operation.baseline or '{"seen": 0}').split(":")[1].rstrip("}"))
                return self.server.transactions(
                    str(payload["card"]), int(payload["amount"]), seen, self.now_s
                )
            case "lock":
                return self.server.find_lock(saga, self.now_s)
            case "redeem":
                return self.server.find_redemption(saga, self.now_s)
        return self.server.find_order(operation.op_id, self.now_s)

    # --- staff -----------------------------------------------------------------------------------------

    def _resolve_doubts(self) -> None:
        for _ in range(5):
            for operation in list(self.queue.operations.values()):
                if operation.state is OpState.QUARANTINED:
                    self.take(Retry(operation.op_id, "Kim"))
                elif operation.state is OpState.IN_DOUBT:
                    must(bool(operation.evidence), f"{operation.op_id}: in doubt without evidence")
                    self._resolve(operation)
            self.drain(until_s=self.now_s + 1000.0)

    def _resolve(self, operation: Operation) -> None:
        op_id = operation.op_id
        if not self.server.effects[op_id]:
            verdict = Verdict.SEND_AGAIN if operation.compensates else Verdict.NOT_APPLIED
            self.take(ResolveDoubt(op_id, verdict, "Kim", "not in the list"))
            return
        remote_uuid = next((e.remote_uuid for e in self.server.ledger if e.cause == op_id), None)
        verdict, undo = Verdict.APPLIED, None
        if operation.kind == "gift" and operation.wanted and operation.saga and not operation.compensates:
            verdict, undo = Verdict.COMPENSATE, undo_of(self.drafted[op_id], "by-hand")
            self.drafted[undo.op_id] = self.promised[undo.op_id] = undo
        self.take(ResolveDoubt(op_id, verdict, "Kim", "in the list", remote_uuid, undo))

    # --- the promises ----------------------------------------------------------------------------------

    def _check(self) -> None:
        must(self.alive, "the process never came back")
        for op_id, draft in self.promised.items():
            row = self.store.row(op_id)
            if row is None:
                must(False, f"{op_id} lost: not in the file")
                return
            self._check_operation(row, draft)
            self.seen[f"{draft.kind} {row.state}"] += 1
            self.seen[row.state] += 1
        for saga in {str(draft.saga) for draft in self.promised.values() if draft.saga}:
            self._check_saga(saga)
        for op_id in self.doubts:
            self.seen[f"doubt {self.drafted[op_id].kind}"] += 1
            provable = self.drafted[op_id].kind not in ("award", "order") and not self.server.shared_shop
            must(not provable, f"{op_id} was in doubt, although only we use this shop")

    def _check_operation(self, row: Operation, draft: Draft) -> None:
        op_id, effects = row.op_id, self.server.effects[row.op_id]
        must(not row.is_open, f"{op_id} lost: still {row.state}")
        must(effects <= 1, f"{op_id} doubled: in effect {effects} times")
        if draft.kind in ("payment", "release"):
            return
        if row.state in (OpState.CONFIRMED, OpState.COMPENSATED):
            must(effects == 1, f"{op_id} is {row.state}, yet it is not in effect")
        elif row.state in WITHOUT_EFFECT and draft.kind != "lock":  # a lock nobody saw lapses by itself
            must(effects == 0, f"{op_id} is {row.state}, yet it is in effect")
        if row.remote_uuid is not None and draft.kind == "gift":
            cause = self.server.ledger[int(row.remote_uuid.removeprefix("tx-"))].cause
            must(cause == op_id, f"{op_id} took a transaction of {cause or 'another till'} for its own")

    def _check_saga(self, saga: str) -> None:
        state = self.store.saga_state(saga)
        self.seen[f"saga {state}"] += 1
        charged = self.charged.get(f"pay-{saga}")
        must(charged is None or charged == (saga in self.thanked), f"{saga}: card and order disagree")
        if saga in self.thanked:
            must(state in (SagaState.FINISHED, SagaState.INCOMPLETE), f"{saga} is {state}, guest was thanked")
            must(self.server.effects[f"order-{saga}"] == 1, f"{saga}: thanked, and no order")
        else:
            must(state is SagaState.UNDONE, f"{saga} is {state}, its guest got nothing")
        for op_id, draft in self.promised.items():
            if draft.saga != saga or draft.kind != "gift" or draft.compensates:
                continue
            row = self.store.row(op_id)
            kept = row is not None and row.wanted and saga in self.thanked
            undone = sum(self.server.effects[f"{prefix}-{op_id}"] for prefix in ("undo", "by-hand"))
            wanted = 0 if kept else self.server.effects[op_id]
            must(undone == wanted, f"{op_id} was undone {undone} times, {wanted} was right")

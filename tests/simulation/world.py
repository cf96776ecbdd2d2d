"""One kiosk in a hostile world, and a ledger of what is true.

Guests pay with vouchers, points, gift cards, prepaid money and cards, each visit a saga; in the background
orders, returns, awards, claims and voids are told. The server cannot recognise most repeats. `run` ends with
everything healed; what the outbox promises is judged at every step and once more at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from kioskd.outbox.changes import Change
from kioskd.outbox.courier import (
    DUPLICATE,
    Applied,
    Baseline,
    NeverSent,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, AskBaseline, Command, Probe, Probed, ReadBack, Replied, Send, Settled
from kioskd.outbox.operation import Closing, Draft, Lock, Operation, Strategy, encode_payload
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import OpState
from tests.simulation import judge
from tests.simulation.background import Background, staff_round
from tests.simulation.clocks import TRUE_EPOCH
from tests.simulation.faults import FAULTS
from tests.simulation.guest import ASK_AGAIN_S, MONEY, Guest
from tests.simulation.kernel import Disk, Kernel, Step
from tests.simulation.promise import Wrong, must
from tests.simulation.till_server import LOCK_LIFE_S, Switches, TillServer

SERVER_MAX_S = 60.0
READ_LAG_S = 5.0
DEADLINE_S = 30.0
VISITS = 6
HOSTILE_S = 700.0
REST_S = 3000.0

_REFUSABLE = frozenset({"order", "award", "claim"})
Answer = tuple[Outcome, float]
"""And how long it takes at most."""


class World(Kernel):
    def __init__(
        self,
        seed: int,
        visits: int = VISITS,
        *,
        faults: Collection[str] | None = None,
        policy: Policy | None = None,
        decide: Step = step,
        disk: Disk | None = None,
        persist_first: bool = True,
        believes_any_clock: bool = False,
        believes_terminal: bool = True,
        traced: bool = False,
        level: str = "memory",
        key: Callable[[Operation], str] = lambda operation: operation.op_id,
    ) -> None:
        super().__init__(
            seed,
            faults=faults,
            policy=policy,
            decide=decide,
            disk=disk,
            persist_first=persist_first,
            believes_any_clock=believes_any_clock,
            traced=traced,
        )
        self.visits = visits
        self.level = level
        self.key = key
        self.believes_terminal = believes_terminal
        flip = self.random.random
        self.server = TillServer(
            Switches(
                lag_s=READ_LAG_S if "read_lag" in self.faults else 0.0,
                shared_shop=flip() < 0.2,
                prepaid_listed=flip() < 0.7,
                duplicate_collect_refused=flip() < 0.5,
                unlocked_redeem_shows_key_first=flip() < 0.5,
                unlocked_release_refused=flip() < 0.5,
                unclaimed_deduplicated=flip() < 0.5,
            )
        )
        self.drafted: dict[str, Draft] = {}
        self.encoded: dict[str, bytes] = {}
        self.promised: dict[str, Draft] = {}
        self.refuses: set[str] = set()
        self.poisoned: set[str] = set()
        self.late: set[str] = set()  # operations with a request still at work on the server
        self.in_flight: dict[str, str] = {}  # by lane
        self.lock_until_s: dict[str, float] = {}
        self.waiting: dict[str, Callable[[Outcome], None]] = {}
        self.charged: dict[str, bool] = {}
        self.thanked: set[str] = set()
        self.doubts: set[str] = set()
        self.set_aside: set[str] = set()
        self.released: set[str] = set()  # paid at the counter
        self.heard: set[str] = set()  # records without a key whose answer reached the kiosk
        self.revoked_until_s = 0.0

    # --- running ---------------------------------------------------------------------------------------

    def run(self) -> World:
        """Raises Wrong, with the line that tells the same story again."""
        try:
            self._prepare()
            self.drain(until_s=HOSTILE_S)
            self.heal()
            for _ in range(3):
                self.drain(until_s=self.now_s + REST_S)
                staff_round(self)
            self.drain(until_s=self.now_s + REST_S)
            judge.at_the_end(self)
        except Wrong as error:
            raise type(error)(f"{error}\n  {self.again()}") from error
        return self

    def again(self) -> str:
        faults = ",".join(fault for fault in FAULTS if fault in self.faults) or "none"
        level = f"--level {self.level} --visits {self.visits}"
        return f"./dev simulate --operations 1 --seed {self.seed} {level} --faults {faults}"

    def _prepare(self) -> None:
        if "outage" in self.faults:
            start_s = self.random.uniform(0, 300)
            self.outages = [(start_s, start_s + self.random.uniform(5, 500))]
        self.boot()
        for n in range(self.visits):
            self.at(self.random.uniform(0, 500), Guest(self, f"v{n}").begin)
            self.at(self.random.uniform(0, 600), Background(self, 2 * n).begin)
            self.at(self.random.uniform(0, 600), Background(self, 2 * n + 1).begin)
            if "other_till" in self.faults:
                self.at(self.random.uniform(0, 700), self._other_till)
        self.at(self.random.uniform(200, 700), lambda: staff_round(self) if self.alive else None)

    def forget(self) -> None:
        self.waiting.clear()
        self.in_flight.clear()

    def resume(self) -> None:
        for operation in list(self.queue.operations.values()):
            if operation.strategy is Strategy.ATTENDED and self.alive:
                must(operation.state is OpState.UNKNOWN, "an interrupted payment must be unknown")
                self.settle_payment(operation.op_id)

    def inspect(self, change: Change) -> None:
        judge.change(self, change)

    def _other_till(self) -> None:
        card, amount, code = self.random.choice("AB"), self.random.choice((-500, 500)), f"v{self.visits // 2}"
        self.seen["other_till"] += 1
        self.server.other_till(card, amount, code, self.now_s)

    # --- what the outbox is asked -----------------------------------------------------------------------

    def accept(self, *drafts: Draft, close: Closing | None = None, decide: Decision | None = None) -> bool:
        if not self.alive:
            return False
        for draft in drafts:
            self.drafted[draft.op_id] = draft
            self.encoded[draft.op_id] = encode_payload(draft)
        if not self.take(Accept(drafts, close, decide)):
            return False
        for draft in drafts:
            self.promised[draft.op_id] = draft
        return True

    def draw_trouble(self, draft: Draft) -> None:
        """Some operations the server will not have, and some cannot be read until an upgrade."""
        if draft.kind in _REFUSABLE and self.fault("refused"):
            self.refuses.add(draft.op_id)
        elif draft.kind in ("order", "claim") and self.fault("poison"):
            self.poisoned.add(draft.op_id)

    def settle_payment(self, payment: str) -> None:
        """What the terminal says decides the saga, whoever is still there."""
        saga = payment.removeprefix("pay-")
        if self.charged[payment] and self.believes_terminal:
            done = self.finish(saga, Closing(payment, OpState.CONFIRMED, "trace 1"))
        else:
            done = self.accept(
                close=Closing(payment, OpState.REJECTED, "declined"),
                decide=Decision(saga, Course.UNDO, "declined"),
            )
        if not done:
            life = self.life
            self.at(ASK_AGAIN_S, lambda: self.settle_payment(payment) if life == self.life else None)

    def finish(self, saga: str, close: Closing | None = None) -> bool:
        """Use what was taken, and record the order."""
        known = self.queue.sagas.get(saga)
        members = known.members if known else {}
        drafts: list[Draft] = []
        lock = members.get(f"lock-{saga}")
        if lock is not None and lock.state is OpState.CONFIRMED and lock.wanted:
            drafts.append(self._redeem(saga))
        reward = members.get(f"reward-{saga}")
        if reward is not None and reward.state is OpState.CONFIRMED and reward.wanted:
            drafts.append(
                Draft(f"collect-{saga}", "collect", "collect", {}, saga=saga, depends_on=(reward.op_id,))
            )
        follows = tuple(draft.op_id for draft in drafts)
        order = Draft(f"order-{saga}", "order", "member:1", {}, saga=saga, follows=follows)
        self.thanked.add(saga)  # before a crash can come between the commit and this line
        if self.accept(*drafts, order, close=close, decide=Decision(saga, Course.FINISH)):
            return True
        self.thanked.discard(saga)
        return False

    def _redeem(self, saga: str) -> Draft:
        until_s = self.lock_until_s[saga]
        lock = Lock(max(until_s - self.now_s, 0.0), TRUE_EPOCH + timedelta(seconds=until_s))
        return Draft(
            f"redeem-{saga}",
            "redeem",
            f"voucher:{saga}",
            {"code": saga},
            Strategy.FENCED,
            saga=saga,
            depends_on=(f"lock-{saga}",),
            lock=lock,
        )

    # --- commands --------------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        if isinstance(command, Send | AskBaseline | ReadBack):
            judge.payload(self, command.operation.op_id)
        match command:
            case Send(operation):
                judge.write(self, operation)
                self._answer(operation, self._network(self._request(operation), operation))
            case AskBaseline(operation):
                ask = lambda: Baseline({"seen": self.server.seen(self.now_s)})  # noqa: E731
                self._answer(operation, self._network(ask, None))
            case ReadBack(operation):
                self._answer(operation, self._network(lambda: self._look(operation), None))
            case Probe():
                outcome, within_s = self._network(Applied, None)
                self.hear_later(Probed(outcome), within_s)
            case Settled(operation, outcome):
                self._settled(operation, outcome)

    def _answer(self, operation: Operation, answer: Answer) -> None:
        outcome, within_s = answer
        self.hear_later(Replied(operation.op_id, outcome), within_s)

    def hear(self, event: object, life: int) -> None:
        if isinstance(event, Replied) and life == self.life and self.now_s >= self.stalled_until_s:
            lane = self.drafted[event.op_id].lane
            if self.in_flight.get(lane) == event.op_id:
                del self.in_flight[lane]
        super().hear(event, life)  # type: ignore[arg-type]

    def _settled(self, operation: Operation, outcome: Outcome) -> None:
        op_id = operation.op_id
        if operation.kind == "unclaimed" and operation.state is OpState.CONFIRMED:
            self.heard.add(op_id)
        heard = self.waiting.pop(op_id, None)
        if heard:
            self.at(0.0, lambda: heard(outcome))

    # --- network ---------------------------------------------------------------------------------------

    def _network(self, ask: Callable[[], Outcome], write: Operation | None) -> Answer:
        outcome = self._before_the_server(write)
        if outcome is not None:
            return outcome, 2.0
        if write and self.fault("late_execution"):
            self._execute_late(ask, write.op_id)
            return Unclear(), 2.0
        outcome = ask()
        if self.fault("slow_answer"):
            return Unclear(), DEADLINE_S
        if self.fault("lost_answer") or self.fault("error_after_effect") or self.fault("garbled_answer"):
            return Unclear(), 2.0
        return outcome, 2.0

    def _before_the_server(self, write: Operation | None) -> Outcome | None:
        """None when the request arrives where it should."""
        fault = self.fault
        if write and write.op_id in self.poisoned and not self.healed:
            return Poison("no JSON object")
        if self.down() or fault("never_sent"):
            return NeverSent()
        if fault("courier_bug"):
            return Poison("KeyError", may_be_sent=True) if write else Unclear()
        if fault("lost_request") or fault("error_before_effect") or fault("portal_page"):
            return Unclear()
        if fault("maintenance"):
            return Unclear()
        if fault("token_revoked"):
            self.revoked_until_s = self.now_s + self.random.uniform(5, 300)
        if fault("unauthorised") or (self.now_s < self.revoked_until_s and not self.healed):
            return Unauthorised()
        if fault("throttled"):
            return Throttled(self.random.uniform(0, 20))
        if write and write.op_id in self.refuses:
            return Refused("blocked")
        return None

    def _execute_late(self, ask: Callable[[], Outcome], op_id: str) -> None:
        self.late.add(op_id)

        def execute() -> None:
            self.late.discard(op_id)
            ask()

        self.at(self.random.uniform(1, SERVER_MAX_S), execute)

    def _request(self, operation: Operation) -> Callable[[], Outcome]:
        """What goes over the wire is settled when it leaves, however late it arrives."""
        op_id, server, saga = operation.op_id, self.server, str(operation.saga)
        if operation.kind in MONEY:
            payload = self.drafted[op_id].payload
            if operation.compensates and operation.strategy is Strategy.READ_BACK:
                undone = self.store.results(operation)[operation.compensates]
                must(undone.remote_uuid is not None, f"{op_id}: what to reverse is not known")
            card, amount = str(payload["card"]), int(payload["amount"])
            return lambda: server.move_money(card, amount, self.now_s, op_id)
        match operation.kind:
            case "lock":
                return lambda: self._lock(saga, op_id)
            case "release":
                key = self._key_of(operation)
                return lambda: server.release(saga, key, op_id)
            case "redeem":
                key = self._key_of(operation)
                return lambda: server.redeem(saga, key, self.now_s, op_id)
            case "award":
                return lambda: server.award(op_id)
            case "claim":
                return lambda: server.claim(op_id.removeprefix("claim"), op_id)
            case "void":
                return lambda: judge.void(self, op_id)
            case "unclaimed":
                return lambda: server.unclaimed(op_id)
        duplicate: Outcome = Refused(DUPLICATE)
        if operation.kind == "return" or not (
            operation.kind == "order" or server.switches.duplicate_collect_refused
        ):
            duplicate = Applied()
        key = self.key(operation)
        return lambda: server.keyed(key, self.now_s, op_id, duplicate=duplicate)

    def _lock(self, saga: str, op_id: str) -> Outcome:
        outcome = self.server.lock(saga, self.now_s, op_id)
        if isinstance(outcome, Applied):
            self.lock_until_s[saga] = self.now_s + LOCK_LIFE_S
        return outcome

    def _key_of(self, operation: Operation) -> str:
        lock = self.store.results(operation).get(f"lock-{operation.saga}")
        if lock is None or "release_key" not in lock.keep:
            raise Wrong(f"{operation.op_id}: the key of its lock is lost")
        return lock.keep["release_key"]

    def _look(self, operation: Operation) -> Outcome:
        server, saga = self.server, str(operation.saga)
        self.seen["read_lag"] += server.switches.lag_s > 0 and server.seen(self.now_s) < len(server.ledger)
        if operation.kind in MONEY:
            payload = self.drafted[operation.op_id].payload
            seen = int((operation.baseline or '{"seen": 0}').split(":")[1].rstrip("}"))
            return server.transactions(str(payload["card"]), int(payload["amount"]), seen, self.now_s)
        match operation.kind:
            case "lock":
                return server.find_lock(saga, self.now_s)
            case "release":
                return server.find_release(saga, self._key_of(operation))
            case "redeem":
                return server.find_redemption(saga)
        return server.find(self.key(operation), self.now_s)

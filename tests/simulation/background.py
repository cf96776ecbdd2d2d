"""What else a kiosk has to tell the other side: orders, awards, claims, and what staff do with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kioskd.outbox.events import Cancel, Release, ResolveDoubt, Retry, Verdict
from kioskd.outbox.operation import Draft, Operation, Strategy, encode_payload
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import WITHOUT_EFFECT, OpState
from tests.simulation.clocks import TRUE_EPOCH
from tests.simulation.guest import ASK_AGAIN_S, MONEY, undo_of

if TYPE_CHECKING:
    from tests.simulation.world import World

UNPAID_FOR_S = 400.0


class Background:
    def __init__(self, world: World, n: int) -> None:
        self.world = world
        self.n = n

    def begin(self) -> None:
        match self.world.random.randrange(8):
            case 0:
                self._top_up()
            case 1:
                self._plain(Draft(f"award{self.n}", "award", f"award:{self.n}", {}, Strategy.HUMAN))
            case 2 | 3:
                self._order()
            case 4:
                self._counter_order()
            case 5 | 6:
                self._claim()
            case _:
                self._plain(Draft(f"unclaimed{self.n}", "unclaimed", f"unclaimed:{self.n}", {}))

    def _plain(self, draft: Draft) -> bool:
        self.world.draw_trouble(draft)
        return self.world.accept(draft)

    def _top_up(self) -> None:
        """A reversal that staff asked for."""
        card = self.world.random.choice("AB")
        payload = {"card": card, "amount": 500}
        lane = f"card:{card}"
        self.world.accept(Draft(f"up{self.n}", "gift", lane, payload, Strategy.READ_BACK, amount_minor=5_00))

    def _order(self) -> None:
        world = self.world
        lane = f"member:{world.random.randrange(4)}"
        number = world.queue.last_order_number + 1
        order = Draft(f"sale{self.n}", "order", lane, {"id": self.n}, order_number=number, amount_minor=850)
        if self._plain(order) and world.random.random() < 0.3:
            world.at(world.random.uniform(5, 200), lambda: self._return(order))

    def _return(self, order: Draft) -> None:
        """Told after its order; not at all of one that is not there, or of which nobody knows."""
        world, op_id = self.world, f"return{self.n}"
        sold = world.store.row(order.op_id)
        assert sold is not None
        if sold.state in (*WITHOUT_EFFECT, OpState.IN_DOUBT, OpState.QUARANTINED):
            return
        waits = (order.op_id,) if sold.is_open else ()
        returned = Draft(op_id, "return", order.lane, {}, saga=op_id, depends_on=waits)
        world.accept(returned, decide=Decision(op_id, Course.FINISH))

    def _counter_order(self) -> None:
        world = self.world
        held = Draft(
            f"counter{self.n}",
            "order",
            f"member:{world.random.randrange(4)}",
            {"id": self.n},
            held="unpaid",
            order_number=world.queue.last_order_number + 1,
            expires_at=TRUE_EPOCH + timedelta(seconds=world.now_s + UNPAID_FOR_S),
        )
        if self._plain(held):
            longest_s = 600.0 if world.fault("late_staff") else 100.0
            paid = world.random.random() < 0.7
            world.at(world.random.uniform(1, longest_s), lambda: self._at_counter(held.op_id, paid))

    def _at_counter(self, op_id: str, paid: bool) -> None:
        """Staff take the money only for what still waits for it."""
        world = self.world
        row = world.store.row(op_id)
        if row is None or row.state is not OpState.HELD:
            return
        if paid:
            world.released.add(op_id)  # before a crash can come between the commit and this line
        if not world.take(Release(op_id) if paid else Cancel(op_id)):
            world.released.discard(op_id)
            world.at(40.0, lambda: self._at_counter(op_id, paid))

    def _claim(self) -> None:
        world = self.world
        lane, op_id = f"guest:{world.random.randrange(2)}", f"claim{self.n}"
        claim = Draft(op_id, "claim", lane, {}, saga=op_id)
        world.draw_trouble(claim)
        if world.accept(claim, decide=Decision(op_id, Course.FINISH)) and world.random.random() < 0.4:
            world.at(world.random.uniform(0, 100), lambda: self._void(claim))

    def _void(self, claim: Draft) -> None:
        """Behind the claim, wherever that got stuck."""
        world = self.world
        void = Draft(f"void{self.n}", "void", claim.lane, {})
        if claim.op_id in world.queue.sagas:
            void = replace(void, saga=claim.saga, follows=(claim.op_id,))
        if not world.accept(void):
            world.at(ASK_AGAIN_S, lambda: self._void(claim))


def staff_round(world: World) -> None:
    """A person looks at what the program could not decide, and at what is really on the other side."""
    for operation in sorted(world.queue.operations.values(), key=lambda operation: operation.seq):
        if not world.alive:
            return
        if world.queue.operations.get(operation.op_id) is not operation or operation.op_id in world.late:
            continue
        if operation.state is OpState.QUARANTINED:
            _retry(world, operation)
        elif operation.state is OpState.IN_DOUBT:
            _resolve(world, operation)


def _retry(world: World, operation: Operation) -> None:
    if operation.strategy is not Strategy.HUMAN or not operation.attempts:
        world.take(Retry(operation.op_id, "Kim"))


def _resolve(world: World, operation: Operation) -> None:
    op_id = operation.op_id
    if not world.server.effects[op_id]:
        verdict = Verdict.SEND_AGAIN if operation.compensates else Verdict.NOT_APPLIED
        world.take(ResolveDoubt(op_id, verdict, "Kim", "not in the list"))
        return
    remote_uuid = next((e.remote_uuid for e in world.server.ledger if e.cause == op_id), None)
    verdict, undo = Verdict.APPLIED, None
    if operation.kind in MONEY and operation.wanted and operation.saga and not operation.compensates:
        verdict = Verdict.COMPENSATE
        saga = world.queue.sagas.get(operation.saga)
        if saga is None or saga.undo_of(op_id) is None:
            undo = undo_of(world.drafted[op_id], "by-hand")
            world.drafted[undo.op_id] = undo
            world.encoded[undo.op_id] = encode_payload(undo)
    if world.take(ResolveDoubt(op_id, verdict, "Kim", "in the list", remote_uuid, undo)) and undo:
        world.promised[undo.op_id] = undo

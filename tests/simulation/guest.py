"""A guest at the till: step by step, then pay, or walk off. And the daemon's part of the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kioskd.outbox.courier import Applied, Outcome
from kioskd.outbox.events import Abandon
from kioskd.outbox.operation import Closing, Draft, Strategy
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import OpState

if TYPE_CHECKING:
    from tests.simulation.world import World

PATIENCE_S = 8.0
SESSION_S = 45.0
ASK_AGAIN_S = 5.0
MONEY = frozenset({"gift", "prepaid", "reward"})
"""Kinds that move an amount on a card."""


def undo_of(draft: Draft, prefix: str = "undo") -> Draft:
    """What takes a step back."""
    op_id = f"{prefix}-{draft.op_id}"
    if draft.kind == "lock":
        return Draft(op_id, "release", draft.lane, {}, saga=draft.saga, compensates=draft.op_id)
    payload = {"card": draft.payload["card"], "amount": -int(draft.payload["amount"])}
    return Draft(
        op_id, draft.kind, draft.lane, payload, draft.strategy, saga=draft.saga, compensates=draft.op_id
    )


class Guest:
    """Ends with the process."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.life = 0
        self.by_card = world.random.random() < 0.5
        self.steps = self._wishes()

    def _wishes(self) -> list[Draft]:
        chance = self.world.random
        steps = []
        if chance.random() < 0.5:
            steps.append(self._step(f"lock-{self.name}", "lock", f"voucher:{self.name}", {}))
        for n in range(chance.randrange(3)):
            card = chance.choice("AB")
            steps.append(
                self._step(f"debit{n}-{self.name}", "gift", f"card:{card}", {"card": card, "amount": -500})
            )
        if chance.random() < 0.2:
            payload = {"card": "points", "amount": -100}
            steps.append(self._step(f"reward-{self.name}", "reward", "card:points", payload))
        if chance.random() < 0.2:
            payload = {"card": "prepaid", "amount": -400}
            steps.append(self._step(f"prepaid-{self.name}", "prepaid", "card:prepaid", payload))
        return steps

    def _step(self, op_id: str, kind: str, lane: str, payload: dict[str, str | int]) -> Draft:
        listed = kind != "prepaid" or self.world.server.switches.prepaid_listed
        strategy = Strategy.READ_BACK if listed else Strategy.HUMAN
        return Draft(op_id, kind, lane, payload, strategy, saga=self.name, at_once=True)

    def begin(self) -> None:
        if self.world.alive:
            self.life = self.world.life
            self._next()

    def _next(self) -> None:
        world = self.world
        if self.life != world.life:
            return
        if world.fault("guest_gone"):
            world.at(SESSION_S, self._walk_off)
            return
        if not self.steps:
            self._pay()
            return
        step_ = self.steps.pop(0)
        world.waiting[step_.op_id] = lambda outcome: self._heard(step_, outcome)
        if world.accept(step_, undo_of(step_)):
            world.at(PATIENCE_S, lambda: self._out_of_patience(step_))
        else:
            del world.waiting[step_.op_id]
            self._walk_off()

    def _heard(self, step_: Draft, outcome: Outcome) -> None:
        if self.life != self.world.life:
            return
        self.world.seen[f"heard {type(outcome).__name__}"] += 1
        if isinstance(outcome, Applied) or self.world.random.random() < 0.6:
            self._next()
        else:
            self._walk_off()

    def _out_of_patience(self, step_: Draft) -> None:
        world = self.world
        if self.life != world.life or world.waiting.pop(step_.op_id, None) is None:
            return
        world.seen["unclear"] += 1
        if not world.take(Abandon(step_.op_id, "no answer", if_unsent=True)):
            self._walk_off()
            return
        match world.random.randrange(2 if step_.kind == "lock" else 3):
            case 0:
                self._walk_off()
            case 1:
                if world.take(Abandon(step_.op_id, "another tender instead")):
                    self._next()
                else:
                    self._walk_off()
            case _:
                self._next()  # counts on it

    def _walk_off(self) -> None:
        """Decided until it is written down."""
        world = self.world
        if self.life != world.life or self.name not in world.queue.sagas:
            return
        if not world.accept(decide=Decision(self.name, Course.UNDO, "the guest left")):
            world.at(ASK_AGAIN_S, self._walk_off)

    def _pay(self) -> None:
        world = self.world
        if not self.by_card:
            if world.random.random() >= 0.8 or not world.finish(self.name):
                self._walk_off()
            return
        payment = Draft(f"pay-{self.name}", "payment", "terminal", {}, Strategy.ATTENDED, saga=self.name)
        world.charged[payment.op_id] = False
        if not world.accept(payment):
            del world.charged[payment.op_id]
            self._walk_off()
            return
        world.charged[payment.op_id] = world.alive and world.random.random() < 0.8
        if world.fault("terminal_silent") and world.alive:
            world.at(1.0, lambda: self._settle(payment, silent=True))
        world.at(30.0 * world.random.random(), lambda: self._settle(payment))

    def _settle(self, payment: Draft, *, silent: bool = False) -> None:
        world = self.world
        row = world.queue.operations.get(payment.op_id)
        if self.life != world.life or row is None:
            return
        if silent and row.state is OpState.SENDING:
            world.accept(close=Closing(payment.op_id, OpState.UNKNOWN))
        elif not silent:
            world.settle_payment(payment.op_id)

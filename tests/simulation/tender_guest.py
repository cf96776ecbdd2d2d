"""A guest at the till: step by step, then pay, or walk off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kioskd.outbox.courier import Applied, Outcome
from kioskd.outbox.events import Abandon
from kioskd.outbox.operation import Closing, Draft, Strategy
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import OpState

if TYPE_CHECKING:
    from tests.simulation.tender_world import TenderWorld

PATIENCE_S = 8.0


def undo_of(draft: Draft, prefix: str = "undo") -> Draft:
    """What takes a step back."""
    op_id = f"{prefix}-{draft.op_id}"
    if draft.kind == "lock":
        return Draft(op_id, "release", draft.lane, {}, saga=draft.saga, compensates=draft.op_id)
    payload = {"card": draft.payload["card"], "amount": -int(draft.payload["amount"])}
    return Draft(
        op_id, "gift", draft.lane, payload, Strategy.READ_BACK, saga=draft.saga, compensates=draft.op_id
    )


class Guest:
    """A guest at the till, and the daemon's part of the conversation. Ends with the process."""

    def __init__(self, world: TenderWorld, name: str) -> None:
        self.world = world
        self.name = name
        chance = world.random
        self.life = 0
        self.by_card = chance.random() < 0.5
        self.steps: list[Draft] = []
        if chance.random() < 0.5:
            self.steps.append(
                Draft(
                    f"lock-{name}",
                    "lock",
                    f"voucher:{name}",
                    {},
                    Strategy.READ_BACK,
                    saga=name,
                    at_once=True,
                )
            )
        for n in range(chance.randrange(3)):
            card = chance.choice("AB")
            payload = {"card": card, "amount": -500}
            self.steps.append(
                Draft(
                    f"debit{n}-{name}",
                    "gift",
                    f"card:{card}",
                    payload,
                    Strategy.READ_BACK,
                    saga=name,
                    at_once=True,
                )
            )

    def begin(self) -> None:
        if self.world.alive:
            self.life = self.world.life
            self._next()

    def _next(self) -> None:
        if self.life != self.world.life:
            return
        if not self.steps:
            self._pay()
            return
        step_ = self.steps.pop(0)
        world = self.world
        world.waiting[step_.op_id] = lambda outcome: self._heard(step_, outcome)
        world.accept(step_, undo_of(step_))
        world.at(PATIENCE_S, lambda: self._out_of_patience(step_))

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
        world.take(Abandon(step_.op_id, "no answer", if_unsent=True))
        match world.random.randrange(2 if step_.kind == "lock" else 3):
            case 0:
                self._walk_off()
            case 1:
                if world.alive:
                    world.take(Abandon(step_.op_id, "another tender instead"))
                self._next()
            case _:
                self._next()  # counts on it

    def _walk_off(self) -> None:
        if self.world.alive and self.name in self.world.queue.sagas:
            self.world.accept(decide=Decision(self.name, Course.UNDO, "the guest left"))

    def _pay(self) -> None:
        world = self.world
        if not self.by_card:
            if world.random.random() < 0.8:
                world.finish(self.name)
            else:
                self._walk_off()
            return
        payment = Draft(f"pay-{self.name}", "payment", "terminal", {}, Strategy.ATTENDED, saga=self.name)
        world.charged[payment.op_id] = False
        if not world.accept(payment):
            del world.charged[payment.op_id]
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

"""A kiosk whose disk lies about its syncs or loses a bit, and that lives from its copies.

Debits without a key, orders with one, awards that only a person can look up: nothing of it takes effect
twice, and what was accepted `SYNC_EVERY_S` ago is delivered. See `copied_disk` for what is promised.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kioskd.outbox.courier import DUPLICATE, Applied, Baseline, NeverSent, Outcome, Refused, Unclear
from kioskd.outbox.engine import step
from kioskd.outbox.events import (
    Accept,
    AskBaseline,
    Command,
    Probe,
    Probed,
    ReadBack,
    Replied,
    ResolveDoubt,
    Send,
    Verdict,
)
from kioskd.outbox.operation import Draft, Operation, Strategy, decode_payload
from kioskd.outbox.states import OpState
from tests.simulation.copied_disk import SYNC_EVERY_S, CopiedDisk
from tests.simulation.kernel import Kernel, Step
from tests.simulation.promise import Doubled, Lost, Wrong, must
from tests.simulation.till_server import TillServer

OPERATIONS = 30
HOSTILE_S = 400.0
REST_S = 3000.0
CARDS = 8
STAFF_ROUNDS = 8
"""What is in doubt keeps its lane to itself: behind it the next may be waiting to be in doubt."""


def live_from_copies(seed: int, directory: Path, *, decide: Step = step) -> CopiesWorld:
    """Through one world. Raises Wrong when a promise is broken."""
    disk = copied_disk(seed, directory)
    try:
        return CopiesWorld(seed, disk, decide=decide).run()
    finally:
        disk.close()


def copied_disk(seed: int, directory: Path) -> CopiedDisk:
    """For every other seed its syncs are lies."""
    return CopiedDisk(directory, lies=seed % 2 == 0)


def fast_directory() -> str | None:
    """Nothing here must survive a real power cut."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class CopiesWorld(Kernel):
    def __init__(self, seed: int, disk: CopiedDisk, *, decide: Step = step) -> None:
        faults = (
            "never_sent",
            "lost_request",
            "lost_answer",
            "crash_after_commit",
            "crash_later",
            "power_cut",
        )
        super().__init__(seed, faults=faults, decide=decide, disk=disk)
        self.copied = disk
        self.rate = 0.1
        self.server = TillServer()
        self.drafts: dict[str, Draft] = {}
        self.flips = self.random.random() < 0.5
        self.accepted = 0
        self.in_doubt = 0
        self.repeated = 0

    def run(self) -> CopiesWorld:
        """Raises Wrong, with the line that tells the same story again."""
        try:
            self.boot()
            for n in range(OPERATIONS):
                self.at(self.random.uniform(0, HOSTILE_S), partial(self._accept, n))
            for _ in range(3):
                self.at(self.random.uniform(0, HOSTILE_S), lambda: self.crash() if self.alive else None)
            self._house()
            self.drain(until_s=HOSTILE_S)
            self.heal()
            for _ in range(STAFF_ROUNDS):
                self.drain(until_s=self.now_s + REST_S)
                self._staff()
            self.drain(until_s=self.now_s + REST_S)
            self._judge()
        except Wrong as error:
            again = f"./dev simulate --operations 1 --seed {self.seed} --level copies"
            raise type(error)(f"{error}\n  {again}") from error
        return self

    # --- the kiosk -------------------------------------------------------------------------------------

    def _accept(self, n: int) -> None:
        """Each amount once: what was forgotten must not be taken for another one like it."""
        if not self.alive:
            return
        card = f"{n % CARDS}"
        draft = self.random.choice(
            (
                Draft(
                    f"gift{n}", "gift", f"card:{card}", {"card": card, "amount": 100 + n}, Strategy.READ_BACK
                ),
                Draft(f"order{n}", "order", f"member:{card}", {}),
                Draft(f"award{n}", "award", f"award:{n}", {}, Strategy.HUMAN),
            )
        )
        self.drafts[draft.op_id] = draft
        if not self.take(Accept((draft,))):
            del self.drafts[draft.op_id]
        self.accepted += draft.op_id in self.drafts

    def _house(self) -> None:
        if self.alive:
            self.copied.open_store.keep_house(
                back_up=self.random.random() < 0.1, checkpoint=self.random.random() < 0.3
            )
        if not self.healed:
            self.at(SYNC_EVERY_S, self._house)

    def crash(self, *, power: bool | None = None) -> None:
        power = self.random.random() < 0.7 if power is None and not self.healed else False
        if power:
            self.copied.power_off(self.random)
            if self.flips and not self.copied.flips:
                self.copied.flip_a_bit(self.random)
        super().crash(power=power)
        for op_id in self.copied.forgotten | self.copied.excused:
            self.drafts.pop(op_id, None)

    def _staff(self) -> None:
        for operation in sorted(self.queue.operations.values(), key=lambda operation: operation.seq):
            if operation.state is OpState.IN_DOUBT:
                self.in_doubt += 1
                there = self.server.effects[operation.op_id] > 0
                verdict = Verdict.APPLIED if there else Verdict.SEND_AGAIN
                self.take(ResolveDoubt(operation.op_id, verdict, "Kim", "looked it up"))

    def _judge(self) -> None:
        for op_id in self.drafts:
            row = self.store.row(op_id)
            must(row is not None and row.state is OpState.CONFIRMED, f"{op_id} is {row and row.state}", Lost)
            must(self.server.effects[op_id] == 1, f"{op_id} is not in effect", Lost)

    # --- the other side --------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        match command:
            case Send(operation):
                if operation.strategy is not Strategy.KEYED and operation.op_id not in self.copied.excused:
                    again = self.server.effects[operation.op_id]
                    must(again == 0, f"{operation.op_id}: sent again although it is in effect", Doubled)
                self._hear(operation, lambda: self._write(operation))
            case AskBaseline(operation):
                self._hear(operation, lambda: Baseline({"seen": len(self.server.ledger)}))
            case ReadBack(operation):
                self._hear(operation, lambda: self._look(operation))
            case Probe():
                self.hear_later(Probed(self._over_the_network(Applied)))

    def _hear(self, operation: Operation, ask: Callable[[], Outcome]) -> None:
        self.hear_later(Replied(operation.op_id, self._over_the_network(ask)))

    def _over_the_network(self, ask: Callable[[], Outcome]) -> Outcome:
        if self.fault("never_sent"):
            return NeverSent()
        if self.fault("lost_request"):
            return Unclear()
        outcome = ask()
        return Unclear() if self.fault("lost_answer") else outcome

    def _write(self, operation: Operation) -> Outcome:
        op_id, payload = operation.op_id, self._payload(operation)
        if op_id in self.copied.excused and self.server.effects[op_id]:
            self.repeated += 1
            return Applied()
        match operation.kind:
            case "gift":
                return self.server.move_money(str(payload["card"]), int(payload["amount"]), self.now_s, op_id)
            case "award":
                return self.server.award(op_id)
        return self.server.keyed(op_id, self.now_s, op_id, duplicate=Refused(DUPLICATE))

    def _payload(self, operation: Operation) -> dict[str, str | int]:
        """What goes over the wire is what the file holds."""
        return dict(decode_payload(self.store.payload(operation.op_id)))

    def _look(self, operation: Operation) -> Outcome:
        if operation.kind != "gift":
            return self.server.find(operation.op_id, self.now_s)
        payload = self._payload(operation)
        seen = int((operation.baseline or '{"seen": 0}').split(":")[1].rstrip("}"))
        return self.server.transactions(str(payload["card"]), int(payload["amount"]), seen, self.now_s)

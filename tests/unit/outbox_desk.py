"""An engine without a store: feed it events, look at what it wants done."""

from __future__ import annotations

from kioskd.outbox.courier import Outcome
from kioskd.outbox.engine import step
from kioskd.outbox.events import (
    Accept,
    AskBaseline,
    Booted,
    Command,
    Event,
    ReadBack,
    Replied,
    Send,
    Settled,
)
from kioskd.outbox.operation import Draft, Operation
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.states import OpState


class Desk:
    """Feeds events and remembers the commands of the last one."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.queue = Queue(policy or Policy())
        self.commands: tuple[Command, ...] = ()

    def take(
        self, event: Event, now_s: float = 0.0, chance: float = 0.5, wall_s: float | None = None
    ) -> Desk:
        self.queue, self.commands = step(self.queue, event, Instant(now_s, chance, wall_s))
        return self

    def accept(self, *drafts: Draft, now_s: float = 0.0) -> Desk:
        return self.take(Accept(drafts), now_s)

    def reply(self, op_id: str, outcome: Outcome, now_s: float = 0.0, chance: float = 0.5) -> Desk:
        return self.take(Replied(op_id, outcome), now_s, chance)

    @property
    def sent(self) -> list[str]:
        return [command.operation.op_id for command in self.commands if isinstance(command, Send)]

    @property
    def asked(self) -> list[str]:
        """What a baseline was asked for."""
        return [command.operation.op_id for command in self.commands if isinstance(command, AskBaseline)]

    @property
    def read_back(self) -> list[str]:
        return [command.operation.op_id for command in self.commands if isinstance(command, ReadBack)]

    @property
    def settled(self) -> list[tuple[str, OpState]]:
        reports = [command.operation for command in self.commands if isinstance(command, Settled)]
        return [(operation.op_id, operation.state) for operation in reports]

    @property
    def rows(self) -> tuple[Operation, ...]:
        """What a file would hold of the open ones."""
        return tuple(sorted(self.queue.operations.values(), key=lambda operation: operation.seq))

    def restarted(self, now_s: float = 0.0, wall_s: float | None = None) -> Desk:
        """The next process, with the same file; its clock begins anew."""
        desk = Desk(self.queue.policy)
        event = Booted(self.rows, self.queue.last_seq, 0, tuple(self.queue.sagas.values()))
        return desk.take(event, now_s, wall_s=wall_s)

    def state(self, op_id: str) -> OpState:
        """Also of final ones, as long as their saga is open."""
        if op_id in self.queue.operations:
            return self.queue.operations[op_id].state
        return next(saga.members[op_id].state for saga in self.queue.sagas.values() if op_id in saga.members)

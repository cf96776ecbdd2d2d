"""Operations that belong together: all of them are finished, or what took effect is undone.

A saga is open while a guest is in the middle of it. Each step that needs undoing has its undo operation
written down in the same commit, armed, before the step is sent. Then one decision is written down: finish
(the armed undo operations are dropped) or undo (they are let go). A process that dies before the decision
has decided to undo, unless a card payment is open: then the terminal's word decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kioskd.outbox.operation import Operation, Strategy
from kioskd.outbox.states import WITHOUT_EFFECT, OpState
from kioskd.outbox.value import value

ARMED = "armed"
"""What an undo operation is held for until its step must be undone."""

_IN_EFFECT = frozenset({OpState.CONFIRMED, OpState.COMPENSATING})


class SagaState(StrEnum):
    OPEN = "open"
    FINISHING = "finishing"
    UNDOING = "undoing"
    FINISHED = "finished"
    """Everything that was wanted is in effect, and nothing else."""
    UNDONE = "undone"
    """Nothing of it is in effect any more."""
    INCOMPLETE = "incomplete"
    """All operations are final, but something wanted was refused, or something unwanted stayed in effect."""


SAGA_ENDS = frozenset({SagaState.FINISHED, SagaState.UNDONE, SagaState.INCOMPLETE})


class Course(StrEnum):
    FINISH = "finish"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Decision:
    """Which way an open saga goes; a saga that is new is begun and decided in one commit."""

    saga: str
    course: Course
    reason: str = ""


class Prospect(StrEnum):
    """Whether an operation's turn has come."""

    READY = "ready"
    WAITS = "waits"
    HOPELESS = "hopeless"
    """What it waits for will never be."""


@value
class Saga:
    """`members` are all operations ever accepted for it, final ones included, in order of acceptance."""

    saga_id: str
    state: SagaState = SagaState.OPEN
    members: Mapping[str, Operation] = field(default_factory=dict)

    @property
    def awaits_terminal(self) -> bool:
        """A card payment is under way, or nobody knows how it ended."""
        return any(
            member.strategy is Strategy.ATTENDED and member.is_open for member in self.members.values()
        )

    def undo_of(self, op_id: str) -> Operation | None:
        """The operation that undoes this one, unless it came to nothing."""
        for member in self.members.values():
            if member.compensates == op_id and member.state not in WITHOUT_EFFECT:
                return member
        return None

    def prospect(self, operation: Operation) -> Prospect:
        """By what the operation depends on, follows and compensates."""
        if operation.compensates is not None:
            step = self.members[operation.compensates].state
            if step not in _IN_EFFECT:
                return _without(step)
            if self._later_undo_waits(operation):
                return Prospect.WAITS
        for op_id in operation.depends_on:
            state = self.members[op_id].state
            if state not in _IN_EFFECT:
                return _without(state)
        for op_id in operation.follows:
            followed = self.members[op_id]
            # In doubt it was sent, and may stay so for days. Quarantined it may yet be sent: not past it.
            if followed.is_open and followed.state is not OpState.IN_DOUBT:
                return Prospect.WAITS
        return Prospect.READY

    def _later_undo_waits(self, undo: Operation) -> bool:
        """In one lane (on one card) the last effect is undone first: some can be undone in no other order."""
        step = self.members[str(undo.compensates)]
        return any(
            other.compensates is not None
            and other.lane == undo.lane
            and other.is_open
            and other.detail != ARMED
            and self.members[other.compensates].seq > step.seq
            for other in self.members.values()
        )

    def end(self) -> SagaState | None:
        """How it ended; None while something is still open."""
        if self.state is SagaState.OPEN or any(member.is_open for member in self.members.values()):
            return None
        if not all(self._as_meant(member) for member in self.members.values() if not member.compensates):
            return SagaState.INCOMPLETE
        return SagaState.FINISHED if self.state is SagaState.FINISHING else SagaState.UNDONE

    def _as_meant(self, member: Operation) -> bool:
        if member.state is OpState.COMPENSATED:
            return True
        if member.state is not OpState.CONFIRMED:
            # What was tried while the guest stood there may be refused; the guest was told at once.
            return member.state in WITHOUT_EFFECT and (
                member.at_once or not member.wanted or self.state is SagaState.UNDOING
            )
        if member.wanted and self.state is SagaState.FINISHING:
            return True
        undo = self.undo_of(member.op_id)
        return undo is not None and undo.state is OpState.CONFIRMED


def _without(state: OpState) -> Prospect:
    return Prospect.HOPELESS if state in WITHOUT_EFFECT or state is OpState.COMPENSATED else Prospect.WAITS

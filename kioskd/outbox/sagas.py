"""How sagas move: decided once, then every operation when its turn has come, until all are final."""

from __future__ import annotations

from kioskd.outbox.courier import NeverSent, Refused
from kioskd.outbox.events import Abandon, Settled
from kioskd.outbox.operation import Draft, Operation, OperationRefused, Strategy
from kioskd.outbox.saga import ARMED, Course, Decision, Prospect, Saga, SagaState
from kioskd.outbox.states import WITHOUT_EFFECT, OpState
from kioskd.outbox.turn import Turn

_GUEST_GONE = "restarted while a guest waited"


def check(turn: Turn, draft: Draft) -> None:
    """Refuse a draft whose place in its saga cannot be. Begins the saga when this is its first."""
    named = (*draft.depends_on, *draft.follows, *((draft.compensates,) if draft.compensates else ()))
    if draft.saga is None:
        if named:
            raise OperationRefused(f"{draft.op_id} names other operations but belongs to no saga")
        return
    if draft.saga not in turn.sagas:
        turn.begin_saga(draft.saga, SagaState.OPEN)
    for op_id in named:
        if op_id not in turn.sagas[draft.saga].members:
            _take_in(turn, draft, op_id)
    if draft.compensates and turn.sagas[draft.saga].undo_of(draft.compensates):
        raise OperationRefused(f"{draft.op_id}: {draft.compensates} has an undo operation already")


def _take_in(turn: Turn, draft: Draft, op_id: str) -> None:
    """What is open and stands alone can still be waited for, wherever it gets stuck.

    Not before the saga is decided: whoever decides to undo it does not mean this one.
    """
    saga, alone = turn.sagas[str(draft.saga)], turn.operations.get(op_id)
    if alone is None or alone.saga is not None or saga.state is not SagaState.FINISHING:
        raise OperationRefused(f"{draft.op_id}: {op_id} was not accepted before it in this saga")
    turn.join_saga(alone, saga)


def is_armed(turn: Turn, draft: Draft) -> bool:
    """Whether an undo operation waits for the decision rather than for its step."""
    if draft.saga is None or draft.compensates is None:
        return False
    saga = turn.sagas[draft.saga]
    return saga.state is SagaState.OPEN and saga.members[draft.compensates].wanted


def decide(turn: Turn, decision: Decision) -> None:
    saga = turn.sagas.get(decision.saga)
    if saga is None:
        if decision.course is Course.UNDO:
            raise OperationRefused(f"no open saga {decision.saga}")
        turn.begin_saga(decision.saga, SagaState.FINISHING)
        return
    wanted_state = SagaState.FINISHING if decision.course is Course.FINISH else SagaState.UNDOING
    if saga.state is not SagaState.OPEN:
        raise OperationRefused(f"saga {decision.saga} is {saga.state} already")
    saga = turn.move_saga(saga, wanted_state, decision.reason)
    if decision.course is Course.FINISH:
        _drop_armed(turn, saga)
    else:
        _abandon_all(turn, saga, decision.reason)


def abandon(turn: Turn, event: Abandon) -> None:
    operation = turn.operations.get(event.op_id) or _ended_step(turn, event.op_id)
    if operation is None:
        raise OperationRefused(f"no open operation {event.op_id}")
    if operation.strategy is Strategy.ATTENDED:
        raise OperationRefused(f"{event.op_id} is attended: close it")
    if event.if_unsent and operation.state is not OpState.QUEUED:
        return
    _abandon(turn, operation, event.reason, actor="daemon")


def boot(turn: Turn) -> None:
    """The guests of the last process are gone: nothing they waited for is begun or repeated."""
    for operation in sorted(turn.operations.values(), key=lambda operation: operation.seq):
        saga = turn.sagas.get(operation.saga) if operation.saga else None
        if not operation.at_once:
            continue
        if saga is None or saga.state is not SagaState.OPEN or operation.state is OpState.QUEUED:
            _abandon(turn, operation, _GUEST_GONE, actor="engine")
    for saga in sorted(turn.sagas.values(), key=lambda saga: saga.saga_id):
        turn.touched.add(saga.saga_id)
        if saga.state is SagaState.OPEN and not saga.awaits_terminal:
            saga = turn.move_saga(saga, SagaState.UNDOING, _GUEST_GONE)
            _abandon_all(turn, saga, _GUEST_GONE)


def advance(turn: Turn) -> None:
    """Look through every saga something happened in; what follows may touch it again."""
    while turn.touched:
        saga_id = min(turn.touched)
        turn.touched.discard(saga_id)
        saga = turn.sagas.get(saga_id)
        if saga is None:
            continue
        for op_id in [member.op_id for member in saga.members.values() if member.is_open]:
            _advance_one(turn, saga, saga.members[op_id])
            saga = turn.sagas[saga_id]
        if end := saga.end():
            turn.move_saga(saga, end, "all its operations are final")


def let_go(turn: Turn, undo: Operation, cause: str, actor: str = "engine") -> None:
    """An armed undo operation: from now on it is sent as soon as its step is known to be in effect."""
    turn.move(undo, OpState.QUEUED, cause, actor=actor, detail="", waits=True)


def _advance_one(turn: Turn, saga: Saga, operation: Operation) -> None:
    if operation.state is OpState.COMPENSATING:
        undo = saga.undo_of(operation.op_id)
        if undo is None:
            turn.move(operation, OpState.IN_DOUBT, "its undo operation came to nothing")
        elif undo.state is OpState.CONFIRMED:
            turn.move(operation, OpState.COMPENSATED, "undone")
    elif operation.state is OpState.QUEUED and operation.waits:
        match saga.prospect(operation):
            case Prospect.READY:
                operation = turn.update(operation.evolve(waits=False))
                turn.join_lane(operation)
                turn.gate = turn.gate.hurried(turn.at.mono_s)
            case Prospect.HOPELESS:
                dropped = turn.drop(operation, "what it waits for did not come")
                if dropped.compensates is None:
                    turn.command(Settled(dropped, Refused("not_reached")))
    elif operation.state is OpState.HELD and operation.detail == ARMED:
        step = saga.members[str(operation.compensates)]
        if step.state in WITHOUT_EFFECT:
            turn.drop(operation, "nothing to undo")


def _drop_armed(turn: Turn, saga: Saga) -> None:
    """What was wanted stays: no undo. A step nobody knows the end of is now wanted for good."""
    for member in saga.members.values():
        if not member.wanted:
            continue
        undo = saga.undo_of(member.op_id)
        if undo is not None and undo.state is OpState.HELD:
            turn.drop(undo, "finished")
        if member.at_once and member.is_open:
            turn.mark(member.evolve(at_once=False), "finished before its outcome is known")


def _abandon_all(turn: Turn, saga: Saga, reason: str) -> None:
    """Latest first: some effects can only be undone in the reverse order."""
    for member in sorted(saga.members.values(), key=lambda member: -member.seq):
        if member.compensates is None and member.strategy is not Strategy.ATTENDED:
            _abandon(turn, turn.sagas[saga.saga_id].members[member.op_id], reason, actor="daemon")


def _abandon(turn: Turn, operation: Operation, reason: str, *, actor: str) -> None:
    match operation.state:
        case OpState.QUEUED:
            dropped = turn.drop(operation.evolve(wanted=False), reason, actor)
            turn.command(Settled(dropped, NeverSent()))
        case OpState.HELD:
            turn.drop(operation.evolve(wanted=False), reason, actor)
        case state if operation.wanted and state not in WITHOUT_EFFECT:
            operation = turn.mark(operation.evolve(wanted=False), reason, actor)
    saga = turn.sagas.get(operation.saga) if operation.saga else None
    undo = saga.undo_of(operation.op_id) if saga else None
    if undo is not None and undo.state is OpState.HELD:
        let_go(turn, undo, reason, actor)


def _ended_step(turn: Turn, op_id: str) -> Operation | None:
    for saga in turn.sagas.values():
        if op_id in saga.members:
            return saga.members[op_id]
    return None

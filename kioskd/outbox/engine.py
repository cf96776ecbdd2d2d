"""What happens next to every operation. Pure: `step(queue, event, at) -> (queue, commands)`.

Within a lane the first operation must be final before the next is begun; lanes do not wait for each other.
Operations that only a person or the daemon can move (held, attended, in doubt, quarantined) stand in no lane,
so they block nothing; but a write without a key that is in doubt keeps its lane to itself. An operation that
waits for others of its saga joins the end of its lane when its turn has come.
Only `queued -> sending` leads to a write call, and Persist comes first.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

from kioskd.outbox import sagas
from kioskd.outbox.courier import Applied, NeverSent, Outcome, Refused, Unclear
from kioskd.outbox.events import (
    Abandon,
    Accept,
    AskBaseline,
    Booted,
    Cancel,
    Command,
    Event,
    Probe,
    Probed,
    Quarantine,
    ReadBack,
    Release,
    Replied,
    ResolveDoubt,
    Retry,
    Room,
    Settled,
    Tick,
    Verdict,
)
from kioskd.outbox.fence import Fence
from kioskd.outbox.gate import Flow
from kioskd.outbox.operation import (
    PAYLOAD_LIMIT_BYTES,
    Closing,
    Draft,
    Operation,
    OperationRefused,
    OutboxFull,
    Strategy,
    encode_payload,
)
from kioskd.outbox.policy import Instant
from kioskd.outbox.queue import Queue
from kioskd.outbox.readback import evidence
from kioskd.outbox.replies import may_repeat, replied, settled_at_s
from kioskd.outbox.saga import ARMED
from kioskd.outbox.states import OpState
from kioskd.outbox.turn import Turn
from kioskd.outbox.waiting import Due, Waiting

_UNUSUAL_FIRST_STATE = {Strategy.ATTENDED: OpState.SENDING, Strategy.LOCAL: OpState.CONFIRMED}
_DELIVERED = frozenset({Strategy.KEYED, Strategy.FENCED, Strategy.READ_BACK, Strategy.HUMAN})
_CLOSINGS = frozenset(
    {OpState.CONFIRMED, OpState.REJECTED, OpState.CANCELLED, OpState.IN_DOUBT, OpState.UNKNOWN}
)
_CANCELLABLE = frozenset({OpState.QUEUED, OpState.HELD, OpState.IN_DOUBT, OpState.QUARANTINED})
_UNSURE_PAUSE_S = 60.0


def step(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
    """Decide. Raises OperationRefused, with nothing changed, when a caller asks for what cannot be."""
    turn = Turn(queue, at)
    match event:
        case Booted():
            _boot(turn, event)
        case Accept():
            _accept(turn, event)
        case Release(op_id):
            _release(turn, op_id)
        case Cancel():
            _cancel(turn, event)
        case Abandon():
            sagas.abandon(turn, event)
        case ResolveDoubt():
            _resolve_doubt(turn, event)
        case Retry():
            _retry(turn, event)
        case Replied():
            replied(turn, event)
        case Probed(outcome):
            _probed(turn, outcome)
        case Quarantine(op_id, reason):
            turn.move(turn.find(op_id), OpState.QUARANTINED, "payload cannot be read", detail=reason)
        case Room(tight):
            turn.tight = tight
        case Tick():
            pass
    turn.expire_held()
    sagas.advance(turn)
    _begin_due(turn)
    sagas.advance(turn)
    return turn.end()


# --- what callers ask for ------------------------------------------------------------------------------


def _boot(turn: Turn, event: Booted) -> None:
    turn.last_seq = event.last_seq
    turn.last_order_number = event.last_order_number
    for saga in event.sagas:
        turn.sagas = turn.sagas.with_(saga.saga_id, saga)
    for operation in event.operations:
        turn.load(_as_loaded(turn, operation))
    for operation in event.operations:
        _wake(turn, turn.operations[operation.op_id])
    sagas.boot(turn)
    standing = [operation for operation in turn.operations.values() if _stands_in_lane(operation)]
    # What may be in effect first: nothing new is sent past it.
    for operation in sorted(standing, key=lambda o: (not o.is_unresolved, o.seq)):
        turn.join_lane(operation)


def _as_loaded(turn: Turn, operation: Operation) -> Operation:
    """What only the process before knew is gone."""
    related = operation.depends_on or operation.follows or operation.compensates
    return operation.evolve(
        waits=bool(related) and operation.state is OpState.QUEUED,
        sent_before=False,
        not_before_s=-inf,
        asked_at_s=-inf,
        fresh_until_s=-inf,
        fence_counted=False,
        unknown_since_s=turn.at.mono_s,
        fence_over_s=turn.at.mono_s + (inf if operation.fence_s is None else operation.fence_s),
    )


def _wake(turn: Turn, operation: Operation) -> None:
    """What was under way is unknown now, and the settling delay begins anew."""
    if operation.suspect and operation.state is OpState.QUEUED and operation.at_once:
        operation = _suspected(turn, operation)  # its guest is gone, and nobody knows whether it was sent
    if operation.state is OpState.SENDING:
        operation = operation.evolve(last_outcome="restarted")
        if operation.strategy is Strategy.HUMAN:
            operation = operation.evolve(evidence=evidence(operation))
            turn.move(operation, OpState.IN_DOUBT, "restarted while under way")
            return
        operation = turn.move(operation, OpState.UNKNOWN, "restarted while under way")
    elif operation.state is OpState.RECONCILING and operation.strategy is not Strategy.KEYED:
        operation = turn.move(operation, OpState.UNKNOWN, "restarted while it was read back")
    if operation.state is OpState.UNKNOWN and not may_repeat(turn, operation):
        turn.update(operation.evolve(not_before_s=settled_at_s(turn, operation)))


def _stands_in_lane(operation: Operation) -> bool:
    if operation.strategy not in _DELIVERED or operation.waits:
        return False
    return operation.state is OpState.QUEUED or operation.is_unresolved


def _accept(turn: Turn, event: Accept) -> None:
    if event.close is not None:
        _close(turn, event.close)
    if event.decide is not None:
        sagas.decide(turn, event.decide)
    if event.close is None and event.decide is None:
        _check_room(turn, event.drafts)
    for draft in event.drafts:
        _insert(turn, draft)


def _release(turn: Turn, op_id: str) -> None:
    operation = turn.find(op_id)
    if operation.state is not OpState.HELD or operation.detail == ARMED:
        raise OperationRefused(f"{op_id} is {operation.state}, only a held operation can be released")
    to = _UNUSUAL_FIRST_STATE.get(operation.strategy, OpState.QUEUED)
    operation = turn.move(operation, to, "released", actor="staff", detail="")
    if operation.state is OpState.QUEUED:
        _queue_up(turn, operation)


def _cancel(turn: Turn, event: Cancel) -> None:
    op_id = event.op_id
    operation = turn.find(op_id)
    if operation.compensates is not None and operation.state in (OpState.HELD, OpState.QUEUED):
        raise OperationRefused(f"{op_id} undoes another operation: decide its saga instead")
    if operation.state not in _CANCELLABLE:
        raise OperationRefused(f"{op_id} is {operation.state} and cannot be cancelled")
    with_a_person = operation.state in (OpState.IN_DOUBT, OpState.QUARANTINED)
    operation = turn.move(operation, OpState.CANCELLED, "cancelled", actor=event.actor, detail=event.reason)
    turn.leave_lane(operation)
    if with_a_person:
        turn.command(Settled(operation, Refused("given_up")))
    for draft in event.drafts:
        _insert(turn, draft)


def _resolve_doubt(turn: Turn, event: ResolveDoubt) -> None:
    operation = turn.find(event.op_id)
    if operation.state is not OpState.IN_DOUBT:
        raise OperationRefused(f"{event.op_id} is {operation.state}, not in doubt")
    if operation.strategy is Strategy.ATTENDED and operation.saga in turn.sagas:
        raise OperationRefused(f"{event.op_id} is attended: close it, and decide its saga with it")
    cause = f"{event.verdict}: {event.reason}"
    match event.verdict:
        case Verdict.APPLIED:
            known = {"remote_uuid": event.remote_uuid}
            operation = turn.move(operation, OpState.CONFIRMED, cause, actor=event.actor, **known)
        case Verdict.NOT_APPLIED:
            operation = turn.move(operation, OpState.CANCELLED, cause, actor=event.actor)
        case Verdict.SEND_AGAIN:
            _send_again(turn, operation, event)
            return
        case Verdict.COMPENSATE:
            operation = operation.evolve(remote_uuid=event.remote_uuid, wanted=False)
            operation = turn.move(operation, OpState.COMPENSATING, cause, actor=event.actor)
            _undo_in_doubt(turn, operation, event)
    turn.leave_lane(operation)
    applied = event.verdict is Verdict.APPLIED
    outcome = Applied(remote_uuid=event.remote_uuid) if applied else Refused(event.verdict)
    turn.command(Settled(operation, outcome))


def _send_again(turn: Turn, operation: Operation, event: ResolveDoubt) -> None:
    if operation.strategy not in _DELIVERED:
        raise OperationRefused(f"{event.op_id} is {operation.strategy}: the outbox never sends it")
    turn.leave_lane(operation)
    fresh = operation.evolve(baseline=None, evidence="", at_once=False, contradictions=0)
    cause = f"{event.verdict}: {event.reason}"
    _queue_up(turn, turn.move(fresh, OpState.QUEUED, cause, actor=event.actor, detail=""))


def _undo_in_doubt(turn: Turn, operation: Operation, event: ResolveDoubt) -> None:
    if event.undo is not None:
        if event.undo.compensates != operation.op_id:
            raise OperationRefused(f"{event.undo.op_id} does not undo {operation.op_id}")
        _insert(turn, event.undo)
    saga = turn.sagas.get(operation.saga) if operation.saga else None
    undo = saga.undo_of(operation.op_id) if saga else None
    if undo is None:
        raise OperationRefused(f"{operation.op_id} has no undo operation: give one")
    if undo.state is OpState.HELD:
        sagas.let_go(turn, undo, "compensate", event.actor)


def _retry(turn: Turn, event: Retry) -> None:
    """What may have been sent once is found out about first."""
    op_id = event.op_id
    operation = turn.find(op_id)
    if operation.state is not OpState.QUARANTINED or operation.strategy not in _DELIVERED:
        raise OperationRefused(f"{op_id} is {operation.state}, only quarantined operations are tried again")
    again = operation.strategy is Strategy.KEYED or operation.attempts == 0
    if operation.strategy is Strategy.HUMAN and not again:
        raise OperationRefused(f"{op_id} may be in effect, and only a person can find out")
    operation = operation.evolve(unknown_since_s=turn.at.mono_s)
    cause = f"retried: {event.reason}" if event.reason else "retried"
    to = OpState.QUEUED if again else OpState.UNKNOWN
    _queue_up(turn, turn.move(operation, to, cause, actor=event.actor, detail=""))


def _probed(turn: Turn, outcome: Outcome) -> None:
    was_unreachable = turn.gate.flow is Flow.UNREACHABLE
    turn.gate = turn.gate.probed(outcome, turn.at, turn.policy)
    if was_unreachable and turn.gate.flow is Flow.OPEN:
        # What waited only because nobody answered need not wait any longer; a new failure shuts the gate.
        turn.due = Waiting(_after_outage(turn, due) for due in turn.due)


def _after_outage(turn: Turn, due: Due) -> Due:
    _, not_before_s, _, _, lane = due
    head = turn.operations[turn.lanes[lane][0]]
    return turn.due_at(head, not_before_s if _must_wait(turn, head) else -inf)


def _must_wait(turn: Turn, head: Operation) -> bool:
    """It waits for the other side to come to rest, not for the network."""
    return head.state is not OpState.QUEUED and not may_repeat(turn, head)


# --- building blocks -----------------------------------------------------------------------------------


def _check_room(turn: Turn, drafts: tuple[Draft, ...]) -> None:
    """Refuse before anything is promised. Closing what was begun never comes here: it must not fail."""
    policy = turn.policy
    waiting = [draft for draft in drafts if draft.held or draft.strategy is not Strategy.LOCAL]
    size = 0
    if turn.open_bytes + len(waiting) * PAYLOAD_LIMIT_BYTES > policy.open_bytes_limit:  # it may matter
        size = sum(len(encode_payload(draft)) for draft in waiting)
    if len(turn.operations) + len(waiting) > policy.open_limit and waiting:
        raise OutboxFull(
            f"{len(turn.operations)} operations are waiting already, {policy.open_limit} at most"
        )
    if turn.open_bytes + size > policy.open_bytes_limit and waiting:
        raise OutboxFull(f"{turn.open_bytes} bytes are waiting already, {policy.open_bytes_limit} at most")
    if turn.tight and waiting:
        raise OutboxFull("the disk is full: what is left of it is kept to finish what was accepted")


def _insert(turn: Turn, draft: Draft) -> None:
    if draft.op_id in turn.operations:
        raise OperationRefused(f"{draft.op_id} was accepted before")
    if draft.held and draft.strategy is Strategy.ATTENDED:
        raise OperationRefused(f"{draft.op_id}: an attended operation is under way and cannot be held")
    if (draft.lock is not None) != (draft.strategy is Strategy.FENCED):
        raise OperationRefused(f"{draft.op_id}: a fenced operation needs a lock, and no other has one")
    sagas.check(turn, draft)
    payload = encode_payload(draft)
    turn.last_seq += 1
    turn.last_order_number = max(turn.last_order_number, draft.order_number or 0)
    operation = _first(turn, draft, len(payload))
    turn.insert(operation, payload, draft.order_number)
    if operation.state is not OpState.QUEUED:
        return
    if operation.at_once and turn.gate.flow is not Flow.OPEN:
        # A guest need not wait for what cannot be sent; the next one may find the network back.
        turn.gate = turn.gate.hurried(turn.at.mono_s)
        turn.command(Settled(turn.drop(operation, "nobody answers"), NeverSent()))
    elif not operation.waits:
        _queue_up(turn, operation)


def _first(turn: Turn, draft: Draft, payload_bytes: int) -> Operation:
    held = ARMED if sagas.is_armed(turn, draft) else draft.held
    state = _UNUSUAL_FIRST_STATE.get(draft.strategy, OpState.QUEUED)
    related = bool(draft.depends_on or draft.follows or draft.compensates)
    lock = draft.lock
    return Operation(
        seq=turn.last_seq,
        op_id=draft.op_id,
        kind=draft.kind,
        lane=draft.lane,
        strategy=draft.strategy,
        state=OpState.HELD if held else state,
        payload_bytes=payload_bytes,
        amount_minor=draft.amount_minor,
        currency=draft.currency,
        attempts=1 if draft.strategy is Strategy.ATTENDED else 0,
        detail=held or "",
        saga=draft.saga,
        step=draft.step,
        depends_on=draft.depends_on,
        follows=draft.follows,
        compensates=draft.compensates,
        at_once=draft.at_once,
        fence_s=lock.life_s if lock else None,
        fence_until_s=lock.until.timestamp() if lock and lock.until else None,
        expires_at_s=draft.expires_at.timestamp() if draft.expires_at else None,
        waits=related and not held,
        fresh_until_s=turn.at.mono_s + turn.policy.fresh_s,
        fence_over_s=turn.at.mono_s + lock.life_s if lock else inf,
        fence_counted=True,
    )


def _queue_up(turn: Turn, operation: Operation) -> None:
    turn.join_lane(operation)
    turn.gate = turn.gate.hurried(turn.at.mono_s)


def _close(turn: Turn, close: Closing) -> None:
    operation = turn.find(close.op_id)
    if operation.strategy is not Strategy.ATTENDED:
        raise OperationRefused(f"{close.op_id} is {operation.strategy}: only attended operations are closed")
    if close.state not in _CLOSINGS:
        raise OperationRefused(f"{close.op_id} cannot be closed as {close.state}")
    if close.state is not operation.state:
        known = {"last_outcome": str(close.state), "detail": close.evidence}
        turn.move(operation, close.state, close.cause, actor=close.actor, **known)


def _begin_due(turn: Turn) -> None:
    """Begin what may be begun: a probe when the gate is shut, else the lanes that are due."""
    now_s = turn.at.mono_s
    if turn.gate.probe_due(now_s):
        turn.gate = replace(turn.gate, probing=True)
        turn.command(Probe())
    while len(turn.flying) < turn.policy.writes_in_flight and (operation := turn.begin_next()):
        _begin(turn, operation)
        sagas.advance(turn)


def _suspected(turn: Turn, operation: Operation) -> Operation:
    """The file was restored from a copy: what may have been sent since is asked about, or in doubt."""
    operation = operation.evolve(suspect=False, unknown_since_s=turn.at.mono_s)
    blind = operation.strategy is Strategy.READ_BACK and operation.baseline is None
    if operation.strategy is not Strategy.HUMAN and not blind:
        return turn.move(operation, OpState.UNKNOWN, "restored from a copy")
    operation = operation.evolve(evidence=evidence(operation))
    why = "restored from a copy: it may have been sent in what was lost"
    return turn.settle(operation, OpState.IN_DOUBT, Unclear(), detail=why)


def _begin(turn: Turn, operation: Operation) -> None:
    if operation.suspect and operation.state is OpState.QUEUED and operation.strategy is not Strategy.KEYED:
        operation = _suspected(turn, operation)
        if operation.state is OpState.UNKNOWN:
            repeatable = may_repeat(turn, operation)
            turn.wait(operation, turn.at.mono_s if repeatable else settled_at_s(turn, operation))
        return
    if operation.state is OpState.QUEUED and operation.strategy is Strategy.FENCED:
        match turn.fence(operation):
            case Fence.OVER:
                turn.settle(operation, OpState.EXPIRED, Refused("lock_over"), detail="its lock is over")
                return
            case Fence.UNSURE:
                turn.wait(operation, turn.at.mono_s + _UNSURE_PAUSE_S)
                return
    if operation.state is OpState.QUEUED:
        if operation.strategy is Strategy.READ_BACK and operation.baseline is None:
            turn.flying.add(operation.op_id)
            turn.command(AskBaseline(operation))
        else:
            turn.send(operation)
    elif operation.state is OpState.UNKNOWN and may_repeat(turn, operation):
        turn.send(turn.move(operation, OpState.QUEUED, "repeating it is harmless", sent_before=True))
    else:
        operation = turn.update(operation.evolve(asked_at_s=turn.at.mono_s, suspect=False))
        if operation.state is OpState.UNKNOWN:
            operation = turn.move(operation, OpState.RECONCILING, "read back")
        turn.flying.add(operation.op_id)
        turn.command(ReadBack(operation))

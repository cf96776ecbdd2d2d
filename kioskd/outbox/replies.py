"""What an answer means for an operation, by its strategy.

Certainly not executed: it may be sent again. Definite: final. Everything else: nobody knows, and what is
done about that is what makes one strategy differ from another.
"""

from __future__ import annotations

import json

from kioskd.outbox.courier import (
    ABSENT,
    DUPLICATE,
    Applied,
    Baseline,
    Candidate,
    Found,
    NeverSent,
    NotYet,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.events import Replied
from kioskd.outbox.fence import Fence
from kioskd.outbox.operation import Operation, OperationRefused, Strategy
from kioskd.outbox.readback import Ambiguous, evidence, judge
from kioskd.outbox.states import OpState
from kioskd.outbox.turn import Turn

_UNSURE_PAUSE_S = 60.0
"""How often to look whether the wall clock can be trusted by now."""
_BASELINE_LIMIT_BYTES = 16 * 1024


def replied(turn: Turn, reply: Replied) -> None:
    if reply.op_id not in turn.flying:
        raise OperationRefused(f"{reply.op_id} waits for no answer")
    turn.flying.discard(reply.op_id)
    _tell_gate(turn, reply.outcome)
    operation = turn.operations.get(reply.op_id)
    match operation.state if operation else None:
        case OpState.SENDING:
            _sent(turn, turn.find(reply.op_id), reply)
        case OpState.RECONCILING:
            _read_back(turn, turn.find(reply.op_id), judge(reply.outcome, reply.bound))
        case OpState.QUEUED:
            _baseline(turn, turn.find(reply.op_id), reply.outcome)
        case _:
            pass  # cancelled while its baseline was asked for


def unknown(turn: Turn, operation: Operation, outcome: Outcome) -> None:
    """A send whose end nobody saw; from `sending`, or in doubt from the start."""
    operation = operation.evolve(last_outcome=outcome.word, unknown_since_s=turn.at.mono_s, sent_before=False)
    if operation.strategy is Strategy.HUMAN:
        operation = operation.evolve(evidence=evidence(operation))
        turn.settle(operation, OpState.IN_DOUBT, outcome, detail="no way to find out by program")
        return
    operation = turn.move(operation, OpState.UNKNOWN, outcome.word)
    if may_repeat(turn, operation) or operation.at_once:  # where a guest waits, a quick look may help
        turn.back_off(operation)
    else:
        turn.wait(operation, settled_at_s(turn, operation))


def may_repeat(turn: Turn, operation: Operation) -> bool:
    """Whether sending it again is harmless, although it may be in effect."""
    if not operation.wanted:
        return False
    if operation.strategy is Strategy.FENCED:
        return turn.fence(operation) is Fence.STANDS and not operation.detail  # nor was it refused
    return operation.strategy is Strategy.KEYED


def settled_at_s(turn: Turn, operation: Operation) -> float:
    """From when on the last send can no longer be at work on the other side."""
    return operation.unknown_since_s + turn.policy.settle_s


def _tell_gate(turn: Turn, outcome: Outcome) -> None:
    match outcome:
        case NeverSent() | Unclear():
            turn.gate = turn.gate.transport_failed(turn.at, turn.policy)
        case Throttled():
            turn.gate = turn.gate.throttled(outcome, turn.at, turn.policy)
        case Unauthorised():
            turn.gate = turn.gate.unauthorised(turn.at, turn.policy)
        case Poison():
            pass
        case _:
            turn.gate = turn.gate.answered(turn.at, turn.policy)


# --- before the write ----------------------------------------------------------------------------------


def _baseline(turn: Turn, operation: Operation, outcome: Outcome) -> None:
    """Nothing was sent yet, so nothing here can be unknown."""
    match outcome:
        case Baseline(marker):
            text = json.dumps(dict(marker), ensure_ascii=False, sort_keys=True)
            if len(text.encode()) > _BASELINE_LIMIT_BYTES:
                turn.settle(operation, OpState.QUARANTINED, outcome, detail="its baseline is too large")
            else:
                turn.send(operation.evolve(baseline=text))
        case Refused(reason):
            _refused(turn, operation, outcome, reason)
        case Poison(reason):
            turn.settle(operation, OpState.QUARANTINED, outcome, detail=reason)
        case NeverSent() | Unclear() | Unauthorised() | Throttled() | NotYet() if operation.at_once:
            turn.settle(operation, OpState.CANCELLED, NeverSent(), detail=outcome.word)
        case NeverSent() | Unclear() | Unauthorised():
            turn.back_off(operation)
        case Throttled():
            turn.wait(operation, turn.at.mono_s)
        case NotYet(ask_again_s):
            turn.wait(operation, turn.at.mono_s + ask_again_s)
        case _:
            turn.settle(operation, OpState.QUARANTINED, outcome, detail="this is no baseline")


# --- after the write -----------------------------------------------------------------------------------


def _sent(turn: Turn, operation: Operation, reply: Replied) -> None:
    outcome = reply.outcome
    match outcome:
        case Applied(remote_uuid=remote_uuid) if remote_uuid in reply.bound:
            # The server names another operation's effect: ours may or may not be there.
            unknown(turn, operation, Unclear())
        case Applied():
            _applied(turn, operation, outcome)
        case Refused(reason) if reason == DUPLICATE and operation.strategy is not Strategy.HUMAN:
            word = outcome.word
            turn.wait(turn.move(operation, OpState.RECONCILING, word, last_outcome=word), turn.at.mono_s)
        case Refused(reason) if operation.sent_before and operation.strategy is Strategy.FENCED:
            # The lock may be gone because an earlier try took effect.
            word = outcome.word
            operation = turn.move(operation, OpState.RECONCILING, word, last_outcome=word, detail=reason)
            turn.wait(operation, turn.at.mono_s)
        case Refused(reason):
            _refused(turn, operation, outcome, reason)
        case Poison(reason, may_be_sent):
            if may_be_sent and operation.strategy is not Strategy.KEYED:
                unknown(turn, operation, outcome)
            else:
                turn.settle(operation, OpState.QUARANTINED, outcome, detail=reason)
        case NeverSent() | Unauthorised() | Throttled():
            _not_executed(turn, operation, outcome)
        case _:  # Unclear, or an answer that does not belong to a write
            unknown(turn, operation, Unclear())


def _not_executed(turn: Turn, operation: Operation, outcome: NeverSent | Unauthorised | Throttled) -> None:
    if operation.sent_before:
        # This try came to nothing, but an earlier one may not have.
        word = outcome.word
        operation = turn.move(operation, OpState.UNKNOWN, word, last_outcome=word, sent_before=False)
        turn.back_off(operation) if may_repeat(turn, operation) else turn.wait(
            operation, settled_at_s(turn, operation)
        )
        return
    if operation.at_once or not operation.wanted:
        turn.settle(operation, OpState.CANCELLED, outcome, detail=outcome.word)
        return
    # Where nothing can have happened yet, a fresh baseline says more.
    baseline = operation.baseline if operation.contradictions else None
    word = outcome.word
    operation = turn.move(operation, OpState.QUEUED, word, last_outcome=word, baseline=baseline)
    if isinstance(outcome, Throttled):
        # It was the gate's turn to wait, not this operation's fault.
        turn.wait(operation, turn.at.mono_s)
    else:
        turn.back_off(operation)


# --- reading back --------------------------------------------------------------------------------------


def _read_back(turn: Turn, operation: Operation, outcome: Outcome | Ambiguous) -> None:
    match outcome:
        case Applied():
            _applied(turn, operation, outcome)
        case Refused(reason) if operation.last_outcome == Refused(DUPLICATE).word:
            _contradicted(turn, operation, outcome, reason)
        case Refused(reason):
            _absent(turn, operation, outcome, reason)
        case Ambiguous(candidates):
            _ambiguous(turn, operation, candidates)
        case Poison(reason):
            turn.settle(operation, OpState.QUARANTINED, outcome, detail=reason)
        case Throttled():
            turn.wait(operation, turn.at.mono_s)
        case NotYet(ask_again_s):
            turn.wait(operation, turn.at.mono_s + ask_again_s)
        case _:
            turn.back_off(operation)


def _absent(turn: Turn, operation: Operation, outcome: Refused, reason: str) -> None:
    if reason == ABSENT and may_repeat(turn, operation):
        turn.back_off(_unknown_again(turn, operation, outcome))
    elif operation.asked_at_s < settled_at_s(turn, operation):
        turn.wait(_unknown_again(turn, operation, outcome), settled_at_s(turn, operation))
    elif reason != ABSENT or (operation.strategy is Strategy.FENCED and operation.detail):
        _refused(turn, operation, outcome, operation.detail if reason == ABSENT else reason)
    elif operation.at_once or not operation.wanted:
        turn.settle(operation, OpState.CANCELLED, outcome, detail="proved absent, and not wanted any more")
    elif operation.strategy is Strategy.FENCED:
        match turn.fence(operation):
            case Fence.OVER:
                turn.settle(operation, OpState.EXPIRED, outcome, detail="its lock is over")
            case Fence.UNSURE:
                turn.wait(_unknown_again(turn, operation, outcome), turn.at.mono_s + _UNSURE_PAUSE_S)
            case Fence.STANDS:
                turn.back_off(_unknown_again(turn, operation, outcome))
    else:
        operation = operation.evolve(contradictions=operation.contradictions + 1, last_outcome=outcome.word)
        turn.wait(turn.move(operation, OpState.QUEUED, "proved absent"), turn.at.mono_s)


def _contradicted(turn: Turn, operation: Operation, outcome: Refused, reason: str) -> None:
    """Duplicate, yet not there: the server is still busy, or it is another's."""
    operation = operation.evolve(contradictions=operation.contradictions + 1)
    if reason != ABSENT or operation.contradictions > turn.policy.contradiction_limit:
        operation = operation.evolve(evidence=evidence(operation))
        turn.settle(operation, OpState.IN_DOUBT, outcome, detail=f"duplicate, read back: {reason}")
    elif may_repeat(turn, operation):
        turn.back_off(_unknown_again(turn, operation, outcome))
    else:
        turn.back_off(operation, settled_at_s(turn, operation))


def _ambiguous(turn: Turn, operation: Operation, candidates: tuple[Candidate, ...]) -> None:
    found = Found(candidates, exclusive=False)
    if operation.asked_at_s < settled_at_s(turn, operation):
        turn.wait(_unknown_again(turn, operation, found), settled_at_s(turn, operation))
        return
    operation = operation.evolve(evidence=evidence(operation, candidates))
    turn.settle(operation, OpState.IN_DOUBT, found, detail=f"{len(candidates)} could be it")


def _unknown_again(turn: Turn, operation: Operation, outcome: Outcome) -> Operation:
    return turn.move(operation, OpState.UNKNOWN, outcome.word, last_outcome=outcome.word)


# --- ends ----------------------------------------------------------------------------------------------


def _applied(turn: Turn, operation: Operation, outcome: Applied) -> None:
    settled = turn.settle(operation, OpState.CONFIRMED, outcome, remote_uuid=outcome.remote_uuid)
    if outcome.keep and settled.saga is not None:
        turn.left_behind(settled, dict(outcome.keep))


def _refused(turn: Turn, operation: Operation, outcome: Refused, reason: str) -> None:
    if operation.compensates is None:
        turn.settle(operation, OpState.REJECTED, outcome, detail=reason)
        return
    # Something stays in effect that must not: only a person can help.
    operation = operation.evolve(evidence=evidence(operation))
    turn.settle(operation, OpState.IN_DOUBT, outcome, detail=f"cannot be undone: {reason}")

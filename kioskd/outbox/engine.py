"""What happens next to every operation. Pure: `step(queue, event, at) -> (queue, commands)`.

Within a lane the first operation must be final before the next is begun; lanes do not wait for each other.
Operations that only a person or the daemon can move (held, attended, in doubt, quarantined) stand in no lane,
so they block nothing. Only `queued -> sending` leads to a write call, and Persist comes first.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import replace
from math import inf

from kioskd.outbox.courier import (
    ABSENT,
    DUPLICATE,
    Applied,
    NeverSent,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.events import (
    Accept,
    Booted,
    Cancel,
    Command,
    Event,
    Online,
    Persist,
    Probe,
    Probed,
    Quarantine,
    ReadBack,
    Release,
    Replied,
    Send,
    Settled,
    Tick,
)
from kioskd.outbox.gate import Flow
from kioskd.outbox.operation import (
    Change,
    Closing,
    Draft,
    Insert,
    Move,
    Operation,
    OperationRefused,
    OutboxFull,
    Strategy,
    encode_payload,
)
from kioskd.outbox.policy import Instant
from kioskd.outbox.queue import Queue
from kioskd.outbox.states import TRANSITIONS, OpState

_FIRST_STATE = {
    Strategy.KEYED: OpState.QUEUED,
    Strategy.ATTENDED: OpState.SENDING,
    Strategy.LOCAL: OpState.CONFIRMED,
}
_IN_LANE = frozenset({OpState.QUEUED, OpState.SENDING, OpState.UNKNOWN, OpState.RECONCILING})
_CLOSINGS = frozenset(
    {OpState.CONFIRMED, OpState.REJECTED, OpState.CANCELLED, OpState.IN_DOUBT, OpState.UNKNOWN}
)


def step(queue: Queue, event: Event, at: Instant) -> tuple[Queue, tuple[Command, ...]]:
    """Decide. Raises OperationRefused, with nothing changed, when a caller asks for what cannot be."""
    turn = _Turn(queue, at)
    match event:
        case Booted():
            turn.boot(event)
        case Accept(drafts, close):
            turn.accept(drafts, close)
        case Release(op_id):
            turn.release(op_id)
        case Cancel(op_id, reason):
            turn.cancel(op_id, reason)
        case Replied(op_id, outcome):
            turn.replied(op_id, outcome)
        case Probed(outcome):
            turn.probed(outcome)
        case Quarantine(op_id, reason):
            turn.move(turn.find(op_id), OpState.QUARANTINED, "payload cannot be read", detail=reason)
        case Tick():
            pass
    turn.begin_due()
    return turn.end()


class _Turn:
    """One step in the making. The queue it began with stays as it was."""

    def __init__(self, queue: Queue, at: Instant) -> None:
        self._before = queue
        self._policy = queue.policy
        self._at = at
        self._operations = queue.operations
        self._lanes = queue.lanes
        self._due = list(queue.due)
        self._flying = set(queue.flying)
        self._gate = queue.gate
        self._open_bytes = queue.open_bytes
        self._last_seq = queue.last_seq
        self._last_order_number = queue.last_order_number
        self._changes: list[Change] = []
        self._commands: list[Command] = []

    def end(self) -> tuple[Queue, tuple[Command, ...]]:
        commands: list[Command] = [Persist(tuple(self._changes))] if self._changes else []
        commands += self._commands
        if self._gate.online is not None and self._gate.online is not self._before.gate.online:
            commands.append(Online(self._gate.online))
        queue = Queue(
            self._policy,
            self._operations,
            self._lanes,
            tuple(self._due),
            frozenset(self._flying),
            self._gate,
            self._open_bytes,
            self._last_seq,
            self._last_order_number,
        )
        return queue, tuple(commands)

    # --- what callers ask for ----------------------------------------------------------------------------

    def boot(self, event: Booted) -> None:
        self._last_seq = event.last_seq
        self._last_order_number = event.last_order_number
        for operation in event.operations:
            self._operations = self._operations.with_(operation.op_id, operation)
            self._open_bytes += operation.payload_bytes
            if operation.state is OpState.SENDING:
                operation = replace(operation, last_outcome="restarted")
                operation = self.move(operation, OpState.UNKNOWN, "restarted while under way")
            if operation.strategy is Strategy.KEYED and operation.state in _IN_LANE:
                self._join_lane(operation)

    def accept(self, drafts: tuple[Draft, ...], close: Closing | None) -> None:
        if close is not None:
            self._close(close)
        else:
            self._check_room(drafts)
        for draft in drafts:
            self._insert(draft)

    def release(self, op_id: str) -> None:
        operation = self.find(op_id)
        if operation.state is not OpState.HELD:
            raise OperationRefused(f"{op_id} is {operation.state}, only a held operation can be released")
        operation = self.move(
            operation, _FIRST_STATE[operation.strategy], "released", actor="staff", detail=""
        )
        if operation.state is OpState.QUEUED:
            self._join_lane(operation)
            self._gate = self._gate.hurried(self._at.mono_s)

    def cancel(self, op_id: str, reason: str) -> None:
        operation = self.find(op_id)
        was_queued = operation.state is OpState.QUEUED
        operation = self.move(operation, OpState.CANCELLED, "cancelled", actor="staff", detail=reason)
        if was_queued:
            self._due = [due for due in self._due if due[1] != operation.seq]
            self._leave_lane(operation)

    # --- what comes back from the other side ----------------------------------------------------------------

    def replied(self, op_id: str, outcome: Outcome) -> None:
        operation = self.find(op_id)
        if op_id not in self._flying:
            raise OperationRefused(f"{op_id} is {operation.state} and waits for no answer")
        self._flying.discard(op_id)
        was_read_back = operation.state is OpState.RECONCILING
        match outcome:
            case NeverSent() | Unclear():
                self._gate = self._gate.transport_failed(self._at, self._policy)
            case Throttled():
                self._gate = self._gate.throttled(outcome, self._at, self._policy)
            case Unauthorised():
                self._gate = self._gate.unauthorised(self._at, self._policy)
            case Applied() | Refused():
                self._gate = self._gate.answered()
            case Poison():
                pass
        if was_read_back:
            self._read_back_replied(operation, outcome)
        else:
            self._send_replied(operation, outcome)

    def probed(self, outcome: Outcome) -> None:
        was_unreachable = self._gate.flow is Flow.UNREACHABLE
        self._gate = self._gate.probed(outcome, self._at, self._policy)
        if was_unreachable and self._gate.flow is Flow.OPEN:
            # What waited only because nobody answered need not wait any longer; a new failure shuts the gate.
            self._due = sorted((-inf, seq, lane) for _, seq, lane in self._due)

    def _send_replied(self, operation: Operation, outcome: Outcome) -> None:
        match outcome:
            case Applied():
                self._settle(operation, OpState.CONFIRMED, outcome)
            case Refused(reason) if reason == DUPLICATE:
                self._wait(self._keep(operation, OpState.RECONCILING, outcome), -inf)
            case Refused(reason):
                self._settle(operation, OpState.REJECTED, outcome, detail=reason)
            case Poison(reason):
                self._settle(operation, OpState.QUARANTINED, outcome, detail=reason)
            case Unclear():
                self._back_off(self._keep(operation, OpState.UNKNOWN, outcome))
            case NeverSent() | Unauthorised():
                self._back_off(self._keep(operation, OpState.QUEUED, outcome))
            case Throttled():
                # It was the gate's turn to wait, not this operation's fault.
                self._wait(self._keep(operation, OpState.QUEUED, outcome), -inf)

    def _read_back_replied(self, operation: Operation, outcome: Outcome) -> None:
        match outcome:
            case Applied():
                self._settle(operation, OpState.CONFIRMED, outcome)
            case Poison(reason):
                self._settle(operation, OpState.QUARANTINED, outcome, detail=reason)
            case Refused(reason) if (
                reason == ABSENT and operation.contradictions < self._policy.contradiction_limit
            ):
                # Duplicate, yet not there: the server is still busy. The key makes repeating harmless.
                operation = replace(operation, contradictions=operation.contradictions + 1)
                self._back_off(self._keep(operation, OpState.QUEUED, outcome))
            case Refused(reason):
                self._settle(operation, OpState.IN_DOUBT, outcome, detail=f"duplicate, read back: {reason}")
            case Throttled():
                self._wait(operation, -inf)
            case NeverSent() | Unclear() | Unauthorised():
                self._back_off(operation)

    # --- building blocks ------------------------------------------------------------------------------------

    def find(self, op_id: str) -> Operation:
        operation = self._operations.get(op_id)
        if operation is None:
            raise OperationRefused(f"no open operation {op_id}")
        return operation

    def move(
        self,
        operation: Operation,
        to: OpState,
        cause: str,
        *,
        actor: str = "engine",
        detail: str | None = None,
    ) -> Operation:
        """One transition, checked against the table and noted to be written down."""
        before = operation.state
        if to not in TRANSITIONS[before]:
            raise OperationRefused(f"{operation.op_id} is {before} and cannot become {to}")
        moved = replace(operation, state=to, detail=operation.detail if detail is None else detail)
        self._changes.append(Move(before, moved, cause, actor))
        if moved.is_open:
            self._operations = self._operations.with_(moved.op_id, moved)
        else:
            self._operations = self._operations.without(moved.op_id)
            self._open_bytes -= moved.payload_bytes
        return moved

    def _check_room(self, drafts: tuple[Draft, ...]) -> None:
        """Refuse before anything is promised. Closing what was begun never comes here: it must not fail."""
        policy = self._policy
        waiting = [draft for draft in drafts if draft.held or draft.strategy is not Strategy.LOCAL]
        size = sum(len(encode_payload(draft)) for draft in waiting)
        if len(self._operations) + len(waiting) > policy.open_limit and waiting:
            raise OutboxFull(
                f"{len(self._operations)} operations are waiting already, {policy.open_limit} at most"
            )
        if self._open_bytes + size > policy.open_bytes_limit and waiting:
            raise OutboxFull(
                f"{self._open_bytes} bytes are waiting already, {policy.open_bytes_limit} at most"
            )

    def _insert(self, draft: Draft) -> None:
        if draft.op_id in self._operations:
            raise OperationRefused(f"{draft.op_id} was accepted before")
        if draft.held and draft.strategy is Strategy.ATTENDED:
            raise OperationRefused(f"{draft.op_id}: an attended operation is under way and cannot be held")
        payload = encode_payload(draft)
        self._last_seq += 1
        self._last_order_number = max(self._last_order_number, draft.order_number or 0)
        operation = Operation(
            seq=self._last_seq,
            op_id=draft.op_id,
            kind=draft.kind,
            lane=draft.lane,
            strategy=draft.strategy,
            state=OpState.HELD if draft.held else _FIRST_STATE[draft.strategy],
            payload_bytes=len(payload),
            amount_minor=draft.amount_minor,
            currency=draft.currency,
            attempts=1 if draft.strategy is Strategy.ATTENDED else 0,
            detail=draft.held or "",
        )
        self._changes.append(Insert(operation, payload, draft.order_number))
        if operation.is_open:
            self._operations = self._operations.with_(operation.op_id, operation)
            self._open_bytes += operation.payload_bytes
        if operation.state is OpState.QUEUED:
            self._join_lane(operation)
            self._gate = self._gate.hurried(self._at.mono_s)

    def _close(self, close: Closing) -> None:
        operation = self.find(close.op_id)
        if operation.strategy is not Strategy.ATTENDED:
            raise OperationRefused(
                f"{close.op_id} is {operation.strategy}: only attended operations are closed"
            )
        if close.state not in _CLOSINGS:
            raise OperationRefused(f"{close.op_id} cannot be closed as {close.state}")
        if close.state is not operation.state:
            operation = replace(operation, last_outcome=str(close.state))
            self.move(operation, close.state, "closed", actor="daemon", detail=close.evidence)

    def _keep(self, operation: Operation, to: OpState, outcome: Outcome) -> Operation:
        return self.move(replace(operation, last_outcome=outcome.word), to, outcome.word)

    def _settle(self, operation: Operation, to: OpState, outcome: Outcome, detail: str | None = None) -> None:
        settled = self.move(replace(operation, last_outcome=outcome.word), to, outcome.word, detail=detail)
        self._leave_lane(settled)
        self._commands.append(Settled(settled, outcome))

    # --- lanes -----------------------------------------------------------------------------------------

    def _join_lane(self, operation: Operation) -> None:
        lane = self._lanes.get(operation.lane, ())
        self._lanes = self._lanes.with_(operation.lane, (*lane, operation.op_id))
        if not lane:
            self._wait(operation, -inf)

    def _leave_lane(self, operation: Operation) -> None:
        lane = self._lanes[operation.lane]
        was_head = lane[0] == operation.op_id
        rest = tuple(op_id for op_id in lane if op_id != operation.op_id)
        if rest:
            self._lanes = self._lanes.with_(operation.lane, rest)
        else:
            self._lanes = self._lanes.without(operation.lane)
        if rest and was_head:
            self._wait(self._operations[rest[0]], -inf)

    def _wait(self, operation: Operation, not_before_s: float) -> None:
        insort(self._due, (not_before_s, operation.seq, operation.lane))

    def _back_off(self, operation: Operation) -> None:
        self._wait(operation, self._at.mono_s + self._policy.backoff_s(operation.attempts, self._at.chance))

    def begin_due(self) -> None:
        """Begin what may be begun: a probe when the gate is shut, else the lanes that are due."""
        now_s = self._at.mono_s
        if self._gate.probe_due(now_s):
            self._gate = replace(self._gate, probing=True)
            self._commands.append(Probe())
        if not self._gate.may_send(now_s):
            return
        while self._due and self._due[0][0] <= now_s and len(self._flying) < self._policy.writes_in_flight:
            lane = self._due.pop(0)[2]
            operation = self._operations[self._lanes[lane][0]]
            self._flying.add(operation.op_id)
            if operation.state is OpState.RECONCILING:
                self._commands.append(ReadBack(operation))
                continue
            if operation.state is OpState.UNKNOWN:
                operation = self.move(operation, OpState.QUEUED, "its key makes repeating harmless")
            operation = replace(operation, attempts=operation.attempts + 1)
            self._commands.append(Send(self.move(operation, OpState.SENDING, "begun")))

"""What the outbox promises, said as rules: at each write call, at each change, and at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kioskd.outbox.changes import Change, Move
from kioskd.outbox.courier import Outcome
from kioskd.outbox.operation import Draft, Operation, Strategy
from kioskd.outbox.saga import SAGA_ENDS, SagaState
from kioskd.outbox.states import WITHOUT_EFFECT, OpState
from tests.simulation.clocks import TRUE_EPOCH
from tests.simulation.guest import MONEY
from tests.simulation.promise import Doubled, Lost, must

if TYPE_CHECKING:
    from tests.simulation.world import World

_NO_LEDGER = frozenset({"payment", "release"})
"""Kinds whose effect nobody needs to know: the terminal's, and one that lapses by itself."""
_REPEATABLE = frozenset({"redeem"})
"""Without a key of its own, yet a repeat is harmless while its lock stands."""


def write(world: World, operation: Operation) -> None:
    """Every rule about write calls, held against the truth at the moment of the call."""
    op_id, row = operation.op_id, world.store.row(operation.op_id)
    must(row is not None and row.state is OpState.SENDING, f"{op_id}: write without a committed intent")
    must(operation.lane not in world.in_flight, f"{op_id}: two writes in flight in one lane")
    world.in_flight[operation.lane] = op_id
    if operation.strategy is not Strategy.KEYED and operation.kind not in _REPEATABLE:
        must(world.server.effects[op_id] == 0, f"{op_id}: sent again although it is in effect", Doubled)
        must(op_id not in world.late, f"{op_id}: sent again while the first request is at work", Doubled)
    if operation.kind == "redeem":
        must(world.now_s < world.lock_until_s[str(operation.saga)], f"{op_id}: sent with an expired key")
    if operation.compensates:
        effects = world.server.effects[operation.compensates]
        must(effects == 1, f"{op_id} undoes {operation.compensates}: in effect {effects} times")
    if operation.kind == "return":
        sold = world.store.row(_sale_of(op_id))
        must(sold is None or not sold.is_open, f"{op_id} overtook its order, which is {sold and sold.state}")
    if operation.kind == "unclaimed":  # a repeat is as harmless as it can be, but not after an answer
        must(op_id not in world.heard, f"{op_id} told again although it was answered", Doubled)
    if world.drafted[op_id].held:
        must(op_id in world.released, f"{op_id}: sent although nobody paid")
    if world.drafted[op_id].at_once and op_id not in world.waiting:
        must(str(operation.saga) in world.thanked, f"{op_id}: sent although its guest is gone")


def payload(world: World, op_id: str) -> None:
    """What was accepted is there, to the byte, as long as it may be needed."""
    try:
        kept = world.store.payload(op_id)
    except ValueError as error:
        raise Lost(f"{op_id}: its payload cannot be read: {error}") from error
    must(kept == world.encoded[op_id], f"{op_id}: its payload is another", Lost)


def void(world: World, op_id: str) -> Outcome:
    """A void must not overtake its claim, not even one that a person has to look at first."""
    number = op_id.removeprefix("void")
    claim = f"claim{number}"
    row = world.store.row(claim)
    must(row is None or not row.is_open, f"{op_id} overtook {claim}, which is {row and row.state}")
    return world.server.void(number, op_id)


def change(world: World, moved: Change) -> None:
    """A verdict must be true when it is written down."""
    if not isinstance(moved, Move) or moved.before is moved.operation.state:
        return
    operation = moved.operation
    op_id, state = operation.op_id, operation.state
    if state in (OpState.IN_DOUBT, OpState.QUARANTINED):
        world.set_aside.add(op_id)
    if state is OpState.IN_DOUBT:
        world.doubts.add(op_id)
        must(bool(operation.evidence), f"{op_id}: in doubt without evidence")
    if operation.kind in _NO_LEDGER:
        return
    if operation.kind == "claim" and world.server.claims.get(op_id.removeprefix("claim")) == "voided":
        return  # taken back while a person looked at it: then either word is true
    if state is OpState.CONFIRMED:
        must(world.server.effects[op_id] >= 1, f"{op_id} is confirmed, yet it is not in effect", Lost)
    elif state in WITHOUT_EFFECT and operation.kind != "lock":  # a lock nobody saw lapses by itself
        must(world.server.effects[op_id] == 0, f"{op_id} is {state}, yet it is in effect")
        at_work = op_id in world.late and operation.strategy is not Strategy.KEYED
        must(not at_work, f"{op_id} is {state} while its request is still at work")
    if state is OpState.EXPIRED and moved.before is OpState.HELD:
        due = world.drafted[op_id].expires_at
        due_s = (due - TRUE_EPOCH).total_seconds() if due else 0.0
        must(world.now_s >= due_s, f"{op_id} expired {due_s - world.now_s:.0f} s before its time")


def at_the_end(world: World) -> None:
    must(world.alive, "the process never came back")
    numbers = [d.order_number for d in world.promised.values() if d.order_number is not None]
    must(len(set(numbers)) == len(numbers), "an order number was given twice", Doubled)
    for op_id, draft in world.promised.items():
        row = world.store.row(op_id)
        if row is None:
            must(False, f"{op_id} lost: not in the file", Lost)
            return
        _operation(world, row, draft)
        world.seen[f"{draft.kind} {row.state}"] += 1
        world.seen[row.state] += 1
    for saga in {str(draft.saga) for draft in world.promised.values() if not _alone(draft)}:
        _saga(world, saga)
    for draft in world.promised.values():
        ended = draft.saga is None or world.store.saga_state(draft.saga) in SAGA_ENDS
        must(ended or not _alone(draft), f"{draft.saga} never ended")
    _lanes(world)
    for op_id in world.doubts:
        draft = world.drafted[op_id]
        world.seen["doubts"] += 1
        world.seen[f"doubt {draft.kind}"] += 1
        provable = draft.strategy is Strategy.READ_BACK and not world.server.switches.shared_shop
        must(not provable, f"{op_id} was in doubt, although only we use this shop")


def _operation(world: World, row: Operation, draft: Draft) -> None:
    op_id, effects = row.op_id, world.server.effects[row.op_id]
    given_up = row.state is OpState.QUARANTINED and row.strategy is Strategy.HUMAN
    must(not row.is_open or given_up, f"{op_id} lost: still {row.state}", Lost)
    if draft.kind in _NO_LEDGER or given_up:
        return
    must(effects <= 1 or draft.kind == "unclaimed", f"{op_id} doubled: in effect {effects} times", Doubled)
    if draft.kind == "claim" and world.server.claims.get(op_id.removeprefix("claim")) == "voided":
        return
    if row.state in (OpState.CONFIRMED, OpState.COMPENSATED):
        must(effects >= 1, f"{op_id} is {row.state}, yet it is not in effect", Lost)
    elif row.state in WITHOUT_EFFECT and draft.kind != "lock":
        must(effects == 0, f"{op_id} is {row.state}, yet it is in effect")
    if draft.kind in ("order", "return", "claim", "unclaimed") and not draft.held and _alone(draft):
        wanted = OpState.REJECTED if op_id in world.refuses else OpState.CONFIRMED
        if any(_is_without_effect(world, needed) for needed in draft.depends_on):
            wanted = OpState.CANCELLED
        person = op_id in world.set_aside and row.state is OpState.CANCELLED
        must(row.state is wanted or person, f"{op_id} is {row.state}, it should be {wanted}", Lost)
    if row.remote_uuid is not None and draft.kind in MONEY:
        cause = world.server.ledger[int(row.remote_uuid.removeprefix("tx-"))].cause
        must(cause == op_id, f"{op_id} took a transaction of {cause or 'another till'} for its own")


def _alone(draft: Draft) -> bool:
    """No guest's visit depends on it."""
    return draft.saga is None or draft.kind in ("claim", "void", "return")


def _is_without_effect(world: World, op_id: str) -> bool:
    row = world.store.row(op_id)
    return row is None or row.state in WITHOUT_EFFECT


def _sale_of(op_id: str) -> str:
    return f"sale{op_id.removeprefix('return')}"


def _saga(world: World, saga: str) -> None:
    state = world.store.saga_state(saga)
    world.seen[f"saga {state}"] += 1
    charged = world.charged.get(f"pay-{saga}")
    must(charged is None or charged == (saga in world.thanked), f"{saga}: card and order disagree", Lost)
    if saga in world.thanked:
        must(state in (SagaState.FINISHED, SagaState.INCOMPLETE), f"{saga} is {state}, guest was thanked")
        must(world.server.effects[f"order-{saga}"] == 1, f"{saga}: thanked, and no order", Lost)
    else:
        must(state is SagaState.UNDONE, f"{saga} is {state}, its guest got nothing")
    for op_id, draft in world.promised.items():
        if draft.saga != saga or draft.kind not in MONEY or draft.compensates:
            continue
        row = world.store.row(op_id)
        kept = row is not None and row.wanted and saga in world.thanked
        undone = sum(world.server.effects[f"{prefix}-{op_id}"] for prefix in ("undo", "by-hand"))
        wanted = 0 if kept else world.server.effects[op_id]
        must(undone == wanted, f"{op_id} was undone {undone} times, {wanted} was right")


def _lanes(world: World) -> None:
    """Within a lane, effects follow acceptance; what was held joins when it is released."""
    plain = (
        op_id
        for op_id, draft in world.promised.items()
        if _alone(draft) and not (draft.held or draft.follows or draft.depends_on or op_id in world.set_aside)
    )
    place = {op_id: index for index, op_id in enumerate(plain)}
    last: dict[str, int] = {}
    for op_id in world.server.order:
        if op_id in place:
            lane = world.promised[op_id].lane
            must(place[op_id] > last.get(lane, -1), f"{op_id} overtook in its lane")
            last[lane] = place[op_id]

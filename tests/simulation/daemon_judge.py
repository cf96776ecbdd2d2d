"""What the daemon promises about money, points and transactions: at each call and verdict, and at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kioskd.core import settlement
from kioskd.core.deeds import Action, Deed
from kioskd.core.order import Order, Tender
from kioskd.daemon.selling.drafts import PART_PAID, PAYMENT
from kioskd.outbox.changes import Change, Move
from kioskd.outbox.operation import Operation, Strategy
from kioskd.outbox.states import WITHOUT_EFFECT, OpState
from tests.simulation.promise import Doubled, Lost, must

if TYPE_CHECKING:
    from tests.simulation.daemon_world import DaemonWorld

_PEOPLES = frozenset({OpState.IN_DOUBT, OpState.QUARANTINED})


# --- at each call ------------------------------------------------------------------------------------------


def write(world: DaemonWorld, operation: Operation) -> None:
    op_id, row = operation.op_id, world.store.row(operation.op_id)
    must(row is not None and row.state is OpState.SENDING, f"{op_id}: write without a committed intent")
    must(operation.lane not in world.in_flight, f"{op_id}: two writes in flight in one lane")
    world.in_flight[operation.lane] = op_id
    must(op_id not in world.answered, f"{op_id}: sent again although it was answered", Doubled)
    if operation.strategy is not Strategy.KEYED:
        must(world.effects(op_id) == 0, f"{op_id}: sent again although it is in effect", Doubled)
        must(op_id not in world.late, f"{op_id}: sent again while the first request is at work", Doubled)
    if operation.kind == Action.TELL_ORDER:
        _is_paid(world, world.orders[op_id])


def _is_paid(world: DaemonWorld, order: Order) -> None:
    match order.tender:
        case Tender.CARD:
            charged_minor = world.card.ledger.kept_minor(order.id) + handed_back(world, order.id)
            must(charged_minor > 0, f"{order.id}: told although no card was charged")
        case Tender.COUNTER:
            must(order.id in world.released, f"{order.id}: told although nobody paid at the counter")


def _once_per_try(world: DaemonWorld, op_id: str) -> None:
    world.calls[op_id] += 1
    must(world.calls[op_id] == 1, f"{op_id}: repeated within one try")


def deed(world: DaemonWorld, asked: Deed) -> None:
    _once_per_try(world, asked.id)


def claim(world: DaemonWorld, op_id: str, session: str, body: bytes) -> None:
    _once_per_try(world, op_id)
    _as_written(world, op_id, body)
    must(world.orders[op_id].session == session, f"{op_id} claims somebody else's {session}")


def unclaimed(world: DaemonWorld, op_id: str, body: bytes) -> None:
    _once_per_try(world, op_id)
    _as_written(world, op_id, body)


def void(world: DaemonWorld, op_id: str, session: str) -> None:
    """A void must not overtake its claim, not even one that a person has to look at first."""
    for told in world.claims_of(session):
        must(not told.is_open, f"{op_id} overtook {told.op_id}, which is {told.state}")


def _as_written(world: DaemonWorld, op_id: str, body: bytes) -> None:
    kept = json.loads(world.store.payload(op_id))["written"]["body"].encode()
    must(kept == body, f"{op_id}: sent with other bytes than were written down")


def message(world: DaemonWorld, kind: str) -> None:
    """What is on the kiosk's disk before the terminal hears of a payment, and before it hears our yes."""
    reference = world.card.paying
    match kind:
        case "> 06 01":
            row, attempt = world.store.row(f"pay-{reference}"), _attempt(world, reference)
            must(row is not None and row.state is OpState.SENDING, f"{reference}: charged without an intent")
            must(attempt is not None and attempt["outcome"] is None, f"{reference}: charged unremembered")
        case "> 80 00 to 04 0F of 06 01" if any(payment.open for payment in world.card.ledger.payments):
            attempt = _attempt(world, reference)
            stored = attempt is not None and attempt["seen"] is not None
            must(stored, f"{reference}: the terminal heard our yes before the result was stored")


def _attempt(world: DaemonWorld, reference: str) -> dict[str, Any] | None:
    attempts = json.loads(world.attempts.read_bytes())["attempts"] if world.attempts.exists() else []
    return next((attempt for attempt in attempts if attempt["reference"] == reference), None)


# --- at each verdict ---------------------------------------------------------------------------------------


def change(world: DaemonWorld, moved: Change) -> None:
    if not isinstance(moved, Move) or moved.before is moved.operation.state:
        return
    operation = moved.operation
    op_id, state, kind = operation.op_id, operation.state, operation.kind
    if state is OpState.IN_DOUBT:
        world.doubts.add(op_id)
        must(bool(operation.evidence or operation.detail), f"{op_id}: in doubt without evidence")
    if kind == PAYMENT:
        _payment(world, op_id.removeprefix("pay-"), state, operation.amount_minor or 0)
    elif kind == Action.REVERSE_CARD:
        _handed_back(world, op_id, state)
    elif kind == PART_PAID:
        pass  # what becomes of it is judged by the order
    elif kind == Action.VOID_ORDER:
        _voided(world, operation)
    elif kind == Action.TELL_RETURN or operation.strategy is Strategy.LOCAL:
        pass  # for the record
    elif state is OpState.CONFIRMED:
        must(world.effects(op_id) >= 1, f"{op_id} is confirmed, yet it is not in effect", Lost)
    elif (state in WITHOUT_EFFECT and kind != Action.TELL_ORDER) or (
        state in WITHOUT_EFFECT and op_id not in world.released
    ):
        must(world.effects(op_id) == 0, f"{op_id} is {state}, yet it is in effect")


def _payment(world: DaemonWorld, reference: str, state: OpState, asked_minor: int) -> None:
    taken = world.card.ledger.taken(reference)
    must(len(taken) <= 1, f"{reference}: the card was charged {len(taken)} times", Doubled)
    if state is OpState.CONFIRMED:
        must(bool(taken), f"{reference} counts as paid, yet nothing was taken", Lost)
        minor = taken[0].amount_minor
        right = minor == asked_minor or (world.parts and 0 < minor < asked_minor)
        must(right, f"{reference}: another amount was taken")
    elif state in WITHOUT_EFFECT:
        must(not taken, f"{reference}: {state}, yet the money was taken", Lost)


def _handed_back(world: DaemonWorld, op_id: str, state: OpState) -> None:
    taken = world.card.ledger.taken(op_id.removeprefix(settlement.uncharge_id("")))
    if state is OpState.CONFIRMED:
        must(not taken, f"{op_id} is confirmed, yet the merchant has the money", Lost)
    elif state in WITHOUT_EFFECT:
        must(bool(taken), f"{op_id} is {state}, yet the merchant has no money")


def handed_back(world: DaemonWorld, order_id: str) -> int:
    """In minor units, of what was charged for an order."""
    payments = world.card.ledger.payments
    return sum(each.amount_minor for each in payments if each.handed_back and each.order_id == order_id)


def _voided(world: DaemonWorld, operation: Operation) -> None:
    session = str(world.drafted[operation.op_id].payload["session"])
    there = world.platform.transactions[session]
    if operation.state is OpState.CONFIRMED:
        must(there.state == "voided", f"{operation.op_id} is confirmed, yet {session} is {there.state}", Lost)
    elif operation.state is OpState.REJECTED:
        must(there.state != "voided", f"{operation.op_id} is rejected, yet {session} is voided")


# --- at the end --------------------------------------------------------------------------------------------


def at_the_end(world: DaemonWorld) -> None:
    must(world.alive, "the process never came back")
    for op_id, draft in world.promised.items():
        row = world.store.row(op_id)
        must(row is not None, f"{op_id} lost: not in the file", Lost)
        assert row is not None
        given_up = row.state is OpState.QUARANTINED and row.strategy is Strategy.HUMAN
        must(
            not row.is_open or given_up or row.state is OpState.HELD, f"{op_id} lost: still {row.state}", Lost
        )
        world.seen[row.state] += 1
        world.seen[f"{draft.kind} {row.state}"] += 1
        if draft.strategy is Strategy.READ_BACK:
            must(world.effects(op_id) <= 1, f"{op_id} doubled", Doubled)
    for order in world.orders.values():
        _order(world, order)
    for payment in world.card.ledger.payments:
        must(not payment.taken or payment.order_id in world.orders, "money of nobody", Lost)
    if world.backend == "rbi":
        _transactions(world)


def _order(world: DaemonWorld, order: Order) -> None:
    row = world.store.row(order.id)
    settled = row is not None
    dropped = row is not None and row.state is OpState.CANCELLED and order.tender is Tender.COUNTER
    _cards(world, order, sold=settled and not dropped)
    world.seen["settled"] += settled
    for step in settlement.reserving(order):
        given_back = (settlement.undo_id(step.id), settlement.give_back_id(step.id))
        kept = world.effects(step.id) - sum(world.effects(op_id) for op_id in given_back)
        wanted = int(settled and not dropped)
        must(kept == wanted, f"{step.id}: in effect {kept} times, {wanted} was right", Lost)


def _cards(world: DaemonWorld, order: Order, *, sold: bool) -> None:
    """What cards were to pay of it is the merchant's if and only if it was sold, and not taken back since."""
    kept_minor, back_minor = world.card.ledger.kept_minor(order.id), handed_back(world, order.id)
    due_minor = order.paid_by_card.minor + (order.due.minor if order.tender is Tender.CARD else 0)
    if not sold:
        must(kept_minor == 0, f"{order.id}: money taken, and no order", Lost)
        return
    must(kept_minor <= due_minor, f"{order.id}: cards were charged {kept_minor}", Doubled)
    must(kept_minor + back_minor >= due_minor, f"{order.id}: an order, and {kept_minor} taken", Lost)
    for payment in world.card.ledger.payments:
        if payment.order_id == order.id and payment.handed_back:
            wish = world.store.row(settlement.uncharge_id(payment.reference))
            must(wish is not None, f"{payment.reference}: handed back, and nobody wanted it", Lost)


def _transactions(world: DaemonWorld) -> None:
    platform = world.platform
    for transaction in platform.transactions.values():
        _transaction(world, transaction.id)
    for order in world.orders.values():
        if order.session is None and (row := world.store.row(order.id)) is not None:
            told = world.effects(order.id)
            must(told >= 1 or row.state is not OpState.CONFIRMED, f"{order.id} was never told", Lost)
            if platform.habits.unclaimed_again == "same_answer":
                must(told <= 1, f"{order.id} was told twice", Doubled)


def _is_a_persons(world: DaemonWorld, row: Operation) -> bool:
    """It waits for its guest at the counter, or somebody has looked what became of it."""
    return row.state is OpState.HELD or (row.state is OpState.CANCELLED and row.op_id in world.doubts)


def _transaction(world: DaemonWorld, session: str) -> None:
    there, again = world.platform.transactions[session], world.platform.habits.claim_again
    must(there.claims <= 1 or again == "books_again", f"{session} claimed {there.claims} times", Doubled)
    if there.was_claimed:
        must(there.claimed_by in world.orders, f"{session} was claimed by nobody")
        _is_paid(world, world.orders[there.claimed_by])
    if there.state == "claimed":
        must(there.burned == 0 or there.claims >= 1, f"{session} burned points without an order")
    known = world.store.row(f"session-{session}") is not None
    at_people = any(_is_a_persons(world, row) for row in world.claims_of(session))
    if known and not at_people:
        must(
            there.state in ("claimed", "voided"), f"{session} was abandoned and is still {there.state}", Lost
        )
    for row in world.claims_of(session):
        if row.state is OpState.CONFIRMED and row.strategy is not Strategy.LOCAL:
            must(there.was_claimed, f"{row.op_id} is confirmed, yet {session} was never claimed", Lost)

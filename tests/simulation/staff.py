"""The people behind the counter: they look at the terminal and at the backend's own list, and decide."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kioskd.core.deeds import Action
from kioskd.core.errors import KioskError, StorageError
from kioskd.core.returning import ReturnRefused
from kioskd.core.settlement import uncharge_id
from kioskd.daemon.selling.drafts import PART_PAID
from kioskd.outbox.events import Verdict
from kioskd.outbox.operation import Closing, Operation, OperationRefused, Strategy
from kioskd.outbox.states import OpState

if TYPE_CHECKING:
    from tests.simulation.daemon_process import DaemonProcess
    from tests.simulation.daemon_world import DaemonWorld

WHO = "Kim"


async def staff(world: DaemonWorld, process: DaemonProcess) -> None:
    """As long as the process lives."""
    chance = world.random
    while True:
        await asyncio.sleep(chance.uniform(10, 600 if world.fault("late_staff") else 80))
        if not world.queue.operations and chance.random() < 0.8:
            continue
        try:
            await _payments(world, process)
            await _reversals(world, process)
            await _doubts(world, process)
            await _counter(world, process)
            if world.backend == "rbi" and chance.random() < 0.2:
                await _returns(world, process)
        except StorageError:
            return
        except (OperationRefused, OSError):
            pass  # settled in this very moment, or to be decided again


async def _payments(world: DaemonWorld, process: DaemonProcess) -> None:
    for op_id in await process.payments.undecided():
        if world.card.busy or world.card.off:
            return  # whoever stands before it sees that it is not done
        reference, row = op_id.removeprefix("pay-"), world.store.row(op_id)
        assert row is not None and row.amount_minor
        world.evidence.add(reference)
        paid = world.card.taken_in_full(reference, row.amount_minor)
        await process.payments.decide(op_id, paid=paid, actor=WHO, reason="looked at the terminal")


async def _reversals(world: DaemonWorld, process: DaemonProcess) -> None:
    """What the terminal did not give back, or nobody knows whether it did: a person gives it back there."""
    for operation in process.outbox.waiting_for_a_person():
        if operation.kind != Action.REVERSE_CARD:
            continue
        if world.card.busy or world.card.off:
            return
        op_id = operation.op_id
        reference = op_id.removeprefix(uncharge_id(""))
        for payment in world.card.ledger.taken(reference):
            world.card.hand_back(payment)
        closing = Closing(op_id, OpState.CONFIRMED, operation.detail, WHO, "decided: paid back by hand")
        await process.payments.decide_reversal(op_id, reference, back=True, closing=closing)
        world.seen["handed back by a person"] += 1


async def _doubts(world: DaemonWorld, process: DaemonProcess) -> None:
    for operation in process.outbox.waiting_for_a_person():
        op_id = operation.op_id
        if operation.kind in (Action.REVERSE_CARD, PART_PAID):
            continue  # at the terminal; settled with its payments
        if op_id in world.late or op_id in world.in_flight.values():
            continue
        if operation.state is OpState.QUARANTINED:
            if operation.strategy is not Strategy.HUMAN or not operation.attempts:
                await process.outbox.retry(op_id, WHO)
        elif operation.state is OpState.IN_DOUBT:
            await _resolve(world, process, operation)


async def _resolve(world: DaemonWorld, process: DaemonProcess, operation: Operation) -> None:
    op_id = operation.op_id
    remote_uuid = next((e.remote_uuid for e in world.till.ledger if e.cause == op_id), None)
    if not world.effects(op_id):
        verdict = Verdict.SEND_AGAIN if operation.compensates else Verdict.NOT_APPLIED
        await process.outbox.resolve_doubt(op_id, verdict, WHO, "not in the list")
    elif operation.saga and operation.wanted and not operation.compensates and remote_uuid:
        await process.outbox.resolve_doubt(
            op_id, Verdict.COMPENSATE, WHO, "in the list", remote_uuid=remote_uuid
        )
    else:
        await process.outbox.resolve_doubt(
            op_id, Verdict.APPLIED, WHO, "in the list", remote_uuid=remote_uuid
        )


async def _counter(world: DaemonWorld, process: DaemonProcess) -> None:
    """Money is taken only for what still waits for it."""
    for op_id, number in (await process.selling.unpaid()).items():
        if op_id in world.released or world.random.random() < 0.7:
            if (order := world.orders[op_id]).session and world.strategy_of(op_id) is Strategy.LOCAL:
                world.platform.claim_elsewhere(order.session, op_id)
            world.released.add(op_id)  # before a crash can come between the commit and this line
            await process.selling.paid_at_counter(number)
        else:
            await process.selling.dropped_at_counter(number)
            process.payments.stir()


async def _returns(world: DaemonWorld, process: DaemonProcess) -> None:
    sold = [order for order in world.orders.values() if world.store.row(f"sale-{order.id}") is not None]
    if not sold:
        return
    order = world.random.choice(sold)
    try:
        await process.returns.cancel(order.number, actor=WHO, reason="cold")
    except ReturnRefused:
        return
    except StorageError:
        raise
    except KioskError:
        return

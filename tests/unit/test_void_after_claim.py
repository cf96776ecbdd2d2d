"""Staff take back an order whose claim is still on its way: the backend hears of the claim first, always.

A void that came first would find nothing to take back, and the claim after it would keep the guest's points.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from kioskd.core.deeds import Action
from kioskd.core.order import Order, Tender
from kioskd.daemon.selling.reserved import Reserved
from kioskd.outbox.courier import Outcome, Poison
from kioskd.outbox.operation import Draft, Parcel
from kioskd.outbox.states import OpState
from tests.unit.backstage import DEADLINE_S
from tests.unit.returns_desk import Desk, NotingBackend, at_the_desk, opened, plain

WHOLE = replace(plain(1, tender=Tender.NONE), session="s1")
"""The backend takes it as one transaction, which the order claims."""
CLAIM = WHOLE.id
OTHER = Draft("release-other", Action.RELEASE_VOUCHER, "voucher:other", {"hold": "h", "use": {}})


class ChokingBackend(NotingBackend):
    """Cannot read claims until it is upgraded."""

    upgraded = False

    async def deliver(self, parcel: Parcel) -> Outcome:
        if self.online and not self.upgraded and parcel.operation.kind == Action.TELL_ORDER:
            return Poison("KeyError")
        return await super().deliver(parcel)


async def sold(desk: Desk, order: Order = WHOLE) -> None:
    await desk.selling.accept(order, reserved=Reserved("session-s1", lasts=True))


async def cancelled_meanwhile(desk: Desk) -> None:
    """The claim waits for the network, and so does staff's cancellation."""
    desk.backend.online = False
    await sold(desk)
    desk.orders._patience_s = 0.0
    await desk.cancel(WHOLE.number)


async def state_of(desk: Desk, op_id: str) -> OpState:
    return (await desk.outbox.known([op_id]))[op_id].state


async def until(desk: Desk, op_id: str, state: OpState) -> None:
    while await state_of(desk, op_id) is not state:
        await desk.outbox.pulse()


def test_both_waited_for_the_network_and_the_claim_goes_first(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await cancelled_meanwhile(desk)
        assert desk.backend.done == []
        desk.backend.online = True
        await desk.until_told()
        assert [op_id == CLAIM for op_id in desk.backend.done] == [True, False]

    at_the_desk(tmp_path, scenario)


def test_a_claim_that_cannot_be_read_is_not_overtaken_not_even_after_a_restart(tmp_path: Path) -> None:
    backend = ChokingBackend()

    async def before() -> None:
        async with asyncio.timeout(DEADLINE_S), opened(tmp_path, backend) as desk:
            await cancelled_meanwhile(desk)
            backend.online = True
            await until(desk, CLAIM, OpState.QUARANTINED)
            assert backend.done == []

    async def after() -> None:
        async with asyncio.timeout(DEADLINE_S), opened(tmp_path, backend) as desk:
            await desk.outbox.accept(OTHER)
            await until(desk, OTHER.op_id, OpState.CONFIRMED)
            assert backend.done == [OTHER.op_id]  # and not the void
            backend.upgraded = True
            await desk.outbox.retry(CLAIM, "Kim", "upgraded")
            await desk.until_told()
            assert backend.done[1] == CLAIM
            assert len(backend.done) == 3

    asyncio.run(before())
    asyncio.run(after())


def test_a_claim_that_was_refused_needs_no_void(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await cancelled_meanwhile(desk)
        desk.backend.refuses[Action.TELL_ORDER] = "gone"
        desk.backend.online = True
        await until(desk, CLAIM, OpState.REJECTED)
        await desk.until_told()
        assert desk.backend.done == []

    at_the_desk(tmp_path, scenario)

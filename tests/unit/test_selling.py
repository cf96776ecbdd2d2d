"""An accepted order is on the disk, whatever is full or missing; staff settle what the counter is owed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.deeds import Deed, Done
from kioskd.core.order import Order, Tender
from kioskd.core.order_document import from_document
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.selling import Selling
from kioskd.outbox.operation import Draft, OperationRefused
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from tests.unit.backstage import DEADLINE_S, FakeBackend, listed, order, working


def unpaid(number: int, member_id: str | None = None) -> Order:
    return order(number, tender=Tender.COUNTER, member_id=member_id)


def sell(
    folder: Path,
    scenario: Callable[[Selling, Outbox], Awaitable[None]],
    *,
    loyalty: bool = True,
    policy: Policy | None = None,
    courier: LoyaltyCourier | None = None,
) -> None:
    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), working(folder, courier, policy=policy) as outbox:
            await scenario(Selling(outbox, loyalty=loyalty), outbox)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("sold", "loyalty", "state"),
    [
        (order(1, member_id="m-1"), True, "queued or sending"),
        (order(1, member_id="m-1"), False, "confirmed"),  # nobody to tell
        (order(1), True, "confirmed"),  # nobody's points
        (unpaid(1, "m-1"), True, "held"),
        (unpaid(1), True, "held"),
    ],
)
def test_an_order_is_told_kept_or_held(tmp_path: Path, sold: Order, loyalty: bool, state: str) -> None:
    async def scenario(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(sold)
        assert (await listed(outbox))["o-1"] in state.split(" or ")
        assert outbox.next_order_number == 2

    sell(tmp_path, scenario, loyalty=loyalty)


def test_an_order_is_still_there_after_a_restart(tmp_path: Path) -> None:
    async def before(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(unpaid(1, "m-1"))

    async def after(selling: Selling, outbox: Outbox) -> None:
        (parcel,) = await outbox.held()
        assert from_document(parcel.payload).number == "A1"

    sell(tmp_path, before)
    sell(tmp_path, after)


def test_paid_at_the_counter_it_is_told_to_the_backend(tmp_path: Path) -> None:
    courier = LoyaltyCourier()
    backend = FakeBackend(Done(result={"points": 8, "balance": 1248}))
    courier.backend = backend

    async def scenario(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(unpaid(1, "m-1"))
        assert backend.asked == []
        await selling.paid_at_counter("A1")
        while (await listed(outbox))["o-1"] != "confirmed":
            await outbox.pulse()
        (told,) = backend.asked
        assert isinstance(told, Deed)
        assert told.id == "o-1"

    sell(tmp_path, scenario, courier=courier)


def test_an_order_nobody_paid_is_cancelled_and_nobody_is_told(tmp_path: Path) -> None:
    async def scenario(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(unpaid(1, "m-1"))
        await selling.dropped_at_counter("A1")
        assert (await listed(outbox))["o-1"] == "cancelled"

    sell(tmp_path, scenario)


def test_of_two_orders_with_one_number_the_newest_is_meant(tmp_path: Path) -> None:
    """Numbers start again after 999."""

    async def scenario(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(unpaid(1))
        await selling.accept(replace(unpaid(1000), number="A1"))
        await selling.paid_at_counter("A1")
        assert await listed(outbox) == {"o-1": "held", "o-1000": "confirmed"}

    sell(tmp_path, scenario)


@pytest.mark.parametrize("number", ["A2", "", "o-2", "a1"])
def test_a_number_that_nobody_has_is_refused_by_name(tmp_path: Path, number: str) -> None:
    async def scenario(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(unpaid(1))
        for act in (selling.paid_at_counter, selling.dropped_at_counter):
            with pytest.raises(OperationRefused, match=f"no unpaid order has the number {number}"):
                await act(number)
        assert await listed(outbox) == {"o-1": "held"}

    sell(tmp_path, scenario)


def test_the_same_order_is_not_paid_twice(tmp_path: Path) -> None:
    async def scenario(selling: Selling, outbox: Outbox) -> None:
        await selling.accept(unpaid(1, "m-1"))
        both = await asyncio.gather(
            selling.paid_at_counter("A1"), selling.paid_at_counter("A1"), return_exceptions=True
        )
        assert [type(result) for result in both].count(OperationRefused) == 1

    sell(tmp_path, scenario)


@pytest.mark.parametrize("sold", [order(1, member_id="m-1"), unpaid(1, "m-1"), unpaid(1)])
@pytest.mark.parametrize("policy", [Policy(open_limit=1), Policy(open_limit=5, open_bytes_limit=1)])
def test_selling_goes_on_when_the_queue_is_full(
    tmp_path: Path, sold: Order, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)

    async def fill(selling: Selling, outbox: Outbox) -> None:
        await outbox.accept(Draft("stuck", "order", "x", {}, held="unpaid"))

    async def scenario(selling: Selling, outbox: Outbox) -> None:
        assert not (await selling.accept(sold)).points_promised
        assert await listed(outbox) == {"stuck": "held", "o-1": "confirmed"}

    sell(tmp_path, fill)
    sell(tmp_path, scenario, policy=policy)
    assert "order A1 is kept for the record only" in caplog.text


def test_what_is_accepted_comes_with_the_link_to_claim_its_points(tmp_path: Path) -> None:
    courier = LoyaltyCourier()

    async def scenario(_: Selling, outbox: Outbox) -> None:
        selling = Selling(outbox, loyalty=True, claim_link=courier.claim_link)
        assert (await selling.accept(order(1))).claim_link is None  # the backend's client comes late
        courier.backend = FakeBackend()
        assert (await selling.accept(order(2))).claim_link == "https://portal.test/l?unique_id=o-2"

    sell(tmp_path, scenario, courier=courier)

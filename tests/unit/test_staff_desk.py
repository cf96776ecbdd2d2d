"""What staff get from the kiosk's own screen: the PIN's verdict, the orders, and what was taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest

from kioskd.core.effects import CheckPin, FindSales, TakeBackSale
from kioskd.core.events import Event
from kioskd.core.sale import SaleState
from kioskd.core.staff import ReturnReason
from kioskd.core.staff_events import PinChecked, SaleRefused, SalesFound, SaleTakenBack
from kioskd.daemon.staff.pin import hash_pin
from kioskd.daemon.staff.pin_guard import PinGuard
from kioskd.daemon.staff.staff_desk import ACTOR
from tests.unit.backstage import News, staff_desk
from tests.unit.returns_desk import Desk, at_the_desk
from tests.unit.test_returning import ID, L1

_Event = TypeVar("_Event", bound=Event)


def some(units: int, *, seen: int = 0) -> TakeBackSale:
    return TakeBackSale("r", ID, ((L1, units),), ReturnReason.NOT_GOOD, seen)


async def answer(kind: type[_Event], desk: Desk, asked: FindSales | TakeBackSale) -> _Event:
    news = News()
    staff = staff_desk(desk.outbox, news, orders=desk.orders)
    await (staff.find_sales(asked) if isinstance(asked, FindSales) else staff.take_back(asked))
    (event,) = news.events
    assert isinstance(event, kind)
    return event


def test_a_pin_is_right_wrong_or_too_early(tmp_path: Path) -> None:
    guard = PinGuard(hash_pin("4711"), tmp_path / "staff-pin", lambda: 0.0)

    async def scenario(desk: Desk) -> None:
        news = News()
        staff = staff_desk(desk.outbox, news, guard)
        for pin in ("4711", "1", "2", "3"):
            await staff.check_pin(CheckPin(f"r{pin}", pin))
        assert news.events == [
            PinChecked("r4711", accepted=True),
            PinChecked("r1", accepted=False),
            PinChecked("r2", accepted=False),
            PinChecked("r3", accepted=False, wait_s=5.0),
        ]

    at_the_desk(tmp_path, scenario)


def test_a_kiosk_without_a_pin_opens_to_none(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        news = News()
        await staff_desk(desk.outbox, news).check_pin(CheckPin("r", ""))
        assert news.events == [PinChecked("r", accepted=False)]

    at_the_desk(tmp_path, scenario)


def test_the_orders_are_found(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        order = await desk.sell()
        (sale,) = (await answer(SalesFound, desk, FindSales("r"))).sales
        assert (sale.order.number, sale.state) == (order.number, SaleState.SOLD)

    at_the_desk(tmp_path, scenario)


def test_what_is_taken_back_at_the_kiosk_says_who_and_why(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        sale = (await answer(SaleTakenBack, desk, some(1))).sale
        assert [(each.actor, each.reason) for each in sale.returns] == [(ACTOR, "not good")]
        everything = TakeBackSale("r", ID, None, ReturnReason.WRONG_ORDER, seen_returns=1)
        sale = (await answer(SaleTakenBack, desk, everything)).sale
        assert sale.state is SaleState.RETURNED
        refused = await answer(SaleRefused, desk, TakeBackSale("r", ID, None, ReturnReason.OTHER, 2))
        assert "was returned already, all of it" in refused.why

    at_the_desk(tmp_path, scenario)


def test_the_same_once_more_is_meant_so_by_whoever_saw_the_first(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        await answer(SaleTakenBack, desk, some(1))
        refused = await answer(SaleRefused, desk, some(1))
        assert "look at it again" in refused.why
        assert len((await desk.orders.show(ID)).returns) == 1
        assert len((await answer(SaleTakenBack, desk, some(1, seen=1))).sale.returns) == 2

    at_the_desk(tmp_path, scenario)


@pytest.mark.parametrize("reason", ReturnReason)
def test_every_reason_has_words(tmp_path: Path, reason: ReturnReason) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sell()
        asked = TakeBackSale("r", ID, ((L1, 1),), reason, seen_returns=0)
        assert (await answer(SaleTakenBack, desk, asked)).sale.returns[0].reason

    at_the_desk(tmp_path, scenario)


def test_comparing_a_pin_leaves_the_loop_free(tmp_path: Path) -> None:
    """Somebody may touch the screen meanwhile."""

    async def scenario(desk: Desk) -> None:
        guard = PinGuard(hash_pin("4711"), tmp_path / "staff-pin", lambda: 0.0)
        staff = staff_desk(desk.outbox, News(), guard)
        checking = asyncio.create_task(staff.check_pin(CheckPin("r", "4711")))
        turns = 0
        while not checking.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 10

    at_the_desk(tmp_path, scenario)

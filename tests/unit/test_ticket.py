"""A ticket for the counter: what is on it, and where its scan leads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.credential import CredentialKind, classify
from kioskd.core.effects import CountAsPaid, FindSales
from kioskd.core.events import Scanned
from kioskd.core.intents import PressKey, StartOrder, SubmitNumber
from kioskd.core.order import Tender
from kioskd.core.sale import Sale, SaleState
from kioskd.core.staff import ViewingSale
from kioskd.core.staff_events import PinChecked, SalePaid, SalesFound
from kioskd.core.staff_intents import MarkPaid
from kioskd.core.ticket import ticket_code, ticket_order
from kioskd.core.visit import Place
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.unpaid_orders import UnpaidOrders
from tests.unit.backstage import DEADLINE_S, SetClock, order, working
from tests.unit.shopfront import EAT_IN, SHOP, Player, player
from tests.unit.sold import ORDER

UNPAID = Sale(replace(ORDER, tender=Tender.COUNTER), SaleState.UNPAID)
CODE = ticket_code(UNPAID.order)


def behind_the_counter() -> Player:
    return player(replace(SHOP, staff=True))


def test_a_ticket_says_number_amount_and_order() -> None:
    assert f"KIOSKD:1:A1:{ORDER.due.minor}:EUR:O-1" == CODE
    assert ticket_order(CODE) == "o-1"
    assert classify(CODE).kind is CredentialKind.TICKET


@pytest.mark.parametrize(
    "text", ["", "KIOSKD:1:A1:310:EUR:", "KIOSKD:2:A1:310:EUR:x", "10024711", CODE + "\x00"]
)
def test_nothing_else_is_a_ticket(text: str) -> None:
    assert ticket_order(text) is None


def test_a_ticket_asks_for_the_pin_and_leads_to_its_order() -> None:
    p = behind_the_counter()
    p.do(Scanned(CODE, "s"))
    assert p.visit.place is Place.STAFF_PIN
    for key in "4711":
        p.do(PressKey(key))
    p.do(SubmitNumber())
    asking = p.visit.phase.asking  # type: ignore[union-attr]
    (find,) = p.do(PinChecked(asking, accepted=True))
    assert isinstance(find, FindSales)
    assert find.order_id == "o-1"
    p.do(SalesFound(find.request, (UNPAID,)))
    assert p.visit.phase == ViewingSale(UNPAID)


def test_an_order_is_marked_as_paid_with_the_second_touch() -> None:
    p = behind_the_counter()
    p.visit = replace(p.visit, phase=ViewingSale(UNPAID))
    assert p.do(MarkPaid()) == ()
    (wish,) = p.do(MarkPaid())
    assert isinstance(wish, CountAsPaid)
    paid = replace(UNPAID, state=SaleState.SOLD)
    p.do(SalePaid(wish.request, paid))
    assert p.visit.phase == ViewingSale(paid)


def test_a_guest_who_is_here_is_not_shown_the_pin() -> None:
    p = behind_the_counter()
    p.do(StartOrder(EAT_IN))
    p.do(Scanned(CODE, "s"))
    assert p.visit.place is Place.MENU
    assert p.visit.lookup is None


def test_an_order_nobody_pays_is_dropped_after_its_time_and_no_sooner(tmp_path: Path) -> None:
    clock = SetClock()

    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), working(tmp_path) as outbox:
            selling = Selling(outbox, loyalty=False, clock=clock.mono_s)
            orders = Orders(outbox, selling, claim_link=lambda order: None, wall=clock.wall)
            unpaid = UnpaidOrders(selling, orders, 1800.0)
            await selling.accept(order(1, tender=Tender.COUNTER))
            clock.skip(1799)
            clock.shift_wall(1e6)  # a clock that is set drops nothing
            await unpaid.drop_overdue()
            assert await selling.unpaid()
            clock.skip(1)
            await unpaid.drop_overdue()
            assert not await selling.unpaid()
            assert (await orders.show("A1")).state is SaleState.DROPPED

    asyncio.run(run())

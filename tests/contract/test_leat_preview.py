"""What a basket would earn, asked of the simulated Leat over real HTTP."""

from __future__ import annotations

import pytest

from kioskd.core.basket import Basket, Choice
from kioskd.core.catalogue import Option, OptionGroup, Product, Words
from kioskd.core.errors import LoyaltyError
from kioskd.core.money import Money
from kioskd.core.order import order_lines
from kioskd.core.ports import PreviewsPoints
from kioskd.core.preview import BasketPoints
from kioskd.sim.faults import FaultRule
from kioskd.sim.leat.switches import Switches
from tests.contract.test_leat_client import ROOT, card, leat, paid_order, run

CHEESE = Option("top-cheese", Words("Extra cheese"), Money(150, "EUR"))
PIZZA = Product(
    "piz-marg",
    Words("Pizza Margherita"),
    Words(""),
    Money(1000, "EUR"),
    "food",
    groups=(OptionGroup("extra", Words("Extra"), (CHEESE,)),),
)
LINES = order_lines("draft", Basket("EUR").add(PIZZA, (Choice("extra", "top-cheese"),), quantity=2))


def test_a_member_and_a_guest_are_told_what_the_same_basket_earns() -> None:
    async def visit() -> None:
        async with leat() as (simulator, _, backend):
            assert isinstance(backend, PreviewsPoints)
            assert await backend.preview_points(LINES, (), (), None, "en") == BasketPoints(23, "Shells")
            member = await backend.identify(card(), "en")
            foreseen = await backend.preview_points(LINES, (), (), member.id, "nl")
            assert not simulator.state.orders, "asking stores nothing"
            assert foreseen
            earned = await backend.orders.deliver(paid_order(member_id=member.id), {})
            assert earned.points == foreseen.points == 23

    run(visit)


def test_a_merchant_who_gives_no_points_for_orders_promises_none() -> None:
    async def visit() -> None:
        async with leat() as (simulator, _, backend):
            simulator.state.switches = Switches(order_action="none")
            assert await backend.preview_points(LINES, (), (), None, "en") is None

    run(visit)


def test_without_the_programme_s_name_the_number_is_told_all_the_same() -> None:
    async def visit() -> None:
        async with leat() as (simulator, _, backend):
            simulator.faults.add(FaultRule(kind="status_500", path=f"{ROOT}/loyalty-program"))
            assert await backend.preview_points(LINES, (), (), None, "en") == BasketPoints(23)

    run(visit)


@pytest.mark.parametrize(
    "kind", ["drop_answer", "status_429", "status_500", "portal", "redirect", "garbage", "timeout_before"]
)
def test_every_fault_is_a_loyalty_error(kind: str) -> None:
    async def visit() -> None:
        async with leat(timeout_s=0.3) as (simulator, _, backend):
            simulator.faults.add(FaultRule.model_validate({"kind": kind, "path": f"{ROOT}/orders/simulate"}))
            with pytest.raises(LoyaltyError):
                await backend.preview_points(LINES, (), (), None, "en")

    run(visit)

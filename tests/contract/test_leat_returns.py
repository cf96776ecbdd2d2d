"""Orders sold and taken back at the simulated Leat, through the daemon's own outbox: nothing stays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import OfferKind
from kioskd.core.order import (
    ChargeKind,
    OfferUse,
    Order,
    OrderCharge,
    OrderDiscount,
    OrderLine,
    Share,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.sale import Progress, Returned, SaleState
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.sim.faults import FaultRule, Kind
from kioskd.sim.leat import LeatSimulator
from tests.contract.leat_description import ROOT
from tests.contract.leat_world import leat
from tests.euros import eur
from tests.unit.returns_desk import Desk, NotingBackend, opened

SANNE = "10024711"
CARD, FULL_CARD = "GC-2500-HARBOUR", "GC-25000-FULL"
ID = "kiosk-12-000457"
DEADLINE_S = 20.0


@dataclass(frozen=True, slots=True)
class World:
    sim: LeatSimulator
    leat: LeatBackend
    desk: Desk

    @property
    def sanne(self) -> str:
        return self.sim.state.cards[SANNE].contact_uuid or ""

    def standing(self) -> dict[str, Any]:
        """All that Sanne and her gift card have, as the merchant's dashboard would show it."""
        state, contact = self.sim.state, self.sim.state.contact(self.sanne)
        voucher = next(each for each in state.vouchers.values() if each.code == "TENOFF-K2XV")
        return {
            "points": contact.points,
            "prepaid": contact.prepaid_minor,
            "gift card": next(each.balance_minor for each in state.giftcards.values() if each.hash == CARD),
            "voucher used": len(voucher.standing),
            "voucher": voucher.status(datetime.now(UTC)),
            "cookie collected": [
                each.collected for each in state.collectables.values() if each.contact_uuid == self.sanne
            ],
        }

    async def order(self, *, gift_card_minor: int = 500, prepaid_minor: int = 300) -> Order:
        """Two burgers and a drink, 24.00: 10 % and 4 euro off, a free cookie; in a bag for 50 cents."""
        state = self.sim.state
        voucher = await self.leat.find_voucher("TENOFF-K2XV", self.sanne)
        card = await self.leat.find_gift_card(CARD)
        ticket = next(each.uuid for each in state.rewards.values() if each.title == "Cinema ticket code")
        cookie = next(each.uuid for each in state.collectables.values() if each.contact_uuid == self.sanne)
        uses = (
            (OfferUse("u1", OfferKind.VOUCHER, voucher.id, voucher.title, voucher.code, self.sanne), 220, ()),
            (
                OfferUse("u2", OfferKind.REWARD, ticket, "Four euro", member_id=self.sanne, cost_points=400),
                400,
                ((f"{ID}-1", 400),),
            ),
            (
                OfferUse("u3", OfferKind.COLLECTABLE, cookie, "Cookie", member_id=self.sanne),
                100,
                ((f"{ID}-2", 100),),
            ),
        )
        left = card.balance - eur(gift_card_minor)
        return Order(
            id=ID,
            number="A457",
            sequence=457,
            placed_at=datetime(2026, 7, 1, 9, 4, 1, tzinfo=UTC),
            service=Service.EAT_IN,
            language="en",
            currency="EUR",
            lines=(
                OrderLine(f"{ID}-1", "CLASSIC", Words("Burger"), 2, eur(1000)),
                OrderLine(f"{ID}-2", "COLA", Words("Cola"), 2, eur(200)),
            ),
            tender=Tender.CARD,
            member_id=self.sanne,
            discounts=tuple(
                OrderDiscount(
                    f"{ID}-d{n}",
                    use,
                    eur(amount),
                    tuple(Share(part, eur(off)) for part, off in shares),
                    Decimal(10) if not shares else None,
                )
                for n, (use, amount, shares) in enumerate(uses, start=1)
            ),
            charges=(OrderCharge(f"{ID}-c1", ChargeKind.PACKAGING, Words("Bag"), eur(50)),),
            payments=(
                StoredPayment(
                    f"{ID}-p1",
                    StoredValue.GIFT_CARD,
                    card.id,
                    eur(gift_card_minor),
                    left,
                    card.code,
                    card.code_tail,
                    card.refillable,
                ),
                StoredPayment(f"{ID}-p2", StoredValue.PREPAID, self.sanne, eur(prepaid_minor), eur(1700)),
            ),
        )


def play(folder: Path, visit: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        courier = LoyaltyCourier()
        async with (
            asyncio.timeout(DEADLINE_S),
            leat() as (simulator, _, backend),
            opened(folder, NotingBackend(), courier=courier) as desk,
        ):
            courier.backend = backend
            await visit(World(simulator, backend, desk))

    asyncio.run(run())


def progress(returned: Returned) -> set[Progress]:
    return {each.progress for each in returned.undoings}


def test_a_cancelled_order_leaves_nothing_behind(tmp_path: Path) -> None:
    async def visit(here: World) -> None:
        before = here.standing()
        await here.desk.sell(await here.order())
        sold = here.standing()
        assert sold != before
        assert sold["voucher used"] == 1
        assert sold["points"] == before["points"] - 400 + 17  # of the 17.30 that were paid
        await here.desk.cancel()
        sale = await here.desk.orders.show("A457")
        assert progress(sale.returns[0]) == {Progress.DONE}
        assert here.standing() == before
        assert [back.amount for back in sale.returns[0].by_staff] == [sale.order.due]

    play(tmp_path, visit)


def test_points_follow_the_pieces_and_all_of_it_comes_back(tmp_path: Path) -> None:
    async def visit(here: World) -> None:
        before = here.standing()
        order = await here.desk.sell(await here.order())
        paid = before["points"] - 400
        left = order.total.minor
        for line in (1, 2, 1):
            await here.desk.give_back("A457", {line: 1}, again=True)
            sale = await here.desk.orders.show("A457")
            left -= sale.returns[-1].refund.minor
            assert progress(sale.returns[-1]) == {Progress.DONE}
            assert here.standing()["points"] == paid + left // 100
            assert here.standing()["voucher used"] == 1
        await here.desk.cancel()
        assert (await here.desk.orders.show("A457")).state is SaleState.RETURNED
        assert here.standing() == before

    play(tmp_path, visit)


@pytest.mark.parametrize(
    ("gift_card_minor", "prepaid_minor", "prepaid_back"),
    [
        (1030, 700, 700),  # reversed, and the rest is put on the card
        (1000, 730, 708),  # put back, as it is a part
    ],
)
def test_a_part_of_stored_money_is_put_back_on_card_and_account(
    tmp_path: Path, gift_card_minor: int, prepaid_minor: int, prepaid_back: int
) -> None:
    async def visit(here: World) -> None:
        before = here.standing()
        order = await here.order(gift_card_minor=gift_card_minor, prepaid_minor=prepaid_minor)
        assert order.due == eur(0)
        await here.desk.sell(order)
        await here.desk.give_back("A457", {1: 1})
        assert (await here.desk.orders.show("A457")).refunded == eur(708)
        now = here.standing()
        assert now["prepaid"] == before["prepaid"] - prepaid_minor + prepaid_back
        assert now["gift card"] == before["gift card"] - gift_card_minor + 708 - prepaid_back
        await here.desk.cancel()
        assert here.standing() == before

    play(tmp_path, visit)


def test_a_gift_card_used_since_is_refilled(tmp_path: Path) -> None:
    async def visit(here: World) -> None:
        before = here.standing()
        await here.desk.sell(await here.order())
        card = await here.leat.stored_value.find_gift_card(CARD)
        await here.leat.stored_value.charge_gift_card(card.id, eur(100), "another shop")
        await here.desk.cancel()
        assert here.standing() == {**before, "gift card": before["gift card"] - 100}

    play(tmp_path, visit)


@pytest.mark.parametrize("kind", ["drop_answer", "status_500", "status_503_html", "garbage"])
def test_a_return_whose_answer_is_lost_is_told_once(tmp_path: Path, kind: Kind) -> None:
    async def visit(here: World) -> None:
        before = here.standing()
        await here.desk.sell(await here.order())
        path = f"{ROOT}/order-returns/create-and-process"
        here.sim.faults.add(FaultRule(kind=kind, when="after", path=path, times=1))
        await here.desk.cancel()
        await here.desk.until_told()
        assert progress((await here.desk.orders.show("A457")).returns[0]) == {Progress.DONE}
        assert here.standing() == before
        assert len(here.sim.state.returns) == 1

    play(tmp_path, visit)

"""Orders paid in four ways against the simulated server: used and told, or as if nothing had been."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.denial import Denial
from kioskd.core.discount import OfferKind
from kioskd.core.effects import HoldVoucher
from kioskd.core.events import OfferHeld, OrderAccepted, PaymentEnded, PaymentOutcome, SettlementDenied
from kioskd.core.member import Member
from kioskd.core.money import Money
from kioskd.core.order import OfferUse, Order, OrderDiscount, Share, StoredPayment, StoredValue, Tender
from kioskd.core.ports import PaymentResult
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.settlement import Settlement
from kioskd.daemon.selling.steps import Steps
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.rules import OfferMapping
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from tests.contract.leat_world import leat, run
from tests.euros import eur
from tests.unit.backstage import FakeTerminal, News, SetClock, working
from tests.unit.test_order import ORDER

SANNE = Credential(CredentialKind.MEMBER_CARD, "10024711")
GIFT_CARD, VOUCHER = "GC-2500-HARBOUR", "COFFEE-7Q4M"


class Counter:
    """A kiosk, its settlement, and what the backend shows of the guest."""

    def __init__(self, backend: LeatBackend, outbox: Outbox, terminal: FakeTerminal) -> None:
        self.backend = backend
        self.outbox = outbox
        self.news = News()
        clock = SetClock().mono_s
        self.selling = Selling(outbox, loyalty=True, clock=clock)
        self.settlement = Settlement(
            steps=Steps(outbox, clock),
            selling=self.selling,
            payments=Payments(terminal, outbox, self.selling, self.news),
            post=self.news,
            clock=clock,
        )

    async def member(self) -> Member:
        return await self.backend.identify(SANNE, "en")

    async def seen(self) -> tuple[object, ...]:
        """Points, prepaid, gift card, whether the voucher can be used, and how much there is to collect."""
        member = await self.member()
        card = await self.backend.find_gift_card(GIFT_CARD)
        voucher = await self.backend.find_voucher(VOUCHER, member.id)
        return member.points, member.prepaid, card.balance, voucher.denial, len(member.collectables)

    async def order(self, id: str, tender: Tender) -> Order:
        """A voucher, a reward, a gift card and prepaid; what is left is for the tender."""
        member = await self.member()
        card = await self.backend.find_gift_card(GIFT_CARD)
        voucher = await self.backend.find_voucher(VOUCHER, member.id)
        reward = next(reward for reward in member.rewards if reward.title == "Chocolate cookie")
        line = ORDER.lines[0].id.replace("o-1", id)
        lines = tuple(
            replace(
                part,
                id=part.id.replace("o-1", id),
                subs=tuple(replace(sub, id=sub.id.replace("o-1", id)) for sub in part.subs),
            )
            for part in ORDER.lines
        )
        coffee = OfferUse("use-v", OfferKind.VOUCHER, voucher.id, voucher.title, voucher.code, member.id)
        cookie = OfferUse(
            "use-r",
            OfferKind.REWARD,
            reward.id,
            reward.title,
            member_id=member.id,
            cost_points=reward.cost_points,
            waits=reward.waits,
            keeps=reward.keeps,
        )
        return replace(
            ORDER,
            id=id,
            lines=lines,
            tender=tender,
            member_id=member.id,
            discounts=(
                OrderDiscount(f"{id}-d1", coffee, eur(100), (Share(line, eur(100)),)),
                OrderDiscount(f"{id}-d2", cookie, eur(100), (Share(line, eur(100)),)),
            ),
            payments=(
                StoredPayment(
                    f"{id}-p1",
                    StoredValue.GIFT_CARD,
                    card.id,
                    eur(500),
                    card.balance - eur(500),
                    card.code,
                    "X",
                    card.refillable,
                ),
                StoredPayment(f"{id}-p2", StoredValue.PREPAID, member.id, eur(300), eur(0)),
            ),
        )

    async def at_rest(self) -> None:
        while self.outbox.counts().open or await self.outbox.sagas():
            await self.outbox.pulse()
            await asyncio.sleep(0.01)


def kept(before: tuple[object, ...]) -> tuple[object, ...]:
    """As it was, but for the points: what they bought waits to be collected."""
    points, prepaid, gift, denial, collectable = before
    assert isinstance(points, int) and isinstance(collectable, int)
    return points - 75, prepaid, gift, denial, collectable + 1


def at_the_counter(
    folder: Path, scenario: Callable[[Counter], Awaitable[None]], *results: PaymentResult
) -> None:
    async def visit() -> None:
        async with leat(mapping=OfferMapping(location="HK-01")) as (_, _, backend):
            courier = LoyaltyCourier()
            courier.backend = backend
            policy = Policy(backoff_first_s=0.0, outage_spread_s=0.0)
            async with working(folder, courier, policy=policy) as outbox:
                await scenario(Counter(backend, outbox, FakeTerminal(*results)))

    run(visit)


@pytest.mark.parametrize("tender", [Tender.CARD, Tender.COUNTER])
def test_everything_is_used_and_the_order_is_told(tmp_path: Path, tender: Tender) -> None:
    async def scenario(counter: Counter) -> None:
        points, prepaid, gift, _, _ = await counter.seen()
        order = await counter.order("o-1", tender)
        member = await counter.member()
        voucher = await counter.backend.find_voucher(VOUCHER, member.id)
        await counter.settlement.hold(HoldVoucher("use-v", voucher, member.id))
        assert counter.news.events == [OfferHeld("use-v")]
        await counter.settlement.settle(order)
        assert isinstance(counter.news.events[-1], OrderAccepted)
        if tender is Tender.COUNTER:
            await counter.selling.paid_at_counter(order.number)
        await counter.at_rest()
        now = await counter.seen()
        assert isinstance(points, int) and isinstance(prepaid, Money) and isinstance(gift, Money)
        assert now[1:4] == (prepaid - eur(300), gift - eur(500), Denial.USED)
        assert now[0] != points

    at_the_counter(tmp_path, scenario)


def test_a_declined_card_gives_everything_back(tmp_path: Path) -> None:
    async def scenario(counter: Counter) -> None:
        before = await counter.seen()
        await counter.settlement.settle(await counter.order("o-1", Tender.CARD))
        assert counter.news.events[-1] == PaymentEnded("o-1", PaymentOutcome.DECLINED)
        await counter.at_rest()
        after = await counter.seen()
        assert after == kept(before)
        await counter.settlement.settle(await counter.order("o-2", Tender.CARD))
        assert isinstance(counter.news.events[-1], OrderAccepted)

    at_the_counter(tmp_path, scenario, PaymentResult(PaymentOutcome.DECLINED))


def test_an_order_nobody_pays_for_gives_everything_back(tmp_path: Path) -> None:
    async def scenario(counter: Counter) -> None:
        before = await counter.seen()
        order = await counter.order("o-1", Tender.COUNTER)
        await counter.settlement.settle(order)
        await counter.selling.dropped_at_counter(order.number)
        await counter.at_rest()
        assert await counter.seen() == kept(before)

    at_the_counter(tmp_path, scenario)


def test_a_gift_card_that_does_not_suffice_is_told_and_nothing_is_used(tmp_path: Path) -> None:
    async def scenario(counter: Counter) -> None:
        before = await counter.seen()
        order = await counter.order("o-1", Tender.NONE)
        dear = replace(order.payments[0], amount=eur(99_900))
        await counter.settlement.settle(replace(order, payments=(dear,)))
        assert counter.news.events[-1] == SettlementDenied(
            "o-1", dear.account_id, Denial.INSUFFICIENT_BALANCE
        )
        await counter.at_rest()
        assert await counter.seen() == kept(before)

    at_the_counter(tmp_path, scenario)

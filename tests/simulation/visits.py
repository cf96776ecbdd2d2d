"""Guests at the kiosk, one after another, each with a mixture of means to pay."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import OfferKind
from kioskd.core.effects import JudgeOrder
from kioskd.core.errors import LoyaltyError, StorageError
from kioskd.core.events import OrderAccepted, OrderJudged, PartPaid, PaymentEnded, PaymentOutcome
from kioskd.core.member import Member
from kioskd.core.money import Money
from kioskd.core.order import (
    OfferUse,
    Order,
    OrderDiscount,
    OrderLine,
    Share,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.loyalty.rbi.incentives import Mark
from tests.simulation.whole_order_server import REWARD_POINTS

if TYPE_CHECKING:
    from tests.simulation.daemon_process import DaemonProcess
    from tests.simulation.daemon_world import DaemonWorld

TRIES = 3
REFUSED_SHARE = 0.05
REWARD = str(Mark("reward", "P1", "i1"))
_NAME = Words("Burger")


async def serve(world: DaemonWorld, process: DaemonProcess) -> None:
    """Until there were enough orders, or the process dies."""
    try:
        while world.orders_left > 0:
            await asyncio.sleep(world.random.uniform(1, 30))
            await Visit(world, process).run()
    except StorageError:
        pass  # the process is gone, and its guest with it


class Visit:
    def __init__(self, world: DaemonWorld, process: DaemonProcess) -> None:
        self.world = world
        self.process = process
        self.member: Member | None = None
        self.reward = world.random.random() < 0.5

    async def run(self) -> None:
        world, process = self.world, self.process
        if process.sessions is not None and world.random.random() < 0.8:
            await self._identify()
        for _ in range(TRIES):
            if world.orders_left <= 0 or world.fault("guest_gone"):
                break
            world.orders_left -= 1
            ended = await self._try(self._order(self._tender()))
            if ended is None or world.random.random() < 0.3:
                break
        await process.settlement.forget()

    async def _identify(self) -> None:
        world, process = self.world, self.process
        assert process.sessions is not None
        code = world.platform.new_code(f"m{world.random.randrange(3)}", world.now_s)
        await asyncio.sleep(world.random.uniform(1, 90 if world.fault("guest_gone") else 10))
        try:
            session, member, points = await process.line.identify(code)
        except LoyaltyError:
            return  # a used code is of no use any more: sold as to nobody
        known = Member(member, "Alex", points, session=session)
        if not await process.sessions.opened(known):
            return
        self.member = known
        if self.reward or world.random.random() < 0.3:
            await self._hold()

    async def _hold(self) -> None:
        process = self.process
        assert process.sessions is not None
        draft = self._order(Tender.CARD, known=False)
        await process.sessions.judge(JudgeOrder("question", draft, hold=True))
        judged = process.news[-1]
        assert isinstance(judged, OrderJudged)
        if judged.judgement is None or judged.judgement.objections:
            self.reward = False

    def _tender(self) -> Tender:
        return Tender.CARD if self.world.random.random() < 0.85 else Tender.COUNTER

    async def _try(self, order: Order) -> PaymentOutcome | None:
        """How it failed; None when the guest has nothing left to do."""
        world, process = self.world, self.process
        world.orders[order.id] = order
        if "refused" in world.faults and world.random.random() < REFUSED_SHARE:
            world.seen["refused"] += 1
            world.refuses.add(order.id)  # when it is told, long after it was agreed upon
        aborts = world.random.random() < 0.1
        if order.tender is Tender.CARD:
            world.plan_cut()
            aborts = aborts or (world.planned is not None and "06 B0" in world.planned.kind)
        settling = process.loop.create_task(process.settlement.settle(order))
        if aborts:
            process.loop.spawn(self._change_mind(order.id))
        await settling
        for news in reversed(process.news):
            match news:
                case OrderAccepted(order_id) | PaymentEnded(order_id, PaymentOutcome.UNKNOWN):
                    if order_id == order.id:
                        return None
                case PaymentEnded(order_id, outcome) if order_id == order.id:
                    return outcome
                case PartPaid(paid) if paid.id == order.id:
                    return await self._rest(paid)
        return PaymentOutcome.UNAVAILABLE

    async def _rest(self, order: Order) -> PaymentOutcome | None:
        """A card has paid a part: the rest by another or at the counter, or nothing at all."""
        world, process = self.world, self.process
        world.seen["part paid"] += 1
        for _ in range(TRIES):
            await asyncio.sleep(world.random.uniform(1, 60))
            choice = world.random.random()
            if choice < 0.3 or world.fault("guest_gone"):
                break
            if choice < 0.5:
                order = replace(order, tender=Tender.COUNTER)
                world.orders[order.id] = order
            heard = len(process.news)
            await process.settlement.settle(order)
            for news in reversed(process.news[heard:]):
                match news:
                    case OrderAccepted(order_id) | PaymentEnded(order_id, PaymentOutcome.UNKNOWN):
                        if order_id == order.id:
                            return None
                    case PartPaid(paid) if paid.id == order.id:
                        order = paid
        await process.settlement.return_parts(order.id)
        world.seen["part returned"] += 1
        return PaymentOutcome.DECLINED

    async def _change_mind(self, order_id: str) -> None:
        await asyncio.sleep(self.world.random.uniform(0, 20))
        with contextlib.suppress(StorageError):
            await self.process.settlement.abort(order_id)

    # --- orders ------------------------------------------------------------------------------------------

    def _order(self, tender: Tender, *, known: bool = True) -> Order:
        world, process = self.world, self.process
        sequence = process.outbox.next_order_number
        order_id = f"o{len(world.orders)}" if known else "draft"
        line = OrderLine(f"{order_id}-1", "P1", _NAME, 1, Money(2000, "EUR"))
        member = self.member
        whole = process.sessions is not None
        payments = () if whole else self._stored(order_id)
        due = 2000 - sum(payment.amount.minor for payment in payments)
        discounts: tuple[OrderDiscount, ...] = ()
        if self.reward and (member is not None or not whole) and due > 100:
            discounts = (self._discount(order_id, line.id),)
        return Order(
            id=order_id,
            number=f"A{sequence}",
            sequence=sequence,
            placed_at=process.wall(),
            service=Service.EAT_IN,
            language="en",
            currency="EUR",
            lines=(line,),
            tender=tender if due - 100 * len(discounts) else Tender.NONE,
            member_id=member.id if member else None if whole else "m1",
            session=member.session if member else None,
            discounts=discounts,
            payments=payments,
        )

    def _stored(self, order_id: str) -> tuple[StoredPayment, ...]:
        chance = self.world.random
        wanted = [
            (StoredValue.GIFT_CARD, account, chance.choice((500, 700)))
            for account in "AB"
            if chance.random() < 0.4
        ]
        if chance.random() < 0.3:
            wanted.append((StoredValue.PREPAID, "prepaid", chance.choice((400, 600))))
        return tuple(
            StoredPayment(
                f"{order_id}-p{n}", kind, account, Money(minor, "EUR"), Money(0, "EUR"), code=account
            )
            for n, (kind, account, minor) in enumerate(wanted)
        )

    def _discount(self, order_id: str, line_id: str) -> OrderDiscount:
        use = OfferUse(
            f"{order_id}-u",
            OfferKind.REWARD,
            REWARD,
            "100 off",
            member_id=self.member.id if self.member else "m1",
            cost_points=REWARD_POINTS,
        )
        amount = Money(100, "EUR")
        return OrderDiscount(f"{order_id}-d", use, amount, (Share(line_id, amount),))

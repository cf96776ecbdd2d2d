"""Transactions of guests, with a real outbox: never lost, never voided past their claim."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kioskd.core import errors
from kioskd.core.deeds import Action, Deed, Done
from kioskd.core.denial import Denial
from kioskd.core.discount import OfferKind
from kioskd.core.effects import JudgeOrder
from kioskd.core.events import OrderJudged
from kioskd.core.judgement import Judgement, Objection
from kioskd.core.member import Member
from kioskd.core.money import Money
from kioskd.core.order import OfferUse, Order, OrderDiscount, Share
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.reserved import Reserved
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.sessions import Sessions
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import SagaState
from tests.unit.backstage import FakeBackend, News, order
from tests.unit.shopfront import NOON

ALEX = Member("alex", "Alex", 500, session="s1")


class Platform(FakeBackend):
    """Notes what it was asked in `log`; `silent` it answers nothing, `refuses` claims for good."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[tuple[str, str]] = []
        self.silent = False
        self.refuses = False
        self.judgement = Judgement()

    async def judge(self, order: Order, *, hold: bool) -> Judgement:
        if self.silent:
            raise errors.Unreachable("nobody")
        self.log.append(("hold" if hold else "judge", str(order.session)))
        return self.judgement

    async def hand_to_counter(self, order: Order) -> None:
        self.log.append(("counter", str(order.session)))

    def written(self, order: Order) -> Mapping[str, Any]:
        return {"body": f"{len(order.lines)} lines", "session": order.session}

    async def perform(self, deed: Deed) -> Done:
        if self.silent:
            raise errors.Unreachable("nobody")
        self.log.append((deed.action.value, deed.details["written"]["body"]))
        if self.refuses and deed.action is Action.TELL_ORDER:
            raise errors.Refused("not_claimable")
        return Done("s1")


class Till:
    def __init__(self, outbox: Outbox, platform: Platform) -> None:
        self.outbox = outbox
        self.news = News()
        courier = outbox._worker._courier
        assert isinstance(courier, LoyaltyCourier)
        self.courier = courier
        self.sessions = Sessions(outbox, courier, self.news, lambda: NOON, "EUR")
        self.selling = Selling(outbox, loyalty=True, written=courier.written)

    async def done(self) -> None:
        """Nothing is left to be sent."""
        async with asyncio.timeout(5):
            while self.outbox.counts().open:
                await self.outbox.pulse()


def at_the_till(folder: Path, platform: Platform, visit: Callable[[Till], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        courier = LoyaltyCourier()
        courier.backend = platform
        async with Outbox.open(folder / "outbox.db", courier) as outbox:
            running = asyncio.create_task(outbox.run())
            try:
                await visit(Till(outbox, platform))
            finally:
                running.cancel()
                await asyncio.wait([running])

    asyncio.run(run())


ORDER = replace(order(1), session="s1", member_id="alex")


def test_a_guest_who_leaves_leaves_no_transaction(tmp_path: Path) -> None:
    platform = Platform()

    async def visit(till: Till) -> None:
        assert await till.sessions.opened(ALEX)
        await till.sessions.forget()
        await till.done()

    at_the_till(tmp_path, platform, visit)
    assert platform.log == [("void_order", "0 lines")]


def test_a_process_that_dies_voids_at_the_next_start_with_what_was_held_last(tmp_path: Path) -> None:
    platform = Platform()

    async def dies(till: Till) -> None:
        await till.sessions.opened(ALEX)
        await till.sessions.judge(JudgeOrder("q", ORDER, hold=True))
        assert till.news.events == [OrderJudged("q", Judgement())]

    async def starts_again(till: Till) -> None:
        await till.done()

    at_the_till(tmp_path, platform, dies)
    at_the_till(tmp_path, platform, starts_again)
    lines = f"{len(ORDER.lines)} lines"
    assert platform.log == [("hold", "s1"), ("void_order", lines)]


def test_an_order_that_is_sold_is_claimed_and_nothing_voids_it(tmp_path: Path) -> None:
    platform = Platform()

    async def visit(till: Till) -> None:
        await till.sessions.opened(ALEX)
        saga = till.sessions.lend("s1")
        assert saga
        await till.selling.accept(ORDER, reserved=Reserved(saga, lasts=True))
        await till.sessions.take_back("s1")
        await till.sessions.forget()
        await till.done()

    at_the_till(tmp_path, platform, visit)
    assert [what for what, _ in platform.log] == ["order"]


def test_what_is_lent_to_an_order_is_not_voided_by_a_guest_who_leaves(tmp_path: Path) -> None:
    platform = Platform()

    async def visit(till: Till) -> None:
        await till.sessions.opened(ALEX)
        till.sessions.lend("s1")
        await till.sessions.forget()
        assert [saga.state for saga in await till.outbox.sagas()] == [SagaState.OPEN]
        await till.sessions.take_back("s1")  # it came to nothing
        await till.done()

    at_the_till(tmp_path, platform, visit)
    assert platform.log == [("void_order", "0 lines")]


def test_dropping_one_leaves_the_other_alone(tmp_path: Path) -> None:
    platform = Platform()

    async def visit(till: Till) -> None:
        await till.sessions.opened(ALEX)
        await till.sessions.opened(replace(ALEX, session="s2"))
        await till.sessions.drop("s1")
        assert [what for what, _ in platform.log] == ["void_order"]  # the answer was waited for
        assert till.sessions.knows("s2") and not till.sessions.knows("s1")

    at_the_till(tmp_path, platform, visit)


def test_silence_at_the_last_question_counts_what_was_agreed_before(tmp_path: Path) -> None:
    use = OfferUse("u", OfferKind.REWARD, "reward-1", "Free water")
    discount = OrderDiscount("d", use, Money(100, "EUR"), (Share(ORDER.lines[0].id, Money(100, "EUR")),))
    platform, bargain = Platform(), replace(ORDER, discounts=(discount,))

    async def visit(till: Till) -> None:
        await till.sessions.opened(ALEX)
        platform.silent = True
        assert await till.sessions.last_question(bargain) is Denial.UNREACHABLE
        platform.silent = False
        await till.sessions.judge(JudgeOrder("q", bargain, hold=False))
        platform.silent = True
        assert await till.sessions.last_question(bargain) == Judgement()
        platform.silent, platform.judgement = False, Judgement((Objection(Denial.USED),))
        assert await till.sessions.last_question(bargain) == platform.judgement

    at_the_till(tmp_path, platform, visit)


def test_nobody_answers_and_the_visit_is_told_so(tmp_path: Path) -> None:
    platform = Platform()

    async def visit(till: Till) -> None:
        await till.sessions.opened(ALEX)
        platform.silent = True
        await till.sessions.judge(JudgeOrder("q", ORDER, hold=False))
        assert till.news.events == [OrderJudged("q", None)]

    at_the_till(tmp_path, platform, visit)

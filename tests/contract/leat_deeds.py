"""Deeds for the outbox to do at the simulated Leat, and what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kioskd.core.catalogue import Service, Words
from kioskd.core.deeds import Action, Deed, Done
from kioskd.core.discount import OfferKind
from kioskd.core.errors import Refused
from kioskd.core.order import (
    OfferUse,
    Order,
    OrderLine,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.order_document import payment_document, use_document
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.rules import OfferMapping
from kioskd.sim.leat import LeatSimulator
from tests.contract.leat_description import problems
from tests.contract.leat_world import leat, run
from tests.euros import eur

SANNE, NOBODYS_CARD = "10024711", "10024716"
GIFT_CARD = "GC-2500-HARBOUR"
ORDER_ID = "kiosk-12-000457"


@dataclass(slots=True)
class Desk:
    """A settlement's clerk: does deeds one by one and remembers what was done."""

    sim: LeatSimulator
    leat: LeatBackend
    sanne: str
    done: dict[str, Done] = field(default_factory=dict)

    def switch(self, **positions: Any) -> None:
        self.sim.state.switches = self.sim.state.switches.model_copy(update=positions)

    def till(self, **does: Any) -> None:
        self.sim.control("tills", does)

    def reward(self, title: str) -> str:
        return next(reward.uuid for reward in self.sim.state.rewards.values() if reward.title == title)

    async def voucher(self, code: str = "COFFEE-7Q4M", member_id: str | None = None) -> OfferUse:
        found = await self.leat.find_voucher(code, member_id)
        return OfferUse("use-v", OfferKind.VOUCHER, found.id, found.title, found.code, found.member_id)

    def cookie(self) -> OfferUse:
        cookie = self.reward("Chocolate cookie")
        return OfferUse(
            "use-r", OfferKind.REWARD, cookie, "Chocolate cookie", None, self.sanne, 75, waits=True
        )

    async def gift_card(self, code: str = GIFT_CARD, minor: int = 1000) -> StoredPayment:
        card = await self.leat.find_gift_card(code)
        left = card.balance - eur(minor)
        return StoredPayment(
            "pay-g", StoredValue.GIFT_CARD, card.id, eur(minor), left, card.code, "X", card.refillable
        )

    def prepaid(self, minor: int = 1000) -> StoredPayment:
        return StoredPayment("pay-p", StoredValue.PREPAID, self.sanne, eur(minor), eur(0))

    def deed(self, action: Action, **details: Any) -> Deed:
        if isinstance(details.get("use"), OfferUse):
            details["use"] = use_document(details["use"])
        if isinstance(details.get("payment"), StoredPayment):
            details["payment"] = payment_document(details["payment"])
        return Deed(f"deed-{len(self.done)}", action, details, dict(self.done))

    async def do(self, action: Action, **details: Any) -> str:
        """The id of a deed that was done."""
        deed = self.deed(action, **details)
        self.done[deed.id] = await self.leat.perform(deed)
        return deed.id

    async def refused(self, action: Action, **details: Any) -> str:
        with pytest.raises(Refused) as raised:
            await self.leat.perform(self.deed(action, **details))
        return raised.value.reason


@asynccontextmanager
async def desk(**settings: Any) -> AsyncIterator[Desk]:
    async with leat(mapping=OfferMapping(location="HK-01"), **settings) as (simulator, _, backend):
        sanne = simulator.state.cards[SANNE].contact_uuid
        assert sanne is not None
        yield Desk(simulator, backend, sanne)
        assert [found for exchange in simulator.requests for found in problems(exchange)] == []


def play(visit: Callable[[Desk], Awaitable[None]], **settings: Any) -> None:
    async def whole() -> None:
        async with desk(**settings) as here:
            await visit(here)

    run(whole)


async def redeem(here: Desk) -> Deed:
    use = await here.voucher()
    hold = await here.do(Action.HOLD_VOUCHER, use=use)
    return here.deed(Action.REDEEM_VOUCHER, use=use, hold=hold)


async def reverse_gift_card(here: Desk) -> Deed:
    payment = await here.gift_card()
    charge = await here.do(Action.CHARGE_GIFT_CARD, payment=payment, reference="K1-7")
    return here.deed(Action.REVERSE_GIFT_CARD, payment=payment, charge=charge)


def order_for(member_id: str | None, **more: Any) -> Order:
    line = OrderLine(f"{ORDER_ID}-1", "CLASSIC", Words("Harbour Classic"), 2, eur(1000))
    order = Order(
        id=ORDER_ID,
        number="457",
        sequence=457,
        placed_at=datetime(2026, 7, 1, 9, 4, tzinfo=UTC),
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=(line,),
        tender=Tender.CARD,
        member_id=member_id,
    )
    return replace(order, **more)

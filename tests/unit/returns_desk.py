"""A shop whose orders can be taken back: a real outbox, and a backend that notes what it is asked to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kioskd.core import settlement
from kioskd.core.discount import OfferKind
from kioskd.core.order import Order, Tender
from kioskd.daemon.selling.courier import deed_of
from kioskd.daemon.selling.drafts import payment_draft
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.reserved import Hold, Reserved
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.steps import Steps
from kioskd.outbox.courier import Applied, Baseline, Courier, NeverSent, Outcome, Refused
from kioskd.outbox.operation import Closing, Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState
from tests.unit.backstage import DEADLINE_S, working
from tests.unit.test_returning import ORDER

NOW = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


class NotingBackend:
    """A courier to a backend that agrees to everything, unless told otherwise."""

    def __init__(self) -> None:
        self.online = True
        self.refuses: dict[str, str] = {}
        """Reasons, by kind of operation."""
        self.done: list[str] = []
        """The ids of what took effect."""
        self.built_upon: dict[str, dict[str, str | None]] = {}
        """By id of what took effect: the backend's names of what it was built upon."""

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Baseline({}) if self.online else NeverSent()

    async def deliver(self, parcel: Parcel) -> Outcome:
        if not self.online:
            return NeverSent()
        deed = deed_of(parcel)
        if reason := self.refuses.get(deed.action):
            return Refused(reason)
        self.done.append(deed.id)
        self.built_upon[deed.id] = {id: done.remote_id for id, done in deed.earlier.items()}
        return Applied({"points": 1}, f"remote-{deed.id}", {"release_key": "k"})

    async def read_back(self, parcel: Parcel) -> Outcome:
        return NeverSent()

    async def probe(self) -> Outcome:
        return Applied() if self.online else NeverSent()


class Desk:
    def __init__(self, outbox: Outbox, backend: NotingBackend, *, claim_link: str | None = None) -> None:
        self.outbox, self.backend = outbox, backend
        self.claim_link = claim_link
        self.selling = Selling(outbox, loyalty=True, clock=lambda: 0.0)
        self.steps = Steps(outbox, lambda: 0.0)
        self.orders = Orders(
            outbox,
            self.selling,
            claim_link=lambda order: self.claim_link,
            wall=lambda: NOW,
            patience_s=DEADLINE_S,
        )

    async def sell(self, order: Order = ORDER, *, go_offline: bool = False) -> Order:
        """Settle it as a guest's order is settled; `go_offline` after the money, before anything is used."""
        reserved = await self._reserve(order) if order.reserves else None
        payment = None
        if order.tender is Tender.CARD and order.due:
            intent = payment_draft(order, reserved)
            await self.outbox.begin(intent)
            payment = Closing(intent.op_id, OpState.CONFIRMED, "Receipt 4711")
        if go_offline:
            self.backend.online = False
        await self.selling.accept(order, payment, reserved)
        if not go_offline:
            await self.until_told()
        return order

    async def _reserve(self, order: Order) -> Reserved:
        saga, holds = f"settle-{order.id}", {}
        for discount in order.discounts:
            if discount.use.kind is OfferKind.VOUCHER:
                step = settlement.hold(discount.use, settlement.renewed_hold_id(discount))
                hold = await self.steps.hold(step, saga, DEADLINE_S)
                assert isinstance(hold, Hold)
                holds[discount.use.id] = hold
        for step in settlement.reserving(order):
            assert isinstance(await self.steps.do(step, saga, DEADLINE_S), Applied)
        return Reserved(saga, holds)

    async def until_told(self) -> None:
        """Nothing but what is held is open any more."""
        while any(state is not OpState.HELD for state in self.outbox.counts().by_state):
            await self.outbox.pulse()

    async def cancel(self, number: str = "A457") -> None:
        await self.orders.cancel(number, actor="Anna", reason="cold")

    async def give_back(self, number: str, lines: Mapping[int, int], *, again: bool = False) -> None:
        """`{1: 2}`: two of line 1."""
        order = (await self.orders.show(number)).order
        by_id = {order.lines[line - 1].id: units for line, units in lines.items()}
        await self.orders.give_back(number, by_id, actor="Anna", reason="cold", again=again)


@asynccontextmanager
async def opened(
    folder: Path, backend: NotingBackend | None = None, *, courier: Courier | None = None
) -> AsyncIterator[Desk]:
    noting = backend or NotingBackend()
    async with working(folder, courier or noting) as outbox:
        yield Desk(outbox, noting)


def at_the_desk(folder: Path, scenario: Callable[[Desk], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), opened(folder) as desk:
            await scenario(desk)

    asyncio.run(run())


def plain(number: int, *, tender: Tender = Tender.CARD, member_id: str | None = "m-1") -> Order:
    """Without offers and stored value."""
    return replace(
        ORDER,
        id=f"plain-{number}",
        number=f"A{number}",
        sequence=number,
        tender=tender,
        member_id=member_id,
        discounts=(),
        payments=(),
    )

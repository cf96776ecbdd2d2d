"""The simulated Leat and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from kioskd.core.errors import Refused
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.rules import OfferMapping
from kioskd.sim.leat import LeatSimulator
from tests.contract.leat_world import leat, run

SANNE, LAYLA, LINKED_TO_NOBODY = "10024711", "10024713", "10024716"
GIFT_CARD = "GC-2500-HARBOUR"
ORDER_ID = "kiosk-12-000457"
NO_BOUND: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class World:
    sim: LeatSimulator
    leat: LeatBackend
    sanne: str
    layla: str

    def switch(self, **positions: Any) -> None:
        self.sim.state.switches = self.sim.state.switches.model_copy(update=positions)

    def till(self, **does: Any) -> None:
        self.sim.control("tills", does)

    def points(self, member_id: str) -> int:
        balance = self.sim.state.contact(member_id).points
        assert isinstance(balance, int)
        return balance

    def reward(self, title: str) -> str:
        return next(reward.uuid for reward in self.sim.state.rewards.values() if reward.title == title)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    async with leat(mapping=OfferMapping()) as (simulator, _, backend):
        cards = simulator.state.cards
        sanne, layla = cards[SANNE].contact_uuid, cards[LAYLA].contact_uuid
        assert sanne is not None
        assert layla is not None
        yield World(simulator, backend, sanne, layla)


def play(visit: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with world() as here:
            await visit(here)

    run(whole)


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refused) as raised:
        await attempt
    return raised.value.reason

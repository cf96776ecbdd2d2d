"""The Leat backend and the simulated server it talks to, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.serve import ServedApp, serve
from tests.contract.leat_description import problems


@asynccontextmanager
async def leat(**settings: Any) -> AsyncIterator[tuple[LeatSimulator, ServedApp, LeatBackend]]:
    """At the end every request that was sent must have been one the API description knows."""
    simulator = LeatSimulator()
    async with serve(simulator.app) as served, connected(served.url, **settings) as backend:
        yield simulator, served, backend
    unknown = {f"{sent.method} {sent.path}": problems(sent) for sent in simulator.requests if problems(sent)}
    assert unknown == {}


@asynccontextmanager
async def connected(
    url: str, token: str = SIM_TOKEN, timeout_s: float = 5.0, **settings: Any
) -> AsyncIterator[LeatBackend]:
    setting = {"timeout_s": timeout_s, "calls_per_s": None} | settings
    backend = LeatBackend(url, token, SHOP_UUID, "EUR", **setting)
    try:
        yield backend
    finally:
        await backend.close()


def run(visit: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(visit(), 20))  # type: ignore[arg-type]

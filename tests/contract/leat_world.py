"""The Leat backend and the simulated server it talks to, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.serve import ServedApp, serve


@asynccontextmanager
async def leat(**settings: Any) -> AsyncIterator[tuple[LeatSimulator, ServedApp, LeatBackend]]:
    simulator = LeatSimulator()
    async with serve(simulator.app) as served, connected(served.url, **settings) as backend:
        yield simulator, served, backend


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

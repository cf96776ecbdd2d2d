"""The RBI client and the simulated platform it talks to, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from kioskd.loyalty.rbi.amounts import Unit
from kioskd.loyalty.rbi.client import RbiClient, rbi_api
from kioskd.sim.rbi import REGION, SIM_KEY, RbiSimulator
from kioskd.sim.serve import ServedApp, serve
from tests.contract.rbi_description import RBI


@asynccontextmanager
async def rbi(**settings: Any) -> AsyncIterator[tuple[RbiSimulator, ServedApp, RbiClient]]:
    """At the end every request that was sent must have been one the API description knows."""
    simulator = RbiSimulator()
    async with serve(simulator.app) as served, connected(served.url, **settings) as client:
        yield simulator, served, client
    sent = {f"{one.method} {one.path}": RBI.problems(one) for one in simulator.requests}
    assert {request: problems for request, problems in sent.items() if problems} == {}


@asynccontextmanager
async def connected(
    url: str,
    key: str = SIM_KEY,
    timeout_s: float = 5.0,
    incoming_prices: Unit = Unit.MAJOR,
    zone_told: bool = True,
    country: str = REGION,
) -> AsyncIterator[RbiClient]:
    api = rbi_api(url, key, country, timeout_s)
    client = RbiClient(api, "EUR", incoming_prices=incoming_prices, zone_told=zone_told)
    try:
        yield client
    finally:
        await client.close()

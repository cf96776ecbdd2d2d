"""Whatever the client can be told to send is a request that the API description knows."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from kioskd.core.errors import LoyaltyError
from kioskd.loyalty.http import JsonApi
from kioskd.loyalty.leat.client import LeatClient
from kioskd.sim.recorder import Exchange
from tests.contract.client_calls import ClientCall, Recording
from tests.contract.leat_calls import calls, methods
from tests.contract.leat_description import ROOT, operation_of, problems


def recorded(call: ClientCall) -> Exchange:
    """The one request that `call` makes."""
    leat = Recording({"message": "No", "code": 1003, "status_code": 400})

    async def made() -> None:
        api = JsonApi("https://leat.example", "token", timeout_s=5.0, transport=httpx.MockTransport(leat))
        with pytest.raises(LoyaltyError):
            await call(LeatClient(api))

    asyncio.run(made())
    (exchange,) = leat.requests
    return exchange


@pytest.mark.parametrize("method", methods())
def test_every_request_is_one_the_description_knows(method: str) -> None:
    for call in calls(method):
        assert problems(recorded(call)) == [], call


def test_every_method_is_an_operation_of_its_own() -> None:
    made = {}
    for method in methods():
        exchange = recorded(next(calls(method)))
        assert exchange.path.startswith(ROOT)
        operation = operation_of(exchange.method, exchange.path)
        assert operation is not None
        made[operation["operationId"]] = method
    assert len(made) == len(methods()) == 33

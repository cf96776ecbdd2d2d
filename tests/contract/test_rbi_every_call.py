"""Whatever the client can be told to send is a request that the API description knows."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from kioskd.core.errors import Refused
from kioskd.loyalty.rbi.client import RbiClient, rbi_api
from kioskd.sim.recorder import Exchange
from tests.contract.client_calls import ClientCall, Recording
from tests.contract.rbi_calls import calls, methods
from tests.contract.rbi_description import RBI


def recorded(call: ClientCall, *, zone_told: bool = True) -> tuple[Exchange, httpx.Headers]:
    """The one request that `call` makes."""
    platform = Recording({"statusCode": 400, "code": "ValidationError", "message": "No"})

    async def made() -> None:
        transport = httpx.MockTransport(platform)
        api = rbi_api("https://rbi.example", "key", "NL", 5.0, transport=transport)
        with pytest.raises(Refused, match="invalid"):
            await call(RbiClient(api, "EUR", zone_told=zone_told))

    asyncio.run(made())
    (exchange,) = platform.requests
    return exchange, platform.headers[0]


@pytest.mark.parametrize("method", methods())
def test_every_request_is_one_the_description_knows(method: str) -> None:
    for call in calls(method):
        exchange, headers = recorded(call)
        assert RBI.problems(exchange) == [], call
        template = RBI.template_of(exchange.method, exchange.path)
        assert template is not None
        assert RBI.header_problems(template, headers) == []
        assert headers["x-api-key"] == "key"


def test_the_check_of_headers_notices() -> None:
    path = "/loyalty/identify"
    assert len(RBI.header_problems(path, httpx.Headers())) == 2
    wrong = httpx.Headers({"x-region": "nl", "x-user-datetime": "noon"})
    assert len(RBI.header_problems(path, wrong)) == 2


def test_the_local_time_is_told_with_its_zone_or_without() -> None:
    call = next(calls("identify"))
    assert recorded(call)[1]["x-user-datetime"] == "2026-07-01T14:00:00+02:00"
    assert recorded(call, zone_told=False)[1]["x-user-datetime"] == "2026-07-01T14:00:00"


def test_every_method_is_an_operation_of_its_own_and_none_is_missing() -> None:
    made = {}
    for method in methods():
        exchange, _ = recorded(next(calls(method)))
        operation = RBI.operation_of(exchange.method, exchange.path)
        assert operation is not None
        made[operation["operationId"]] = method
    assert made.keys() == {described["operationId"] for _, _, described in RBI.operations()}
    assert len(made) == 6


def test_the_bodies_of_the_examples_can_be_said() -> None:
    """What the description shows is in reach of the client: nothing in it is unknown to our own bodies."""
    for _, _, described in RBI.operations():
        content = described["requestBody"]["content"]["application/json"]
        for example in content["examples"].values():
            value = RBI.resolved(example)["value"]
            assert RBI.accepts(content["schema"], value)
            assert RBI.undescribed(content["schema"], value, "body") == []

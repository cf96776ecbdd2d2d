"""Whatever the client can be told to send is a request that the API description knows."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from kioskd.core.errors import LoyaltyError
from kioskd.loyalty.http import JsonApi
from kioskd.loyalty.leat.client import LeatClient
from kioskd.sim.recorder import Recorder
from tests.contract.leat_calls import NOON, ClientCall, calls, methods
from tests.contract.leat_description import ROOT, operation_of, problems


class Recording:
    """Notes each request and refuses it."""

    def __init__(self) -> None:
        self.requests = Recorder()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers.get("Content-Type") == ("application/json" if request.content else None)
        assert not json.loads(request.content or b"null") or request.method != "GET"
        query = dict(request.url.params)
        self.requests.begin(
            NOON, request.method, request.url.raw_path.decode().partition("?")[0], query, request.content
        )
        return httpx.Response(400, json={"message": "No", "code": 1003, "status_code": 400})

    def make(self, call: ClientCall) -> None:
        async def made() -> None:
            api = JsonApi("https://leat.example", "token", timeout_s=5.0, transport=httpx.MockTransport(self))
            with pytest.raises(LoyaltyError):
                await call(LeatClient(api))

        asyncio.run(made())


@pytest.mark.parametrize("method", methods())
def test_every_request_is_one_the_description_knows(method: str) -> None:
    for call in calls(method):
        leat = Recording()
        leat.make(call)
        (exchange,) = leat.requests
        assert problems(exchange) == [], call


def test_every_method_is_an_operation_of_its_own() -> None:
    made = {}
    for method in methods():
        leat = Recording()
        leat.make(next(calls(method)))
        (exchange,) = leat.requests
        assert exchange.path.startswith(ROOT)
        operation = operation_of(exchange.method, exchange.path)
        assert operation is not None
        made[operation["operationId"]] = method
    assert len(made) == len(methods()) == 33

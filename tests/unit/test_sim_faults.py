"""Every fault looks to an HTTP client as it does in the wild, and executes exactly what it claims to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from kioskd.sim.faults import FaultBook, FaultRule
from kioskd.sim.leat import SHOP_UUID, SIM_TOKEN, LeatSimulator
from kioskd.sim.serve import ServedApp, serve

API = "/api/v3/oauth/clients"
IMPATIENCE_S = 0.1


def visit(client_does: Callable[[LeatSimulator, ServedApp, httpx.AsyncClient], Awaitable[None]]) -> None:
    """Runs `client_does` against a simulator on a real port, with an impatient client."""

    async def main() -> None:
        leat = LeatSimulator(clock=lambda: datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
        async with (
            serve(leat.app) as server,
            httpx.AsyncClient(
                base_url=server.url,
                headers={"Authorization": f"Bearer {SIM_TOKEN}"},
                timeout=httpx.Timeout(10, read=IMPATIENCE_S),
            ) as client,
        ):
            await client_does(leat, server, client)

    asyncio.run(main())


async def send_order(leat: LeatSimulator, client: httpx.AsyncClient) -> httpx.Response:
    body = {
        "external_identifier": "kiosk-1",
        "status": "COMPLETED",
        "payment_status": "PAID",
        "total_order_amount": 100,
        "contact": {"uuid": leat.state.cards["10024711"].contact_uuid},
        "business_profile": {"uuid": SHOP_UUID},
        "line_items": [
            {"external_identifier": "1", "name": "Cookie", "quantity": 1, "price": 100, "total_amount": 100}
        ],
    }
    return await client.post(f"{API}/orders/create-and-process", json=body)


@pytest.mark.parametrize(
    ("kind", "error", "executed"),
    [
        ("refuse", httpx.ReadError, False),
        ("timeout_before", httpx.ReadTimeout, False),
        ("timeout_after", httpx.ReadTimeout, True),
        ("drop_answer", httpx.RemoteProtocolError, True),
    ],
)
def test_without_an_answer(kind: Any, error: type[Exception], executed: bool) -> None:
    async def client_does(leat: LeatSimulator, server: ServedApp, client: httpx.AsyncClient) -> None:
        leat.faults.add(FaultRule(kind=kind, times=1))
        with pytest.raises(error):
            await send_order(leat, client)
        assert bool(leat.state.orders) == executed
        [exchange] = leat.requests
        assert (exchange.fault, exchange.status) == (kind, None)
        assert exchange.executed_status == (200 if executed else None)
        # The next request is served again.
        assert (await send_order(leat, client)).status_code == (400 if executed else 200)

    visit(client_does)


@pytest.mark.parametrize(
    ("rule", "status", "start", "executed"),
    [
        (FaultRule(kind="status_500"), 500, '{"message"', False),
        (FaultRule(kind="status_500", when="after"), 500, '{"message"', True),
        (FaultRule(kind="status_503_html"), 503, "<!doctype html>", False),
        (FaultRule(kind="status_429"), 429, '{"message"', False),
        (FaultRule(kind="portal"), 200, "<!doctype html>", False),
        (FaultRule(kind="redirect"), 302, "", False),
        (FaultRule(kind="slow", delay_ms=1), 200, '{"data":{"order"', True),
        (FaultRule(kind="garbage"), 200, '{"data":{"order"', True),
        (FaultRule(kind="huge", size_mb=1), 200, '{"data": "xxx', False),
    ],
    ids=lambda value: value.label if isinstance(value, FaultRule) else "",
)
def test_with_an_answer(rule: FaultRule, status: int, start: str, executed: bool) -> None:
    async def client_does(leat: LeatSimulator, server: ServedApp, client: httpx.AsyncClient) -> None:
        leat.faults.add(rule)
        answer = await send_order(leat, client)
        assert answer.status_code == status
        assert answer.text.startswith(start)
        assert bool(leat.state.orders) == executed
        [exchange] = leat.requests
        assert (exchange.fault, exchange.status) == (rule.label, status)
        if rule.kind != "slow":
            assert answer.headers["X-Sim-Deviation"] == f"fault: {rule.label}"

    visit(client_does)


def test_garbage_is_cut_or_has_wrong_types() -> None:
    async def client_does(leat: LeatSimulator, server: ServedApp, client: httpx.AsyncClient) -> None:
        leat.faults.add(FaultRule(kind="garbage", times=1))
        leat.faults.add(FaultRule(kind="garbage", garbage="wrong_types"))
        with pytest.raises(ValueError):
            (await client.get(f"{API}/loyalty-program")).json()
        program = (await client.get(f"{API}/loyalty-program")).json()["data"]
        assert (program["name"], program["max_amount"]) == ({"text": 1}, "NaN")

    visit(client_does)


def test_429_says_when_to_come_back_and_redirect_where_to_go() -> None:
    async def client_does(leat: LeatSimulator, server: ServedApp, client: httpx.AsyncClient) -> None:
        leat.faults.add(FaultRule(kind="status_429", retry_after_s=7, times=1))
        leat.faults.add(FaultRule(kind="redirect", times=1))
        assert (await client.get(API)).headers["Retry-After"] == "7"
        # .invalid never resolves: a client that follows reaches nobody.
        assert (await client.get(API)).headers["Location"].startswith("http://portal.invalid/")

    visit(client_does)


def test_the_huge_answer_has_the_promised_size() -> None:
    async def client_does(leat: LeatSimulator, server: ServedApp, client: httpx.AsyncClient) -> None:
        leat.faults.add(FaultRule(kind="huge", size_mb=2, times=2))
        assert len((await client.get(API)).content) > 2 * 1024 * 1024
        async with client.stream("GET", API) as answer:
            async for _ in answer.aiter_bytes():
                break  # going away in the middle does not hurt the server
        assert (await client.get(API)).status_code == 200

    visit(client_does)


def test_rules_choose_by_method_path_and_count() -> None:
    book = FaultBook()
    book.add(FaultRule(kind="portal", method="POST"))
    book.add(FaultRule(kind="slow", path=f"{API}/orders", times=2))
    assert book.take("GET", f"{API}/shops") is None
    taken = [book.take("GET", f"{API}/orders/find") for _ in range(3)]
    assert [rule and rule.kind for rule in taken] == ["slow", "slow", None]
    always = [book.take("POST", API) for _ in range(3)]
    assert all(rule is not None and rule.kind == "portal" for rule in always)
    book.clear()
    assert book.take("POST", API) is None


def test_rules_can_be_put_again_as_they_are_shown() -> None:
    book = FaultBook()
    book.replace([FaultRule(kind="slow", delay_ms=5, times=3), FaultRule(kind="refuse", path="/api")])
    shown = book.to_json()
    book.replace(FaultRule.model_validate(rule) for rule in shown)
    assert book.to_json() == shown

"""The Leat backend against the simulated server, over real HTTP, and against the API description.

For each fault: the guest gets one of the documented errors within the deadline, and what became of an order
whose outcome is unclear can be found out afterwards.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from kioskd.core.basket import Basket, Choice
from kioskd.core.catalogue import Option, OptionGroup, Product, Service, Words
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear, Unreachable
from kioskd.core.money import Money
from kioskd.core.order import Order, Tender, order_lines
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.told_orders import Delivered
from kioskd.sim.faults import FaultRule
from kioskd.sim.leat import SIM_TOKEN
from kioskd.sim.recorder import Exchange
from tests.contract.leat_description import problems, undescribed
from tests.contract.leat_world import connected, leat, run
from tests.contract.server_faults import fault_cases, patience_s

ROOT = "/api/v3/oauth/clients"
CARD = "10024711"
ORDER_ID = "kiosk-12-000457"
TIMEOUT_S = 0.25


def card(value: str = CARD) -> Credential:
    return Credential(CredentialKind.MEMBER_CARD, value)


def paid_order(**who: str | None) -> Order:
    cheese = Option("top-cheese", Words("Extra cheese"), Money(150, "EUR"))
    group = OptionGroup("extra", Words("Extra"), (cheese,))
    pizza = Product(
        "piz-marg", Words("Pizza Margherita"), Words(""), Money(1000, "EUR"), "food", groups=(group,)
    )
    basket = Basket("EUR").add(pizza, (Choice("extra", "top-cheese"),), quantity=2)
    return Order(
        id=ORDER_ID,
        number="457",
        sequence=457,
        placed_at=datetime(2026, 7, 1, 9, 4, 1, tzinfo=UTC),
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=order_lines(ORDER_ID, basket),
        tender=Tender.CARD,
        **({"credential": CARD} | who),
    )


def test_a_scan_shows_the_member() -> None:
    async def visit() -> None:
        async with leat() as (_, _, backend):
            await backend.probe()
            member = await backend.identify(card(), "nl")
        assert (member.first_name, member.points) == ("Sanne", 1240)
        assert (member.points_name, member.prepaid) == ("Shells", Money(2000, "EUR"))
        assert member.tier
        costs = [reward.cost_points for reward in member.rewards]
        assert costs == sorted(costs)
        assert "Summer lemonade" not in {reward.title for reward in member.rewards}
        assert {voucher.title for voucher in member.vouchers} == {"Free coffee", "10% off"}
        assert all(voucher.expires_on for voucher in member.vouchers)
        assert len(member.collectables) == 1
        assert not member.partial

    run(visit)


@pytest.mark.parametrize(("value", "reason"), [("99999999", "unknown_card"), ("10024715", "blocked_card")])
def test_a_card_that_cannot_be_used_is_refused(value: str, reason: str) -> None:
    async def visit() -> None:
        async with leat() as (_, _, backend):
            with pytest.raises(Refused) as raised:
                await backend.identify(card(value), "en")
            assert raised.value.reason == reason

    run(visit)


def test_an_order_gives_points_once() -> None:
    async def visit() -> None:
        async with leat() as (_, _, backend):
            member = await backend.identify(card(), "en")
            assert await backend.orders.find(ORDER_ID) is None
            assert await backend.orders.deliver(paid_order(member_id=member.id), {}) == Delivered(23, 1263)
            with pytest.raises(Refused, match="duplicate"):
                await backend.orders.deliver(paid_order(member_id=member.id), {})
            assert await backend.orders.find(ORDER_ID) == Delivered(None, None)
            assert (await backend.identify(card(), "en")).points == 1263

    run(visit)


def test_a_wrong_token_is_for_staff() -> None:
    async def visit() -> None:
        async with leat(token="wrong") as (_, _, backend):
            for attempt in (
                backend.probe(),
                backend.identify(card(), "en"),
                backend.orders.deliver(paid_order(), {}),
            ):
                with pytest.raises(Unauthorised):
                    await attempt

    run(visit)


def test_a_server_that_is_gone_is_unreachable_and_comes_back() -> None:
    async def visit() -> None:
        async with leat() as (_, served, backend):
            await backend.probe()
            await served.pause()
            for attempt in (
                backend.identify(card(), "en"),
                backend.orders.deliver(paid_order(), {}),
                backend.orders.find(ORDER_ID),
            ):
                with pytest.raises(Unreachable):
                    await attempt
            await served.resume()
            assert await backend.orders.deliver(paid_order(), {}) == Delivered(23, 1263)

    run(visit)


@fault_cases
def test_a_guest_is_told_within_the_deadline(
    rule: FaultRule, for_read: type[LoyaltyError], for_write: type[LoyaltyError]
) -> None:
    timeout_s = patience_s(rule)

    async def visit() -> None:
        async with (
            leat() as (simulator, served, backend),
            connected(served.url, timeout_s=timeout_s) as guest,
        ):
            simulator.faults.add(rule)
            with pytest.raises(LoyaltyError) as raised:
                await guest.identify(card(), "en")
            assert type(raised.value) is for_read
            if isinstance(raised.value, Throttled):
                assert raised.value.retry_after_s == 7
            assert len(simulator.requests) == 1, "asked once, nothing is repeated or followed"
            simulator.faults.clear()
            assert (await backend.identify(card(), "en")).points == 1240

    run(visit)


@fault_cases
def test_an_order_takes_effect_once_whatever_happens(
    rule: FaultRule, for_read: type[LoyaltyError], for_write: type[LoyaltyError]
) -> None:
    """What the outbox does: after an unclear outcome look, and send again only what is not there."""
    timeout_s = patience_s(rule)

    async def visit() -> None:
        async with (
            leat() as (simulator, served, backend),
            connected(served.url, timeout_s=timeout_s) as outbox,
        ):
            order = paid_order(member_id=(await backend.identify(card(), "en")).id)
            simulator.requests.clear()
            simulator.faults.add(rule.model_copy(update={"path": f"{ROOT}/orders", "times": 1}))
            with pytest.raises(LoyaltyError) as raised:
                await outbox.orders.deliver(order, {})
            assert type(raised.value) is for_write
            assert [exchange.method for exchange in simulator.requests] == ["POST"]
            if await backend.orders.find(ORDER_ID) is None:
                assert await backend.orders.deliver(order, {}) == Delivered(23, 1263)
            assert (await backend.identify(card(), "en")).points == 1263

    run(visit)


def test_a_slow_part_does_not_hold_up_the_member() -> None:
    async def visit() -> None:
        async with leat(timeout_s=0.6) as (simulator, _, backend):
            simulator.faults.add(FaultRule(kind="timeout_before", path=f"{ROOT}/rewards"))
            member = await backend.identify(card(), "en")
        assert member.partial
        assert (member.points, member.rewards) == (1240, ())
        assert member.vouchers

    run(visit)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(answer: Serve, scheme: str = "http", **settings: Any) -> AsyncIterator[LeatBackend]:
    """A backend talking to something that need not speak HTTP at all."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with connected(f"{scheme}://127.0.0.1:{port}", **settings) as backend:
        yield backend
    server.close()
    await server.wait_closed()


def test_headers_without_end_are_not_read_to_the_end() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X-Filler: " + b"x" * 8000 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    async def visit() -> None:
        async with raw_server(endless) as backend:
            with pytest.raises(Unclear, match="RemoteProtocolError"):
                await backend.probe()

    run(visit)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
        b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
        b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_server_that_breaks_the_protocol_leaves_an_order_unclear(raw: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    async def visit() -> None:
        async with raw_server(answer) as backend:
            with pytest.raises(Unclear):
                await backend.orders.deliver(paid_order(member_id="m-1"), {})

    run(visit)


def test_a_server_that_lets_nobody_finish_the_tls_handshake_was_sent_nothing() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def visit(answer: Serve) -> None:
        async with raw_server(answer, scheme="https", timeout_s=TIMEOUT_S) as backend:
            with pytest.raises(Unreachable):
                await backend.orders.deliver(paid_order(member_id="m-1"), {})

    run(lambda: visit(hang_up))
    run(lambda: visit(silent))


def test_each_order_has_a_connection_of_its_own() -> None:
    connections = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        body = b'{"data": {"uuid": "o-1", "order": {"uuid": "o-1"}}, "meta": []}'
        while await reader.readline():
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            )
            writer.write(body)
        writer.close()

    async def visit() -> None:
        async with raw_server(answer) as backend:
            for _ in range(2):
                await backend.orders.find(ORDER_ID)
            assert connections == 1, "reads share one"
            for _ in range(2):
                await backend.orders.deliver(paid_order(member_id="o-1"), {})
            assert connections == 3

    run(visit)


def test_no_log_line_tells_card_name_or_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def visit() -> None:
        async with leat() as (simulator, _, backend):
            member = await backend.identify(card(), "en")
            await backend.orders.deliver(paid_order(member_id=member.id), {})
            simulator.faults.add(FaultRule(kind="redirect"))
            with pytest.raises(Unreachable):
                await backend.identify(card(), "en")

    run(visit)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("kioskd.sim", "uvicorn"))]
    assert any("contact-identifiers/find" in line for line in ours)
    for secret in (CARD, "Sanne", SIM_TOKEN):
        assert not [line for line in ours if secret in line]


def test_every_request_is_as_the_api_describes_it() -> None:
    sent: list[Exchange] = []

    async def visit() -> None:
        async with leat(partner_id="partner-7") as (simulator, _, backend):
            await backend.probe()
            member = await backend.identify(card(), "en")
            await backend.orders.deliver(paid_order(member_id=member.id), {})
            with pytest.raises(Refused):
                await backend.orders.deliver(paid_order(), {})
            await backend.orders.find(ORDER_ID)
            sent.extend(simulator.requests)

    run(visit)
    assert {exchange.path.removeprefix(ROOT + "/").partition("/")[0] for exchange in sent} == {
        "contact-identifiers",
        "contacts",
        "rewards",
        "vouchers",
        "collectable-rewards",
        "loyalty-program",
        "orders",
    }
    assert {exchange.path: problems(exchange) for exchange in sent if problems(exchange)} == {}


def test_the_check_itself_notices() -> None:
    def sent(method: str, path: str, query: dict[str, str], body: Any = None) -> Exchange:
        return Exchange(1, datetime(2026, 7, 1, tzinfo=UTC), method, ROOT + path, query, body)

    assert problems(sent("GET", "/no-such-thing", {}))
    assert problems(sent("GET", "/contact-identifiers/find", {}))
    assert problems(sent("GET", "/vouchers", {"status": "FRESH"}))
    assert problems(sent("GET", "/vouchers", {"limit": "501"}))
    assert problems(sent("GET", "/rewards", {"colour": "red"}))
    assert problems(sent("POST", "/orders/create-and-process", {}, {"external_identifier": "x"}))
    assert undescribed({"$ref": "#/components/schemas/OrderWrite"}, {"line_items": [{"colour": 1}]}, "body")

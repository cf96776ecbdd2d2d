"""How fast a queue of orders is delivered once the network is back: `python -m bench.flush`.

Outbox, courier and Leat client send orders to the simulated Leat in a process of its own, and a bare httpx
client posts the very same bodies to it, in turns. The simulator's rate limit and the client's are off. Every
order is answered late by two round trips: one for the connection, since each write makes its own and loopback
makes it at once, one for the request. The budget is two round trips for each request of the flush, in all.

The orders are those of identified guests, ordering again after everybody else has: as in a day's queue,
neighbours are of different lanes, so two are always on the way (the outbox's own limit).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bench.table import table
from kioskd.core.catalogue import Service, Words
from kioskd.core.money import Money
from kioskd.core.order import Order, OrderLine, Tender
from kioskd.core.order_document import to_document
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.loyalty.http import Call, JsonApi
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.outbox.courier import Outcome
from kioskd.outbox.operation import Draft, Operation
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy

GUESTS = 100
BUDGET_ROUND_TRIPS = 2.0
HEADERS = {"Authorization": "Bearer sim-token", "Accept": "application/json"}
_API = "/api/v3/oauth/clients"
_ORDERS = f"{_API}/orders/create-and-process"
_MOST_A_ROUND = 480  # the simulator remembers 500 requests
_ALONE = Policy(outage_spread_s=0.0)  # one kiosk, and it was not away: it does not wait before it begins


@dataclass(slots=True)
class Way:
    """One way of sending the orders, and what it took so far."""

    name: str
    send: Callable[[Path], Awaitable[None]]
    """Given the outbox with the orders in it, for who wants them from there."""
    orders: int = 0
    requests: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def cpu_ms(self) -> float:
        return self.cpu_s * 1000 / self.requests


class Leat:
    """The simulated server, from outside."""

    def __init__(self, url: str, shop_uuid: str, client: httpx.AsyncClient) -> None:
        self.url = url
        self.shop_uuid = shop_uuid
        self._client = client

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._client.request(method, self.url + path, json=body, headers=HEADERS)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def restart(self, guests: int, delay_ms: int) -> list[str]:
        """Forget every order, make members, and answer late from here on. Returns the members' ids."""
        await self.control("POST", "/sim/reset")
        await self.control("PUT", "/sim/switches", {"rate_limit_per_minute": 10**9})
        made = [await self.control("POST", f"{_API}/contacts/anonymous", {}) for _ in range(guests)]
        slow = {"kind": "slow", "delay_ms": delay_ms, "path": _API}
        await self.control("PUT", "/sim/faults", {"faults": [slow]})
        await self.control("POST", "/sim/requests/clear")
        return [contact["data"]["uuid"] for contact in made]

    async def asked(self) -> int:
        """How many requests there were since `restart`; the simulator remembers 500."""
        return len(await self.control("GET", "/sim/requests"))


@asynccontextmanager
async def leat() -> AsyncIterator[Leat]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kioskd", "sim", "leat", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        said: dict[str, str] = {}
        while "shop_uuid" not in said:
            line = (await asyncio.wait_for(server.stdout.readline(), 20)).decode()
            name, _, value = line.partition(":")
            said[name] = value.strip()
        async with httpx.AsyncClient(trust_env=False) as client:
            yield Leat(said["base_url"], said["shop_uuid"], client)
    finally:
        server.terminate()
        await server.wait()


def orders(count: int, members: Sequence[str]) -> list[Draft]:
    """Of five lines, each of another member than its neighbours."""
    drafts = []
    for sequence in range(1, count + 1):
        order_id = f"kiosk-1-{sequence:06}"
        member_id = members[sequence % len(members)]
        order = Order(
            id=order_id,
            number=str(sequence % 1000),
            sequence=sequence,
            placed_at=datetime(2026, 7, 1, 12, 0, tzinfo=UTC),
            service=Service.EAT_IN,
            language="en",
            currency="EUR",
            lines=tuple(
                OrderLine(f"{order_id}-{n}", f"SKU-{n}", Words(f"Cheeseburger {n}"), n, Money(850, "EUR"))
                for n in range(1, 6)
            ),
            tender=Tender.CARD,
            member_id=member_id,
        )
        drafts.append(
            Draft(
                order.id,
                "order",
                f"member:{member_id}",
                to_document(order),
                amount_minor=order.total.minor,
                currency="EUR",
                order_number=sequence,
            )
        )
    return drafts


async def _fill(path: Path, drafts: Sequence[Draft]) -> None:
    """Accept the orders while nothing can be sent."""
    async with Outbox.open(path, LoyaltyCourier(), policy=_ALONE) as outbox:
        work = asyncio.create_task(outbox.run())
        await outbox.accept(*drafts)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _flush(path: Path, courier: LoyaltyCourier, count: int) -> None:
    """Open the file and return when the last order is delivered."""
    left = count
    done = asyncio.Event()

    def settled(operation: Operation, outcome: Outcome) -> None:
        nonlocal left
        assert outcome.word == "applied", outcome
        left -= 1
        if not left:
            done.set()

    async with Outbox.open(path, courier, policy=_ALONE, on_settled=settled) as outbox:
        work = asyncio.create_task(outbox.run())
        finished = asyncio.create_task(done.wait())
        await asyncio.wait((work, finished), timeout=300, return_when=asyncio.FIRST_COMPLETED)
        assert finished.done(), "the queue stands still"
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder)) / "outbox.db"


async def _bodies(server: Leat, drafts: Sequence[Draft], folder: Path) -> list[bytes]:
    """What the client posts for these orders, by flushing them to nobody."""
    posted: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.content:
            return httpx.Response(200, json={"data": {}})
        posted.append(request.content)
        order_id = json.loads(request.content)["external_identifier"]
        order = {"uuid": "3f0c6a52-6f0e-4c4e-9a0f-6f1d2b7c9e11", "external_identifier": order_id}
        return httpx.Response(200, json={"data": {"order": order}})

    courier = LoyaltyCourier()
    courier.backend = backend = _backend(server, httpx.MockTransport(answer))
    queue = _new(folder)
    await _fill(queue, drafts)
    await _flush(queue, courier, len(drafts))
    await backend.close()
    return posted


def _backend(server: Leat, transport: httpx.AsyncBaseTransport | None = None) -> LeatBackend:
    return LeatBackend(
        server.url, "sim-token", server.shop_uuid, "EUR", calls_per_s=None, transport=transport
    )


async def _two_at_a_time(bodies: Sequence[bytes], post: Callable[[bytes], Awaitable[object]]) -> None:
    waiting = iter(bodies)

    async def carrier() -> None:
        for body in waiting:
            await post(body)

    await asyncio.gather(carrier(), carrier())


@contextmanager
def _measured(way: Way) -> Iterator[None]:
    begun_s, used_s = time.perf_counter(), time.process_time()
    yield
    way.wall_s += time.perf_counter() - begun_s
    way.cpu_s += time.process_time() - used_s


async def _race(folder: Path, count: int, rounds: int, round_trip_ms: int) -> list[Way]:
    headers = HEADERS | {"Content-Type": "application/json"}
    async with (
        leat() as server,
        httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False) as anew,
        httpx.AsyncClient(trust_env=False) as kept,
    ):
        posted: list[bytes] = []
        courier = LoyaltyCourier()
        courier.backend = backend = _backend(server)
        api = JsonApi(server.url, "sim-token", timeout_s=8.0)

        async def whole(queue: Path) -> None:
            await _flush(queue, courier, count)

        async def http_alone(_: Path) -> None:
            def call(body: bytes) -> Call:
                return Call("orders/create-and-process", "POST", _ORDERS, body=body, has_effect=True)

            await _two_at_a_time(posted, lambda body: api.call(call(body)))

        def bare(client: httpx.AsyncClient) -> Callable[[Path], Awaitable[None]]:
            async def post(body: bytes) -> None:
                answer = await client.post(server.url + _ORDERS, content=body, headers=headers)
                answer.raise_for_status().json()

            return lambda _: _two_at_a_time(posted, post)

        ways = [
            Way("outbox, courier, Leat client", whole),
            Way("the client's HTTP layer alone", http_alone),
            Way("bare httpx, connecting anew", bare(anew)),
            Way("bare httpx, connection kept", bare(kept)),
        ]
        for turn in range(rounds):
            for offset in range(len(ways)):  # another order every turn: nobody always follows a slow one
                way = ways[(turn + offset) % len(ways)]
                drafts = orders(count, await server.restart(GUESTS, 2 * round_trip_ms))
                queue = _new(folder)
                posted[:] = await _bodies(server, drafts, folder)
                await _fill(queue, drafts)
                with _measured(way):
                    await way.send(queue)
                way.orders += count
                way.requests += await server.asked()
        await backend.close()
        await api.close()
        return ways


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.flush", description=__doc__)
    parser.add_argument("--orders", type=int, default=1000, help="in all, each way")
    parser.add_argument("--rounds", type=int, default=4, help="of taking turns")
    parser.add_argument("--round-trip-ms", type=int, default=20)
    options = parser.parse_args(arguments)
    count = options.orders // options.rounds
    if not 0 < count <= _MOST_A_ROUND:
        parser.error(f"1 to {_MOST_A_ROUND} orders a round")
    with tempfile.TemporaryDirectory(prefix=".bench-flush-", dir=Path.cwd()) as name:
        ways = asyncio.run(_race(Path(name), count, options.rounds, options.round_trip_ms))

    whole, alone, anew, kept = ways
    round_trip_s = options.round_trip_ms / 1000
    rows = [
        (
            way.name,
            f"{way.requests}",
            f"{way.wall_s:.1f}",
            f"{way.wall_s / way.requests / round_trip_s:.2f}",
            f"{way.cpu_ms:.2f}",
            f"{way.cpu_ms / anew.cpu_ms:.2f} x",
        )
        for way in ways
    ]
    headers = ("way", "requests", "wall s", "round trips each", "CPU ms each", "CPU to bare anew")
    print(f"{whole.orders} orders, {options.round_trip_ms} ms a round trip, {GUESTS} guests, two at a time\n")
    print(table(rows, headers))
    spent = whole.wall_s / whole.requests / round_trip_s
    verdict = "" if spent <= BUDGET_ROUND_TRIPS else "  OVER"
    print(f"\nflush: {spent:.2f} round trips for each request, budget {BUDGET_ROUND_TRIPS:g}{verdict}\n")
    print(
        json.dumps(
            {
                "bench": "flush",
                "orders": whole.orders,
                "requests": whole.requests,
                "round_trip_ms": options.round_trip_ms,
                "wall_s": round(whole.wall_s, 3),
                "round_trips_each": round(spent, 3),
                "flush_cpu_ms": round(whole.cpu_ms, 3),
                "client_cpu_ms": round(alone.cpu_ms, 3),
                "bare_anew_cpu_ms": round(anew.cpu_ms, 3),
                "bare_kept_cpu_ms": round(kept.cpu_ms, 3),
                "client_to_bare": round(alone.cpu_ms / anew.cpu_ms, 3),
                "flush_to_bare": round(whole.cpu_ms / anew.cpu_ms, 3),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

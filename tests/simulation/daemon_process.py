"""One life of the daemon: production's parts, wired as production does, on the world's engine and store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kioskd.core.card_terminal import PaymentResult
from kioskd.core.errors import StorageError
from kioskd.core.events import Event as News
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.drafts import ORDER
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.refused_claims import RefusedClaims
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.sessions import Sessions
from kioskd.daemon.selling.settlement import Settlement
from kioskd.daemon.selling.steps import Steps
from kioskd.devices.terminal.zvt_driver import TcpAddress, ZvtTerminal
from kioskd.loyalty.rbi.adapter import RbiBackend, Till
from kioskd.outbox.courier import Outcome, Refused
from kioskd.outbox.events import Event
from kioskd.outbox.operation import Operation, OutboxFull
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.queue import Queue
from kioskd.outbox.store import Store
from kioskd.outbox.worker import Worker
from tests.simulation.loop import VirtualLoop
from tests.simulation.staff import staff
from tests.simulation.till_backend import TillBackend
from tests.simulation.whole_order_line import WholeOrderLine

if TYPE_CHECKING:
    from tests.simulation.daemon_world import DaemonWorld

_T = TypeVar("_T")
IDLE_S = 300.0


class WorldWorker:
    """What production's outbox asks its worker, answered by the world's engine. Dead it writes nothing."""

    def __init__(self, world: DaemonWorld, loop: VirtualLoop) -> None:
        self._world = world
        self._loop = loop
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}

    @property
    def queue(self) -> Queue:
        return self._world.queue

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        self._must_live()
        return work()

    async def ask(self, event: Event) -> None:
        self._must_live()
        world = self._world
        full = world.seen["full"]
        written = world.take(event)
        self._must_live()
        if not written:
            if world.seen["full"] > full:
                raise OutboxFull("full")
            world.crash(power=False)  # the daemon ends when its store fails
            raise StorageError("it could not be written")

    def _must_live(self) -> None:
        if self._loop.dead:
            raise StorageError("the process is dead")

    def told(self, op_id: str) -> asyncio.Future[Outcome]:
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._waiting[op_id] = future

        def forget(_: object) -> None:
            if self._waiting.get(op_id) is future:
                del self._waiting[op_id]

        future.add_done_callback(forget)
        return future

    def settled(self, operation: Operation, outcome: Outcome) -> None:
        waiting = self._waiting.get(operation.op_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)


class _Terminal(ZvtTerminal):
    """Lets the ledger know which order is being paid: a real terminal never does."""

    def __init__(self, world: DaemonWorld) -> None:
        super().__init__(
            "card",
            TcpAddress("terminal"),
            password="000000",
            currency="EUR",
            attempts=world.attempts,
            wall_clock=lambda: world.clocks.wall(world.now_s),
        )
        self._world = world

    async def pay(self, reference: str, *asked: Any, **more: Any) -> PaymentResult:
        self._world.card.paying = reference
        return await super().pay(reference, *asked, **more)


class DaemonProcess:
    def __init__(self, world: DaemonWorld, loop: VirtualLoop) -> None:
        self.world = world
        self.loop = loop
        self.news: list[News] = []
        self.worker = WorldWorker(world, loop)
        self.outbox = Outbox(cast(Worker, self.worker), cast(Store, world.store))
        self.courier = LoyaltyCourier()
        self.line = WholeOrderLine(world, world.network)
        if world.backend == "rbi":
            self.courier.backend = RbiBackend(
                cast(Any, self.line),
                Till("KIOSK", "store-1", "1", "kioskd"),
                cast(Any, SimpleNamespace(menu=SimpleNamespace(currency="EUR"))),
                next_number=lambda: self.outbox.next_order_number,
                wall=self.wall,
                clock=lambda: world.now_s,
            )
        else:
            self.courier.backend = cast(Any, TillBackend(world, world.network))
        self.selling = Selling(
            self.outbox, loyalty=True, clock=lambda: world.now_s, written=self.courier.written
        )
        self.terminal = _Terminal(world)
        self.payments = Payments(
            self.terminal, self.outbox, self.selling, self.post, part_payments=world.parts
        )
        self.sessions = (
            Sessions(self.outbox, self.courier, self.post, self.wall, "EUR")
            if world.backend == "rbi"
            else None
        )
        self.settlement = Settlement(
            steps=Steps(self.outbox, lambda: world.now_s),
            selling=self.selling,
            payments=self.payments,
            post=self.post,
            clock=lambda: world.now_s,
            sessions=self.sessions,
        )
        self.refused = RefusedClaims(self.outbox, self.courier.written, lambda _: None)
        self.returns = Orders(
            self.outbox,
            self.selling,
            claim_link=self.courier.claim_link,
            wall=self.wall,
            written=self.courier.written,
            patience_s=1.0,
            hand_back=self.payments.hand_back if world.parts else None,
        )

    def wall(self) -> datetime:
        return self.world.clocks.wall(self.world.now_s)

    def post(self, news: News) -> None:
        self.news.append(news)

    def settled(self, operation: Operation, outcome: Outcome) -> None:
        self.worker.settled(operation, outcome)
        if operation.kind == ORDER and isinstance(outcome, Refused):
            self.loop.spawn(self._until_dead(partial(self.refused.void, operation.op_id)))

    async def _until_dead(self, work: Callable[[], Awaitable[None]]) -> None:
        with contextlib.suppress(StorageError):
            await work()

    def begin(self) -> None:
        self.loop.spawn(self._until_dead(self.refused.void_left_over))
        self.loop.spawn(self.payments.settle_left_over())
        self.loop.spawn(staff(self.world, self))

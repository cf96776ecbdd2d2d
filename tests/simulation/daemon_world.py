"""The kiosk's own settling, selling and card payments in a hostile world, with a terminal at message level.

Where `world` has the outbox alone, here production's daemon stands on it: settlement, payments, sessions of
the backend that takes orders as a whole, the ZVT driver. Every seed draws a backend, a terminal with habits,
and where the line, the kiosk or the terminal is cut.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from contextvars import ContextVar
from pathlib import Path
from random import Random
from typing import Any

from kioskd.core.deeds import Action
from kioskd.core.order import Order
from kioskd.outbox.changes import Change
from kioskd.outbox.courier import Applied, Outcome, Poison, Unclear
from kioskd.outbox.events import (
    Accept,
    AskBaseline,
    Cancel,
    Command,
    Event,
    Probe,
    Probed,
    ReadBack,
    Replied,
    Send,
    Settled,
)
from kioskd.outbox.operation import Draft, Operation, Parcel, Strategy, decode_payload
from tests.simulation import daemon_judge as judge
from tests.simulation.card_line import KINDS, CardLine, Cut, Planned
from tests.simulation.card_terminal import CardHabits, CardTerminal
from tests.simulation.daemon_process import DaemonProcess
from tests.simulation.faults import FAULTS
from tests.simulation.kept_store import KeptDisk
from tests.simulation.kernel import Kernel
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Network
from tests.simulation.promise import Wrong
from tests.simulation.till_server import Switches, TillServer
from tests.simulation.visits import serve
from tests.simulation.whole_order_server import Habits, WholeOrderServer

ORDERS = 8
RATES = (0.005, 0.02, 0.1)
"""Of faults. An order takes many calls: with more of them hardly one would ever be sold."""
HOSTILE_S = 4000.0
REST_S = 9000.0
LOOK_S = 200.0
"""How often it is looked whether everything has come to its end."""
READ_LAG_S = 5.0
PARTS_SHARE = 0.5
UPSET_SHARE = 0.1
DEADLINE_S = 30.0
BACKENDS = ("leat", "rbi")


class DaemonWorld(Kernel):
    """`directory` is where the terminal driver keeps its file. `level` is how such worlds are asked for."""

    def __init__(
        self,
        seed: int,
        directory: Path,
        orders: int = ORDERS,
        *,
        backend: str | None = None,
        faults: Collection[str] | None = None,
        traced: bool = False,
        level: str = "orders",
    ) -> None:
        super().__init__(seed, faults=faults, disk=KeptDisk(), traced=traced)
        self.rate = self.random.choice(RATES)
        self.level = level
        self.orders_left = orders
        chance = self.random
        drawn = chance.choice(BACKENDS)
        self.backend = backend or drawn
        self.till = TillServer(
            Switches(READ_LAG_S if "read_lag" in self.faults else 0.0, shared_shop=chance.random() < 0.2)
        )
        self.platform = WholeOrderServer(Habits.drawn(chance))
        self.card = CardTerminal(Random(chance.random()), CardHabits.drawn(chance))
        self.parts = Random(seed ^ 0xCA4D).random() < PARTS_SHARE
        """Cards may pay a part, and their money goes back by the terminal."""
        if self.parts:
            self.card.habits.approves_less = 0.35
        self.upsets = Random(seed ^ 0x0630)
        self.attempts = directory / f"attempts-{seed}.json"
        self.attempts.unlink(missing_ok=True)
        self.cuts: Counter[str] = Counter()
        """By message kind."""
        self.planned: Planned | None = None
        self.line: CardLine | None = None
        self.broken: BaseException | None = None
        self.loops: list[VirtualLoop] = []
        self.power_terminal_on()
        self.process: DaemonProcess | None = None
        self.delivering: ContextVar[str] = ContextVar("delivering", default="")
        self.calls: Counter[str] = Counter()
        """Writes in the try of an operation that is under way."""
        self.late: set[str] = set()
        self.refuses: set[str] = set()
        self.answered: set[str] = set()
        """Operations whose success is on the kiosk's disk."""
        self.in_flight: dict[str, str] = {}
        self.orders: dict[str, Order] = {}
        self.released: set[str] = set()
        """Paid at the counter."""
        self.evidence: set[str] = set()
        """Payments that a person had to look up."""
        self.drafted: dict[str, Draft] = {}
        self.promised: dict[str, Draft] = {}
        self.doubts: set[str] = set()
        self.network = Network(self)

    # --- running ---------------------------------------------------------------------------------------

    def run(self) -> DaemonWorld:
        """Raises Wrong, with the line that tells the same story again."""
        try:
            if "outage" in self.faults:
                start_s = self.random.uniform(0, 300)
                self.outages = [(start_s, start_s + self.random.uniform(5, 100))]
            self.boot()
            while self.orders_left and self.now_s < HOSTILE_S:
                self.drain(until_s=self.now_s + 100.0)
            self.drain(until_s=self.now_s + 300.0)
            self.heal()
            rests_until_s = self.now_s + REST_S
            while self.now_s < rests_until_s and (self.queue.operations or not self.alive or self.late):
                self.drain(until_s=self.now_s + LOOK_S)
            judge.at_the_end(self)
        except Wrong as error:
            raise type(error)(f"{error}\n  {self.again()}") from error
        finally:
            self._end()
        return self

    def again(self) -> str:
        faults = ",".join(fault for fault in FAULTS if fault in self.faults) or "none"
        much = "--orders 1" if self.level == "orders" else "--operations 1"
        return f"./dev simulate {much} --seed {self.seed} --faults {faults}"

    def _end(self) -> None:
        for loop in self.loops:
            loop.die()
        for loop in self.loops:
            loop.run_ready()
        self.attempts.unlink(missing_ok=True)

    def drain(self, until_s: float) -> None:
        self._settle_loops()
        while self.heap and self.heap[0][0] <= until_s:
            self.now_s, _, what = heapq.heappop(self.heap)
            what()
            self._settle_loops()
        self.now_s = max(self.now_s, until_s)

    def _settle_loops(self) -> None:
        for loop in tuple(self.loops):
            loop.run_ready()
            if loop.dead:
                self.loops.remove(loop)
        if self.broken is not None:
            broken, self.broken = self.broken, None
            raise (
                broken if isinstance(broken, Wrong) else Wrong(f"{type(broken).__name__}: {broken}")
            ) from broken

    def _failed(self, error: BaseException) -> None:
        self.broken = self.broken or error

    def _loop(
        self, connect: Any = None, in_thread: Callable[[Callable[[], Any]], Any] = lambda work: work()
    ) -> VirtualLoop:
        return VirtualLoop(lambda: self.now_s, self.at, self._failed, connect, in_thread)

    # --- the process -----------------------------------------------------------------------------------

    def forget(self) -> None:
        self.in_flight.clear()
        loop = self._loop(self._connect, self._write_file)
        self.loops.append(loop)
        self.process = DaemonProcess(self, loop)

    def resume(self) -> None:
        assert self.process is not None
        self.process.begin()
        self.process.loop.spawn(serve(self, self.process))

    def crash(self, *, power: bool | None = None) -> None:
        if not self.alive:
            return
        cuts = self.seen["cuts"]
        super().crash(power=power)
        if self.process is not None:
            self.process.loop.die()
        if self.line is not None:
            if self.seen["cuts"] > cuts:
                self.line.fall_silent()
            else:
                self.line.lose()

    def _write_file(self, work: Callable[[], Any]) -> Any:
        """What the process gives to a thread: the terminal driver's own small file."""
        if self.fault("disk_full") or self.fault("write_error"):
            raise OSError(28, "no space")
        if self.fault("crash_before_commit"):
            self.crash()
            raise OSError("the process is dead")
        done = work()
        if self.fault("crash_after_commit"):
            self.crash()
            raise OSError("the process is dead")
        return done

    def take(self, event: Event) -> bool:
        if isinstance(event, Accept | Cancel):
            self.drafted |= {draft.op_id: draft for draft in event.drafts}
        try:
            written = super().take(event)
        except Wrong as error:
            self._failed(error)
            raise
        if written:
            if isinstance(event, Accept | Cancel):
                self.promised |= {draft.op_id: draft for draft in event.drafts}
            if isinstance(event, Replied) and isinstance(event.outcome, Applied):
                self.answered.add(event.op_id)
        return written

    def inspect(self, change: Change) -> None:
        judge.change(self, change)

    def carry_out(self, command: Command) -> None:
        process = self.process
        assert process is not None
        courier = process.courier
        match command:
            case Send(operation):
                judge.write(self, operation)
                process.loop.spawn(self._talk(operation, courier.deliver))
            case AskBaseline(operation):
                process.loop.spawn(self._talk(operation, courier.baseline))
            case ReadBack(operation):
                process.loop.spawn(self._talk(operation, courier.read_back))
            case Probe():
                process.loop.spawn(self._probe())
            case Settled(operation, outcome):
                process.settled(operation, outcome)

    async def _talk(self, operation: Operation, talk: Callable[[Parcel], Awaitable[Outcome]]) -> None:
        """As the worker does it."""
        op_id, life = operation.op_id, self.life
        parcel = Parcel(operation, decode_payload(self.store.payload(op_id)), self.store.results(operation))
        self.delivering.set(op_id)
        self.calls[op_id] = 0
        try:
            async with asyncio.timeout(DEADLINE_S):
                outcome = await talk(parcel)
        except TimeoutError:
            outcome = Unclear()
        if self.fault("courier_bug"):
            outcome = Poison("KeyError", may_be_sent=True)
        if self.in_flight.get(operation.lane) == op_id and talk.__name__ == "deliver" and life == self.life:
            del self.in_flight[operation.lane]
        self.hear(Replied(op_id, outcome), life)

    async def _probe(self) -> None:
        assert self.process is not None
        life = self.life
        try:
            async with asyncio.timeout(DEADLINE_S):
                outcome = await self.process.courier.probe()
        except TimeoutError:
            outcome = Unclear()
        self.hear(Probed(outcome), life)

    # --- the terminal's line ---------------------------------------------------------------------------

    def plan_cut(self) -> None:
        """For the next payment."""
        self.planned = None
        if self.random.random() < 0.7:
            kind, cut = self.random.choice(KINDS), self.random.choice(list(Cut))
            self.planned = Planned(kind, cut, self.random.random() < 0.5)
        self.card.less_next = self.planned is not None and self.planned.kind.startswith("> 84 xx")

    async def _connect(self, factory: Callable[[], asyncio.Protocol]) -> Any:
        assert self.process is not None
        terminal = self.card.loop
        if self.card.off or terminal is None:
            raise OSError(111, "refused")
        protocol = factory()
        line = CardLine(self.process.loop, terminal, protocol, self.at, self._passes, self._cut)
        protocol.connection_made(line)
        self.line = line
        terminal.spawn(self.card.answer(line))
        return line, protocol

    def _passes(self, kind: str) -> Planned | None:
        judge.message(self, kind)
        planned = self.planned
        if kind.endswith("06 30") and not self.healed and self.upsets.random() < UPSET_SHARE:
            planned = Planned(kind, self.upsets.choice(list(Cut)), self.upsets.random() < 0.5)
        if self.healed or planned is None or planned.kind != kind:
            return None
        self.planned = None
        self.cuts[kind] += 1
        self.seen[f"cut {planned.cut}"] += 1
        return planned

    def _cut(self, line: CardLine, cut: Cut) -> None:
        match cut:
            case Cut.LINE:
                line.lose()
            case Cut.SILENCE:
                line.fall_silent()
            case Cut.KIOSK:
                line.fall_silent()
                self.crash(power=self.random.random() < 0.5)
            case Cut.TERMINAL:
                line.lose()
                self._power_terminal_off()

    def _power_terminal_off(self) -> None:
        self.card.off = True
        if self.card.loop is not None:
            self.card.loop.die()
        self.at(self.random.uniform(1, 60), self.power_terminal_on)

    def power_terminal_on(self) -> None:
        loop = self._loop()
        self.loops.append(loop)
        self.card.power_on(loop)

    # --- what is true ----------------------------------------------------------------------------------

    def effects(self, op_id: str) -> int:
        return self.till.effects[op_id] + self.platform.effects[op_id]

    def strategy_of(self, op_id: str) -> Strategy | None:
        row = self.store.row(op_id)
        return row.strategy if row else None

    def claims_of(self, session: str) -> list[Operation]:
        rows = (self.store.row(order.id) for order in self.orders.values() if order.session == session)
        return [row for row in rows if row is not None and row.kind == Action.TELL_ORDER]

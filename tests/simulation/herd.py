"""Many kiosks behind one limit: they come back after an hour without network, all at once.

Every kiosk is the production engine with production's policy. The server lets `LIMIT_PER_S` calls through,
probes included, and answers the others with 429. Meanwhile guests go on ordering.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from random import Random
from statistics import median

from kioskd.outbox.courier import Applied, NeverSent, Outcome, Throttled
from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, Booted, Event, Probe, Probed, Replied, Send, Tick
from kioskd.outbox.operation import Draft
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from tests.simulation.kernel import TIMER_LAG_S, Step
from tests.simulation.promise import Lost, must

OFFLINE_S = 3600.0
BUSIEST_PER_H = 60.0
SHARE_OF_LIMIT = 2 / 3
LIMIT_PER_S = 5.0
LATENCY_S = 0.3
BURST = 5.0
MEMBERS = 2000
"""Guests of one kiosk: hardly two orders in the backlog share a lane."""


@dataclass(slots=True)
class Limit:
    """A token bucket, and the word when the next token is there."""

    tokens: float = BURST
    filled_at_s: float = 0.0

    def admit(self, now_s: float) -> float | None:
        """None when let in, else Retry-After in whole seconds, as servers give it."""
        self.tokens = min(BURST, self.tokens + (now_s - self.filled_at_s) * LIMIT_PER_S)
        self.filled_at_s = now_s
        if self.tokens < 1.0:
            return 1.0
        self.tokens -= 1.0
        return None


@dataclass
class HerdFigures:
    """Seconds count from the moment the network is back; `needed_s` is what the limit takes at least."""

    kiosks: int
    backlog: int
    fresh: int
    needed_s: float
    drained_s: float = 0.0
    first_kiosk_s: float = 0.0
    """When the first kiosk was done with its backlog; the last one was at `drained_s`."""
    fresh_median_s: float = 0.0
    fresh_p95_s: float = 0.0
    fresh_longest_s: float = 0.0
    backlog_median_s: float = 0.0
    throttled_per_call: float = 0.0

    @property
    def good(self) -> bool:
        """Drained in time, every kiosk, and who stands at one is served before those who left long ago."""
        return self.ratio <= 1.2 and self.fresh_median_s <= 0.1 * self.backlog_median_s

    @property
    def ratio(self) -> float:
        return self.drained_s / self.needed_s


class Herd:
    """Every kiosk is as busy, offline and afterwards, as two thirds of the limit allow: one order a minute at
    most. So what is left over for the backlog is a third, when there are many."""

    def __init__(self, seed: int, kiosks: int, *, policy: Policy | None = None, decide: Step = step) -> None:
        self.random = Random(seed)
        self.orders_per_h = min(BUSIEST_PER_H, SHARE_OF_LIMIT * LIMIT_PER_S * 3600.0 / kiosks)
        self.decide = decide
        self.limit = Limit(filled_at_s=OFFLINE_S)
        self.now_s = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._kiosks = [_Kiosk(self, n, policy or Policy()) for n in range(kiosks)]
        self.accepted_s: dict[str, float] = {}
        self.done_s: dict[str, float] = {}
        self.backlog: set[str] = set()
        self.left = 0  # of the backlog
        self.throttled = 0
        self._ordering = True

    def at(self, delay_s: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._heap, (self.now_s + delay_s, self._count, what))

    def run(self) -> HerdFigures:
        for kiosk in self._kiosks:
            kiosk.boot()
            for _ in range(round(self.orders_per_h * OFFLINE_S / 3600.0)):
                self.at(self.random.uniform(0.0, OFFLINE_S), kiosk.order)
        self._until(OFFLINE_S, lambda: False)
        self.backlog = set(self.accepted_s)
        self.left = len(self.backlog)
        for kiosk in self._kiosks:
            self._next_guest(kiosk)
        self._until(inf, lambda: self.left == 0)
        drained_s = self.now_s
        self._ordering = False
        self._until(inf, lambda: False)
        must(self.done_s.keys() == self.accepted_s.keys(), "an order was never delivered", Lost)
        return self._figures(drained_s)

    def _until(self, end_s: float, over: Callable[[], bool]) -> None:
        while self._heap and self._heap[0][0] <= end_s and not over():
            self.now_s, _, what = heapq.heappop(self._heap)
            what()
        self.now_s = max(self.now_s, end_s if end_s < inf else 0.0)

    def _next_guest(self, kiosk: _Kiosk) -> None:
        def come() -> None:
            if self._ordering:
                kiosk.order()
                self._next_guest(kiosk)

        self.at(self.random.expovariate(self.orders_per_h / 3600.0), come)

    def ask(self) -> Outcome:
        """A call arrives at the server."""
        if self.now_s < OFFLINE_S:
            return NeverSent()
        retry_after_s = self.limit.admit(self.now_s)
        self.throttled += retry_after_s is not None
        return Applied() if retry_after_s is None else Throttled(retry_after_s)

    def _figures(self, drained_s: float) -> HerdFigures:
        fresh = [op_id for op_id in self.done_s if op_id not in self.backlog]
        waited = sorted(self.done_s[op_id] - self.accepted_s[op_id] for op_id in fresh) or [0.0]
        during = sum(self.done_s[op_id] <= drained_s for op_id in fresh)
        last = {kiosk.name: max(self.done_s[o] for o in kiosk.backlog) for kiosk in self._kiosks}
        return HerdFigures(
            kiosks=len(self._kiosks),
            backlog=len(self.backlog),
            fresh=len(fresh),
            needed_s=(len(self.backlog) + during) / LIMIT_PER_S,
            drained_s=drained_s - OFFLINE_S,
            first_kiosk_s=min(last.values()) - OFFLINE_S,
            fresh_median_s=median(waited),
            fresh_p95_s=waited[int(len(waited) * 0.95)],
            fresh_longest_s=waited[-1],
            backlog_median_s=median(self.done_s[o] for o in self.backlog) - OFFLINE_S,
            throttled_per_call=self.throttled / len(self.done_s),
        )


@dataclass
class _Kiosk:
    herd: Herd
    name: int
    policy: Policy
    backlog: list[str] = field(default_factory=list)
    orders: int = 0

    def __post_init__(self) -> None:
        self.queue = Queue(self.policy)
        self._timer_s = -inf

    def boot(self) -> None:
        self._take(Booted((), 0, 0))

    def order(self) -> None:
        herd = self.herd
        op_id = f"{self.name}-{self.orders}"
        self.orders += 1
        herd.accepted_s[op_id] = herd.now_s
        if herd.now_s < OFFLINE_S:
            self.backlog.append(op_id)
        self._take(Accept((Draft(op_id, "order", f"member:{herd.random.randrange(MEMBERS)}", {}),)))

    def _take(self, event: Event) -> None:
        herd = self.herd
        if isinstance(event, Replied) and isinstance(event.outcome, Applied):
            must(event.op_id not in herd.done_s, f"{event.op_id} delivered twice")
            herd.done_s[event.op_id] = herd.now_s
            herd.left -= event.op_id in herd.backlog
        instant = Instant(herd.now_s, herd.random.random())
        self.queue, commands = herd.decide(self.queue, event, instant)
        for command in commands:
            match command:
                case Send(operation):
                    self._hear(Replied(operation.op_id, herd.ask()))
                case Probe():
                    self._hear(Probed(herd.ask()))
        wake_s = self.queue.next_wake_s
        if wake_s < inf and wake_s != self._timer_s:
            self._timer_s = wake_s
            herd.at(max(wake_s - herd.now_s, 0.0) + TIMER_LAG_S, self._wake)

    def _hear(self, event: Event) -> None:
        self.herd.at(LATENCY_S * self.herd.random.uniform(0.5, 1.5), lambda: self._take(event))

    def _wake(self) -> None:
        if self.queue.next_wake_s <= self.herd.now_s:
            self._take(Tick())

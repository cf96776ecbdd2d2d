"""What every simulated world has: virtual time, one seeded generator, and a process that dies at any step.

The production engine runs against a store (in memory or the real one). A failure names its seed.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from math import inf
from random import Random

from kioskd.outbox.changes import Change
from kioskd.outbox.engine import step
from kioskd.outbox.events import Booted, Command, Event, Persist, Probed, Replied, Tick
from kioskd.outbox.operation import OperationRefused, OutboxFull
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.queue import Queue
from kioskd.outbox.readback import claimed
from tests.simulation.clocks import HALF_A_CENTURY_S, Clocks
from tests.simulation.faults import FAULTS, RARE
from tests.simulation.memory_store import MemoryStore, WorldStore
from tests.simulation.promise import Wrong

Step = Callable[[Queue, Event, Instant], tuple[Queue, tuple[Command, ...]]]

TIMER_LAG_S = 1e-6  # no timer is early, not even by what a float rounds away
LONGEST_DOWNTIME_S = 30.0


class PowerGone(Exception):
    """The disk lost its power in the middle of a commit. `committed` is what its image shows."""

    def __init__(self, committed: bool) -> None:
        super().__init__()
        self.committed = committed


class Disk:
    """Where the store's file lives. In memory nothing that was committed is ever lost."""

    def __init__(self, *, unique: bool = True) -> None:
        self.memory = MemoryStore(unique=unique)

    def open(self) -> WorldStore:
        """After a start, a crash or a power cut."""
        return self.memory

    can_be_cut = False
    """Whether the power can fail in the middle of a commit."""

    def cut_next_commit(self, random: Random) -> None:
        raise NotImplementedError

    def power_off(self, random: Random) -> None:
        """Whatever was not synced may be gone."""


class Kernel:
    """Subclasses say what a booted process does first, and how commands are done."""

    def __init__(
        self,
        seed: int,
        *,
        faults: Collection[str] | None = None,
        policy: Policy | None = None,
        decide: Step = step,
        disk: Disk | None = None,
        persist_first: bool = True,
        believes_any_clock: bool = False,
        traced: bool = False,
    ) -> None:
        self.random = Random(seed)
        self.seed = seed
        # One world in eight is a kiosk whose outbox is soon full.
        self.policy = policy or Policy(outage_spread_s=10.0, open_limit=12 if seed % 8 == 0 else 10_000)
        self.decide = decide
        self.disk = disk or Disk()
        self.persist_first = persist_first
        self.believes_any_clock = believes_any_clock
        # Swarm: every seed has its own selection of faults, so that rare mixtures come up too.
        drawn = {fault for fault in FAULTS if self.random.random() < 0.5}
        self.faults = drawn if faults is None else set(faults)
        self.rate = self.random.choice((0.02, 0.1, 0.3))
        self.now_s = 0.0
        self.clocks = Clocks(trusted="clock_never_set" not in self.faults)
        self.heap: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.life = 0  # which process; answers to a dead one are lost
        self.alive = False
        self.healed = False
        self.stalled_until_s = 0.0
        self._timer = (0, 0.0)
        self.queue = Queue(self.policy)
        self.store: WorldStore = self.disk.open()
        self.outages: list[tuple[float, float]] = []
        self.seen: Counter[str] = Counter()
        self.seen["clock_never_set"] += "clock_never_set" in self.faults
        self.trace = hashlib.sha256() if traced else None

    # --- running -------------------------------------------------------------------------------------

    def at(self, delay_s: float, what: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.heap, (self.now_s + delay_s, self.count, what))

    def drain(self, until_s: float) -> None:
        while self.heap and self.heap[0][0] <= until_s:
            self.now_s, _, what = heapq.heappop(self.heap)
            what()
        self.now_s = max(self.now_s, until_s if not self.healed else self.now_s)

    def heal(self) -> None:
        self.healed = True
        self.outages = []
        self.stalled_until_s = 0.0
        self.clocks.synchronise()
        if not self.alive:
            self.boot()

    def fault(self, name: str) -> bool:
        if name not in self.faults or self.healed:  # as nearly always: hundreds of these for each order
            return False
        happens = self.random.random() < (self.rate / 10 if name in RARE else self.rate)
        if happens:
            self.seen[name] += 1
        return happens

    def down(self) -> bool:
        for start_s, end_s in self.outages:
            if start_s <= self.now_s < end_s:
                self.seen["outage"] += 1
                return True
        return False

    # --- the process ---------------------------------------------------------------------------------

    def mono_s(self) -> float:
        return self.clocks.mono_s(self.now_s)

    def boot(self) -> None:
        self.life += 1
        self.alive = True
        self.queue = Queue(self.policy)
        self.forget()
        if self.take(self.store.load()) and self.alive:
            self.resume()

    def forget(self) -> None:
        """What a process that dies takes with it."""

    def resume(self) -> None:
        """What a process does first."""

    def carry_out(self, command: Command) -> None:
        raise NotImplementedError

    def inspect(self, change: Change) -> None:
        """What is about to be written down."""

    def crash(self, *, power: bool | None = None) -> None:
        """`power` None: by kill or by power cut, as drawn."""
        self.alive = False
        self.life += 1
        if power is None:
            power = not self.healed and "power_cut" in self.faults and self.random.random() < 0.5
            if power:
                self.disk.power_off(self.random)
        if power:
            self.seen["cuts"] += 1
            self.clocks.power_up(self.now_s)
            if "clock_never_set" not in self.faults:
                self.at(self.random.uniform(0, 200), self.clocks.synchronise)
        else:
            self.seen["kills"] += 1
        self.store = self.disk.open()
        self.at(self.random.uniform(0.1, LONGEST_DOWNTIME_S), lambda: None if self.alive else self.boot())

    def hear(self, event: Event, life: int) -> None:
        """Something that a process waits for, and that may come while it is stopped."""
        if life != self.life:
            return
        if self.now_s < self.stalled_until_s:
            self.at(self.stalled_until_s - self.now_s, lambda: self.hear(event, life))
        else:
            self.take(event)

    def hear_later(self, event: Event, within_s: float = 2.0) -> None:
        life = self.life
        self.at(self.random.uniform(0.01, within_s), lambda: self.hear(event, life))

    def take(self, event: Event) -> bool:
        """One step of the process, as the worker does it. False when nothing of it was written down."""
        if not self.alive:
            return False
        if isinstance(event, Replied) and (names := claimed(event.outcome)):
            event = replace(event, bound=self.store.bound(event.op_id, names))
        wall_s = self.clocks.wall_s(self.now_s) if self.clocks.trusted or self.believes_any_clock else None
        instant = Instant(self.mono_s(), self.random.random(), wall_s)
        try:
            queue, commands = self.decide(self.queue, event, instant)
        except OutboxFull:
            self.seen["full"] += 1
            return False
        except OperationRefused as error:
            raise Wrong(f"refused what must be possible: {error}") from error
        if self.trace:
            self.trace.update(f"{self.now_s:.6f} {type(event).__name__} {commands}".encode())
        if not self.persist_first:
            commands = tuple(sorted(commands, key=lambda command: isinstance(command, Persist)))
        for command in commands:
            if isinstance(command, Persist):
                if (written := self._persist(command, event)) is not None:
                    return written
            else:
                self.carry_out(command)
        if not self.alive:
            return True  # the power went while it talked
        self.queue = queue
        wake_s = queue.next_wake_s
        if len(queue.flying) > queue.policy.writes_in_flight:
            raise Wrong("too many writes in flight")
        if wake_s <= instant.mono_s:
            raise Wrong("what is due was left lying")
        self._trouble_later()
        self._wake_at(wake_s)
        return True

    def _persist(self, command: Persist, event: Event) -> bool | None:
        """None: it is on the disk and the process lives. Else the process has died or refused."""
        for change in command.changes:
            self.inspect(change)
        if self.fault("crash_before_commit"):
            self.crash()
            return False
        if self.fault("disk_full"):
            if isinstance(event, Booted | Replied | Probed | Tick):
                self.crash(power=False)  # nobody to tell: the daemon ends, and will have to ask again
            return False
        cut = self.disk.can_be_cut and self.fault("power_cut")
        if cut:
            self.disk.cut_next_commit(self.random)
        broken = self.fault("write_error")
        if broken and self.random.random() < 0.5:
            self.crash(power=False)  # a failed sync: nothing of it reached the disk
            return False
        try:
            self.store.commit(command.changes, self.clocks.wall(self.now_s))
        except PowerGone as gone:
            self.crash(power=True)
            return gone.committed
        if cut or broken:  # all of it did, although nobody was told
            self.crash(power=cut or None)
            return True
        if self.fault("crash_after_commit"):
            self.crash()
            return True
        return None

    def _trouble_later(self) -> None:
        if self.fault("crash_later"):
            life = self.life
            self.at(self.random.uniform(0, 3), lambda: self.crash() if life == self.life else None)
        if self.fault("stall"):
            self.stalled_until_s = self.now_s + self.random.uniform(1, 100)
        if self.fault("clock_jump"):
            self.clocks.jump(self.random.choice((-1, 1)) * HALF_A_CENTURY_S)
            if "clock_never_set" not in self.faults:
                self.at(self.random.uniform(0, 200), self.clocks.synchronise)

    def _wake_at(self, wake_s: float) -> None:
        if wake_s < inf and self._timer != (self.life, wake_s):
            self._timer = (self.life, wake_s)
            life = self.life
            self.at(max(wake_s - self.mono_s(), 0.0) + TIMER_LAG_S, lambda: self._wake(life))

    def _wake(self, life: int) -> None:
        """Another step may have changed meanwhile what there is to wait for."""
        if life == self.life and self.queue.next_wake_s <= self.mono_s():
            self.hear(Tick(), life)

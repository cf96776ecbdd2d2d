"""The engine's memory: everything that is open, in which order, and what waits for when. A value."""

from __future__ import annotations

from dataclasses import field
from math import inf

from kioskd.outbox.gate import Flow, Gate
from kioskd.outbox.operation import Operation
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Saga
from kioskd.outbox.shards import Shards
from kioskd.outbox.value import value
from kioskd.outbox.waiting import Waiting


@value
class Queue:
    """Everything the engine remembers. A value: an event that could not be written down never happened."""

    policy: Policy = field(default_factory=Policy)
    operations: Shards[Operation] = field(default_factory=Shards)
    """The open ones, by op_id."""
    lanes: Shards[tuple[str, ...]] = field(default_factory=Shards)
    """op_ids in order; the head is the one that is worked on."""
    due: Waiting = field(default_factory=Waiting)
    """Lanes whose head waits, soonest first; the backlog behind the others."""
    flying: frozenset[str] = frozenset()
    gate: Gate = field(default_factory=Gate)
    sagas: Shards[Saga] = field(default_factory=Shards)
    """Those that have not ended."""
    expiring: tuple[tuple[float, int, str], ...] = ()
    """Held operations that end by themselves: when (wall clock), seq, op_id; soonest first."""
    expiry_wake_s: float = inf
    open_bytes: int = 0
    last_seq: int = 0
    last_order_number: int = 0
    tight: bool = False
    """The disk is full: finish, but accept nothing."""

    @property
    def near_limit(self) -> bool:
        share = self.policy.warn_share
        return (
            len(self.operations) >= share * self.policy.open_limit
            or self.open_bytes >= share * self.policy.open_bytes_limit
        )

    @property
    def next_wake_s(self) -> float:
        """When a Tick can change something; infinity when only other events can."""
        return min(self.expiry_wake_s, self._work_wake_s())

    def _work_wake_s(self) -> float:
        gate = self.gate
        if gate.flow is not Flow.OPEN:
            return inf if gate.probing else gate.probe_at_s
        if not self.due or len(self.flying) >= self.policy.writes_in_flight:
            return inf
        return min(
            max(not_before_s, gate.opens_at_s(backlog=backlog))
            for backlog, not_before_s, *_ in self.due.heads()
        )

"""The engine's memory: everything that is open, in which order, and what waits for when. A value."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from kioskd.outbox.gate import Flow, Gate
from kioskd.outbox.operation import Operation
from kioskd.outbox.policy import Policy
from kioskd.outbox.shards import Shards

Due = tuple[float, int, str]
"""When the head of a lane may be begun, its seq, the lane."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything the engine remembers. A value: an event that could not be written down never happened."""

    policy: Policy = field(default_factory=Policy)
    operations: Shards[Operation] = field(default_factory=Shards)
    """The open ones, by op_id."""
    lanes: Shards[tuple[str, ...]] = field(default_factory=Shards)
    """op_ids in order; the head is the one that is worked on."""
    due: tuple[Due, ...] = ()
    """Lanes whose head waits, soonest first."""
    flying: frozenset[str] = frozenset()
    gate: Gate = field(default_factory=Gate)
    open_bytes: int = 0
    last_seq: int = 0
    last_order_number: int = 0

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
        gate = self.gate
        if gate.flow is not Flow.OPEN:
            return inf if gate.probing else gate.probe_at_s
        if not self.due or len(self.flying) >= self.policy.writes_in_flight:
            return inf
        return max(self.due[0][0], gate.resume_at_s)

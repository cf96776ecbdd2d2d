"""Whether the lock behind a fenced operation still stands. Pure.

The lock's life is counted on the monotonic clock of the process that took it. After a restart nobody knows
how long the power was off: then only a trusted wall clock can say that it stands, and only the whole life
counted again that it is over.
"""

from __future__ import annotations

from enum import StrEnum

from kioskd.outbox.operation import Operation
from kioskd.outbox.policy import Instant, Policy


class Fence(StrEnum):
    STANDS = "stands"
    OVER = "over"
    """Gone, or so nearly that a request could arrive too late."""
    UNSURE = "unsure"


def fence(operation: Operation, at: Instant, policy: Policy) -> Fence:
    if at.mono_s >= operation.fence_over_s - policy.fence_margin_s:
        return Fence.OVER
    if operation.fence_counted:
        return Fence.STANDS
    if at.wall_s is None or operation.fence_until_s is None:
        return Fence.UNSURE
    stands = at.wall_s < operation.fence_until_s - policy.fence_margin_s
    return Fence.STANDS if stands else Fence.OVER

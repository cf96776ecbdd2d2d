"""The numbers the engine decides by, and the moment it decides at."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from kioskd.outbox.value import value

_MAX_DOUBLINGS = 30  # 2**30 s is past any cap; keeps the power small after years of attempts


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults are for a kiosk in the field. `outage_spread_s` is 0 where one kiosk is alone (the demo)."""

    backoff_first_s: float = 1.0
    backoff_cap_s: float = 300.0
    retry_after_cap_s: float = 300.0
    breaker_failures: int = 5
    outage_spread_s: float = 60.0
    """After an outage each kiosk waits a random part of this, so that a whole chain does not call at once."""
    writes_in_flight: int = 2
    fresh_s: float = 60.0
    """How long the guest of an order may still stand there: until then it overtakes the backlog."""
    pace_first_s: float = 0.2
    pace_cap_s: float = 60.0
    """Between two operations of the backlog, while the other side says that it is asked too much. No longer:
    a kiosk that learnt to go slowly would otherwise be the last by far when the others are done."""
    probe_cap_s: float = 15.0
    """How long at most nobody notices that the network is back."""
    contradiction_limit: int = 5
    """Duplicate yet not found, this often: a person must look."""
    settle_s: float = 120.0
    """How long a request may go on working on the other side after we stopped hearing of it. Absence is
    believed only when it was asked about later than this."""
    fence_margin_s: float = 60.0
    """A fenced write is not begun when its lock ends sooner than this."""
    retention_days: int = 30
    """How long payloads that were never to be delivered are kept."""
    open_limit: int = 10_000
    open_bytes_limit: int = 64 * 1024 * 1024
    warn_share: float = 0.8

    def backoff_s(self, failures: int, chance: float, cap_s: float = inf) -> float:
        """Exponential with full jitter: anything from 0 to `first * 2**(failures - 1)`, capped."""
        ceiling = self.backoff_first_s * 2.0 ** min(max(failures - 1, 0), _MAX_DOUBLINGS)
        return chance * min(ceiling, self.backoff_cap_s, cap_s)


@value
class Instant:
    """`mono_s` never runs backwards; `chance` is a fresh random number in [0, 1).

    `wall_s` is the time of day in seconds since 1970, None while the clock is not to be trusted.
    """

    mono_s: float
    chance: float
    wall_s: float | None = None

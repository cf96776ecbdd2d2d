"""Who talks to the other side, and the only answers that matter to the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from kioskd.outbox.operation import Parcel

DUPLICATE = "duplicate"
"""The refusal that means: the key is taken, so the effect is there already. Read back before believing it."""
ABSENT = "absent"
"""The refusal of a read-back: the other side certainly does not have it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """It is in effect. `result` is the server's answer for whoever wants to show it; it is not kept."""

    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def word(self) -> str:
        return "applied"


@dataclass(frozen=True, slots=True)
class NeverSent:
    """Nothing left this machine."""

    @property
    def word(self) -> str:
        return "never_sent"


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may or may not be in effect: time-out, reset, 5xx, an answer that cannot be read."""

    @property
    def word(self) -> str:
        return "unclear"


@dataclass(frozen=True, slots=True)
class Refused:
    """A definite no. `reason` is a stable word, never personal."""

    reason: str

    @property
    def word(self) -> str:
        return f"refused:{self.reason}"


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not executed; ask again after `retry_after_s`."""

    retry_after_s: float

    @property
    def word(self) -> str:
        return "throttled"


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """Not executed; our credential is not accepted, for any operation."""

    @property
    def word(self) -> str:
        return "unauthorised"


@dataclass(frozen=True, slots=True)
class Poison:
    """The payload cannot be understood, so nothing was sent. Trying again will not help."""

    reason: str

    @property
    def word(self) -> str:
        return "poison"


Outcome = Applied | NeverSent | Unclear | Refused | Throttled | Unauthorised | Poison


class Courier(Protocol):
    """Translates between payloads and a server. Every call is one try: no retries of its own.

    The worker cancels a call that outlasts its deadline and counts it as Unclear. An exception is a bug;
    the operation is then quarantined.
    """

    async def deliver(self, parcel: Parcel) -> Outcome:
        """Make it take effect. A key that is taken is `Refused(DUPLICATE)`."""
        ...

    async def read_back(self, parcel: Parcel) -> Outcome:
        """Ask what became of it: Applied, or `Refused(ABSENT)` when it certainly is not there."""
        ...

    async def probe(self) -> Outcome:
        """A cheap question without effect; Applied when the server answers sensibly."""
        ...

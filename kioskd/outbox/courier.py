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
    """It is in effect. `result` is the server's answer for whoever wants to show it; it is not kept.

    `remote_uuid` is the server's name of the effect: no two operations of one kind are ever given the same.
    `keep` is what later operations of the same saga need from it (a release key). It is on the disk before
    any of them is sent, and wiped when the saga ends.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    remote_uuid: str | None = None
    keep: Mapping[str, str] = field(default_factory=dict)

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
    """The payload cannot be understood, so nothing was sent. Trying again will not help.

    `may_be_sent` is set when the courier itself broke down, at a place nobody knows.
    """

    reason: str
    may_be_sent: bool = False

    @property
    def word(self) -> str:
        return "poison"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the other side showed before the write: `marker` lets the read-back tell new from old."""

    marker: Mapping[str, Any]

    @property
    def word(self) -> str:
        return "baseline"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An effect on the other side that could be ours. `detail` is evidence for a person, never personal."""

    remote_uuid: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Every effect newer than the baseline that looks like the one asked about; none is a proof of absence.

    `exclusive`: nobody but this kiosk can cause effects that look so (it has a business profile of its own).
    """

    candidates: tuple[Candidate, ...]
    exclusive: bool = True

    @property
    def word(self) -> str:
        return f"found:{len(self.candidates)}"


@dataclass(frozen=True, slots=True)
class NotYet:
    """It answered, but can only say later: ask again after `ask_again_s` (somebody's lock must lapse)."""

    ask_again_s: float

    @property
    def word(self) -> str:
        return "not_yet"


Outcome = (
    Applied | NeverSent | Unclear | Refused | Throttled | Unauthorised | Poison | Baseline | Found | NotYet
)


class Courier(Protocol):
    """Translates between payloads and a server. Every call is one try: no retries of its own.

    The worker cancels a call that outlasts its deadline and counts it as Unclear. An exception is a bug;
    the operation is then quarantined.
    """

    async def baseline(self, parcel: Parcel) -> Outcome:
        """Before a write that cannot be repeated: Baseline, or Refused when it need not be tried at all.

        Asked for operations of strategy read_back only; `parcel.baseline` has it from then on.
        """
        ...

    async def deliver(self, parcel: Parcel) -> Outcome:
        """Make it take effect. A key that is taken is `Refused(DUPLICATE)`.

        Strategies other than keyed need a fresh connection: one that was kept may break ambiguously.
        """
        ...

    async def read_back(self, parcel: Parcel) -> Outcome:
        """Ask what became of it: Applied, Found, or `Refused(ABSENT)` when it is certainly not there.

        Any other Refused: it is not there, and never will be. NotYet: the other side cannot say yet.
        """
        ...

    async def probe(self) -> Outcome:
        """A cheap question without effect; Applied when the server answers sensibly."""
        ...

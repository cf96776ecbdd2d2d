"""What reaches the engine, and what it wants done. Every event comes with an `Instant`."""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.outbox.courier import Outcome
from kioskd.outbox.operation import Change, Closing, Draft, Operation


@dataclass(frozen=True, slots=True)
class Booted:
    """The first event: what the file holds. `operations` are the open ones, by seq."""

    operations: tuple[Operation, ...]
    last_seq: int
    last_order_number: int


@dataclass(frozen=True, slots=True)
class Accept:
    """New operations and, in the same commit, the end of the attended one that they follow from."""

    drafts: tuple[Draft, ...]
    close: Closing | None = None


@dataclass(frozen=True, slots=True)
class Release:
    op_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    op_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replied:
    """`Send` or `ReadBack` of this operation came back."""

    op_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Probed:
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The payload of an attended operation cannot be understood any more."""

    op_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have passed."""


Event = Booted | Accept | Release | Cancel | Replied | Probed | Quarantine | Tick


@dataclass(frozen=True, slots=True)
class Persist:
    """Always the first command. All of it is on the disk before any other command of the step is begun."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """A write call, once. Answered by Replied."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A question about an earlier write. Answered by Replied."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Probe:
    """Answered by Probed."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The queue is done with it, or a person must go on: tell whoever waits."""

    operation: Operation
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Online:
    """Whether the other side answers has changed."""

    online: bool


Command = Persist | Send | ReadBack | Probe | Settled | Online

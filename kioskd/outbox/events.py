"""What reaches the engine, and what it wants done. Every event comes with an `Instant`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kioskd.outbox.changes import Change
from kioskd.outbox.courier import Outcome
from kioskd.outbox.operation import Closing, Draft, Operation
from kioskd.outbox.saga import Decision, Saga


@dataclass(frozen=True, slots=True)
class Booted:
    """The first event: what the file holds. `operations` are the open ones, by seq."""

    operations: tuple[Operation, ...]
    last_seq: int
    last_order_number: int
    sagas: tuple[Saga, ...] = ()
    """Those that have not ended, with all their operations."""


@dataclass(frozen=True, slots=True)
class Accept:
    """New operations and, in the same commit, the end of the attended one that they follow from.

    And, still in the same commit, which way their saga goes.
    """

    drafts: tuple[Draft, ...]
    close: Closing | None = None
    decide: Decision | None = None


@dataclass(frozen=True, slots=True)
class Release:
    op_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """And, in the same commit, accept what follows from it."""

    op_id: str
    reason: str = ""
    drafts: tuple[Draft, ...] = ()
    actor: str = "staff"


@dataclass(frozen=True, slots=True)
class Abandon:
    """Not wanted any more: it is not sent (again), and its undo operation is let go if it took effect.

    `if_unsent`: only if it was certainly not sent yet; otherwise nothing happens.
    """

    op_id: str
    reason: str
    if_unsent: bool = False


class Verdict(StrEnum):
    """What a person found out about an operation in doubt."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    """It is not in effect, and is given up."""
    SEND_AGAIN = "send_again"
    """It is not in effect, and still wanted."""
    COMPENSATE = "compensate"
    """It is in effect and must be undone, by its undo operation."""


@dataclass(frozen=True, slots=True)
class ResolveDoubt:
    """`actor` and `reason` go into the event log. `remote_uuid`: the candidate that is ours, if one is."""

    op_id: str
    verdict: Verdict
    actor: str
    reason: str
    remote_uuid: str | None = None
    undo: Draft | None = None
    """For COMPENSATE, when the saga has no undo operation for it (any more)."""


@dataclass(frozen=True, slots=True)
class Retry:
    """A person had the cause of a quarantine removed."""

    op_id: str
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replied:
    """`Send`, `AskBaseline` or `ReadBack` of this operation came back.

    `bound`: of the server's names in the outcome, those that belong to another operation of its kind.
    """

    op_id: str
    outcome: Outcome
    bound: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Probed:
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The payload of an attended operation cannot be understood any more."""

    op_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Room:
    """Whether the disk is full but for what was set aside to finish with."""

    tight: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have passed."""


Event = (
    Booted
    | Accept
    | Release
    | Cancel
    | Abandon
    | ResolveDoubt
    | Retry
    | Replied
    | Probed
    | Quarantine
    | Room
    | Tick
)


@dataclass(frozen=True, slots=True)
class Persist:
    """Always the first command. All of it is on the disk before any other command of the step is begun."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """A write call, once. Answered by Replied."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class AskBaseline:
    """A question before the first write. Answered by Replied."""

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


@dataclass(frozen=True, slots=True)
class SagaEnded:
    saga: Saga


Command = Persist | Send | AskBaseline | ReadBack | Probe | Settled | SagaEnded | Online

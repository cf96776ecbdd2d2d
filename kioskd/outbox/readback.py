"""What a read-back proves. Pure: candidates on the other side, less those that are known to be others'."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kioskd.outbox.courier import ABSENT, Applied, Candidate, Found, Outcome, Refused
from kioskd.outbox.operation import Operation


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Something is there, and it cannot be told whether it is ours."""

    candidates: tuple[Candidate, ...]


def claimed(outcome: Outcome) -> tuple[str, ...]:
    """The server's names in an answer. Whether one belongs to another operation must be known to judge it."""
    match outcome:
        case Applied(remote_uuid=str(remote_uuid)):
            return (remote_uuid,)
        case Found(candidates):
            return tuple(candidate.remote_uuid for candidate in candidates)
    return ()


def judge(outcome: Outcome, bound: frozenset[str]) -> Outcome | Ambiguous:
    """`bound` are those of `claimed(outcome)` that belong to another operation already.

    One free candidate is ours only where nobody else can cause one like it.
    """
    match outcome:
        case Applied(remote_uuid=str(remote_uuid)) if remote_uuid in bound:
            return Ambiguous((Candidate(remote_uuid, "belongs to another operation"),))
        case Found(candidates, exclusive):
            free = tuple(c for c in candidates if c.remote_uuid not in bound)
            if not free:
                return Refused(ABSENT)
            if len(free) == 1 and exclusive:
                return Applied(remote_uuid=free[0].remote_uuid)
            return Ambiguous(free)
    return outcome


def evidence(operation: Operation, candidates: tuple[Candidate, ...] = ()) -> str:
    """For the person who decides: what was there before, what is there now, how often it was tried."""
    return json.dumps(
        {
            "attempts": operation.attempts,
            "last_outcome": operation.last_outcome,
            "baseline": json.loads(operation.baseline) if operation.baseline else None,
            "candidates": [{"remote_uuid": c.remote_uuid, "detail": c.detail} for c in candidates],
        },
        ensure_ascii=False,
    )

"""The life of an operation: its states, and which may follow which.

The table is also what the file format promises: every history in a file is a walk through this graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class OpState(StrEnum):
    QUEUED = "queued"
    """Waits for its turn. Certainly not in effect, or its key makes sending it again harmless."""
    SENDING = "sending"
    """The intent to send is on the disk; the request may be on its way."""
    UNKNOWN = "unknown"
    """Sent, and nobody knows whether it took effect."""
    RECONCILING = "reconciling"
    """The other side is being asked what became of it."""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    HELD = "held"
    """Must not be sent before someone releases it, or before its saga is undone."""
    IN_DOUBT = "in_doubt"
    """No proof either way can be had by program: a person decides."""
    QUARANTINED = "quarantined"
    """Cannot be understood. Blocks nothing; a person looks at it."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPENSATING = "compensating"
    """In effect, a person found, and being undone by another operation."""
    COMPENSATED = "compensated"


TERMINAL = frozenset(
    {OpState.CONFIRMED, OpState.REJECTED, OpState.CANCELLED, OpState.EXPIRED, OpState.COMPENSATED}
)

WITHOUT_EFFECT = frozenset({OpState.REJECTED, OpState.CANCELLED, OpState.EXPIRED})
"""Ends that leave nothing behind on the other side."""

_S = OpState

TRANSITIONS: Mapping[OpState, frozenset[OpState]] = MappingProxyType(
    {
        _S.QUEUED: frozenset(
            {
                _S.SENDING,
                _S.UNKNOWN,  # only after the file was restored from a copy
                _S.HELD,
                _S.REJECTED,
                _S.CANCELLED,
                _S.EXPIRED,
                _S.IN_DOUBT,
                _S.QUARANTINED,
            }
        ),
        _S.HELD: frozenset({_S.QUEUED, _S.CONFIRMED, _S.CANCELLED, _S.EXPIRED, _S.QUARANTINED}),
        _S.SENDING: frozenset(
            {
                _S.CONFIRMED,
                _S.REJECTED,
                _S.QUEUED,
                _S.UNKNOWN,
                _S.RECONCILING,
                _S.IN_DOUBT,
                _S.CANCELLED,
                _S.QUARANTINED,
            }
        ),
        _S.UNKNOWN: frozenset(
            {_S.RECONCILING, _S.QUEUED, _S.CONFIRMED, _S.REJECTED, _S.IN_DOUBT, _S.QUARANTINED}
        ),
        _S.RECONCILING: frozenset(
            {
                _S.CONFIRMED,
                _S.REJECTED,
                _S.CANCELLED,
                _S.EXPIRED,
                _S.QUEUED,
                _S.UNKNOWN,
                _S.IN_DOUBT,
                _S.QUARANTINED,
            }
        ),
        _S.IN_DOUBT: frozenset({_S.CONFIRMED, _S.CANCELLED, _S.QUEUED, _S.COMPENSATING}),
        _S.QUARANTINED: frozenset({_S.QUEUED, _S.UNKNOWN, _S.CANCELLED}),
        _S.COMPENSATING: frozenset({_S.COMPENSATED, _S.IN_DOUBT}),
        **{state: frozenset() for state in TERMINAL},
    }
)

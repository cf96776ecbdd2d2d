"""An operation as a row of the file, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from kioskd.core.errors import StorageError
from kioskd.outbox.operation import Operation, Strategy
from kioskd.outbox.states import OpState

_FIXED = (
    "seq",
    "op_id",
    "kind",
    "lane",
    "strategy",
    "payload_bytes",
    "amount_minor",
    "currency",
    "saga",
    "step",
    "depends_on",
    "follows",
    "compensates",
    "fence_s",
    "fence_until_s",
    "expires_at_s",
)
MOVING = (
    "state",
    "attempts",
    "contradictions",
    "last_outcome",
    "detail",
    "at_once",
    "wanted",
    "suspect",
    "remote_uuid",
    "baseline",
    "evidence",
)
COLUMNS = (*_FIXED, *MOVING)
SELECTED = ", ".join(COLUMNS)


_fixed = attrgetter(*_FIXED)
_moving = attrgetter(*MOVING)
_LISTS = [_FIXED.index(column) for column in ("depends_on", "follows")]


def all_values(operation: Operation) -> list[Any]:
    """In the order of COLUMNS."""
    row = [*_fixed(operation), *_moving(operation)]
    for n in _LISTS:
        row[n] = json.dumps(row[n]) if row[n] else "[]"
    return row


def moving_values(operation: Operation) -> tuple[Any, ...]:
    """In the order of MOVING."""
    values: tuple[Any, ...] = _moving(operation)
    return values


def operation_of(row: Sequence[object]) -> Operation:
    """From a row of `COLUMNS`. StorageError when a later version wrote words that this one does not know."""
    fields = dict(zip(COLUMNS, row, strict=True))
    try:
        fields["strategy"] = Strategy(str(fields["strategy"]))
        fields["state"] = OpState(str(fields["state"]))
    except ValueError as error:
        raise StorageError(
            f"operation {fields['op_id']} was written by a newer kioskd ({error}): install that version again"
        ) from None
    for column in ("depends_on", "follows"):
        fields[column] = tuple(json.loads(str(fields[column])))
    for column in ("at_once", "wanted", "suspect"):
        fields[column] = bool(fields[column])
    return Operation(**fields)  # type: ignore[arg-type]

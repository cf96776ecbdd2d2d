"""An operation as a row of the file, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

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


def values(operation: Operation, columns: Sequence[str]) -> list[str | int | float | None]:
    """In the order of `columns`."""
    return [_value(getattr(operation, column)) for column in columns]


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


def _value(value: object) -> str | int | float | None:
    if isinstance(value, tuple):
        return json.dumps(value) if value else "[]"
    assert value is None or isinstance(value, str | int | float)
    return value

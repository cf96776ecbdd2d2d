"""A store in memory that also keeps what was only accepted for the record, and finds it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from kioskd.outbox.changes import Change, Insert
from kioskd.outbox.operation import Operation, Strategy
from tests.simulation.kernel import Disk
from tests.simulation.memory_store import MemoryStore


class KeptStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, bytes] = {}

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        super().commit(changes, now)
        for change in changes:
            if isinstance(change, Insert) and change.operation.strategy is Strategy.LOCAL:
                self._kept[change.operation.op_id] = change.payload

    def payload(self, op_id: str) -> bytes:
        kept = self._kept.get(op_id)
        return kept if kept is not None else super().payload(op_id)

    def known(self, op_ids: Iterable[str]) -> list[Operation]:
        return [self.rows[op_id] for op_id in op_ids if op_id in self.rows]

    def records(self, kind: str, limit: int, lane: str | None) -> list[Operation]:
        found = (
            row
            for row in reversed(self.rows.values())
            if row.kind == kind and row.strategy is Strategy.LOCAL and lane in (None, row.lane)
        )
        return [row for row, _ in zip(found, range(limit), strict=False)]


class KeptDisk(Disk):
    def __init__(self) -> None:
        super().__init__()
        self.memory = KeptStore()

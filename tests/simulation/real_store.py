"""The store of production, as a simulated world wants to see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kioskd.outbox.operation import Operation
from kioskd.outbox.saga import SagaState
from kioskd.outbox.store import Store


class RealStore:
    def __init__(self, path: Path) -> None:
        self.store = Store.open(path)
        self.load = self.store.load
        self.commit = self.store.commit
        self.results = self.store.results
        self.bound = self.store.bound

    def row(self, op_id: str) -> Operation | None:
        rows = {row.operation.op_id: row.operation for row in self.store.newest(10_000)}
        return rows.get(op_id)

    def saga_state(self, saga_id: str) -> SagaState:
        state = self.store._connection.execute("SELECT state FROM saga WHERE saga_id = ?", (saga_id,)).get
        return SagaState(state)

    def crash(self) -> None:
        self.store._connection.close()  # without a farewell


def reopening(path: Path) -> tuple[Callable[[], RealStore], list[RealStore]]:
    """What opens the file again after every crash, and the one that is open."""
    opened: list[RealStore] = []

    def reopen() -> RealStore:
        if opened:
            opened.pop().crash()
        opened.append(RealStore(path))
        return opened[-1]

    return reopen, opened

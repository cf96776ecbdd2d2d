"""Leaves one order open in an outbox, as a kiosk does that lost power before it was told."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from kioskd.outbox.engine import step
from kioskd.outbox.events import Accept, Persist
from kioskd.outbox.operation import Draft
from kioskd.outbox.policy import Instant
from kioskd.outbox.queue import Queue
from kioskd.outbox.store import Store


def leave_open(path: Path) -> None:
    store = Store.open(path)
    queue, _ = step(Queue(), store.load(), Instant(0.0, 0.5))
    _, commands = step(
        queue, Accept((Draft("trial", "order", "member:1", {"id": "trial"}),)), Instant(0.0, 0.5)
    )
    for command in commands:
        if isinstance(command, Persist):
            store.commit(command.changes, datetime.now(UTC))
    store.close()


if __name__ == "__main__":
    leave_open(Path(sys.argv[1]))

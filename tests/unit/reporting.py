"""A reporter over a runtime and an outbox, as the daemon wires it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kioskd.daemon.clock import Clock
from kioskd.daemon.lookout import Lookout
from kioskd.daemon.reporter import Reporter
from kioskd.daemon.runtime import Runtime
from kioskd.outbox.outbox import Outbox


def reporting(
    runtime: Runtime,
    outbox: Outbox,
    clock: Clock,
    folder: Path,
    pictures_shown: Callable[[], int] = lambda: 0,
) -> Reporter:
    return Reporter(
        kiosk="K1",
        backend="leat",
        state_dir=folder,
        clock=clock,
        visit=lambda: runtime.visit,
        pictures_shown=pictures_shown,
        outbox=outbox,
        lookout=Lookout(outbox, folder / "outbox.db", clock.wall),
    )

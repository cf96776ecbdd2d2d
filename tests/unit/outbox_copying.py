"""Backups as the worker makes them, and the file of a process that died."""

from __future__ import annotations

from pathlib import Path

import apsw

from kioskd.outbox.copying import seal
from kioskd.outbox.store import Store
from tests.unit.outbox_files import Session, draft


def back_up(store: Store) -> int:
    """As the worker does, without pauses."""
    while True:
        generation = store.copy_slice()
        if not store.copying:
            break
    assert generation is not None
    assert store.copies is not None
    seal(store.copies, generation)
    store.copy_due = False
    return generation


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = apsw.Connection(str(path))
    tables = ("operation", "event", "attempt", "saga")
    rows = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}
    rows["number"] = connection.execute("SELECT last_order_number FROM meta").fetchall()
    connection.execute("UPDATE operation SET suspect = 0")  # the one thing that a copy adds
    connection.close()
    return rows


def crash(store: Store) -> None:
    store._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    store._connection.close()


def filled(path: Path, *, backups: int = 0) -> None:
    store = Store.open(path)
    session = Session(store)
    for part in range(backups + 1):
        if part:
            back_up(store)
        for n in range(20):
            session.accept(draft(f"{part}-{n}", lane=f"m{part}-{n}", order_number=100 * part + n))
    store.close()

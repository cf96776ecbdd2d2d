"""What accepting an order costs, beside the cheapest durable write there is: `python -m bench.outbox`.

All ways of writing take turns in one run, in an order drawn anew each time, so that a slow moment of the disk
hits all of them alike and nobody always follows the same one; each finishes what nobody waits for before the
next begins.

The budgets are those of the outbox: one sync per order, p50 at most twice a bare append with fdatasync, flat
from 0 to 10,000 open operations, and a file with 10,000 operations opened and checked within a second.
Where a sync takes no longer than waking another thread, the second ratio says more: to one row in SQLite,
written in a thread as well, because a screen must not stand still for a slow disk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles

import apsw

from bench.table import table
from kioskd.outbox.changes import Insert
from kioskd.outbox.courier import Applied, Outcome
from kioskd.outbox.operation import Draft, Operation, Parcel, Strategy, encode_payload
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from kioskd.outbox.store_thread import StoreThread
from tests.unit.outbox_files import CountingVfs

OPEN = 10_000
_ROOMY = Policy(open_limit=1_000_000)
_PAYLOAD = {
    "id": "3f0c6a52-6f0e-4c4e-9a0f-6f1d2b7c9e11",
    "lines": [
        {
            "id": f"line-{n}",
            "sku": f"SKU-{n}",
            "name": {"en": "Cheeseburger", "de": "Cheeseburger"},
            "total": 850,
        }
        for n in range(8)
    ],
}


async def _no_rest() -> None: ...


@dataclass
class Contestant:
    """One way of making an order durable, and what it took each time."""

    name: str
    accept: Callable[[int], Awaitable[None]]
    rest: Callable[[], Awaitable[None]] = _no_rest
    """What it does when nobody waits."""
    seconds: list[float] = field(default_factory=list)

    def ms(self, percent: int) -> float:
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1] * 1000


class SilentCourier:
    """Never answers, so that everything stays open."""

    async def deliver(self, parcel: Parcel) -> Outcome:
        await asyncio.Event().wait()
        return Applied()

    read_back = deliver
    baseline = deliver

    async def probe(self) -> Outcome:
        return Applied()


def _insert(seq: int) -> Insert:
    draft = Draft(f"{seq}-order", "order", f"order:{seq}", _PAYLOAD)
    payload = encode_payload(draft)
    operation = Operation(
        seq, draft.op_id, draft.kind, draft.lane, Strategy.KEYED, OpState.QUEUED, len(payload), 6800, "EUR"
    )
    return Insert(operation, payload, order_number=seq)


def _fill(store: Store, count: int) -> None:
    now = datetime.now(UTC)
    for first in range(1, count + 1, 1000):
        store.commit([_insert(seq) for seq in range(first, min(first + 1000, count + 1))], now)
        store.checkpoint()


def _bare_append(path: Path) -> Callable[[int], None]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    record = _insert(1).payload

    def append(_turn: int) -> None:
        os.write(descriptor, record)
        os.fdatasync(descriptor)

    return append


def _one_row(path: Path) -> Callable[[int], None]:
    """The least that SQLite can be asked to make durable with one sync: no index, no log, no checks."""
    connection = apsw.Connection(str(path))
    connection.pragma("locking_mode", "EXCLUSIVE")
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", "FULL")
    connection.execute("CREATE TABLE operation (seq INTEGER PRIMARY KEY, payload BLOB)")
    connection.wal_autocheckpoint(0)
    record = _insert(1).payload

    def insert(turn: int) -> None:
        connection.execute("INSERT INTO operation VALUES (?,?)", (turn, record))

    return insert


def _here(name: str, write: Callable[[int], None]) -> Contestant:
    async def accept(turn: int) -> None:
        write(turn)

    return Contestant(name, accept)


def _elsewhere(name: str, write: Callable[[int], None], thread: StoreThread) -> Contestant:
    """What it costs whoever must not block its event loop with it."""

    async def accept(turn: int) -> None:
        await thread.run(partial(write, turn))

    return Contestant(name, accept)


def _store(path: Path, already: int) -> tuple[Contestant, Store]:
    store = Store.open(path)
    store.lengthen_wal()
    _fill(store, already)

    async def accept(turn: int) -> None:
        store.commit([_insert(already + turn)], datetime.now(UTC), journal_later=True)

    async def rest() -> None:
        store.write_journal()
        if store.checkpoint_due():
            store.checkpoint()

    return Contestant(f"Store, {already:,} open", accept, rest), store


def _rollback_journal(path: Path) -> Callable[[int], None]:
    connection = apsw.Connection(str(path))
    connection.pragma("locking_mode", "EXCLUSIVE")
    connection.pragma("journal_mode", "DELETE")
    connection.pragma("synchronous", "FULL")
    connection.execute("CREATE TABLE operation (seq INTEGER PRIMARY KEY, op_id TEXT UNIQUE, payload BLOB)")

    def write(turn: int) -> None:
        insert = _insert(turn)
        with connection:
            connection.execute(
                "INSERT INTO operation VALUES (?,?,?)", (turn, insert.operation.op_id, insert.payload)
            )

    return write


def _outbox(outbox: Outbox, already: int) -> Contestant:
    async def accept(turn: int) -> None:
        seq = already + turn
        await outbox.accept(
            Draft(f"{seq}-order", "order", f"order:{seq}", _PAYLOAD, amount_minor=6800, currency="EUR")
        )

    return Contestant(f"Outbox.accept, {already:,} open", accept, outbox.pulse)


def _syncs_per_accept(folder: Path) -> float:
    vfs = CountingVfs("bench-counting")
    store = Store.open(folder / "counted.db", vfs="bench-counting")
    vfs.syncs.clear()
    for seq in range(1, 101):
        store.commit([_insert(seq)], datetime.now(UTC))
    per_commit = vfs.syncs.total() / 100
    store.close()
    vfs.unregister()
    return per_commit


def _syncs_per_rollback_commit(folder: Path) -> float:
    vfs = CountingVfs("bench-rollback")
    connection = apsw.Connection(str(folder / "rollback.db"), vfs="bench-rollback")
    connection.pragma("journal_mode", "DELETE")
    connection.pragma("synchronous", "FULL")
    connection.execute("CREATE TABLE t (x)")
    vfs.syncs.clear()
    for turn in range(20):
        connection.execute("INSERT INTO t VALUES (?)", (turn,))
    per_commit = vfs.syncs.total() / 20
    connection.close()
    vfs.unregister()
    return per_commit


def _seconds_to_open(path: Path, *, clean: bool) -> float:
    if not clean:
        store = Store.open(path)
        store._connection.close()  # as a crash would
    begun = time.perf_counter()
    store = Store.open(path)
    loaded = store.load()
    took = time.perf_counter() - begun
    assert len(loaded.operations) >= OPEN
    store.close()
    return took


async def _race(folder: Path, turns: int) -> list[Contestant]:
    for already in (0, OPEN):
        prepared = Store.open(folder / f"outbox-{already}.db")
        _fill(prepared, already)
        prepared.close()
    empty, empty_store = _store(folder / "store-0.db", 0)
    full, full_store = _store(folder / "store-10000.db", OPEN)
    thread, row_thread = StoreThread(), StoreThread()
    row_there = await row_thread.run(partial(_one_row, folder / "row-2.db"))
    async with (
        Outbox.open(folder / "outbox-0.db", SilentCourier(), policy=_ROOMY) as calm,
        Outbox.open(folder / f"outbox-{OPEN}.db", SilentCourier(), policy=_ROOMY) as busy,
    ):
        work = [asyncio.create_task(calm.run()), asyncio.create_task(busy.run())]
        contestants = [
            _here("bare append + fdatasync", _bare_append(folder / "append")),
            _elsewhere("the same, in a thread of its own", _bare_append(folder / "append-2"), thread),
            _here("one row, SQLite WAL/FULL", _one_row(folder / "row.db")),
            _elsewhere("the same, in a thread of its own", row_there, row_thread),
            empty,
            full,
            _outbox(calm, 0),
            _outbox(busy, OPEN),
            _here("SQLite DELETE/FULL, one table", _rollback_journal(folder / "delete.db")),
        ]
        shuffle = random.Random(1)
        for turn in range(1, turns + 1):
            for contestant in shuffle.sample(contestants, len(contestants)):
                begun = time.perf_counter()
                await contestant.accept(turn)
                contestant.seconds.append(time.perf_counter() - begun)
                await contestant.rest()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    thread.close()
    row_thread.close()
    empty_store.close()
    full_store.close()
    return contestants


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.outbox", description=__doc__)
    parser.add_argument("--turns", type=int, default=500, help="orders per way of writing")
    parser.add_argument("--dir", type=Path, default=Path.cwd(), help="on the disk to be measured")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix=".bench-outbox-", dir=options.dir) as name:
        folder = Path(name)
        contestants = asyncio.run(_race(folder, options.turns))
        syncs = {"store": _syncs_per_accept(folder), "rollback": _syncs_per_rollback_commit(folder)}
        clean_s = _seconds_to_open(folder / "store-10000.db", clean=True)
        unclean_s = _seconds_to_open(folder / "store-10000.db", clean=False)

    bare, elsewhere, row, floor, empty, full, calm, busy, rollback = contestants
    counted = {each.name: 1.0 for each in (bare, elsewhere, row)} | {rollback.name: syncs["rollback"]}
    rows = [
        (
            each.name,
            f"{each.ms(50):.3f}",
            f"{each.ms(99):.3f}",
            f"{each.ms(50) / bare.ms(50):.2f} x",
            f"{each.ms(50) / floor.ms(50):.2f} x",
            f"{counted.get(each.name, syncs['store']):g}",
        )
        for each in contestants
    ]
    print(f"{options.turns} orders of {len(_insert(1).payload)} bytes each way, taking turns\n")
    print(table(rows, ("one order made durable", "p50 ms", "p99 ms", "to bare", "to row in thread", "syncs")))
    print()
    print(
        table(
            [("after a clean stop", f"{clean_s * 1000:.0f}"), ("after a crash", f"{unclean_s * 1000:.0f}")],
            (f"open, check and read {OPEN:,} operations", "ms"),
        )
    )
    print()
    print(
        json.dumps(
            {
                "bench": "outbox",
                "turns": options.turns,
                "bare_p50_ms": round(bare.ms(50), 4),
                "bare_in_thread_p50_ms": round(elsewhere.ms(50), 4),
                "row_p50_ms": round(row.ms(50), 4),
                "row_in_thread_p50_ms": round(floor.ms(50), 4),
                "store_p50_ms": round(empty.ms(50), 4),
                "store_p99_ms": round(empty.ms(99), 4),
                "store_full_p50_ms": round(full.ms(50), 4),
                "outbox_p50_ms": round(calm.ms(50), 4),
                "outbox_full_p50_ms": round(busy.ms(50), 4),
                "rollback_p50_ms": round(rollback.ms(50), 4),
                "store_to_bare": round(empty.ms(50) / bare.ms(50), 3),
                "outbox_to_bare": round(calm.ms(50) / bare.ms(50), 3),
                "outbox_to_bare_in_thread": round(calm.ms(50) / elsewhere.ms(50), 3),
                "outbox_to_row_in_thread": round(calm.ms(50) / floor.ms(50), 3),
                "full_to_empty": round(full.ms(50) / empty.ms(50), 3),
                "syncs_per_accept": syncs["store"],
                "syncs_rollback": syncs["rollback"],
                "open_clean_s": round(clean_s, 4),
                "open_unclean_s": round(unclean_s, 4),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

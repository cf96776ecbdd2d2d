"""Whichever call to the disk fails, once or from then on: what was acknowledged is there at the next start,
and what was not is there as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
import pytest

from kioskd.core.errors import StorageError
from kioskd.outbox.courier import Applied, Baseline
from kioskd.outbox.events import Accept, Event, Replied
from kioskd.outbox.operation import Draft, Strategy
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.store import Store
from tests.simulation.copies_world import fast_directory
from tests.unit.outbox_files import Session

NAME = "failing-disk"
_DEBIT = Draft("d", "gift", "card:1", {"amount": 5}, Strategy.READ_BACK, saga="s", at_once=True)
_UNDO = Draft("u", "gift", "card:1", {"amount": -5}, Strategy.READ_BACK, saga="s", compensates="d")
_ORDER = Draft("o", "order", "member:1", {"guest": "Ada" * 2000}, saga="s", order_number=7)
EVENTS: tuple[Event, ...] = (
    Accept((_DEBIT, _UNDO)),
    Replied("d", Baseline({"newest": "tx-0"})),
    Replied("d", Applied(remote_uuid="tx-1")),
    Accept((_ORDER,), decide=Decision("s", Course.FINISH)),
    Replied("o", Applied()),
)
Rows = list[tuple[Any, ...]]


class FailingDisk(apsw.VFS):
    """The call number `fails_at` raises `error`; `for_good` all that follow do, too."""

    def __init__(self, fails_at: int, error: type[apsw.Error], *, for_good: bool) -> None:
        self.fails_at, self.error, self.for_good = fails_at, error, for_good
        self.calls = 0
        super().__init__(NAME, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        self.spend()
        return _File(self, name, flags)

    def spend(self) -> None:
        self.calls += 1
        if self.calls == self.fails_at or (self.for_good and self.calls > self.fails_at > 0):
            raise self.error("the disk fails")


class _File(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.spend()
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.spend()
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._disk.spend()
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.spend()
        super().xSync(flags)


def _rows(store: Store) -> Rows:
    operations = store._connection.execute(
        "SELECT op_id, state, wanted, remote_uuid FROM operation"
    ).fetchall()
    sagas = store._connection.execute("SELECT saga_id, state FROM saga").fetchall()
    number = store._connection.execute("SELECT last_order_number FROM meta").fetchall()
    return [*operations, *sagas, *number]


def _live(path: Path, written: Callable[[Store], None]) -> None:
    """A short life of an outbox, its log folded in halfway; `written` after each commit."""
    store = Store.open(path, vfs=NAME)
    try:
        session = Session(store)
        for n, event in enumerate(EVENTS):
            session.take(event)
            written(store)
            if n == len(EVENTS) // 2:
                store.checkpoint()
        store.close()
    finally:
        with suppress(apsw.Error):
            store._connection.close()  # as when the process ends


def _after_each_event(path: Path) -> tuple[list[Rows], int]:
    """What a healthy disk holds, and how many calls to it a life takes."""
    Store.open(path).close()
    disk = FailingDisk(0, apsw.IOError, for_good=False)
    store = Store.open(path)
    snapshots = [_rows(store)]
    store.close()
    _live(path, lambda store: snapshots.append(_rows(store)))
    disk.unregister()
    return snapshots, disk.calls


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is one: hundreds of short lives, each with its syncs."""
    with TemporaryDirectory(dir=fast_directory()) as name:
        yield Path(name)


def _lives(folder: Path, error: type[apsw.Error], *, for_good: bool) -> Iterator[tuple[Path, int, int]]:
    """With each call failing in turn: the file, how many events were acknowledged, and which call it was."""
    _, calls = _after_each_event(folder / "healthy.db")
    for fails_at in range(1, calls + 1):
        path = folder / f"{fails_at}.db"
        Store.open(path).close()
        disk = FailingDisk(fails_at, error, for_good=for_good)
        acknowledged: list[Store] = []
        with suppress(StorageError):
            _live(path, acknowledged.append)
        disk.unregister()
        yield path, len(acknowledged), fails_at


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError], ids=["error", "full"])
def test_whichever_call_to_the_disk_fails(folder: Path, error: type[apsw.Error], for_good: bool) -> None:
    snapshots, _ = _after_each_event(folder / "as-it-should-be.db")
    for path, acknowledged, fails_at in _lives(folder, error, for_good=for_good):
        store = Store.open(path)  # whoever comes next has a disk that works
        assert _rows(store) in snapshots[acknowledged : acknowledged + 2], f"call {fails_at}"
        store.verify_chain()
        Session(store)  # and goes on from there
        store.close()
        assert not list(folder.glob("*.corrupt-*"))
        assert not list(folder.glob("*.lost-*"))

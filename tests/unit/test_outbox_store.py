"""What is on the disk: durable, checked, wiped when delivered, and never silently replaced."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import apsw
import pytest

from kioskd.core.errors import StorageError
from kioskd.outbox.courier import Applied, Refused, Unclear
from kioskd.outbox.events import Cancel, Release, Replied, Tick
from kioskd.outbox.gate import Flow, Gate
from kioskd.outbox.operation import Closing, Draft, OperationRefused, Strategy
from kioskd.outbox.remains import lost
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_files import (
    CountingVfs,
    Session,
    draft,
    empty,
    foreign,
    full_disk,
    overwrite,
    scribble,
    truncate,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path)
    yield store
    store.close()


def _sql(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(path))
    rows: list[tuple[object, ...]] = connection.execute(sql).fetchall()
    connection.close()
    return rows


def _crash(store: Store) -> None:
    store._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    store._connection.close()


# --- one sync ------------------------------------------------------------------------------------------


def test_accepting_an_order_is_exactly_one_sync(path: Path) -> None:
    vfs = CountingVfs("counting-accept")
    store = Store.open(path, vfs="counting-accept")
    session = Session(store)
    for n in range(30):
        vfs.syncs.clear()
        if n == 15:
            store.checkpoint()
            vfs.syncs.clear()
        session.accept(draft(f"a{n}", order_number=n), Draft(f"p{n}", "payment", "t", {}, Strategy.ATTENDED))
        assert vfs.syncs == {"-wal": 1}
        vfs.syncs.clear()
        session.accept(draft(f"b{n}"), close=Closing(f"p{n}", OpState.CONFIRMED, "trace 1"))
        assert vfs.syncs == {"-wal": 1}
    store.close()
    vfs.unregister()


def test_the_log_is_folded_in_when_asked_and_not_by_itself(store: Store) -> None:
    session = Session(store)
    for n in range(300):
        session.accept(draft(f"a{n}", lane=f"m{n}"))
    assert store.checkpoint_due()
    store.checkpoint()
    assert not store.checkpoint_due()


# --- what is kept, what is wiped -----------------------------------------------------------------------


def test_what_was_accepted_is_there_after_a_crash(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a", order_number=41, amount_minor=850, currency="EUR"))
    session.accept(draft("b", held="unpaid"))
    _crash(store)
    store = Store.open(path)
    loaded = store.load()
    assert [(op.op_id, op.state, op.attempts) for op in loaded.operations] == [
        ("a", OpState.SENDING, 1),
        ("b", OpState.HELD, 0),
    ]
    assert (loaded.last_seq, loaded.last_order_number) == (2, 41)
    assert loaded.operations[0].amount_minor == 850
    assert store.payload("a") == b'{"guest":"Ada","id":"a"}'
    session = Session(store)
    assert session.queue.operations["a"].attempts == 2  # unknown, and sent again with its key
    session.take(Release("b"))
    store.close()


def test_a_delivered_order_leaves_id_amount_and_hash_but_no_byte_of_the_guest(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a", amount_minor=850, currency="EUR"))
    session.take(Replied("a", Applied()))
    with pytest.raises(ValueError, match="no payload"):
        store.payload("a")
    store.close()
    assert b"Ada" not in path.read_bytes()
    [(op_id, amount, size, digest)] = _sql(
        path, "SELECT op_id, amount_minor, payload_bytes, length(payload_sha256) FROM operation"
    )
    assert (op_id, amount, size, digest) == ("a", 850, 24, 32)


def test_what_ends_in_the_very_commit_that_accepts_it_leaves_no_payload(store: Store) -> None:
    session = Session(store)
    session.queue = replace(session.queue, gate=Gate(Flow.UNREACHABLE, probing=True))
    session.accept(draft("a", at_once=True))
    assert [row.operation.state for row in store.newest(1)] == [OpState.CANCELLED]
    with pytest.raises(ValueError, match="no payload"):
        store.payload("a")
    assert store.verify_chain() == 2


def test_an_order_without_delivery_keeps_its_payload(store: Store) -> None:
    Session(store).accept(draft("a", strategy=Strategy.LOCAL))
    assert store.load().operations == ()
    assert store.payload("a") == b'{"guest":"Ada","id":"a"}'


def test_every_try_is_written_down_with_its_outcome(path: Path) -> None:
    store = Store.open(path, boot_id="boot-1")
    session = Session(store)
    session.accept(draft("a"))
    session.take(Replied("a", Unclear()))
    session.take(Tick(), now_s=1.0)
    session.take(Replied("a", Refused("blocked_card")), now_s=2.0)
    session.accept(draft("b"))
    store.close()
    assert _sql(path, "SELECT op_seq, n, boot_id, outcome FROM attempt ORDER BY op_seq, n") == [
        (1, 1, "boot-1", "unclear"),
        (1, 2, "boot-1", "refused:blocked_card"),
        (2, 1, "boot-1", None),
    ]


def test_an_id_is_accepted_once_even_after_it_was_delivered(store: Store) -> None:
    session = Session(store)
    session.accept(draft("a"))
    session.take(Replied("a", Applied()))
    with pytest.raises(OperationRefused, match="accepted before"):
        session.accept(draft("new"), draft("a"))
    assert [listed.operation.op_id for listed in store.newest(10)] == ["a"]
    session.accept(draft("new"))
    assert store.verify_chain() == 5


def test_a_list_for_staff_is_newest_first(store: Store) -> None:
    session = Session(store)
    session.accept(draft("a"), draft("b", held="unpaid"), draft("c"))
    session.take(Cancel("b", "left"))
    assert [(row.operation.op_id, row.operation.state) for row in store.newest(2)] == [
        ("c", OpState.QUEUED),
        ("b", OpState.CANCELLED),
    ]


# --- the log of events ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE event SET to_state = 'confirmed' WHERE n = 2",
        "DELETE FROM event WHERE n = 2",
        "UPDATE event SET at = '2020-01-01' WHERE n = 1",
    ],
)
def test_an_altered_log_is_noticed_and_the_copies_have_the_true_one(
    path: Path, tampering: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.open(path)
    Session(store).accept(draft("a"), draft("b"))
    store.close()
    _sql(path, tampering)
    _sql(path, "UPDATE meta SET clean_stop = 0")
    store = Store.open(path)
    assert "event log was altered" in caplog.text
    assert [row.operation.op_id for row in store.newest(9)] == ["b", "a"]
    assert store.verify_chain() >= 2
    store.close()
    assert not lost(path)


# --- files that cannot be trusted ----------------------------------------------------------------------


def _filled(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    for n in range(100):
        session.accept(draft(f"a{n}", lane=f"m{n}"))
    store.close()


@pytest.mark.parametrize("damage", [truncate, empty, overwrite, scribble, foreign])
def test_a_damaged_file_without_copies_is_put_away_and_selling_goes_on(
    path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    _filled(path)
    path.with_name("outbox.db.journal-0").unlink()
    damage(path)  # type: ignore[operator]
    damaged = path.read_bytes()
    for _ in range(2):
        store = Store.open(path)
        assert store.newest(10) == []
        assert store.load().last_order_number >= 100
        store.close()
        (kept,) = lost(path)
        assert kept.read_bytes() == damaged
    assert caplog.text.count("no copy of it is sound") == 1
    assert str(kept) in caplog.text


def test_a_file_of_a_newer_kioskd_is_left_exactly_as_it_is(path: Path) -> None:
    _filled(path)
    _sql(path, "PRAGMA user_version = 99")
    _sql(path, "UPDATE meta SET min_reader = 99")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="newer kioskd"):
        Store.open(path)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.corrupt-*"))


def test_a_second_daemon_is_turned_away(path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kioskd.outbox.opening._BUSY_MS", 1)
    with pytest.raises(StorageError, match="another process"):
        Store.open(path)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="directory exists"):
        Store.open(tmp_path / "nowhere" / "outbox.db")


def test_a_full_disk_changes_nothing_and_says_so(store: Store) -> None:
    session = Session(store)
    session.accept(draft("a"))
    pages = store._connection.pragma("page_count")
    store._connection.pragma("max_page_count", pages)
    with pytest.raises(StorageError, match="no room left"):
        session.accept(Draft("big", "order", "m", {"x": "y" * 16_000}))
    store._connection.pragma("max_page_count", 1_000_000)
    session.accept(Draft("big", "order", "m", {"x": "y" * 16_000}))
    assert store.verify_chain() == 4


def test_the_first_start_on_a_full_disk_says_so(path: Path) -> None:
    with full_disk() as disk:
        disk.full = lambda: True
        with pytest.raises(StorageError, match="no room left on the disk"):
            Store.open(path, vfs="full-disk")
        disk.full = lambda: False
        Store.open(path, vfs="full-disk").close()


def test_a_disk_that_turned_read_only_is_named_and_nothing_is_put_away(path: Path) -> None:
    store = Store.open(path)
    Session(store).accept(draft("a"))
    store.close()
    vfs = ReadOnlyVfs("read-only", base="")
    with pytest.raises(StorageError, match=r"can only be read: .* nothing was lost"):
        Store.open(path, vfs="read-only")
    vfs.unregister()
    store = Store.open(path)
    assert [listed.operation.op_id for listed in store.newest(9)] == ["a"]
    store.close()


class ReadOnlyVfs(apsw.VFS):
    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        flags[0] = flags[0] & ~apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_READONLY
        return apsw.VFSFile("", name, flags)


def test_after_a_failed_sync_nothing_more_is_written(path: Path) -> None:
    vfs = CountingVfs("failing-sync")
    store = Store.open(path, vfs="failing-sync")
    session = Session(store)
    vfs.fail_syncs = True
    for message in ("disk", "restart"):
        with pytest.raises(StorageError, match=message):
            session.accept(draft("a"))
        vfs.fail_syncs = False
    store.close()
    vfs.unregister()
    again = Store.open(path)
    again.verify_chain()
    again.close()


def test_killed_fifty_times_nothing_acknowledged_is_lost(path: Path) -> None:
    """The child says an id only after the commit; whatever it said must be there, in its last state."""
    random = Random(1)
    accepted: set[str] = set()
    delivered: set[str] = set()
    for life in range(50):
        for word, op_id in _live_and_be_killed(path, life, random.randrange(1, 12), random.uniform(0, 0.002)):
            (accepted if word == "accepted" else delivered).add(op_id)
        store = Store.open(path)
        states = {row.operation.op_id: row.operation.state for row in store.newest(100_000)}
        assert accepted <= states.keys()
        assert {states[op_id] for op_id in delivered} <= {OpState.CONFIRMED}
        store.verify_chain()
        _crash(store)
    assert len(accepted) > 100


def _live_and_be_killed(path: Path, life: int, after: int, pause_s: float) -> list[tuple[str, str]]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            session = Session(Store.open(path))
            for n in range(10_000):
                op_id = f"{life}-{n}"
                session.accept(draft(op_id, lane=op_id))
                os.write(writer, f"accepted {op_id}\n".encode())
                if op_id in session.queue.flying:
                    session.take(Replied(op_id, Applied()))
                    os.write(writer, f"delivered {op_id}\n".encode())
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        lines = [said.readline() for _ in range(after)]
        signal.sigtimedwait([], pause_s)  # somewhere inside the next commit
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += said.readlines()
    return [
        (word, op_id) for word, op_id in (line.decode().split() for line in lines if line.endswith(b"\n"))
    ]

"""The copies beside the outbox: whatever becomes of the file, what was accepted is there again."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.errors import StorageError
from kioskd.outbox.copies import Copies
from kioskd.outbox.copying import seal
from kioskd.outbox.courier import Applied, Baseline, NeverSent, Outcome, Refused, Unclear
from kioskd.outbox.events import Accept, Booted, Cancel, Replied, Tick
from kioskd.outbox.operation import Draft, Lock, OperationRefused, Strategy
from kioskd.outbox.remains import lost
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_files import Session, draft, empty, foreign, overwrite, scribble, truncate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


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


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = apsw.Connection(str(path))
    tables = ("operation", "event", "attempt", "saga")
    rows = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}
    rows["number"] = connection.execute("SELECT last_order_number FROM meta").fetchall()
    connection.execute("UPDATE operation SET suspect = 0")  # the one thing that a copy adds
    connection.close()
    return rows


def _crash(store: Store) -> None:
    store._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    store._connection.close()


def _filled(path: Path, *, backups: int = 0) -> None:
    store = Store.open(path)
    session = Session(store)
    for part in range(backups + 1):
        if part:
            back_up(store)
        for n in range(20):
            session.accept(draft(f"{part}-{n}", lane=f"m{part}-{n}", order_number=100 * part + n))
    store.close()


# --- files that cannot be trusted ----------------------------------------------------------------------


@pytest.mark.parametrize("backups", [0, 1, 2])
@pytest.mark.parametrize("damage", [truncate, empty, overwrite, scribble, foreign, Path.unlink])
def test_a_damaged_or_missing_file_is_restored_to_the_last_commit(
    path: Path, damage: Callable[[Path], None], backups: int, caplog: pytest.LogCaptureFixture
) -> None:
    _filled(path, backups=backups)
    before = _rows(path)
    damage(path)
    damaged = path.read_bytes() if path.exists() else None
    with caplog.at_level(logging.ERROR):
        store = Store.open(path)
    assert {operation.suspect for operation in store.load().operations} == {True}
    assert store.payload("0-7") == b'{"guest":"Ada","id":"0-7"}'
    assert not store.copy_due
    store.close()
    _rows(path)
    assert _rows(path) == before
    [line] = caplog.messages  # for staff: one, and clear
    assert "restored from its copies" in line
    if damaged is not None:
        assert path.with_name("outbox.db.corrupt-1").read_bytes() == damaged


def test_a_damaged_backup_is_passed_over_for_the_one_before(path: Path) -> None:
    _filled(path, backups=2)
    before = _rows(path)
    scribble(path)
    truncate(path.with_name("outbox.db.backup-2"))
    Store.open(path).close()
    _rows(path)
    assert _rows(path) == before


def test_what_a_lying_card_forgot_is_taken_from_the_journal(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _filled(path)
    earlier = path.read_bytes()
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("late", order_number=900))
    session.take(Replied("0-0", Applied()))
    store.close()
    before = _rows(path)
    path.write_bytes(earlier)  # acknowledged, and gone
    with caplog.at_level(logging.ERROR):
        store = Store.open(path)
    assert store.load().last_order_number == 900
    store.close()
    _rows(path)
    assert _rows(path) == before
    assert "lost its last" in caplog.text
    assert "replace the card" in caplog.text


def test_a_file_whose_pages_are_of_different_age_is_not_believed(path: Path) -> None:
    """It passes every check of SQLite's own, and sending from it could do things twice."""
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a"))
    session.take(Replied("a", Applied()))
    _crash(store)
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("UPDATE operation SET state = 'queued', settled = 0")
    store = Store.open(path)
    assert store.load().operations == ()  # delivered, as the journal says
    store.close()


def test_a_file_that_its_journal_cannot_be_added_to_gives_way_to_a_backup(path: Path) -> None:
    """Rows from later than its event log ends: what the journal has of them does not fit any more."""
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a", lane="a"))
    back_up(store)
    session.accept(draft("b", lane="b"), draft("c", lane="c"))
    _crash(store)
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DELETE FROM event WHERE op_seq > 1")
        connection.execute("DELETE FROM attempt WHERE op_seq > 1")
    store = Store.open(path)
    assert [operation.op_id for operation in store.load().operations] == ["a", "b", "c"]
    assert all(operation.suspect for operation in store.load().operations)
    store.close()


def test_a_journal_torn_by_a_power_cut_is_replayed_to_its_last_whole_frame(path: Path) -> None:
    _filled(path)
    journal = path.with_name("outbox.db.journal-0")
    os.truncate(journal, journal.stat().st_size - 1)
    path.unlink()
    store = Store.open(path)
    assert [row.operation.op_id for row in store.newest(2)] == ["0-18", "0-17"]
    Session(store).accept(draft("0-19"))
    assert store.verify_chain() > 20
    store.close()
    path.unlink()
    store = Store.open(path)  # what was accepted since is in the journal, behind the tear
    assert store.newest(1)[0].operation.op_id == "0-19"
    store.close()


def test_a_flipped_bit_in_the_journal_ends_what_is_believed_of_it(path: Path) -> None:
    _filled(path)
    journal = path.with_name("outbox.db.journal-0")
    journal.write_bytes(journal.read_bytes().replace(b"0-19", b"0-91"))  # still a sentence, but not ours
    path.unlink()
    store = Store.open(path)
    assert store.newest(1)[0].operation.op_id == "0-18"
    store.close()


def test_a_journal_behind_its_outbox_is_replaced_and_a_backup_is_due(path: Path) -> None:
    """The usual power cut: the outbox was synced, the second copy not yet."""
    _filled(path)
    os.truncate(path.with_name("outbox.db.journal-0"), 1000)
    store = Store.open(path)
    assert store.copy_due
    assert len(store.load().operations) == 20
    assert not any(operation.suspect for operation in store.load().operations)
    Session(store).accept(draft("after"))
    back_up(store)
    store.close()
    path.unlink()
    store = Store.open(path)
    assert len(store.newest(100)) == 21
    store.close()


@pytest.mark.parametrize("missing", [False, True])
def test_when_no_copy_is_sound_an_empty_outbox_is_begun_and_all_of_it_kept(path: Path, missing: bool) -> None:
    _filled(path)
    journal = path.with_name("outbox.db.journal-0")
    journal.write_bytes(b"\0" * journal.stat().st_size)
    if missing:
        path.unlink()
    else:
        truncate(path)
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("new"))
    store.close()
    store = Store.open(path)
    assert [row.operation.op_id for row in store.newest(9)] == ["new"]
    store.close()
    (kept,) = lost(path)
    beside = {file.name for file in path.parent.glob(f"{kept.name}*")} - {kept.name}
    assert beside == (set() if missing else {"outbox.db.lost-1.journal-0"})


def test_no_order_gets_the_number_of_one_in_a_damaged_file(path: Path) -> None:
    """It is read from the file itself, or from the commits repeated in the journal."""
    for damage_file in (False, True):
        store = Store.open(path)
        number = store.load().last_order_number + 41
        Session(store).accept(draft(f"a{number}", order_number=number))
        _crash(store)
        newest = Copies(path).journal(Copies(path).newest)
        if damage_file:
            path.write_bytes(b"\0" * 4096)
            path.with_name("outbox.db-wal").unlink()
            newest.rename(path.with_name("outbox.db.lost-9.journal-1"))
        else:
            newest.unlink()
            with path.open("r+b") as file:
                file.seek(68)
                file.write(b"\0\0\0\0")  # another program's
        store = Store.open(path)
        assert number <= store.load().last_order_number <= number + 200
        store.close()


def test_an_outbox_begun_anew_and_damaged_again_counts_on(path: Path) -> None:
    for n in range(2):
        store = Store.open(path)
        Session(store).accept(draft(f"a{n}", order_number=store.load().last_order_number + 5000))
        store.close()
        for file in path.parent.glob("outbox.db.journal-*"):
            file.unlink()
        with path.open("r+b") as data:
            data.seek(68)
            data.write(b"\0\0\0\0")
    store = Store.open(path)
    assert store.load().last_order_number > 10_000
    store.close()
    assert len(lost(path)) == 2


def test_a_full_disk_is_no_reason_to_give_a_copy_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _filled(path)
    truncate(path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kioskd.outbox.copies.sync_file", full)
        patch.setattr("kioskd.outbox.copies._replay", full)
        with pytest.raises(StorageError, match="no room left"):
            Store.open(path)
    assert not lost(path)
    store = Store.open(path)
    assert len(store.newest(100)) == 20
    store.close()


def test_no_room_to_replay_the_journal_is_no_reason_either(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(path)
    Session(store).accept(replace(draft("large"), payload={"text": "x" * 50_000}))
    store.close()
    truncate(path)

    class NoRoom(apsw.Connection):
        def __init__(self, file: str, **options: Any) -> None:
            super().__init__(file, **options)
            if file.endswith(".restoring") and self.pragma("page_count"):
                self.pragma("max_page_count", 1)  # as long as it is

    with monkeypatch.context() as patch:
        patch.setattr(apsw, "Connection", NoRoom)
        with pytest.raises(StorageError, match="no room left"):
            Store.open(path)
    assert not lost(path)
    store = Store.open(path)
    assert [listed.operation.op_id for listed in store.newest(9)] == ["large"]
    store.close()


def test_a_journal_that_cannot_be_written_is_said_once_and_stops_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a"))
    assert store._journal is not None
    os.close(store._journal._descriptor)
    with caplog.at_level(logging.ERROR):
        session.accept(draft("b", lane="b"))
        session.accept(draft("c", lane="c"))
    assert len(caplog.messages) == 1
    assert "second copy" in caplog.text
    assert store.copy_due
    store._journal._descriptor = -1
    back_up(store)
    store.close()
    path.unlink()
    assert len(Store.open(path).load().operations) == 3


# --- backups -------------------------------------------------------------------------------------------


def test_a_backup_holds_what_was_accepted_while_it_was_made(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    for n in range(300):
        session.accept(Draft(f"a{n}", "order", f"m{n}", {"filler": "x" * 6000}))
    assert store.copy_slice() is None
    assert store.copying
    session.accept(draft("meanwhile"))
    generation = back_up(store)
    assert store._connection.pragma("synchronous") == 2
    store.close()
    path.unlink()
    path.with_name("outbox.db.journal-0").unlink()
    path.with_name(f"outbox.db.journal-{generation}").unlink()
    store = Store.open(path)
    assert store.newest(1)[0].operation.op_id == "meanwhile"
    store.close()


def test_three_generations_are_kept_and_only_the_newest_when_nothing_happens(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    for n in range(5):
        session.accept(draft(f"a{n}", lane=f"m{n}"))
        back_up(store)
    copies = Copies(path)
    assert copies.backups == [5, 4, 3]
    assert copies.journals == [3, 4, 5]
    for n in (0, 1):
        session.take(Replied(f"a{n}", Applied()))
    back_up(store)
    assert store.copy_slice() is None
    assert copies.backups == [6]
    store.close()


def test_no_byte_of_a_delivered_order_stays_in_the_copies(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a"))
    back_up(store)
    session.take(Replied("a", Applied()))
    back_up(store)
    assert store.copy_slice() is None  # nothing happened for an hour
    store.close()
    files = list(path.parent.glob("outbox.db*"))
    assert len(files) == 3
    assert all(b"Ada" not in file.read_bytes() for file in files)


def test_a_copy_that_is_not_sound_does_not_count(path: Path) -> None:
    _filled(path, backups=1)
    store = Store.open(path)
    Session(store).accept(draft("new"))
    while store.copy_slice() is None:
        pass
    copies = Copies(path)
    with copies.raw.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(bytes(4096))
    with pytest.raises(StorageError):
        seal(copies, 2)
    assert copies.backups == [1]
    assert not copies.raw.exists()
    store.close()


def test_before_another_version_changes_the_file_it_is_backed_up(path: Path) -> None:
    _filled(path)
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 2)
    connection.execute("ALTER TABLE operation DROP COLUMN suspect")
    connection.close()
    store = Store.open(path)
    assert store.copy_due
    store.close()
    backup = apsw.Connection(str(path.with_name("outbox.db.backup-1")))
    assert backup.pragma("user_version") == 2
    assert backup.execute("SELECT count(*) FROM operation").get == 20
    backup.close()


# --- what waits in a restored file ---------------------------------------------------------------------


def _suspects(*drafts: Draft, replies: dict[str, Outcome] | None = None) -> Desk:
    """As of a file that was restored from a copy; the process begins anew."""
    desk = Desk().accept(*drafts)
    for op_id, outcome in (replies or {}).items():
        desk.reply(op_id, outcome)
    for operation in desk.rows:
        object.__setattr__(operation, "suspect", True)
    return desk.restarted()


def test_what_has_a_key_is_sent_again() -> None:
    assert _suspects(draft("a")).sent == ["a"]


def test_what_only_a_person_can_know_is_in_doubt_although_it_was_never_sent() -> None:
    desk = _suspects(draft("a", strategy=Strategy.HUMAN), draft("b", strategy=Strategy.HUMAN))
    assert {desk.state("a"), desk.state("b")} == {OpState.IN_DOUBT}
    assert desk.sent == []


def test_without_a_baseline_nobody_can_tell_so_a_person_must() -> None:
    desk = _suspects(draft("first"), draft("a", strategy=Strategy.READ_BACK))
    desk.reply("first", Applied())
    assert desk.state("a") is OpState.IN_DOUBT
    assert desk.asked == []
    assert "restored from a copy" in desk.queue.operations["a"].detail


def test_with_a_baseline_it_is_read_back_after_the_delay_and_not_sent_before() -> None:
    desk = _suspects(draft("a", strategy=Strategy.READ_BACK), replies={"a": Baseline({"newest": "tx-1"})})
    assert desk.sent == []
    assert desk.take(Tick(), 119.0).read_back == []
    assert desk.take(Tick(), 120.0).read_back == ["a"]


def test_a_step_whose_guest_is_gone_is_not_taken_for_never_sent() -> None:
    """It waited for its turn in the copy; in what was lost it may have had it."""
    step = draft("a", saga="s", at_once=True, strategy=Strategy.HUMAN)
    undo = draft("undo-a", saga="s", compensates="a")
    desk = _suspects(draft("other"), step, undo)
    assert desk.state("a") is OpState.IN_DOUBT
    assert desk.state("undo-a") is OpState.QUEUED  # until a person knows
    assert "undo-a" not in desk.sent


def test_a_fenced_write_is_read_back_when_its_lock_may_be_over() -> None:
    redeem = draft("a", strategy=Strategy.FENCED, lock=Lock(600.0))
    desk = _suspects(draft("other"), redeem)
    desk.reply("other", Applied())
    assert desk.state("a") is OpState.UNKNOWN
    assert desk.sent == []
    assert desk.take(Tick(), 120.0).read_back == ["a"]


def test_the_mark_is_gone_once_it_was_asked_about() -> None:
    desk = _suspects(draft("a", strategy=Strategy.READ_BACK), replies={"a": Baseline({"newest": "tx-1"})})
    desk.take(Tick(), 120.0)
    assert not desk.queue.operations["a"].suspect


# --- any history at all --------------------------------------------------------------------------------

_OUTCOMES = st.sampled_from([Applied(keep={"key": "k"}), Unclear(), NeverSent(), Refused("blocked_card")])
_STRATEGIES = st.sampled_from([Strategy.KEYED, Strategy.HUMAN, Strategy.LOCAL, Strategy.ATTENDED])


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_restored_file_is_row_by_row_what_it_was(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outbox.db"
        store = Store.open(path)
        session = Session(store)
        for n in range(data.draw(st.integers(1, 15))):
            saga = data.draw(st.sampled_from([None, "s", "t"]))
            strategy = data.draw(_STRATEGIES)
            event: Accept | Booted | Cancel | Replied | Tick
            match data.draw(st.integers(0, 5)):
                case 0 if session.queue.flying:
                    event = Replied(min(session.queue.flying), data.draw(_OUTCOMES))
                case 1:
                    event = Tick()
                case 2:
                    course = data.draw(st.sampled_from(list(Course)))
                    event = Accept((), decide=Decision(saga or "s", course))
                case 3 if store._changed:
                    back_up(store)
                    continue
                case 4 if session.queue.operations:
                    event = Cancel(min(session.queue.operations), "why not")
                case _:
                    event = Accept((draft(f"a{n}", lane=f"m{n % 3}", saga=saga, strategy=strategy),))
            try:
                session.take(event, now_s=n * 400.0)
            except OperationRefused:
                continue
        store.close()
        before = _rows(path)
        path.unlink()
        Store.open(path).close()
        _rows(path)
        assert _rows(path) == before

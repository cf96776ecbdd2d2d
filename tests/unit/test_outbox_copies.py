"""The copies beside the outbox: whatever becomes of the file, what was accepted is there again."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from kioskd.core.errors import StorageError
from kioskd.outbox.copies import Copies
from kioskd.outbox.courier import Applied
from kioskd.outbox.events import Replied
from kioskd.outbox.remains import lost
from kioskd.outbox.store import Store
from tests.unit.outbox_copying import back_up, crash, filled, rows
from tests.unit.outbox_files import Session, draft, empty, foreign, overwrite, scribble, truncate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


# --- files that cannot be trusted ----------------------------------------------------------------------
@pytest.mark.parametrize("backups", [0, 1, 2])
@pytest.mark.parametrize("damage", [truncate, empty, overwrite, scribble, foreign, Path.unlink])
def test_a_damaged_or_missing_file_is_restored_to_the_last_commit(
    path: Path, damage: Callable[[Path], None], backups: int, caplog: pytest.LogCaptureFixture
) -> None:
    filled(path, backups=backups)
    before = rows(path)
    damage(path)
    damaged = path.read_bytes() if path.exists() else None
    with caplog.at_level(logging.ERROR):
        store = Store.open(path)
    assert {operation.suspect for operation in store.load().operations} == {True}
    assert store.payload("0-7") == b'{"guest":"Ada","id":"0-7"}'
    assert not store.copy_due
    store.close()
    rows(path)
    assert rows(path) == before
    [line] = caplog.messages  # for staff: one, and clear
    assert "restored from its copies" in line
    if damaged is not None:
        assert path.with_name("outbox.db.corrupt-1").read_bytes() == damaged


def test_a_damaged_backup_is_passed_over_for_the_one_before(path: Path) -> None:
    filled(path, backups=2)
    before = rows(path)
    scribble(path)
    truncate(path.with_name("outbox.db.backup-2"))
    Store.open(path).close()
    rows(path)
    assert rows(path) == before


def test_what_a_lying_card_forgot_is_taken_from_the_journal(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(path)
    earlier = path.read_bytes()
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("late", order_number=900))
    session.take(Replied("0-0", Applied()))
    store.close()
    before = rows(path)
    path.write_bytes(earlier)  # acknowledged, and gone
    with caplog.at_level(logging.ERROR):
        store = Store.open(path)
    assert store.load().last_order_number == 900
    store.close()
    rows(path)
    assert rows(path) == before
    assert "lost its last" in caplog.text
    assert "replace the card" in caplog.text


def test_a_file_whose_pages_are_of_different_age_is_not_believed(path: Path) -> None:
    """It passes every check of SQLite's own, and sending from it could do things twice."""
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a"))
    session.take(Replied("a", Applied()))
    crash(store)
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
    crash(store)
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DELETE FROM event WHERE op_seq > 1")
        connection.execute("DELETE FROM attempt WHERE op_seq > 1")
    store = Store.open(path)
    assert [operation.op_id for operation in store.load().operations] == ["a", "b", "c"]
    assert all(operation.suspect for operation in store.load().operations)
    store.close()


def test_a_journal_torn_by_a_power_cut_is_replayed_to_its_last_whole_frame(path: Path) -> None:
    filled(path)
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
    filled(path)
    journal = path.with_name("outbox.db.journal-0")
    journal.write_bytes(journal.read_bytes().replace(b"0-19", b"0-91"))  # still a sentence, but not ours
    path.unlink()
    store = Store.open(path)
    assert store.newest(1)[0].operation.op_id == "0-18"
    store.close()


def test_a_journal_behind_its_outbox_is_replaced_and_a_backup_is_due(path: Path) -> None:
    """The usual power cut: the outbox was synced, the second copy not yet."""
    filled(path)
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
    filled(path)
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
        crash(store)
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
    filled(path)
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

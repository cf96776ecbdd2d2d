"""Backups: what is in them, how many are kept, and which counts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.errors import StorageError
from kioskd.outbox.copies import Copies
from kioskd.outbox.copying import seal
from kioskd.outbox.courier import Applied, NeverSent, Refused, Unclear
from kioskd.outbox.events import Accept, Booted, Cancel, Replied, Tick
from kioskd.outbox.operation import Draft, OperationRefused, Strategy
from kioskd.outbox.saga import Course, Decision
from kioskd.outbox.store import Store
from tests.unit.outbox_copying import back_up, filled, rows
from tests.unit.outbox_files import Session, draft


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


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
    filled(path, backups=1)
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
    filled(path)
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
        before = rows(path)
        path.unlink()
        Store.open(path).close()
        rows(path)
        assert rows(path) == before

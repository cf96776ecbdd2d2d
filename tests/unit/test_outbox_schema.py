"""Files of other versions: older ones are brought up to date, newer ones that only added are used."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from kioskd.core.errors import StorageError
from kioskd.outbox.courier import Applied, NeverSent, Outcome
from kioskd.outbox.events import Replied
from kioskd.outbox.opening import APPLICATION_ID, migrations
from kioskd.outbox.operation import Parcel
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_files import Session, draft, full_disk

PAYLOAD = b'{"id":"old"}'
OLD_ROW = (
    "INSERT INTO operation (seq, op_id, kind, lane, strategy, state, settled, payload, payload_sha256, "
    "payload_bytes, attempts, contradictions, last_outcome, detail, accepted_at, changed_at) "
    "VALUES (1, 'old', 'order', 'member:1', 'keyed', 'sending', 0, ?, ?, 12, 1, 0, '', '', "
    "'2026-05-01T12:00:00+00:00', '2026-05-01T12:00:00+00:00')"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def _sql(path: Path, *statements: str) -> None:
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def _of_the_first_version(path: Path) -> None:
    """As the first version left it when the power went, one order under way."""
    connection = apsw.Connection(str(path))
    connection.pragma("application_id", APPLICATION_ID)
    number, sql = migrations()[0]
    connection.execute(sql)
    connection.pragma("user_version", number)
    connection.execute(OLD_ROW, (PAYLOAD, hashlib.sha256(PAYLOAD).digest()))
    connection.execute("INSERT INTO attempt (op_seq, n, boot_id, begun_at) VALUES (1, 1, 'b', 'then')")
    connection.execute("UPDATE meta SET last_order_number = 41")
    connection.close()


def test_a_file_of_the_first_version_opens_and_its_order_is_delivered(path: Path) -> None:
    _of_the_first_version(path)
    store = Store.open(path)
    session = Session(store)
    assert session.queue.last_order_number == 41
    assert session.queue.operations["old"].attempts == 2  # unknown, and sent again with its key
    session.take(Replied("old", Applied()))
    session.accept(draft("new"))
    assert [row.operation.state for row in store.newest(9)] == [OpState.SENDING, OpState.CONFIRMED]
    store.close()
    Store.open(path).close()


def _of_the_next_version(path: Path, min_reader: int) -> None:
    Store.open(path).close()
    _sql(
        path,
        "PRAGMA user_version = 99",
        f"UPDATE meta SET min_reader = {min_reader}",
        "ALTER TABLE meta ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'",
        "ALTER TABLE operation ADD COLUMN weight_g INTEGER",
        "ALTER TABLE event ADD COLUMN place TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE attempt ADD COLUMN http_status INTEGER",
        "ALTER TABLE saga ADD COLUMN deadline_s REAL",
        "CREATE TABLE parcel (id INTEGER PRIMARY KEY) STRICT",
    )


def test_a_newer_file_that_only_added_something_is_used_and_keeps_its_version(path: Path) -> None:
    _of_the_next_version(path, min_reader=2)
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("a", saga="s"), draft("b"))
    session.take(Replied("a", Applied(remote_uuid="u-1")))
    assert store.verify_chain() > 3
    store.close()
    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == 99
    assert connection.execute("SELECT remote_uuid FROM operation WHERE op_id = 'a'").get == "u-1"
    connection.close()


def test_a_newer_file_that_says_it_is_not_for_us_is_left_alone(path: Path) -> None:
    _of_the_next_version(path, min_reader=99)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="install that version again"):
        Store.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("column", ["strategy", "state"])
def test_a_word_of_a_newer_version_is_named(path: Path, column: str) -> None:
    store = Store.open(path)
    Session(store).accept(draft("a"))
    store.close()
    _sql(path, f"UPDATE operation SET {column} = 'telepathic'")
    store = Store.open(path)
    with pytest.raises(StorageError, match=r"operation a was written by a newer kioskd.*telepathic"):
        store.load()
    store.close()


def test_such_a_word_is_what_staff_read_however_many_rows_follow(path: Path) -> None:
    store = Store.open(path)
    Session(store).accept(draft("a"), draft("b"), draft("c"))
    store.close()
    _sql(path, "UPDATE operation SET state = 'telepathic' WHERE op_id = 'a'")

    async def start() -> None:
        async with Outbox.open(path, SilentCourier()):
            pass

    with pytest.raises(StorageError, match=r"operation a was written by a newer kioskd.*telepathic"):
        asyncio.run(start())


def test_a_saga_of_a_newer_version_is_named_too(path: Path) -> None:
    store = Store.open(path)
    Session(store).accept(replace(draft("a"), saga="s"))
    store.close()
    _sql(path, "UPDATE saga SET state = 'telepathic'")
    store = Store.open(path)
    with pytest.raises(StorageError, match=r"saga s was written by a newer kioskd.*telepathic"):
        store.load()
    store.close()


class SilentCourier:
    async def deliver(self, parcel: Parcel) -> Outcome:
        return NeverSent()

    read_back = baseline = deliver

    async def probe(self) -> Outcome:
        return NeverSent()


def test_every_schema_file_only_adds() -> None:
    """So that the version before can be installed again."""
    for _, sql in migrations()[1:]:
        for word in ("DROP", "RENAME", "DELETE"):
            assert word not in sql.upper()


def test_an_upgrade_on_a_full_disk_leaves_the_file_to_the_next_start(path: Path) -> None:
    _of_the_first_version(path)
    with full_disk() as disk:
        disk.full = lambda: True
        with pytest.raises(StorageError, match="no room left"):
            Store.open(path, vfs="full-disk")
        assert list(path.parent.glob("*.corrupt-*")) == []
        disk.full = lambda: False
        store = Store.open(path, vfs="full-disk")
        assert "old" in Session(store).queue.operations
        store.close()

"""A full disk, too much value at risk, guests before the backlog: what is accepted, and what goes first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from kioskd.core.errors import StorageError
from kioskd.outbox import ballast, worker
from kioskd.outbox.ballast import Ballast
from kioskd.outbox.courier import Applied, NeverSent, Outcome, Throttled
from kioskd.outbox.events import Accept, Probed, Replied, Room, Tick
from kioskd.outbox.operation import Closing, Draft, OutboxFull, Parcel, Strategy
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_files import FullDisk, Session, draft
from tests.unit.outbox_files import full_disk as a_full_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def full_disk() -> Iterator[FullDisk]:
    with a_full_disk() as disk:
        yield disk


# --- a full disk ---------------------------------------------------------------------------------------


def test_the_ballast_lets_what_was_accepted_be_finished(path: Path, full_disk: FullDisk) -> None:
    store = Store.open(path, vfs="full-disk")
    store.hold_ballast()
    held = path.with_name("outbox.db.ballast")
    session = Session(store)
    session.accept(draft("a"))
    full_disk.full = held.exists
    session.take(Replied("a", Applied()))
    assert store.newest(1)[0].operation.state is OpState.CONFIRMED
    assert store.tight
    assert store.verify_chain() == 3
    full_disk.full = lambda: True  # nothing is left to give
    with pytest.raises(StorageError, match="no room left"):
        session.accept(draft("b"))
    assert not store.broken
    full_disk.full = lambda: False
    session.accept(draft("b"))
    store.close()


def test_a_full_disk_at_the_start_gets_the_ballast_too(path: Path, full_disk: FullDisk) -> None:
    store = Store.open(path, vfs="full-disk")
    store.hold_ballast()
    store.close()
    held = path.with_name("outbox.db.ballast")
    full_disk.full = held.exists
    store = Store.open(path, vfs="full-disk")
    assert not held.exists()
    store.close()
    full_disk.full = lambda: True
    with pytest.raises(StorageError, match="no room left"):
        Store.open(path, vfs="full-disk")


def test_room_is_taken_only_where_there_is_plenty_and_said_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    room = Ballast(path)
    with caplog.at_level(logging.INFO):
        monkeypatch.setattr(ballast, "_FREE_FACTOR", 10**9)
        assert not room.hold()
        assert not room.hold()
        assert room.tight
        monkeypatch.undo()
        assert room.hold()
        assert not room.tight
    assert path.stat().st_blocks * 512 >= ballast.SIZE_BYTES  # not a hole
    assert len(caplog.messages) == 2


def test_on_a_full_disk_nothing_new_is_accepted_but_all_is_finished() -> None:
    desk = Desk().accept(draft("a"), draft("held", held="unpaid"))
    desk.accept(Draft("p", "pay", "p", {}, Strategy.ATTENDED))
    desk.take(Room(tight=True))
    with pytest.raises(OutboxFull, match="disk is full"):
        desk.accept(draft("b"))
    desk.accept(draft("record", strategy=Strategy.LOCAL))  # the sale itself, while there is room at all
    desk.take(Accept((draft("paid"),), Closing("p", OpState.CONFIRMED)))  # the money was taken
    desk.reply("a", Applied())
    desk.take(Room(tight=False)).accept(draft("b"))
    assert desk.state("b") is OpState.QUEUED


# --- guests before the backlog -------------------------------------------------------------------------


def _orders(*op_ids: str) -> list[Draft]:
    return [draft(op_id, lane=op_id) for op_id in op_ids]


def test_after_an_outage_the_order_of_whoever_stands_there_overtakes_the_backlog() -> None:
    desk = Desk(Policy(outage_spread_s=60.0, breaker_failures=1)).accept(*_orders("old-1", "old-2", "old-3"))
    desk.reply("old-1", NeverSent())
    desk.reply("old-2", NeverSent())
    desk.take(Tick(), 3600.0)
    desk.take(Probed(Applied()), 3600.0, chance=0.5)
    assert desk.sent == []  # a random part of the spread first: not all kiosks at once
    assert desk.accept(*_orders("fresh"), now_s=3601.0).sent == ["fresh"]
    desk.reply("fresh", Applied(), 3602.0)
    assert desk.take(Tick(), 3615.9).sent == []
    assert len(desk.take(Tick(), 3616.0).sent) == 2  # half of what was left: there is room, as one could see


def test_under_a_limit_the_backlog_slows_down_and_guests_do_not() -> None:
    desk = Desk(Policy(fresh_s=60.0)).accept(*_orders(*(f"old-{n}" for n in range(9))))
    now_s = 100.0
    for _ in range(6):  # 429, again and again
        for op_id in sorted(desk.queue.flying):
            desk.reply(op_id, Throttled(1.0), now_s)
        now_s = desk.queue.next_wake_s
        desk.take(Tick(), now_s)
    assert desk.queue.gate.pace_s > desk.queue.policy.pace_first_s
    for op_id in sorted(desk.queue.flying):
        desk.reply(op_id, Throttled(1.0), now_s)
    assert desk.accept(*_orders("fresh"), now_s=now_s).sent == []  # the server asked everybody to wait
    assert desk.take(Tick(), now_s + 1.0).sent == ["fresh"]
    slow = desk.queue.gate.pace_s
    desk.reply("fresh", Applied(), now_s + 1.0)
    assert 0.0 < desk.queue.gate.pace_s < slow


# --- the worker keeps house ----------------------------------------------------------------------------


class Answering:
    async def deliver(self, parcel: Parcel) -> Outcome:
        return Applied()

    read_back = deliver
    baseline = deliver

    async def probe(self) -> Outcome:
        return Applied()


def _at_work(path: Path, done: Callable[[], bool]) -> None:
    async def main() -> None:
        async with asyncio.timeout(20.0), Outbox.open(path, Answering()) as outbox:
            work = asyncio.create_task(outbox.run())
            await outbox.accept(draft("a"))
            while not done():
                await asyncio.sleep(0)
                await outbox.pulse()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    asyncio.run(main())


def test_a_kiosk_at_work_makes_backups_and_holds_its_ballast(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_COPY_FIRST_S", 0.0)
    _at_work(path, path.with_name("outbox.db.backup-1").exists)
    assert path.with_name("outbox.db.ballast").exists()
    path.unlink()
    store = Store.open(path)
    assert store.newest(1)[0].operation.op_id == "a"
    store.close()


def test_no_commit_makes_the_log_longer(path: Path) -> None:
    store = Store.open(path)
    store.lengthen_wal()
    log = path.with_name("outbox.db-wal")
    length = log.stat().st_size
    session = Session(store)
    for n in range(200):
        session.accept(draft(f"a{n}", lane=f"m{n}"))
        if store.checkpoint_due():
            store.checkpoint()
    assert log.stat().st_size == length
    store._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    store._connection.close()  # as a crash would: all of it is read back from the log
    store = Store.open(path)
    assert len(store.load().operations) == 200
    store.close()


def test_a_backup_that_fails_stops_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "_COPY_FIRST_S", 0.0)

    def no_room(*_: object) -> None:
        raise StorageError("no room left")

    monkeypatch.setattr(worker, "seal", no_room)
    with caplog.at_level(logging.ERROR):
        _at_work(path, lambda: "no backup was made: no room left" in caplog.text)
    assert len(Store.open(path).newest(9)) == 1

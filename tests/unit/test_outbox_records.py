"""What is written down about sagas and effects: names bound once, results handed on, payloads wiped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kioskd.outbox.courier import Applied, Baseline, Refused, Unclear
from kioskd.outbox.events import Accept, Replied, ResolveDoubt, Tick, Verdict
from kioskd.outbox.operation import Draft, Lock, OperationRefused, Result, Strategy
from kioskd.outbox.saga import Course, Decision, SagaState
from kioskd.outbox.states import OpState
from kioskd.outbox.store import Store
from tests.unit.outbox_files import NOW, Session, draft

LOCK = Draft("lock", "lock", "voucher:1", {}, saga="s")
REDEEM = Draft(
    "redeem", "redeem", "voucher:1", {}, Strategy.FENCED, saga="s", depends_on=("lock",), lock=Lock(600.0)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path)
    yield store
    store.close()


def test_everything_about_an_operation_comes_back_from_the_file(store: Store) -> None:
    session = Session(store)
    debit = Draft("d", "gift", "card:1", {}, Strategy.READ_BACK, saga="s", step="debit", at_once=True)
    undo = Draft("u", "gift", "card:1", {}, saga="s", compensates="d", expires_at=NOW)
    session.accept(debit, undo, LOCK, replace(REDEEM, follows=("d",), lock=Lock(600.0, NOW)))
    session.take(Replied("d", Baseline({"newest": "tx-0"})))
    loaded = {operation.op_id: operation for operation in store.load().operations}
    for op_id, remembered in session.queue.operations.items():
        forgotten = {
            name: getattr(remembered, name)
            for name in (
                "waits",
                "sent_before",
                "not_before_s",
                "unknown_since_s",
                "asked_at_s",
                "fresh_until_s",
                "fence_over_s",
                "fence_counted",
            )
        }
        assert replace(loaded[op_id], **forgotten) == remembered
    [saga] = store.load().sagas
    assert (saga.saga_id, saga.state, list(saga.members)) == (
        "s",
        SagaState.OPEN,
        ["d", "u", "lock", "redeem"],
    )


def test_a_saga_comes_back_with_the_operations_that_are_final(store: Store) -> None:
    session = Session(store)
    session.accept(LOCK, REDEEM)
    session.take(Replied("lock", Applied()))
    assert store.load().sagas[0].members["lock"].state is OpState.CONFIRMED
    again = Session(store).queue  # nobody decided, so it is undone
    assert again.sagas["s"].state is SagaState.UNDOING
    assert not again.operations["redeem"].wanted


def test_a_release_key_is_handed_on_after_a_restart_and_wiped_at_the_end(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    session.take(Accept((LOCK, REDEEM), decide=Decision("s", Course.FINISH)))
    session.take(Replied("lock", Applied(remote_uuid="v-1", keep={"release_key": "topsecret"})))
    store.close()
    store = Store.open(path)
    session = Session(store)
    redeem = session.queue.operations["redeem"]
    assert store.results(redeem) == {"lock": Result(OpState.CONFIRMED, "v-1", {"release_key": "topsecret"})}
    session.take(Tick(), now_s=700.0)
    session.take(Replied("redeem", Applied()), now_s=700.0)
    assert not session.queue.sagas
    store.close()
    assert b"topsecret" not in path.read_bytes()


def test_a_name_of_the_server_belongs_to_one_operation_of_a_kind(store: Store) -> None:
    session = Session(store)
    session.accept(draft("a"), draft("b", "member:2"), Draft("g", "gift", "g", {}))
    session.take(Replied("a", Applied(remote_uuid="u-1")))
    assert store.bound("b", ("u-1", "u-2")) == {"u-1"}
    assert store.bound("g", ("u-1",)) == frozenset()
    with pytest.raises(OperationRefused, match="belongs to another"):
        session.take(Replied("b", Applied(remote_uuid="u-1")))
    session.take(Replied("b", Applied(remote_uuid="u-2")))
    assert store.verify_chain() > 5


def test_a_person_cannot_give_one_effect_to_two_operations(store: Store) -> None:
    session = Session(store)
    for op_id in ("a", "b"):
        session.accept(Draft(op_id, "award", op_id, {}, Strategy.HUMAN))
        session.take(Replied(op_id, Unclear()))
    session.take(ResolveDoubt("a", Verdict.APPLIED, "Kim", "seen", "u-1"))
    with pytest.raises(OperationRefused, match="u-1 belongs to another"):
        session.take(ResolveDoubt("b", Verdict.APPLIED, "Kim", "seen", "u-1"))


def test_a_saga_is_used_once(store: Store) -> None:
    session = Session(store)
    session.take(Accept((LOCK,), decide=Decision("s", Course.FINISH)))
    session.take(Replied("lock", Refused("expired")))
    with pytest.raises(OperationRefused, match="was there before"):
        session.accept(replace(LOCK, op_id="lock-2"))


def test_what_is_in_doubt_keeps_payload_and_evidence(store: Store) -> None:
    session = Session(store)
    session.accept(Draft("h", "award", "h", {"receipt": "A47"}, Strategy.HUMAN))
    session.take(Replied("h", Unclear()))
    assert store.payload("h") == b'{"receipt":"A47"}'
    assert '"attempts": 1' in store.load().operations[0].evidence


def test_payloads_kept_for_the_record_are_wiped_after_their_time(store: Store) -> None:
    session = Session(store)
    session.accept(draft("a", strategy=Strategy.LOCAL), draft("open"))
    assert store.purge(NOW, 30) == 0
    session.accept(draft("b", strategy=Strategy.LOCAL))
    assert store.purge(NOW + timedelta(days=29), 30) == 0
    assert store.purge(NOW + timedelta(days=30), 30) == 1
    with pytest.raises(ValueError, match="no payload"):
        store.payload("a")
    assert store.payload("b")
    assert store.payload("open")
    assert store.purge(NOW + timedelta(days=59), 30) == 1


def test_the_age_of_a_payload_counts_from_when_a_trusted_clock_first_saw_it(store: Store) -> None:
    """The label may be from a kiosk that believed it was 1970."""
    Session(store).accept(draft("a", strategy=Strategy.LOCAL))
    later = NOW + timedelta(days=20_000)
    assert store.purge(later, 30) == 0
    assert store.purge(later + timedelta(days=31), 30) == 1


def test_an_order_that_a_return_waits_for_is_in_its_saga_in_the_file_too(path: Path) -> None:
    store = Store.open(path)
    session = Session(store)
    session.accept(draft("order"))
    returned = Draft("return", "return", "l", {}, saga="r", depends_on=("order",))
    session.take(Accept((returned,), decide=Decision("r", Course.FINISH)))
    store._connection.close()  # as a crash would
    store = Store.open(path)
    assert list(store.load().sagas[0].members) == ["order", "return"]
    store.close()

"""What waits in a restored file was perhaps sent: each strategy asks before it repeats."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.outbox.courier import Applied, Baseline, Outcome
from kioskd.outbox.events import Tick
from kioskd.outbox.operation import Draft, Lock, Strategy
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_files import draft


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


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

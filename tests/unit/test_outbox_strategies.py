"""Writes that carry no key: sent once, found out about, sent again only when that is certain to be right."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kioskd.outbox.courier import (
    NeverSent,
    Poison,
    Unclear,
)
from kioskd.outbox.events import (
    Persist,
    ResolveDoubt,
    Retry,
    Tick,
    Verdict,
)
from kioskd.outbox.operation import Draft, OperationRefused
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_kinds import SETTLE_S, award, sent_debit, unclear_debit


# --- human -------------------------------------------------------------------------------------------------
def test_what_cannot_be_read_back_goes_to_a_person_at_once_and_blocks_nothing() -> None:
    desk = Desk().accept(award(), award("i"))
    desk.reply("h", Unclear())
    assert desk.settled == [("h", OpState.IN_DOUBT)]
    assert json.loads(desk.queue.operations["h"].evidence)["attempts"] == 1
    assert desk.sent == ["i"]


def test_interrupted_by_a_restart_it_goes_to_a_person_too() -> None:
    desk = Desk().accept(award()).restarted()
    assert desk.state("h") is OpState.IN_DOUBT
    assert desk.queue.operations["h"].evidence


def test_what_certainly_did_not_happen_is_tried_again() -> None:
    assert Desk().accept(award()).reply("h", NeverSent()).take(Tick(), 10.0).sent == ["h"]


# --- a person decides --------------------------------------------------------------------------------------
def _doubtful() -> Desk:
    return Desk().accept(award()).reply("h", Unclear())


def test_who_decided_and_why_is_written_down() -> None:
    desk = _doubtful().take(ResolveDoubt("h", Verdict.APPLIED, "Kim", "points seen", "uuid-1"))
    persist = desk.commands[0]
    assert isinstance(persist, Persist)
    move = persist.changes[-1]
    assert (move.actor, move.cause) == ("Kim", "applied: points seen")  # type: ignore[union-attr]
    assert move.operation.remote_uuid == "uuid-1"  # type: ignore[union-attr]
    assert desk.settled == [("h", OpState.CONFIRMED)]


def test_what_is_not_in_effect_is_given_up_or_sent_again() -> None:
    gone = _doubtful().take(ResolveDoubt("h", Verdict.NOT_APPLIED, "Kim", "nothing there"))
    assert gone.settled == [("h", OpState.CANCELLED)]
    assert _doubtful().take(ResolveDoubt("h", Verdict.SEND_AGAIN, "Kim", "nothing there")).sent == ["h"]


def test_a_person_decides_only_what_is_in_doubt() -> None:
    with pytest.raises(OperationRefused, match="not in doubt"):
        sent_debit().take(ResolveDoubt("d", Verdict.APPLIED, "Kim", "guess"))
    with pytest.raises(OperationRefused, match="no undo"):
        _doubtful().take(ResolveDoubt("h", Verdict.COMPENSATE, "Kim", "undo it"))


def test_what_may_have_been_sent_is_read_back_when_it_is_tried_again() -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S).reply("d", Poison("KeyError"), SETTLE_S)
    assert desk.state("d") is OpState.QUARANTINED
    desk.take(Retry("d", "Kim"), 500.0)
    assert (desk.sent, desk.state("d")) == ([], OpState.RECONCILING)


# --- held operations end by themselves -----------------------------------------------------------------
def test_a_held_order_expires_on_a_trusted_clock_only() -> None:
    end = datetime(2026, 5, 1, 16, 0, tzinfo=UTC)
    desk = Desk().accept(Draft("o", "order", "m", {}, held="unpaid", expires_at=end))
    desk.take(Tick(), 1e9)
    assert desk.state("o") is OpState.HELD
    desk.take(Tick(), 1e9, wall_s=end.timestamp() - 60)
    assert desk.state("o") is OpState.HELD
    assert desk.queue.next_wake_s == 1e9 + 60
    again = desk.restarted(wall_s=end.timestamp())
    assert not again.queue.operations

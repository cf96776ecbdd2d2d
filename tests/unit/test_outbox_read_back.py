"""What is read back: an unknown outcome is asked about before it is sent again."""

from __future__ import annotations

import json

import pytest

from kioskd.outbox.courier import (
    DUPLICATE,
    Applied,
    Baseline,
    Candidate,
    Found,
    NeverSent,
    NotYet,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.events import (
    Cancel,
    Persist,
    Probed,
    Replied,
    ResolveDoubt,
    Retry,
    Send,
    Tick,
    Verdict,
)
from kioskd.outbox.operation import Draft, Strategy
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_kinds import NONE, ONE, SETTLE_S, debit, sent_debit, unclear_debit


# --- read back: before it is sent ----------------------------------------------------------------------
def test_a_debit_asks_for_its_baseline_and_writes_it_down_before_it_is_sent() -> None:
    desk = Desk().accept(debit("d"))
    assert (desk.asked, desk.sent) == (["d"], [])
    desk.reply("d", Baseline({"newest": "tx-0"}))
    persist, send = desk.commands[:2]
    assert isinstance(persist, Persist)
    assert isinstance(send, Send)
    assert send.operation.baseline == '{"newest": "tx-0"}'
    assert persist.changes[-1].operation == send.operation  # type: ignore[union-attr]


@pytest.mark.parametrize("outcome", [NeverSent(), Unclear(), Unauthorised(), Throttled(3.0), NotYet(5.0)])
def test_without_a_baseline_nothing_is_sent(outcome: Outcome) -> None:
    desk = Desk().accept(debit("d")).reply("d", outcome)
    assert desk.state("d") is OpState.QUEUED
    assert desk.queue.operations["d"].attempts == 0


def test_a_baseline_that_says_no_is_a_no() -> None:
    assert Desk().accept(debit("d")).reply("d", Refused("expired")).settled == [("d", OpState.REJECTED)]


@pytest.mark.parametrize("outcome", [Poison("KeyError"), Applied(), Baseline({"x": "y" * 20_000})])
def test_a_baseline_that_makes_no_sense_stops_the_operation_in_sight(outcome: Outcome) -> None:
    desk = Desk().accept(debit("d")).reply("d", outcome)
    assert desk.state("d") is OpState.QUARANTINED
    assert desk.take(Retry("d", "Kim")).asked == ["d"]


def test_cancelled_while_its_baseline_is_asked_for_it_is_not_sent() -> None:
    desk = Desk().accept(debit("d")).take(Cancel("d"))
    desk.reply("d", Baseline({}))
    assert desk.commands[:1] != ()
    assert desk.sent == []
    assert not desk.queue.operations


# --- read back: after an unknown outcome ---------------------------------------------------------------
def test_an_unclear_debit_rests_is_read_back_and_is_bound_to_what_is_found() -> None:
    desk = unclear_debit()
    assert desk.state("d") is OpState.UNKNOWN
    assert desk.take(Tick(), SETTLE_S - 1).read_back == []
    assert desk.take(Tick(), SETTLE_S).read_back == ["d"]
    desk.reply("d", ONE, SETTLE_S + 1)
    assert desk.settled == [("d", OpState.CONFIRMED)]
    persist = desk.commands[0]
    assert isinstance(persist, Persist)
    assert persist.changes[-1].operation.remote_uuid == "tx-1"  # type: ignore[union-attr]


def test_proved_absent_and_still_wanted_it_is_sent_once_more_with_its_first_baseline() -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S).reply("d", NONE, SETTLE_S)
    assert desk.sent == ["d"]
    assert desk.queue.operations["d"].baseline == '{"newest": "tx-0"}'


def test_an_answered_network_does_not_shorten_the_rest() -> None:
    desk = unclear_debit()
    for n in range(4):
        desk.accept(Draft(f"k{n}", "order", f"k{n}", {}))
        desk.reply(f"k{n}", NeverSent())
    desk.take(Tick(), 50.0)
    desk.take(Probed(Applied()), 60.0)
    assert desk.take(Tick(), SETTLE_S - 0.1).read_back == []


def test_a_restart_begins_the_rest_anew() -> None:
    desk = unclear_debit().restarted(now_s=5.0)
    assert desk.take(Tick(), 5.0 + SETTLE_S - 0.1).read_back == []
    assert desk.take(Tick(), 5.0 + SETTLE_S).read_back == ["d"]


def test_a_read_back_interrupted_by_a_restart_rests_again() -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S).restarted()
    assert desk.state("d") is OpState.UNKNOWN
    assert desk.take(Tick(), SETTLE_S).read_back == ["d"]


@pytest.mark.parametrize("outcome", [NeverSent(), Unclear(), Unauthorised(), Throttled(1.0), NotYet(9.0)])
def test_a_read_back_without_an_answer_proves_nothing(outcome: Outcome) -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S).reply("d", outcome, SETTLE_S)
    assert desk.state("d") is OpState.RECONCILING


@pytest.mark.parametrize(
    ("found", "bound"),
    [
        (Found((Candidate("tx-1"), Candidate("tx-2"))), frozenset[str]()),
        (Found((Candidate("tx-1"),), exclusive=False), frozenset[str]()),
        (Applied(remote_uuid="tx-1"), frozenset({"tx-1"})),
    ],
    ids=["several", "a shared shop", "another operation's"],
)
def test_what_cannot_be_told_apart_goes_to_a_person_with_the_evidence(
    found: Outcome, bound: frozenset[str]
) -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S).take(Replied("d", found, bound), SETTLE_S)
    assert desk.settled == [("d", OpState.IN_DOUBT)]
    evidence = json.loads(desk.queue.operations["d"].evidence)
    assert evidence["baseline"] == {"newest": "tx-0"}
    assert evidence["candidates"][0]["remote_uuid"] == "tx-1"


def test_what_belongs_to_another_operation_is_no_candidate() -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S)
    found = Found((Candidate("tx-1"), Candidate("tx-2")))
    desk.take(Replied("d", found, bound=frozenset({"tx-1"})), SETTLE_S)
    assert desk.settled == [("d", OpState.CONFIRMED)]


def test_while_one_debit_is_unresolved_its_card_gets_no_second() -> None:
    desk = Desk().accept(debit("d"), debit("e"), debit("other", "card:2"))
    assert desk.asked == ["d", "other"]
    desk.reply("d", Baseline({})).reply("d", Unclear()).take(Tick(), SETTLE_S)
    assert desk.asked == []
    desk.reply("d", Found((Candidate("a"), Candidate("b"))), SETTLE_S)
    assert desk.state("d") is OpState.IN_DOUBT
    assert "e" not in desk.restarted().asked
    desk.take(ResolveDoubt("d", Verdict.NOT_APPLIED, "Kim", "receipt"), SETTLE_S)
    assert desk.asked == ["e"]


def test_after_a_restart_the_unresolved_comes_before_what_was_accepted_earlier() -> None:
    desk = Desk().accept(Draft("held", "gift", "card:1", {}, Strategy.READ_BACK, held="x"), debit("d"))
    desk.reply("d", Baseline({})).reply("d", Unclear())
    rows = {row.op_id: row for row in desk.rows}
    assert rows["held"].seq < rows["d"].seq
    again = desk.restarted()
    assert again.queue.lanes["card:1"] == ("d",)


@pytest.mark.parametrize("outcome", [NeverSent(), Throttled(0.0), Unauthorised()])
def test_a_debit_that_certainly_was_not_executed_gets_a_fresh_baseline(outcome: Outcome) -> None:
    desk = sent_debit().reply("d", outcome)
    assert desk.state("d") in (OpState.QUEUED, OpState.SENDING)
    assert desk.queue.operations["d"].baseline is None


def test_a_courier_that_breaks_down_during_a_write_leaves_the_outcome_open() -> None:
    desk = sent_debit().reply("d", Poison("KeyError", may_be_sent=True))
    assert desk.state("d") is OpState.UNKNOWN
    assert Desk().accept(debit("d")).reply("d", Poison("KeyError", may_be_sent=True)).state("d") is (
        OpState.QUARANTINED
    )


def test_a_refusal_read_back_is_a_refusal() -> None:
    desk = unclear_debit().take(Tick(), SETTLE_S).reply("d", Refused("not_last"), SETTLE_S)
    assert desk.settled == [("d", OpState.REJECTED)]


def test_a_duplicate_without_a_trace_is_asked_about_and_then_goes_to_a_person() -> None:
    desk = sent_debit().reply("d", Refused(DUPLICATE))
    assert desk.read_back == ["d"]
    now_s = 0.0
    while desk.state("d") is not OpState.IN_DOUBT:
        desk.reply("d", NONE, now_s)
        now_s += 1000.0
        desk.take(Tick(), now_s)
        assert desk.sent == []
    assert desk.queue.operations["d"].contradictions == Policy().contradiction_limit + 1

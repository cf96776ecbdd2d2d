"""Writes that carry no key: sent once, found out about, sent again only when that is certain to be right."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kioskd.outbox.courier import (
    ABSENT,
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
    Abandon,
    Accept,
    Cancel,
    Persist,
    Probed,
    Release,
    Replied,
    ResolveDoubt,
    Retry,
    Send,
    Tick,
    Verdict,
)
from kioskd.outbox.operation import Draft, Lock, OperationRefused, Strategy
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk

SETTLE_S = Policy().settle_s
ONE = Found((Candidate("tx-1", "-500 at 12:00"),))
NONE = Found(())


def debit(op_id: str, lane: str = "card:1", *, at_once: bool = False) -> Draft:
    return Draft(op_id, "gift", lane, {"amount": -500}, Strategy.READ_BACK, at_once=at_once)


def redeem(op_id: str = "r", life_s: float = 600.0, until: datetime | None = None) -> Draft:
    return Draft(op_id, "redeem", "voucher:1", {}, Strategy.FENCED, lock=Lock(life_s, until))


def award(op_id: str = "h") -> Draft:
    return Draft(op_id, "award", "award:1", {}, Strategy.HUMAN)


def sent_debit(*, at_once: bool = False) -> Desk:
    return Desk().accept(debit("d", at_once=at_once)).reply("d", Baseline({"newest": "tx-0"}))


def unclear_debit(*, at_once: bool = False) -> Desk:
    return sent_debit(at_once=at_once).reply("d", Unclear())


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


# --- at once: a guest waits ----------------------------------------------------------------------------


def test_for_a_guest_who_waits_a_quick_look_can_say_yes_but_never_no() -> None:
    desk = unclear_debit(at_once=True)
    assert desk.take(Tick(), 1.0).read_back == ["d"]
    desk.reply("d", NONE, 1.5)
    assert desk.state("d") is OpState.UNKNOWN
    assert desk.take(Tick(), 1.5 + SETTLE_S).read_back == ["d"]
    assert desk.reply("d", NONE, 200.0).settled == [("d", OpState.CANCELLED)]

    quick = unclear_debit(at_once=True).take(Tick(), 1.0).reply("d", ONE, 1.5)
    assert quick.settled == [("d", OpState.CONFIRMED)]


def test_two_candidates_at_the_quick_look_are_no_doubt_yet() -> None:
    desk = unclear_debit(at_once=True).take(Tick(), 1.0)
    desk.reply("d", Found((Candidate("a"), Candidate("b"))), 1.5)
    assert desk.state("d") is OpState.UNKNOWN


@pytest.mark.parametrize("outcome", [NeverSent(), Unauthorised(), Throttled(3.0)])
def test_what_a_guest_waits_for_is_sent_now_or_never(outcome: Outcome) -> None:
    assert sent_debit(at_once=True).reply("d", outcome).settled == [("d", OpState.CANCELLED)]
    waiting = Desk().accept(debit("d", at_once=True)).reply("d", outcome)
    assert waiting.settled == [("d", OpState.CANCELLED)]


def test_while_nobody_answers_a_guest_is_told_at_once() -> None:
    desk = Desk(Policy(breaker_failures=1)).accept(Draft("k", "order", "k", {})).reply("k", NeverSent())
    assert desk.accept(debit("d", at_once=True)).settled == [("d", OpState.CANCELLED)]


def test_a_guest_overtakes_the_backlog_after_an_outage() -> None:
    desk = Desk(Policy(breaker_failures=1, outage_spread_s=60.0, fresh_s=0.0))
    desk.accept(Draft("old", "order", "m", {})).reply("old", NeverSent())
    desk.take(Tick(), 10.0).take(Probed(Applied()), 10.0)
    assert desk.sent == []
    assert desk.take(Accept((debit("d", at_once=True),)), 11.0).asked == ["d"]


def _throttled_backlog() -> Desk:
    """Two orders of yesterday; the first was sent, and the other side is asked too much."""
    yesterday = Desk(Policy(pace_first_s=60.0, writes_in_flight=1))
    yesterday.accept(Draft("old", "order", "m", {}, held="unpaid"), Draft("older", "order", "n", {}))
    desk = yesterday.restarted()
    assert desk.sent == ["older"]
    return desk.take(Release("old"), 0.5).reply("older", Throttled(1.0), 1.0)


def test_a_fresh_order_does_not_wait_behind_a_backlog_that_goes_slowly() -> None:
    desk = _throttled_backlog()
    assert desk.take(Tick(), 2.1).sent == []
    assert desk.accept(Draft("new", "order", "x", {}), now_s=2.2).sent == ["new"]
    desk.reply("new", Throttled(1.0), 2.3)
    assert desk.queue.next_wake_s == 3.3, "as soon as the other side allows it, not at the backlog's pace"
    assert desk.take(Tick(), 3.3).sent == ["new"]


def test_a_fresh_order_hurries_those_before_it_in_its_lane() -> None:
    assert _throttled_backlog().accept(Draft("new", "order", "m", {}), now_s=2.2).sent == ["old"]


def test_after_a_restart_nothing_is_sent_for_a_guest_who_is_gone() -> None:
    waiting = Desk().accept(debit("d", at_once=True)).restarted()
    assert (waiting.asked, waiting.settled) == ([], [("d", OpState.CANCELLED)])
    under_way = sent_debit(at_once=True).restarted()
    assert not under_way.queue.operations["d"].wanted
    under_way.take(Tick(), SETTLE_S).reply("d", NONE, SETTLE_S)
    assert under_way.settled == [("d", OpState.CANCELLED)]


def test_abandoned_it_is_found_out_about_and_not_repeated() -> None:
    desk = Desk().accept(Draft("k", "order", "k", {})).reply("k", Unclear())
    desk.take(Abandon("k", "not wanted"))
    assert desk.take(Tick(), SETTLE_S + 10).read_back == ["k"]
    assert desk.reply("k", Refused(ABSENT), 200.0).settled == [("k", OpState.CANCELLED)]


def test_abandoned_while_it_waits_it_is_never_sent() -> None:
    desk = Desk().accept(debit("d"), debit("e"))
    assert desk.take(Abandon("e", "left", if_unsent=True)).settled == [("e", OpState.CANCELLED)]
    desk.reply("d", Baseline({})).take(Abandon("d", "left", if_unsent=True))
    assert desk.queue.operations["d"].wanted


# --- fenced ----------------------------------------------------------------------------------------------


def test_while_its_lock_stands_a_redemption_is_repeated() -> None:
    desk = Desk().accept(redeem()).reply("r", Unclear())
    assert desk.take(Tick(), 10.0).sent == ["r"]
    desk.reply("r", Refused(DUPLICATE), 10.0)
    assert desk.read_back == ["r"]
    assert desk.reply("r", Applied(remote_uuid="red-1"), 11.0).settled == [("r", OpState.CONFIRMED)]


def test_it_is_not_begun_when_its_lock_is_nearly_over() -> None:
    assert Desk().accept(redeem(life_s=60.0)).settled == [("r", OpState.EXPIRED)]


def test_when_the_lock_is_over_it_is_read_back_and_never_repeated() -> None:
    desk = Desk().accept(redeem(life_s=300.0)).reply("r", Unclear(), 230.0, chance=0.99)
    desk.take(Tick(), 245.0)
    assert (desk.sent, desk.read_back) == ([], ["r"])
    desk.reply("r", Refused(ABSENT), 246.0)
    assert desk.state("r") is OpState.UNKNOWN  # a request may still be at work
    assert desk.take(Tick(), 230.0 + SETTLE_S).read_back == ["r"]
    assert desk.reply("r", Refused(ABSENT), 360.0).settled == [("r", OpState.EXPIRED)]


def test_a_refusal_after_an_unclear_try_is_looked_into() -> None:
    """The lock may be gone because the first try took effect."""
    desk = Desk().accept(redeem()).reply("r", Unclear()).take(Tick(), 10.0)
    assert desk.reply("r", Refused("not_locked"), 10.0).read_back == ["r"]
    desk.reply("r", Refused(ABSENT), 11.0).take(Tick(), SETTLE_S)
    assert desk.reply("r", Refused(ABSENT), SETTLE_S).settled == [("r", OpState.REJECTED)]
    first = Desk().accept(redeem()).reply("r", Refused("not_locked"))
    assert first.settled == [("r", OpState.REJECTED)]


def test_not_executed_after_an_unclear_try_is_still_unknown() -> None:
    desk = Desk().accept(redeem()).reply("r", Unclear()).take(Tick(), 10.0).reply("r", Throttled(1.0), 10.0)
    assert desk.state("r") is OpState.UNKNOWN
    with pytest.raises(OperationRefused, match="cannot be cancelled"):
        desk.take(Cancel("r"))


LOCKED_UNTIL = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def test_after_a_power_cut_only_a_trusted_clock_says_that_a_lock_stands() -> None:
    desk = Desk().accept(redeem(until=LOCKED_UNTIL), redeem("s", until=LOCKED_UNTIL))
    desk.reply("r", Unclear())
    before, after = LOCKED_UNTIL.timestamp() - 300, LOCKED_UNTIL.timestamp() + 1
    assert desk.restarted(wall_s=before).sent == ["r"]
    assert desk.restarted(wall_s=after).take(Tick(), SETTLE_S, wall_s=after + SETTLE_S).read_back == ["r"]
    unsure = desk.restarted()
    assert unsure.take(Tick(), SETTLE_S).read_back == ["r"]
    unsure.reply("r", Refused(ABSENT), SETTLE_S)
    assert unsure.state("r") is OpState.UNKNOWN
    assert unsure.take(Tick(), 600.0).read_back == ["r"]  # by now it must be over
    assert unsure.reply("r", Refused(ABSENT), 601.0).settled[0] == ("r", OpState.EXPIRED)


def test_a_redemption_that_was_never_sent_waits_for_the_clock_or_the_end_of_its_lock() -> None:
    waiting = Desk(Policy(breaker_failures=1)).accept(Draft("k", "order", "k", {})).reply("k", NeverSent())
    waiting.accept(redeem(until=LOCKED_UNTIL))
    again = waiting.restarted()
    assert "r" not in again.sent
    assert again.state("r") is OpState.QUEUED
    known = waiting.restarted(wall_s=LOCKED_UNTIL.timestamp() - 300)
    assert "r" in known.sent


@pytest.mark.parametrize("draft", [redeem(), debit("d")], ids=["fenced", "read back"])
def test_only_a_fenced_operation_has_a_lock(draft: Draft) -> None:
    fields = {name: getattr(draft, name) for name in ("op_id", "kind", "lane", "payload", "strategy")}
    lock = None if draft.lock else Lock(60.0)
    with pytest.raises(OperationRefused, match="lock"):
        Desk().accept(Draft(**fields, lock=lock))


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

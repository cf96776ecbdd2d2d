"""A guest waits: now or never, before every backlog."""

from __future__ import annotations

import pytest

from kioskd.outbox.courier import (
    ABSENT,
    Applied,
    Baseline,
    Candidate,
    Found,
    NeverSent,
    Outcome,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.events import (
    Abandon,
    Accept,
    Probed,
    Release,
    Tick,
)
from kioskd.outbox.operation import Draft
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk
from tests.unit.outbox_kinds import NONE, ONE, SETTLE_S, debit, sent_debit, unclear_debit


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

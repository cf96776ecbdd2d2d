"""What the outbox decides, event by event, without a disk, a clock or a network."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.outbox.changes import Move
from kioskd.outbox.courier import (
    ABSENT,
    DUPLICATE,
    Applied,
    NeverSent,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.events import (
    Accept,
    Booted,
    Cancel,
    Event,
    Online,
    Persist,
    Probe,
    Probed,
    ReadBack,
    Release,
    Replied,
    Settled,
    Tick,
)
from kioskd.outbox.gate import Flow
from kioskd.outbox.operation import (
    PAYLOAD_LIMIT_BYTES,
    Closing,
    Draft,
    OperationRefused,
    OutboxFull,
    Strategy,
)
from kioskd.outbox.policy import Policy
from kioskd.outbox.states import TERMINAL, TRANSITIONS, OpState
from tests.unit.outbox_desk import Desk


def order(op_id: str, lane: str | None = None, held: str | None = None) -> Draft:
    return Draft(op_id, "order", lane or op_id, {"id": op_id}, held=held)


def payment(op_id: str, number: int | None = None) -> Draft:
    return Draft(op_id, "payment", "terminal", {"id": op_id}, Strategy.ATTENDED, order_number=number)


def test_everything_is_written_down_before_anything_is_sent() -> None:
    desk = Desk().accept(order("a"))
    assert isinstance(desk.commands[0], Persist)
    assert desk.sent == ["a"]
    last = desk.commands[0].changes[-1]
    assert isinstance(last, Move)
    assert (last.before, last.operation.state, last.operation.attempts) == (
        OpState.QUEUED,
        OpState.SENDING,
        1,
    )


def test_a_delivered_order_is_reported_and_forgotten() -> None:
    desk = Desk().accept(order("a")).reply("a", Applied({"points": 8}))
    assert [c.outcome for c in desk.commands if isinstance(c, Settled)] == [Applied({"points": 8})]
    assert Online(True) in desk.commands
    assert not desk.queue.operations
    assert not desk.queue.lanes
    assert desk.queue.open_bytes == 0


def test_orders_of_one_member_go_one_after_the_other() -> None:
    desk = Desk().accept(order("a", "m"), order("b", "m"))
    assert desk.sent == ["a"]
    assert desk.reply("a", Applied()).sent == ["b"]


def test_a_stuck_lane_does_not_stop_the_others() -> None:
    desk = Desk().accept(order("a", "m"), order("b", "n"))
    desk.reply("a", Unclear())
    assert desk.reply("b", Applied()).accept(order("c", "o")).sent == ["c"]


def test_no_more_than_two_writes_are_in_flight() -> None:
    desk = Desk().accept(order("a"), order("b"), order("c"))
    assert desk.sent == ["a", "b"]
    assert desk.reply("b", Applied()).sent == ["c"]


def test_an_unknown_outcome_is_sent_again_with_the_same_id() -> None:
    desk = Desk().accept(order("a")).reply("a", Unclear(), now_s=10.0)
    assert desk.state("a") is OpState.UNKNOWN
    assert desk.queue.next_wake_s == 10.5
    assert desk.take(Tick(), 10.4).sent == []
    assert desk.take(Tick(), 10.5).sent == ["a"]


def test_a_duplicate_is_read_back_before_it_is_believed() -> None:
    desk = Desk().accept(order("a")).reply("a", Refused(DUPLICATE))
    assert any(isinstance(command, ReadBack) for command in desk.commands)
    assert desk.state("a") is OpState.RECONCILING
    desk.reply("a", Applied({"points": 8}))
    assert not desk.queue.operations


def test_a_duplicate_that_cannot_be_found_ends_with_a_person() -> None:
    desk = Desk(Policy(contradiction_limit=2)).accept(order("a"))
    now_s = 0.0
    for _ in range(2):
        desk.reply("a", Refused(DUPLICATE), now_s).reply("a", Refused(ABSENT), now_s)
        now_s = desk.queue.next_wake_s
        assert desk.take(Tick(), now_s).sent == ["a"]
    desk.reply("a", Refused(DUPLICATE), now_s).reply("a", Refused(ABSENT), now_s)
    assert desk.state("a") is OpState.IN_DOUBT
    assert any(isinstance(command, Settled) for command in desk.commands)


def test_a_definite_no_is_final_and_the_next_one_goes() -> None:
    desk = Desk().accept(order("a", "m"), order("b", "m"))
    desk.reply("a", Refused("blocked_card"))
    assert "a" not in desk.queue.operations
    assert desk.sent == ["b"]


def test_poison_blocks_nothing_and_stays_in_sight() -> None:
    desk = Desk().accept(order("a", "m"), order("b", "m")).reply("a", Poison("no JSON object"))
    assert desk.state("a") is OpState.QUARANTINED
    assert desk.sent == ["b"]
    assert "a" not in desk.take(Cancel("a", "seen by staff")).queue.operations


def test_it_never_gives_up_while_nobody_answers() -> None:
    desk = Desk().accept(order("a"))
    now_s = 0.0
    for _ in range(12_000):
        if any(isinstance(command, Probe) for command in desk.commands):
            desk.take(Probed(NeverSent()), now_s, chance=0.999)
        elif desk.sent:
            desk.reply("a", NeverSent(), now_s, chance=0.999)
        else:
            assert desk.queue.next_wake_s - now_s <= 300.0
            now_s = desk.queue.next_wake_s
            desk.take(Tick(), now_s, chance=0.999)
    assert now_s > 24 * 3600
    assert desk.state("a") is OpState.QUEUED


def _shut(desk: Desk) -> Desk:
    desk.accept(order("a"))
    for _ in range(5):
        desk.reply("a", NeverSent())
        if desk.queue.gate.flow is Flow.OPEN:
            desk.take(Tick(), 300.0)
    return desk


def test_after_five_failures_only_probes_go_out_until_one_is_answered() -> None:
    desk = _shut(Desk(Policy(outage_spread_s=60.0, fresh_s=0.0)))
    assert desk.queue.gate.flow is Flow.UNREACHABLE
    assert Online(False) in desk.commands
    wake_s = desk.queue.next_wake_s
    assert desk.take(Tick(), wake_s).commands == (Probe(),)
    desk.take(Probed(Applied()), wake_s, chance=0.5)
    assert Online(True) in desk.commands
    assert desk.sent == []
    assert desk.queue.next_wake_s == wake_s + 30.0  # a random part of the spread: not all kiosks at once
    assert desk.take(Tick(), wake_s + 30.0).sent == ["a"]


def test_one_more_failure_after_the_probe_shuts_the_breaker_again() -> None:
    desk = _shut(Desk(Policy(outage_spread_s=0.0)))
    desk.take(Tick(), 400.0).take(Probed(Applied()), 400.0)
    assert desk.sent == ["a"]
    assert desk.reply("a", Unclear(), 401.0).queue.gate.flow is Flow.UNREACHABLE


def test_a_fresh_order_asks_at_once_whether_the_network_is_back() -> None:
    desk = _shut(Desk())
    desk.accept(order("b"), now_s=0.001)
    assert Probe() in desk.commands
    assert desk.sent == []


def test_a_refused_credential_holds_everything_until_a_probe_is_let_in() -> None:
    desk = Desk().accept(order("a"), order("b")).reply("a", Unauthorised())
    assert desk.queue.gate.flow is Flow.UNAUTHORISED
    assert desk.state("a") is OpState.QUEUED
    desk.reply("b", Applied())
    assert desk.queue.gate.flow is Flow.UNAUTHORISED
    desk.accept(order("c"))
    assert desk.sent == []
    assert desk.take(Tick(), 300.0).commands == (Probe(),)
    desk.take(Probed(Unauthorised()), 300.0)
    assert desk.queue.gate.flow is Flow.UNAUTHORISED
    assert desk.take(Tick(), 600.0).commands == (Probe(),)
    assert sorted(desk.take(Probed(Applied()), 600.0).sent) == ["a", "c"]


@pytest.mark.parametrize(("asked_s", "waited_s"), [(20.0, 20.0), (86_400.0, 300.0), (-5.0, 0.0)])
def test_retry_after_is_honoured_up_to_a_cap(asked_s: float, waited_s: float) -> None:
    desk = Desk().accept(order("a")).reply("a", Throttled(asked_s), now_s=100.0)
    if waited_s:
        assert desk.sent == []
        assert desk.accept(order("b"), now_s=100.0).sent == []
        assert desk.queue.next_wake_s == 100.0 + waited_s
        assert desk.take(Tick(), 100.0 + waited_s).sent == ["b"]  # whose guest may still stand there
    a_pace_s = 1.0  # of the backlog; a random half of it here
    assert desk.take(Tick(), 100.0 + waited_s + a_pace_s / 2).sent == ["a"]


def test_what_was_under_way_when_the_process_died_is_unknown() -> None:
    desk = Desk().accept(order("a")).accept(payment("p"))
    rows = tuple(desk.queue.operations.values())
    again = Desk().take(Booted(rows, 2, 0))
    causes = [change.operation.state for change in again.commands[0].changes]  # type: ignore[union-attr]
    assert causes[:2] == [OpState.UNKNOWN, OpState.UNKNOWN]
    assert again.sent == ["a"]  # keyed: the same key makes it harmless
    assert again.state("p") is OpState.UNKNOWN  # attended: only the terminal knows


def test_a_payment_and_its_order_change_in_one_commit() -> None:
    desk = Desk().accept(payment("p", number=7))
    assert desk.state("p") is OpState.SENDING
    assert desk.sent == []
    assert desk.queue.last_order_number == 7
    desk.take(Accept((order("a"),), Closing("p", OpState.CONFIRMED, "trace 12")))
    persist = [command for command in desk.commands if isinstance(command, Persist)]
    assert [change.operation.op_id for change in persist[0].changes] == ["p", "a", "a"]
    assert "p" not in desk.queue.operations


def test_closing_a_payment_works_even_when_the_outbox_is_full() -> None:
    desk = Desk(Policy(open_limit=1)).accept(payment("p"))
    with pytest.raises(OutboxFull):
        desk.accept(order("b"))
    assert desk.take(Accept((order("a"),), Closing("p", OpState.CONFIRMED))).sent == ["a"]


def test_an_unclear_payment_is_kept_for_a_person() -> None:
    desk = Desk().accept(payment("p")).take(Accept((), Closing("p", OpState.UNKNOWN)))
    assert desk.take(Accept((), Closing("p", OpState.IN_DOUBT, "no answer"))).state("p") is OpState.IN_DOUBT
    assert desk.take(Accept((), Closing("p", OpState.CONFIRMED, "slip 4"))).queue.operations == {}


def test_an_unpaid_order_waits_without_blocking_and_goes_when_released() -> None:
    desk = Desk().accept(order("a", "m", held="unpaid"), order("b", "m"))
    assert desk.sent == ["b"]
    assert desk.state("a") is OpState.HELD
    assert desk.queue.operations["a"].detail == "unpaid"
    desk.take(Release("a"))
    assert desk.sent == []
    assert desk.reply("b", Applied()).sent == ["a"]


def test_an_unpaid_order_can_be_cancelled() -> None:
    desk = Desk().accept(order("a", held="unpaid")).take(Cancel("a"))
    assert not desk.queue.operations


def test_cancelling_a_waiting_order_leaves_its_lane_in_order() -> None:
    desk = Desk().accept(order("x"), order("y")).accept(order("a", "m"), order("b", "m"))
    desk.take(Cancel("a"))
    assert desk.reply("x", Applied()).sent == ["b"]


def test_an_order_with_nothing_to_deliver_is_done_when_it_is_written() -> None:
    desk = Desk().accept(Draft("a", "order", "a", {"id": "a"}, Strategy.LOCAL, order_number=3))
    assert [type(command) for command in desk.commands] == [Persist]
    assert not desk.queue.operations
    assert desk.queue.last_order_number == 3


@pytest.mark.parametrize(
    "event",
    [
        Release("nobody"),
        Release("a"),
        Cancel("a"),
        Replied("p", Applied()),
        Accept((order("a"),)),
        Accept((), Closing("a", OpState.CONFIRMED)),
        Accept((), Closing("p", OpState.QUEUED)),
        Accept((Draft("x", "order", "m", {"x": float("nan")}),)),
        Accept((Draft("x", "order", "m", {"x": "y" * PAYLOAD_LIMIT_BYTES}),)),
        Accept((Draft("x", "order", "m\n", {}),)),
        Accept((Draft("x", "payment", "m", {}, Strategy.ATTENDED, held="unpaid"),)),
    ],
    ids=lambda event: str(event)[:60],
)
def test_what_cannot_be_is_refused_and_changes_nothing(event: Event) -> None:
    desk = Desk().accept(order("a")).accept(payment("p"))
    before = desk.queue
    with pytest.raises(OperationRefused):
        desk.take(event)
    assert desk.queue is before


def test_limits_refuse_and_warn_before() -> None:
    desk = Desk(Policy(open_limit=10))
    desk.accept(*(order(f"a{n}") for n in range(7)))
    assert not desk.queue.near_limit
    desk.accept(order("b"))
    assert desk.queue.near_limit
    with pytest.raises(OutboxFull, match="10 at most"):
        desk.accept(order("c"), order("d"), order("e"))
    full = Desk(Policy(open_bytes_limit=100))
    with pytest.raises(OutboxFull, match="100 at most"):
        full.accept(Draft("a", "order", "m", {"x": "y" * 200}))


def test_terminal_states_stay_and_every_other_state_has_a_way_out() -> None:
    assert set(TRANSITIONS) == set(OpState)
    for state, following in TRANSITIONS.items():
        assert (not following) == (state in TERMINAL)


def test_only_a_queued_operation_may_be_sent() -> None:
    assert [s for s, following in TRANSITIONS.items() if OpState.SENDING in following] == [OpState.QUEUED]


@given(failures=st.integers(0, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_back_off_is_never_negative_and_never_past_the_cap(failures: int, chance: float) -> None:
    assert 0.0 <= Policy().backoff_s(failures, chance) <= 300.0


def test_an_idle_outbox_wakes_for_nothing() -> None:
    assert Desk().take(Tick()).queue.next_wake_s == inf
    assert Desk().accept(order("a")).queue.next_wake_s == inf

"""Several effects that belong together: finished in one commit, or undone, never half of each for long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kioskd.outbox.courier import (
    ABSENT,
    Applied,
    Baseline,
    Candidate,
    Found,
    NeverSent,
    Outcome,
    Poison,
    Refused,
    Unclear,
)
from kioskd.outbox.events import (
    Abandon,
    Accept,
    Cancel,
    Event,
    Persist,
    Release,
    ResolveDoubt,
    Retry,
    SagaEnded,
    Tick,
    Verdict,
)
from kioskd.outbox.operation import Closing, Draft, OperationRefused, OutboxFull, Strategy
from kioskd.outbox.policy import Policy
from kioskd.outbox.saga import Course, Decision, SagaState
from kioskd.outbox.states import OpState
from tests.unit.outbox_desk import Desk

FINISH = Decision("s", Course.FINISH)
UNDO = Decision("s", Course.UNDO, "the guest left")
SETTLE_S = Policy().settle_s


def debit(name: str = "debit", card: str = "card:1") -> Draft:
    return Draft(name, "gift", card, {"amount": -500}, Strategy.READ_BACK, saga="s", at_once=True)


def undo(name: str = "debit", card: str = "card:1") -> Draft:
    return Draft(f"undo-{name}", "gift", card, {}, Strategy.READ_BACK, saga="s", compensates=name)


def order(**fields: object) -> Draft:
    return replace(Draft("order", "order", "member:1", {}, saga="s"), **fields)  # type: ignore[arg-type]


def payment() -> Draft:
    return Draft("pay", "payment", "terminal", {}, Strategy.ATTENDED, saga="s")


def begun() -> Desk:
    """The debit and its undo are written down, and the debit is under way."""
    return Desk().accept(debit(), undo()).reply("debit", Baseline({}))


def paid() -> Desk:
    return begun().reply("debit", Applied(remote_uuid="tx-1"))


def ended(desk: Desk) -> list[SagaState]:
    return [command.saga.state for command in desk.commands if isinstance(command, SagaEnded)]


def changed(desk: Desk) -> list[str]:
    persist = desk.commands[0]
    assert isinstance(persist, Persist)
    return [getattr(change, "operation", change).__class__.__name__ for change in persist.changes]


# --- while a guest is in the middle of it ---------------------------------------------------------------


def test_a_step_and_its_undo_are_written_down_together_and_only_the_step_is_sent() -> None:
    desk = Desk().accept(debit(), undo())
    assert changed(desk).count("Operation") == 2
    assert desk.asked == ["debit"]
    assert desk.state("undo-debit") is OpState.HELD


def test_an_armed_undo_is_nobodys_to_release_or_cancel() -> None:
    for event in (Release("undo-debit"), Cancel("undo-debit")):
        with pytest.raises(OperationRefused):
            begun().take(event)


def test_a_step_that_came_to_nothing_needs_no_undo() -> None:
    desk = begun().reply("debit", Refused("not_enough"))
    assert (desk.state("debit"), desk.state("undo-debit")) == (OpState.REJECTED, OpState.CANCELLED)
    assert desk.queue.sagas["s"].state is SagaState.OPEN


# --- finish ----------------------------------------------------------------------------------------------


def test_finishing_drops_the_undo_and_queues_the_order_in_one_commit() -> None:
    desk = paid().take(Accept((order(),), decide=FINISH))
    assert sum(isinstance(command, Persist) for command in desk.commands) == 1
    assert desk.state("undo-debit") is OpState.CANCELLED
    assert desk.sent == ["order"]
    assert ended(desk.reply("order", Applied())) == [SagaState.FINISHED]
    assert not desk.queue.sagas


def test_the_payment_the_order_and_the_decision_are_one_commit() -> None:
    desk = paid().accept(payment())
    desk.take(Accept((order(),), Closing("pay", OpState.CONFIRMED, "trace 1"), FINISH))
    assert desk.sent == ["order"]
    assert ended(desk.reply("order", Applied())) == [SagaState.FINISHED]


def test_finishing_works_even_when_the_outbox_is_full() -> None:
    desk = Desk(Policy(open_limit=2)).accept(debit(), undo())
    desk.reply("debit", Baseline({})).reply("debit", Applied())
    with pytest.raises(OutboxFull):
        desk.accept(*(Draft(f"x{n}", "order", f"x{n}", {}) for n in range(2)))
    assert desk.take(Accept((order(),), decide=FINISH)).sent == ["order"]


def test_a_plan_that_is_new_is_begun_and_decided_at_once() -> None:
    redeem = Draft("redeem", "redeem", "voucher:1", {}, saga="s")
    desk = Desk().take(Accept((redeem, order(depends_on=("redeem",))), decide=FINISH))
    assert desk.sent == ["redeem"]
    assert desk.reply("redeem", Applied()).sent == ["order"]


@pytest.mark.parametrize(
    ("related", "sent"), [({"depends_on": ("redeem",)}, []), ({"follows": ("redeem",)}, ["order"])], ids=str
)
def test_an_order_may_need_a_redemption_or_only_come_after_it(
    related: dict[str, object], sent: list[str]
) -> None:
    redeem = Draft("redeem", "redeem", "voucher:1", {}, saga="s")
    desk = Desk().take(Accept((redeem, order(**related)), decide=FINISH))
    assert desk.reply("redeem", Refused("expired")).sent == sent
    if not sent:
        assert ("order", OpState.CANCELLED) in desk.settled
        assert ended(desk) == [SagaState.INCOMPLETE]


def test_what_waits_for_something_in_doubt_goes_on_after_the_person_said_yes() -> None:
    award = Draft("award", "award", "award:1", {}, Strategy.HUMAN, saga="s")
    plan = (award, order(depends_on=("award",)), order(op_id="report", follows=("award",)))
    desk = Desk().take(Accept(plan, decide=FINISH)).reply("award", Unclear())
    assert desk.sent == ["report"]
    desk.take(ResolveDoubt("award", Verdict.APPLIED, "Kim", "seen"))
    assert desk.state("order") in (OpState.QUEUED, OpState.SENDING)


def test_counting_on_a_debit_that_is_unclear_makes_it_wanted_for_good() -> None:
    desk = begun().reply("debit", Unclear()).take(Accept((order(),), decide=FINISH))
    assert desk.state("undo-debit") is OpState.CANCELLED
    desk.reply("order", Applied())
    desk.take(Tick(), SETTLE_S).reply("debit", Found(()), SETTLE_S)
    assert desk.sent == ["debit"]
    assert ended(desk.reply("debit", Applied(), 200.0)) == [SagaState.FINISHED]


# --- undo ------------------------------------------------------------------------------------------------


def test_undoing_sends_the_undo_of_what_is_in_effect() -> None:
    desk = paid().take(Accept((), decide=UNDO))
    assert desk.asked == ["undo-debit"]
    desk.reply("undo-debit", Baseline({})).reply("undo-debit", Applied())
    assert ended(desk) == [SagaState.UNDONE]


def test_steps_are_undone_latest_first() -> None:
    desk = paid().accept(debit("second"), undo("second")).reply("second", Baseline({}))
    desk.reply("second", Applied()).take(Accept((), decide=UNDO))
    assert desk.asked == ["undo-second"]
    desk.reply("undo-second", Baseline({})).reply("undo-second", Applied())
    assert desk.asked == ["undo-debit"]


def test_latest_first_even_when_the_latest_is_unclear() -> None:
    desk = paid().accept(debit("second"), undo("second")).reply("second", Baseline({}))
    desk.reply("second", Unclear()).take(Accept((), decide=UNDO)).take(Tick(), SETTLE_S)
    assert desk.asked == []
    assert desk.reply("second", Found((Candidate("tx-2"),)), SETTLE_S).asked == ["undo-second"]


def test_what_is_still_under_way_is_undone_only_when_it_is_known_to_be_in_effect() -> None:
    desk = begun().take(Accept((), decide=UNDO))
    assert desk.asked == desk.sent == []
    desk.reply("debit", Unclear()).take(Tick(), SETTLE_S)
    assert desk.read_back == ["debit"]
    desk.reply("debit", Found((Candidate("tx-1"),)), SETTLE_S)
    assert desk.asked == ["undo-debit"]


def test_what_is_found_absent_is_neither_repeated_nor_undone() -> None:
    desk = begun().reply("debit", Unclear()).take(Accept((), decide=UNDO))
    desk.take(Tick(), SETTLE_S).reply("debit", Refused(ABSENT), SETTLE_S)
    assert desk.sent == desk.asked == []
    assert ended(desk) == [SagaState.UNDONE]


def test_a_refused_undo_goes_to_a_person() -> None:
    desk = paid().take(Accept((), decide=UNDO)).reply("undo-debit", Refused("not_last"))
    assert desk.settled == [("undo-debit", OpState.IN_DOUBT)]
    assert desk.queue.operations["undo-debit"].detail == "cannot be undone: not_last"
    desk.take(ResolveDoubt("undo-debit", Verdict.NOT_APPLIED, "Kim", "guest agreed"))
    assert ended(desk) == [SagaState.INCOMPLETE]


def test_one_step_is_given_up_and_the_rest_finished() -> None:
    """The gift card stayed silent, so the guest pays otherwise."""
    desk = begun().reply("debit", Unclear()).take(Abandon("debit", "another tender"))
    desk.accept(payment())
    desk.take(Accept((order(),), Closing("pay", OpState.CONFIRMED), FINISH)).reply("order", Applied())
    desk.take(Tick(), SETTLE_S).reply("debit", Found((Candidate("tx-1"),)), SETTLE_S)
    assert desk.asked == ["undo-debit"]
    desk.reply("undo-debit", Baseline({}), 200.0).reply("undo-debit", Applied(), 200.0)
    assert ended(desk) == [SagaState.FINISHED]


def test_a_finished_step_can_be_given_up_while_its_saga_is_open() -> None:
    assert paid().take(Abandon("debit", "removed from the basket")).asked == ["undo-debit"]


# --- the process dies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome", [Found((Candidate("tx-1"),)), Found(())], ids=["in effect", "not in effect"]
)
def test_a_guest_whose_kiosk_died_gets_the_money_back_if_it_was_taken(outcome: Outcome) -> None:
    desk = begun().restarted()
    assert desk.queue.sagas["s"].state is SagaState.UNDOING
    desk.take(Tick(), SETTLE_S).reply("debit", outcome, SETTLE_S)
    assert desk.asked == (["undo-debit"] if outcome != Found(()) else [])


def test_money_taken_before_the_kiosk_died_is_given_back() -> None:
    assert paid().restarted().asked == ["undo-debit"]


@pytest.mark.parametrize(
    ("said", "decision", "state"),
    [
        (OpState.CONFIRMED, FINISH, OpState.CANCELLED),
        (OpState.REJECTED, UNDO, OpState.QUEUED),
    ],
)
def test_while_a_card_payment_is_open_the_terminal_decides(
    said: OpState, decision: Decision, state: OpState
) -> None:
    desk = paid().accept(payment()).restarted()
    assert desk.queue.sagas["s"].state is SagaState.OPEN
    assert desk.asked == []
    desk.take(Accept((), Closing("pay", said, "trace 1"), decision))
    assert desk.state("undo-debit") is state if decision is UNDO else not desk.queue.operations


def test_a_step_that_waited_is_not_sent_after_a_restart_even_while_a_card_payment_is_open() -> None:
    desk = paid().accept(payment(), Draft("ahead", "gift", "card:2", {}))
    desk.accept(debit("second", "card:2"), undo("second", "card:2")).restarted()
    again = desk.restarted()
    assert (again.state("second"), again.state("undo-second")) == (OpState.CANCELLED, OpState.CANCELLED)
    assert again.state("undo-debit") is OpState.HELD


def test_a_finished_saga_goes_on_after_a_restart_where_it_was() -> None:
    redeem = Draft("redeem", "redeem", "voucher:1", {}, saga="s")
    desk = Desk().take(Accept((redeem, order(depends_on=("redeem",))), decide=FINISH)).restarted()
    assert desk.sent == ["redeem"]
    assert desk.reply("redeem", Applied()).restarted().sent == ["order"]


# --- a person undoes -------------------------------------------------------------------------------------


def _doubtful(decide: Decision | None) -> Desk:
    desk = begun()
    if decide:
        desk.take(Accept((), decide=decide))
    desk.reply("debit", Unclear()).take(Tick(), SETTLE_S).take(Tick(), 2 * SETTLE_S)
    found = Found((Candidate("a"), Candidate("b")))
    while desk.state("debit") is OpState.RECONCILING:
        desk.reply("debit", found, 3 * SETTLE_S).take(Tick(), 4 * SETTLE_S)
    return desk


def test_a_person_finds_it_in_effect_and_has_it_undone() -> None:
    desk = _doubtful(FINISH)
    with pytest.raises(OperationRefused, match="give one"):
        desk.take(ResolveDoubt("debit", Verdict.COMPENSATE, "Kim", "twice"))
    by_hand = replace(undo(), op_id="by-hand")
    desk.take(ResolveDoubt("debit", Verdict.COMPENSATE, "Kim", "twice", "a", by_hand), 500.0)
    assert desk.state("debit") is OpState.COMPENSATING
    assert desk.asked == ["by-hand"]
    desk.reply("by-hand", Baseline({}), 500.0).reply("by-hand", Applied(), 500.0)
    assert ended(desk) == [SagaState.FINISHED]


def test_an_armed_undo_is_used_when_a_person_wants_it() -> None:
    desk = _doubtful(None)
    desk.take(ResolveDoubt("debit", Verdict.COMPENSATE, "Kim", "guest left", "a"), 500.0)
    assert desk.asked == ["undo-debit"]
    desk.reply("undo-debit", Refused("not_last"), 500.0)
    desk.take(ResolveDoubt("undo-debit", Verdict.NOT_APPLIED, "Kim", "no way"), 500.0)
    assert desk.state("debit") is OpState.IN_DOUBT


def test_undoing_waits_for_the_person() -> None:
    desk = _doubtful(UNDO)
    assert desk.state("debit") is OpState.IN_DOUBT
    desk.take(ResolveDoubt("debit", Verdict.APPLIED, "Kim", "seen", "a"), 500.0)
    assert desk.asked == ["undo-debit"]


def test_cancelling_what_was_wanted_and_undoing_the_rest_is_one_commit() -> None:
    """Nobody came to pay: the debit is given back, although its saga was finished."""
    back = replace(undo(), op_id="by-hand")
    desk = paid().take(Accept((order(held="unpaid"),), decide=FINISH))
    desk.take(Cancel("order", "nobody came", (back,)))
    assert sum(isinstance(command, Persist) for command in desk.commands) == 1
    assert desk.asked == ["by-hand"]
    desk.reply("by-hand", Baseline({})).reply("by-hand", Applied())
    assert not desk.queue.sagas


# --- what cannot be --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        Accept((), decide=Decision("nobody", Course.UNDO)),
        Accept((order(depends_on=("nobody",)),)),
        Accept((Draft("x", "order", "x", {}, depends_on=("debit",)),)),
        Accept((replace(undo(), op_id="second-undo"),)),
        Abandon("nobody", ""),
        Abandon("pay", ""),
        ResolveDoubt("pay", Verdict.APPLIED, "Kim", "guess"),
    ],
    ids=lambda event: str(event)[:60],
)
def test_what_cannot_be_is_refused_and_changes_nothing(event: Event) -> None:
    desk = paid().accept(payment())
    before = desk.queue
    with pytest.raises(OperationRefused):
        desk.take(event)
    assert desk.queue is before


@pytest.mark.parametrize("first", [FINISH, UNDO])
@pytest.mark.parametrize("then", [FINISH, UNDO])
def test_a_saga_is_decided_once(first: Decision, then: Decision) -> None:
    desk = paid().take(Accept((order(),) if first is FINISH else (), decide=first))
    with pytest.raises(OperationRefused, match="already"):
        desk.take(Accept((), decide=then))


def _silent(desk: Desk) -> Desk:
    return desk.reply("debit", NeverSent())


@pytest.mark.parametrize("prepare", [begun, lambda: _silent(begun()), paid], ids=["sent", "unsent", "paid"])
def test_abandoning_twice_is_the_same_as_once(prepare: Callable[[], Desk]) -> None:
    desk = prepare().take(Abandon("debit", "a"))
    states = {op_id: member.state for op_id, member in desk.queue.sagas["s"].members.items()}
    desk.take(Abandon("debit", "b"))
    assert {op_id: member.state for op_id, member in desk.queue.sagas["s"].members.items()} == states


# --- not past what is quarantined ----------------------------------------------------------------------


def test_a_void_does_not_overtake_its_claim_that_cannot_be_read() -> None:
    claim = Draft("claim", "claim", "guest:1", {}, saga="s")
    void = Draft("void", "void", "guest:1", {}, saga="s", follows=("claim",))
    desk = Desk().take(Accept((claim,), decide=FINISH)).accept(void)
    desk.reply("claim", Poison("KeyError"))
    assert desk.state("claim") is OpState.QUARANTINED
    assert desk.restarted().sent == []  # a void first, and a claim later, would keep the points
    assert desk.take(Retry("claim", "Kim", "upgraded"), 100.0).sent == ["claim"]
    assert desk.reply("claim", Applied(), 101.0).sent == ["void"]


def test_a_person_who_gives_up_what_is_quarantined_lets_go_what_follows_it() -> None:
    claim = Draft("claim", "claim", "guest:1", {}, saga="s")
    void = Draft("void", "void", "guest:1", {}, saga="s", follows=("claim",))
    desk = Desk().take(Accept((claim,), decide=FINISH)).accept(void)
    desk.reply("claim", Poison("KeyError"))
    assert desk.take(Cancel("claim", "never happened")).sent == ["void"]


# --- what stood alone and is waited for ----------------------------------------------------------------

RETURN = Draft("return", "return", "member:1", {}, saga="s", depends_on=("order",))


def _returned_while_stuck() -> Desk:
    return Desk().accept(order(saga=None)).take(Accept((RETURN,), decide=FINISH))


def test_a_return_does_not_overtake_an_order_that_stood_alone_and_got_stuck() -> None:
    desk = _returned_while_stuck().reply("order", Poison("KeyError"))
    assert desk.state("order") is OpState.QUARANTINED
    assert desk.restarted().take(Tick(), 10_000.0).sent == []
    assert desk.take(Retry("order", "Kim", "upgraded"), 100.0).sent == ["order"]
    assert desk.reply("order", Applied(), 101.0).sent == ["return"]
    desk.reply("return", Applied(), 102.0)
    assert [command.saga.state for command in desk.commands if isinstance(command, SagaEnded)] == [
        SagaState.FINISHED
    ]


def test_an_order_that_is_given_up_is_not_returned() -> None:
    desk = _returned_while_stuck().reply("order", Poison("KeyError"))
    desk.take(Cancel("order", "never happened"))
    assert desk.sent == []
    assert desk.queue.operations == {}
    assert desk.settled == [("order", OpState.CANCELLED), ("return", OpState.CANCELLED)]


def test_a_guest_who_may_still_leave_takes_no_order_along() -> None:
    desk = Desk().accept(order(saga=None)).accept(debit(), undo())
    with pytest.raises(OperationRefused, match="not accepted before it"):
        desk.accept(RETURN)


def test_nobody_waits_for_what_belongs_to_another_saga() -> None:
    desk = _returned_while_stuck()
    again = replace(RETURN, op_id="again", saga="t")
    with pytest.raises(OperationRefused, match="not accepted before it"):
        desk.take(Accept((again,), decide=Decision("t", Course.FINISH)))

"""Between the outbox and a backend: every way a call can end is one word, never an exception."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from kioskd.core import errors
from kioskd.core.deeds import Action, AskAgain, Deed, Done, Finding, MaybeDone, NotDone
from kioskd.core.discount import OfferKind
from kioskd.core.order import Order, Tender
from kioskd.core.order_document import to_document
from kioskd.core.settlement import hold, redeem_id, undo, using
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.drafts import (
    ORDER,
    PAYMENT,
    UNPAID,
    order_draft,
    payment_draft,
    settled_drafts,
    step_draft,
)
from kioskd.daemon.selling.reserved import Hold, Reserved
from kioskd.outbox.courier import (
    ABSENT,
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
from kioskd.outbox.operation import Lock, Operation, Parcel, Result, Strategy
from kioskd.outbox.states import OpState
from tests.unit.backstage import FakeBackend, order
from tests.unit.shopfront import NOON
from tests.unit.truth import MIXED, discount

SOLD = order(1, member_id="m-1")
BRANCHES = [
    (errors.Unreachable("no route"), NeverSent()),
    (errors.Unclear("no answer"), Unclear()),
    (errors.Refused("unknown_card", "in the server's words"), Refused("unknown_card")),
    (errors.Refused("duplicate"), Refused("duplicate")),
    (errors.Throttled(7.5), Throttled(7.5)),
    (errors.Unauthorised("401"), Unauthorised()),
    (errors.LoyaltyError("something new"), Unclear()),
]


def parcel(document: dict[str, object], kind: str = ORDER, **results: Result) -> Parcel:
    operation = Operation(1, "o-1", kind, "member:m-1", Strategy.KEYED, OpState.SENDING, 100)
    return Parcel(operation, document, results)


def courier(answer: object) -> LoyaltyCourier:
    made = LoyaltyCourier()
    made.backend = FakeBackend(answer)
    return made


def every_call(made: LoyaltyCourier) -> list[Outcome]:
    async def call() -> list[Outcome]:
        order = parcel(to_document(SOLD))
        return [
            await made.baseline(order),
            await made.deliver(order),
            await made.read_back(order),
            await made.probe(),
        ]

    return asyncio.run(call())


def test_every_branch_of_the_error_tree_is_covered_here() -> None:
    def leaves(kind: type[errors.LoyaltyError]) -> set[type[errors.LoyaltyError]]:
        return {kind}.union(*(leaves(below) for below in kind.__subclasses__()))

    ours = {kind for kind in leaves(errors.LoyaltyError) if kind.__module__ == errors.__name__}
    assert ours == {type(error) for error, _ in BRANCHES}


@pytest.mark.parametrize(("error", "outcome"), BRANCHES)
def test_a_failure_becomes_its_outcome(error: errors.LoyaltyError, outcome: Outcome) -> None:
    assert every_call(courier(error)) == [outcome] * 4


def test_before_the_backend_is_there_nothing_is_sent() -> None:
    assert every_call(LoyaltyCourier()) == [NeverSent()] * 4


def asked_of(made: LoyaltyCourier) -> Deed:
    assert isinstance(made.backend, FakeBackend)
    (deed,) = made.backend.asked
    assert isinstance(deed, Deed)
    return deed


def test_a_delivered_order_brings_its_points() -> None:
    made = courier(Done("r-1", result={"points": 8, "balance": 1248}))
    outcome = asyncio.run(made.deliver(parcel(to_document(SOLD))))
    assert outcome == Applied({"points": 8, "balance": 1248}, "r-1")
    deed = asked_of(made)
    assert (deed.id, deed.action, deed.details) == ("o-1", Action.TELL_ORDER, to_document(SOLD))


def test_what_is_known_of_earlier_steps_comes_along_when_they_took_effect() -> None:
    made = courier(Done())
    document = {"use": {}, "claim": "c", "earlier": {"old": {"remote_id": "r-0"}}}
    done = Result(OpState.CONFIRMED, "r-1", {"release_key": "k"})
    refused = Result(OpState.REJECTED, None, {})
    asyncio.run(made.deliver(parcel(document, "collect_reward", c=done, d=refused)))
    assert asked_of(made).earlier == {"old": Done("r-0"), "c": Done("r-1", {"release_key": "k"})}


@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        (Done("r-1", {"k": "v"}, {"points": 8}), Applied({"points": 8}, "r-1", {"k": "v"})),
        (NotDone(), Refused(ABSENT)),
        (MaybeDone(("a", "b"), exclusive=True), Found((Candidate("a"), Candidate("b")), exclusive=True)),
        (MaybeDone(()), Found((), exclusive=False)),
        (AskAgain(30.0), NotYet(30.0)),
    ],
)
def test_what_became_of_a_deed_is_said_in_the_outboxs_words(finding: Finding, outcome: Outcome) -> None:
    assert asyncio.run(courier(finding).read_back(parcel(to_document(SOLD)))) == outcome


def test_a_baseline_is_kept_as_the_backend_gives_it() -> None:
    assert asyncio.run(courier(None).baseline(parcel(to_document(SOLD)))) == Baseline({})


def test_letting_go_of_what_is_gone_already_is_done() -> None:
    refused = courier(errors.Refused("locked_elsewhere"))
    release = parcel({"use": {}, "hold": "h"}, "release_voucher")
    assert asyncio.run(refused.deliver(release)) == Applied()
    unclear = courier(errors.Unclear("no answer"))
    assert asyncio.run(unclear.deliver(release)) == Unclear()


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"schema": 2},
        {**to_document(SOLD), "lines": None},
        {**to_document(SOLD), "currency": "euro"},
        {**to_document(SOLD), "tender": "gold"},
    ],
)
@pytest.mark.parametrize("kind", [ORDER, "no_deed"])
def test_what_is_no_deed_is_poison_and_nothing_is_sent(document: dict[str, object], kind: str) -> None:
    made = courier(Done())
    outcome = asyncio.run(made.deliver(parcel(document, kind)))
    assert isinstance(outcome, Poison)
    assert "euro" not in outcome.reason  # the kind of mistake, never what was in it
    assert isinstance(made.backend, FakeBackend)
    assert made.backend.asked == []


def test_a_refused_token_is_told_to_staff(caplog: pytest.LogCaptureFixture) -> None:
    every_call(courier(errors.Unauthorised("Bearer secret-token")))
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    assert "check it" in caplog.text
    assert "secret-token" not in caplog.text


def test_orders_of_a_member_keep_their_order_and_others_have_lanes_of_their_own() -> None:
    assert order_draft(SOLD, loyalty=True).lane == "member:m-1"
    assert order_draft(order(2), loyalty=True).lane == "order:o-2"


@pytest.mark.parametrize(
    ("sold", "loyalty", "strategy"),
    [
        (SOLD, True, Strategy.KEYED),
        (replace(SOLD, member_id=None, credential="KD-1001"), True, Strategy.KEYED),
        (replace(SOLD, member_id=None), True, Strategy.LOCAL),
        (SOLD, False, Strategy.LOCAL),
    ],
)
def test_a_backend_is_told_only_what_concerns_somebody(
    sold: Order, loyalty: bool, strategy: Strategy
) -> None:
    assert order_draft(sold, loyalty=loyalty).strategy is strategy


def test_what_is_paid_at_the_counter_is_held_until_then() -> None:
    assert order_draft(order(1, tender=Tender.COUNTER), loyalty=True).held == UNPAID
    assert order_draft(order(1), loyalty=True).held is None


def test_the_intent_to_charge_carries_the_whole_order_and_uses_up_its_number() -> None:
    draft = payment_draft(SOLD)
    assert draft.kind == PAYMENT
    assert draft.strategy is Strategy.ATTENDED
    assert draft.payload == to_document(SOLD)
    assert (draft.amount_minor, draft.currency, draft.order_number) == (SOLD.total.minor, "EUR", 1)
    assert draft.op_id != order_draft(SOLD, loyalty=True).op_id


# --- settlements --------------------------------------------------------------------------------------------

VOUCHER = discount(1, OfferKind.VOUCHER)
HELD = Hold("hold-t1", over_s=4600.0, until=NOON)
RESERVED = Reserved("s-1", {"t1": HELD})


def redeem(held: Hold, *, reusable: bool = False) -> tuple[Strategy, Lock | None]:
    used = replace(VOUCHER, use=replace(VOUCHER.use, reusable=reusable))
    (step,) = using(replace(MIXED, discounts=(used,)), {"t1": "hold-t1"})
    draft = step_draft(step, "s-1", hold=held, now_s=1000.0)
    assert (draft.op_id, draft.depends_on) == (redeem_id(VOUCHER), ("hold-t1",))
    return draft.strategy, draft.lock


def test_a_voucher_is_redeemed_behind_its_lock_as_long_as_that_stands() -> None:
    assert redeem(HELD) == (Strategy.FENCED, Lock(3600.0, NOON))
    assert redeem(replace(HELD, over_s=1060.0)) == (Strategy.READ_BACK, None)  # about to lapse
    assert redeem(replace(HELD, over_s=None)) == (Strategy.READ_BACK, None)  # taken by another process
    assert redeem(HELD, reusable=True) == (Strategy.READ_BACK, None)  # to see it used proves nothing


def test_letting_go_may_be_repeated_and_nothing_else_may() -> None:
    step = hold(VOUCHER.use, "hold-t1")
    back = undo(step)
    assert back
    assert step_draft(step, "s-1", at_once=True).strategy is Strategy.READ_BACK
    assert step_draft(back, "s-1").strategy is Strategy.KEYED
    assert step_draft(back, "s-1").compensates == "hold-t1"


def test_the_order_comes_after_everything_that_was_used_for_it_and_waits_for_none_that_failed() -> None:
    *uses, told = settled_drafts(MIXED, RESERVED, loyalty=True, now_s=1000.0)
    assert [draft.kind for draft in uses] == ["redeem_voucher", "collect_reward", "collect_reward"]
    assert told.depends_on == ()
    assert set(told.follows) == set(told.payload["steps"].values()) | {"claim-o-1-d3"}
    assert {draft.saga for draft in (*uses, told)} == {"s-1"}
    assert told.lane == "member:m-1"


def test_the_intent_to_charge_knows_what_is_reserved_and_charges_what_is_due() -> None:
    draft = payment_draft(MIXED, RESERVED)
    assert (draft.saga, draft.amount_minor) == ("s-1", MIXED.due.minor)
    assert Reserved.remembered("s-1", draft.payload).hold_ids == {"t1": "hold-t1"}

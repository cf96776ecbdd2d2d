"""Between the outbox and a backend: every way a call can end is one word, never an exception."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from kioskd.core import errors
from kioskd.core.order import Order, Tender
from kioskd.core.order_document import to_document
from kioskd.core.ports import Delivered
from kioskd.daemon.courier import ORDER, PAYMENT, UNPAID, LoyaltyCourier, order_draft, payment_draft
from kioskd.outbox.courier import (
    ABSENT,
    Applied,
    NeverSent,
    Outcome,
    Poison,
    Refused,
    Throttled,
    Unauthorised,
    Unclear,
)
from kioskd.outbox.operation import Operation, Parcel, Strategy
from kioskd.outbox.states import OpState
from tests.unit.backstage import FakeBackend, order

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


def parcel(document: dict[str, object]) -> Parcel:
    operation = Operation(1, "o-1", ORDER, "member:m-1", Strategy.KEYED, OpState.SENDING, 100)
    return Parcel(operation, document)


def courier(answer: object) -> LoyaltyCourier:
    made = LoyaltyCourier()
    made.backend = FakeBackend(answer)
    return made


def every_call(made: LoyaltyCourier) -> list[Outcome]:
    async def call() -> list[Outcome]:
        order = parcel(to_document(SOLD))
        return [await made.deliver(order), await made.read_back(order), await made.probe()]

    return asyncio.run(call())


def test_every_branch_of_the_error_tree_is_covered_here() -> None:
    def leaves(kind: type[errors.LoyaltyError]) -> set[type[errors.LoyaltyError]]:
        return {kind}.union(*(leaves(below) for below in kind.__subclasses__()))

    ours = {kind for kind in leaves(errors.LoyaltyError) if kind.__module__ == errors.__name__}
    assert ours == {type(error) for error, _ in BRANCHES}


@pytest.mark.parametrize(("error", "outcome"), BRANCHES)
def test_a_failure_becomes_its_outcome(error: errors.LoyaltyError, outcome: Outcome) -> None:
    assert every_call(courier(error)) == [outcome] * 3


def test_before_the_backend_is_there_nothing_is_sent() -> None:
    assert every_call(LoyaltyCourier()) == [NeverSent()] * 3


def test_a_delivered_order_brings_its_points() -> None:
    made = courier(Delivered(8, 1248))
    outcome = asyncio.run(made.deliver(parcel(to_document(SOLD))))
    assert outcome == Applied({"points": 8, "balance": 1248})
    assert isinstance(made.backend, FakeBackend)
    (told,) = made.backend.asked
    assert isinstance(told, Order)
    assert (told.id, told.total) == (SOLD.id, SOLD.total)


def test_an_order_that_is_found_is_applied_and_one_that_is_not_is_absent() -> None:
    found = courier(Delivered(None, None))
    assert asyncio.run(found.read_back(parcel(to_document(SOLD)))) == Applied(
        {"points": None, "balance": None}
    )
    assert isinstance(found.backend, FakeBackend)
    assert found.backend.asked == ["o-1"]
    assert asyncio.run(courier(None).read_back(parcel(to_document(SOLD)))) == Refused(ABSENT)


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
def test_what_is_no_order_is_poison_and_nothing_is_sent(document: dict[str, object]) -> None:
    made = courier(Delivered(8, 1248))
    outcome = asyncio.run(made.deliver(parcel(document)))
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

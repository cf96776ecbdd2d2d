"""Offers, stored value and a card pay one order: all of it, or nothing of it, and the guest is told once."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.deeds import Action, Deed, Finding
from kioskd.core.denial import Denial
from kioskd.core.events import (
    OfferHeld,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    RewardClaimed,
    SettlementDenied,
)
from kioskd.core.order import Order, Tender
from kioskd.core.ports import PaymentResult
from kioskd.daemon.selling import settlement as settlement_module
from kioskd.outbox.operation import Draft
from tests.unit.backstage import listed
from tests.unit.settling import (
    APPROVED,
    DECLINED,
    FIRST,
    KEPT,
    RESERVING,
    SPENT,
    UNKNOWN,
    WISH,
    settle,
    told,
)
from tests.unit.truth import (
    EAGER,
    MIXED,
    Fault,
    Ledger,
    Process,
    mixed,
)

# --- all goes well ------------------------------------------------------------------------------------------


def test_everything_is_used_once_and_the_order_is_linked_to_it(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        assert process.news.events == [OfferHeld("t1")]
        await process.settlement.settle(MIXED)
        assert process.news.events[1] == RESERVING
        assert told(process) == [
            PaymentEnded("o-1", PaymentOutcome.APPROVED, "Trace 7"),
            OrderAccepted("o-1", "Trace 7"),
        ]
        assert process.terminal.paid == [("o-1", MIXED.due)]
        await process.at_rest()

    ledger = settle(tmp_path, scenario)
    assert ledger.state() == SPENT
    assert ledger.orders == {
        "o-1": {
            "t1": "did-redeem-o-1-d1",
            "t2": "did-claim-o-1-d2",
            "t3": "did-collect-o-1-d3",
            "t4": "did-collect-o-1-d4",
            "o-1-p1": "did-charge-o-1-p1",
            "o-1-p2": "did-charge-o-1-p2",
        }
    }


def test_a_voucher_that_is_not_held_yet_is_held_when_the_order_is_settled(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        await process.at_rest()

    ledger = settle(tmp_path, scenario)
    assert ledger.state() == SPENT
    assert ledger.done[Action.HOLD_VOUCHER] == 1


def test_the_money_is_there_before_anybody_is_asked_for_a_card(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        ledger = process.backend.ledger

        def asked() -> None:
            assert (ledger.gift["g-1"], ledger.prepaid, ledger.points) == (700, 800, 870)
            assert ledger.vouchers == {"right-1": "key-hold-o-1-d1"}

        process.terminal.when_asked = asked
        await process.settlement.settle(MIXED)

    settle(tmp_path, scenario)


def test_accepted_means_on_the_disk(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        def posted(event: object) -> None:
            if isinstance(event, OrderAccepted):
                assert "o-1" in process.outbox._worker.queue.sagas["settle-o-1"].members

        process.when_posted = posted
        await process.settlement.settle(MIXED)

    settle(tmp_path, scenario)


def test_stored_value_alone_needs_no_terminal(tmp_path: Path) -> None:
    order = replace(MIXED, tender=Tender.NONE)

    async def scenario(process: Process) -> None:
        await process.settlement.settle(order)
        assert told(process) == [OrderAccepted("o-1")]
        assert process.terminal.paid == []
        await process.at_rest()

    assert settle(tmp_path, scenario).state() == SPENT


# --- what does not go well ----------------------------------------------------------------------------------

RESERVED = [
    (Action.HOLD_VOUCHER, "t1"),
    (Action.CLAIM_REWARD, "t2"),
    (Action.CHARGE_GIFT_CARD, "g-1"),
    (Action.CHARGE_PREPAID, "m-1"),
]


@pytest.mark.parametrize(("action", "part"), RESERVED)
@pytest.mark.parametrize(
    ("fault", "denial"),
    [("refused:not_available", Denial.NOT_AVAILABLE), ("unreachable", Denial.UNREACHABLE)],
)
@pytest.mark.parametrize("tender", [Tender.CARD, Tender.COUNTER])
def test_a_refused_step_undoes_those_before_it_and_says_which_it_was(
    tmp_path: Path, action: Action, part: str, fault: Fault, denial: Denial, tender: Tender
) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(mixed(tender=tender))
        assert told(process) == [SettlementDenied("o-1", part, denial)]
        assert process.terminal.paid == []
        await process.at_rest()

    ledger = settle(tmp_path, scenario, faults={action: fault})
    assert ledger.state() in (FIRST, KEPT)
    assert ledger.orders == {}


@pytest.mark.parametrize(("action", "part"), RESERVED)
@pytest.mark.parametrize("fault", ["lost answer", "lost request"])
def test_a_step_nobody_knows_the_end_of_is_undone_if_it_took_effect(
    tmp_path: Path, action: Action, part: str, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the backend cannot say while the guest waits."""
    monkeypatch.setattr(settlement_module, "STEP_S", 0.4)  # yet enough for those before it

    ledger = Ledger()

    async def never(deed: Deed, baseline: object) -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    async def scenario(process: Process) -> None:
        process.backend.find_out = never  # type: ignore[method-assign]
        await process.settlement.settle(MIXED)
        assert told(process) == [SettlementDenied("o-1", part, Denial.UNCLEAR)]
        assert len(await process.outbox.sagas()) == 1

    async def later(process: Process) -> None:
        if action is Action.HOLD_VOUCHER:
            ledger.vouchers.clear()  # the lock lapsed: nobody has its key
        await process.at_rest()

    settle(tmp_path, scenario, ledger=ledger, faults={action: fault})
    settle(tmp_path, later, ledger=ledger)
    assert ledger.state() in (FIRST, KEPT)


@pytest.mark.parametrize(
    "action", [Action.CLAIM_REWARD, Action.CHARGE_GIFT_CARD, Action.CHARGE_PREPAID], ids=str
)
def test_a_lost_answer_that_is_found_in_time_costs_the_guest_nothing(tmp_path: Path, action: Action) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        assert told(process)[-1] == OrderAccepted("o-1", "Trace 7")
        await process.at_rest()

    assert settle(tmp_path, scenario, faults={action: "lost answer"}).state() == SPENT


@pytest.mark.parametrize("fault", ["lost answer", "lost request", "unreachable"])
@pytest.mark.parametrize("action", [Action.REDEEM_VOUCHER, Action.COLLECT_REWARD, Action.TELL_ORDER], ids=str)
def test_after_the_money_everything_comes_to_its_end(tmp_path: Path, action: Action, fault: Fault) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        assert told(process)[-1] == OrderAccepted("o-1", "Trace 7")
        await process.at_rest()

    ledger = settle(tmp_path, scenario, faults={action: fault})
    assert ledger.state() == SPENT
    assert list(ledger.orders) == ["o-1"]


def test_an_order_is_told_without_the_link_to_a_voucher_that_could_not_be_redeemed(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        await process.at_rest()

    ledger = settle(tmp_path, scenario, faults={Action.REDEEM_VOUCHER: "refused:expired"})
    assert ledger.orders["o-1"]["t1"] is None
    assert ledger.orders["o-1"]["t3"] == "did-collect-o-1-d3"


@pytest.mark.parametrize(
    "outcome", [PaymentOutcome.DECLINED, PaymentOutcome.ABORTED, PaymentOutcome.UNAVAILABLE]
)
def test_a_card_that_was_not_charged_undoes_everything_and_the_next_try_does_it_anew(
    tmp_path: Path, outcome: PaymentOutcome
) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        await process.settlement.settle(MIXED)
        assert [type(event) for event in process.news.events[-2:]] == [RewardClaimed, PaymentEnded]
        assert told(process) == [PaymentEnded("o-1", outcome)]
        await process.at_rest()
        assert process.backend.ledger.state() == KEPT
        order = mixed("o-2")
        await process.settlement.settle(replace(order, discounts=(*order.discounts[:2], order.discounts[3])))
        assert told(process)[-1] == OrderAccepted("o-2", "Trace 7")
        await process.at_rest()

    ledger = settle(tmp_path, scenario, PaymentResult(outcome), APPROVED)
    assert ledger.gift["g-1"] == 700
    assert list(ledger.orders) == ["o-2"]


def test_a_reward_that_keeps_is_told_to_the_guest_when_the_order_fails(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        (claimed,) = [event for event in process.news.events if isinstance(event, RewardClaimed)]
        assert (claimed.order_id, claimed.offer_id, claimed.points_left) == ("o-1", "t3", 870)
        assert (claimed.collectable.id, claimed.collectable.title) == ("did-claim-o-1-d3", "Offer 3")

    settle(tmp_path, scenario, DECLINED)


@pytest.mark.parametrize("approved", [True, False])
def test_an_unknown_payment_keeps_everything_reserved_until_somebody_knows(
    tmp_path: Path, approved: bool
) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        await process.settlement.forget()
        assert told(process) == [PaymentEnded("o-1", PaymentOutcome.UNKNOWN)]
        assert process.backend.ledger.gift["g-1"] == 700
        await process.payments.decide("A1", paid=approved)
        await process.at_rest()

    ledger = settle(tmp_path, scenario, UNKNOWN)
    assert ledger.state() == (SPENT if approved else KEPT)
    assert list(ledger.orders) == (["o-1"] if approved else [])


def test_a_balance_that_fell_below_zero_is_refused_and_paid_back(tmp_path: Path) -> None:
    ledger = Ledger(prepaid=100, overdraws=True)

    async def scenario(process: Process) -> None:
        await process.settlement.settle(MIXED)
        assert told(process) == [SettlementDenied("o-1", "m-1", Denial.INSUFFICIENT_BALANCE)]
        await process.at_rest()

    assert settle(tmp_path, scenario, ledger=ledger).prepaid == 100


@pytest.mark.parametrize("action", [action for action, _ in RESERVED], ids=str)
def test_a_guest_who_changes_their_mind_meanwhile_gets_everything_back(
    tmp_path: Path, action: Action
) -> None:
    async def scenario(process: Process) -> None:
        aborts: list[asyncio.Task[None]] = []

        def asked(deed: object) -> None:
            if getattr(deed, "action", None) is action and not aborts:
                aborts.append(asyncio.create_task(process.settlement.abort("o-1")))

        process.backend.when_asked = asked
        await process.settlement.settle(MIXED)
        assert told(process) == [PaymentEnded("o-1", PaymentOutcome.ABORTED)]
        assert process.terminal.paid == []
        assert process.terminal.aborts == 0
        await process.at_rest()

    ledger = settle(tmp_path, scenario)
    assert ledger.state() in (FIRST, KEPT)


def test_once_the_terminal_is_asked_it_has_the_last_word(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        process.terminal.hold = asyncio.Event()
        paying = asyncio.create_task(process.settlement.settle(MIXED))
        await process.news.until(PaymentProgress, 2)
        await process.settlement.abort("o-1")
        assert process.terminal.aborts == 1
        process.terminal.hold.set()
        await paying
        assert told(process)[-1] == OrderAccepted("o-1", "Trace 7")

    settle(tmp_path, scenario)


def test_all_steps_together_take_no_longer_than_a_guest_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(process: Process) -> None:
        def slow(deed: object) -> None:
            process.clock.skip(20.0)

        process.backend.when_asked = slow
        await process.settlement.settle(MIXED)
        (ended,) = told(process)
        assert isinstance(ended, SettlementDenied)
        assert ended.denial in (Denial.UNREACHABLE, Denial.UNCLEAR)
        await process.at_rest()

    assert settle(tmp_path, scenario).state() in (FIRST, KEPT)


def test_when_the_queue_is_full_nothing_is_begun_and_plain_orders_are_sold(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.outbox.accept(Draft("stuck", "order", "x", {}, held="unpaid"))
        await process.settlement.settle(MIXED)
        assert told(process) == [SettlementDenied("o-1", "t1", Denial.UNREACHABLE)]
        plain = replace(mixed("o-2", Tender.NONE), discounts=(), payments=())
        await process.settlement.settle(plain)
        assert told(process)[-1] == OrderAccepted("o-2", points_promised=False)

    policy = replace(EAGER, open_limit=1)
    assert settle(tmp_path, scenario, policy=policy).state() == FIRST


def test_a_busy_terminal_costs_nothing(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        await process.settlement.settle(MIXED)
        await process.settlement.settle(mixed("o-2"))
        assert told(process)[-1] == PaymentEnded("o-2", PaymentOutcome.UNAVAILABLE)
        assert "charge-o-2-p1" not in await listed(process.outbox)

    settle(tmp_path, scenario, UNKNOWN)


# --- secrets ------------------------------------------------------------------------------------------------


def test_no_code_is_ever_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        await process.settlement.settle(MIXED)
        await process.payments.decide("A1", paid=True)
        await process.at_rest()

    settle(tmp_path, scenario, UNKNOWN)
    assert "SECRET" not in caplog.text
    assert "order A1" in caplog.text


# --- what it costs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [MIXED, replace(MIXED, discounts=(), payments=())], ids=["mixed", "plain"])
def test_between_the_approved_card_and_the_thanks_lies_one_commit(tmp_path: Path, order: Order) -> None:
    async def scenario(process: Process) -> None:
        store, commits = process.outbox._store, []
        commit = store.commit

        def counted(*changes: Any, **how: Any) -> None:
            commits.append([type(event).__name__ for event in process.news.events[-1:]])
            commit(*changes, **how)

        store.commit = counted  # type: ignore[method-assign]
        await process.settlement.settle(order)
        assert commits.count(["PaymentEnded"]) == 1

    settle(tmp_path, scenario)

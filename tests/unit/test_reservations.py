"""Vouchers are held from the moment they are taken until the guest has paid or gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.deeds import Action
from kioskd.core.denial import Denial
from kioskd.core.effects import HoldVoucher
from kioskd.core.events import (
    OfferDenied,
    OfferHeld,
    PaymentProgress,
    SettlementDenied,
)
from kioskd.daemon.selling.settlement import RENEW_S
from tests.unit.settling import (
    FIRST,
    SPENT,
    VOUCHER,
    WISH,
    settle,
    told,
)
from tests.unit.truth import (
    MIXED,
    Fault,
    Ledger,
    Process,
)


@pytest.mark.parametrize(
    ("fault", "denial"),
    [
        ("refused:locked_elsewhere", Denial.LOCKED_ELSEWHERE),
        ("refused:expired", Denial.EXPIRED),
        ("refused:something new", Denial.NOT_AVAILABLE),
        ("unreachable", Denial.UNREACHABLE),
        ("lost answer", Denial.UNCLEAR),
    ],
)
def test_a_voucher_that_cannot_be_held_is_denied_with_the_reason(
    tmp_path: Path, fault: Fault, denial: Denial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kioskd.daemon.selling.reservations.STEP_S", 0.05)

    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        assert process.news.events == [OfferDenied("t1", denial)]

    settle(tmp_path, scenario, faults={Action.HOLD_VOUCHER: fault})


def test_a_voucher_that_was_denied_can_be_taken_again(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        await process.settlement.hold(replace(WISH, offer_id="t2"))
        assert process.news.events == [OfferDenied("t1", Denial.UNREACHABLE), OfferHeld("t2")]

    settle(tmp_path, scenario, faults={Action.HOLD_VOUCHER: "unreachable"})


def test_a_voucher_that_is_not_wanted_any_more_is_let_go(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        await process.settlement.let_go("t1")
        await process.until(lambda: process.backend.ledger.state() == FIRST)
        await process.settlement.let_go("t1")  # twice is the same as once
        await process.settlement.let_go("nobody's")

    settle(tmp_path, scenario)


def test_a_hold_on_its_way_is_let_go_when_it_arrives_and_nobody_is_told(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        hold = asyncio.create_task(process.settlement.hold(WISH))
        await asyncio.sleep(0)
        await process.settlement.let_go("t1")
        await hold
        assert process.news.events == []
        await process.until(lambda: process.outbox.counts().open == 0)

    assert settle(tmp_path, scenario).state() == FIRST


@pytest.mark.parametrize("wait", [True, False])
def test_a_guest_who_leaves_holds_nothing(tmp_path: Path, wait: bool) -> None:
    async def scenario(process: Process) -> None:
        hold = asyncio.create_task(process.settlement.hold(WISH))
        if wait:
            await hold
        await asyncio.sleep(0)
        await process.settlement.forget()
        await process.settlement.forget()
        await hold
        await process.at_rest()

    assert settle(tmp_path, scenario).state() == FIRST


def test_a_guest_who_leaves_while_it_is_being_settled_has_paid(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        process.terminal.hold = asyncio.Event()
        paying = asyncio.create_task(process.settlement.settle(MIXED))
        await process.news.until(PaymentProgress, 2)
        await process.settlement.forget()
        process.terminal.hold.set()
        await paying
        await process.at_rest()

    assert settle(tmp_path, scenario).state() == SPENT


@pytest.mark.parametrize("also_in_order", [True, False], ids=["a mixed order", "a plain order"])
def test_held_vouchers_that_the_order_does_not_use_are_let_go(tmp_path: Path, also_in_order: bool) -> None:
    order = MIXED if also_in_order else replace(MIXED, discounts=(), payments=())

    async def scenario(process: Process) -> None:
        await process.settlement.hold(HoldVoucher("t9", replace(VOUCHER, id="right-9"), None))
        await process.settlement.settle(order)
        await process.at_rest()

    ledger = settle(tmp_path, scenario)
    assert "right-9" not in ledger.vouchers
    assert list(ledger.orders) == ["o-1"]


def test_a_lock_about_to_lapse_is_taken_anew(tmp_path: Path) -> None:
    ledger = Ledger()

    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        process.clock.skip(3600.0 - RENEW_S + 1)
        await process.settlement.settle(MIXED)
        await process.at_rest()

    assert settle(tmp_path, scenario, ledger=ledger).state() == SPENT
    assert ledger.done[Action.HOLD_VOUCHER] == 2
    assert ledger.done[Action.RELEASE_VOUCHER] == 1


def test_a_lock_that_lapsed_and_is_anothers_now_denies_the_order(tmp_path: Path) -> None:
    ledger = Ledger()

    async def scenario(process: Process) -> None:
        await process.settlement.hold(WISH)
        process.clock.skip(3700.0)
        ledger.vouchers["right-1"] = "somebody else's key"
        await process.settlement.settle(MIXED)
        assert told(process) == [SettlementDenied("o-1", "t1", Denial.LOCKED_ELSEWHERE)]
        await process.at_rest()  # letting go of what is another's is no mistake

    settle(tmp_path, scenario, ledger=ledger)
    assert ledger.vouchers == {"right-1": "somebody else's key"}
    assert ledger.orders == {}

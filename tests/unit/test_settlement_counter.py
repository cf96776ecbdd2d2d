"""To be paid at the counter: offers and stored value are used at once, and given back if nobody pays."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

import pytest

from kioskd.core.deeds import Action
from kioskd.core.events import (
    OrderAccepted,
)
from kioskd.core.order import Tender
from tests.unit.settling import (
    KEPT,
    SPENT,
    settle,
    told,
)
from tests.unit.truth import (
    Fault,
    Ledger,
    Process,
    mixed,
)


def at_the_counter(process: Process) -> Awaitable[None]:
    return process.settlement.settle(mixed(tender=Tender.COUNTER))


def test_at_the_counter_all_but_the_order_itself_is_done_at_once(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await at_the_counter(process)
        assert told(process) == [OrderAccepted("o-1")]
        await process.until(lambda: process.backend.ledger.state() == SPENT)
        assert process.backend.ledger.orders == {}
        await process.selling.paid_at_counter("A1")
        await process.at_rest()

    ledger = settle(tmp_path, scenario)
    assert ledger.orders["o-1"]["t1"] == "did-redeem-o-1-d1"


def test_an_order_nobody_pays_for_is_undone_completely(tmp_path: Path) -> None:
    async def scenario(process: Process) -> None:
        await at_the_counter(process)
        await process.until(lambda: process.backend.ledger.state() == SPENT)
        await process.selling.dropped_at_counter("A1")
        await process.at_rest()

    ledger = settle(tmp_path, scenario)
    assert ledger.state() == KEPT
    assert ledger.orders == {}


def test_an_unpaid_order_is_undone_after_a_restart_too(tmp_path: Path) -> None:
    ledger = Ledger()

    async def before(process: Process) -> None:
        await at_the_counter(process)
        await process.until(lambda: ledger.state() == SPENT)

    async def after(process: Process) -> None:
        await process.selling.dropped_at_counter("A1")
        await process.at_rest()

    settle(tmp_path, before, ledger=ledger)
    assert settle(tmp_path, after, ledger=ledger).state() == KEPT


@pytest.mark.parametrize("action", [Action.REDEEM_VOUCHER, Action.COLLECT_REWARD])
@pytest.mark.parametrize("fault", ["lost answer", "lost request", "unreachable", "refused:used"])
def test_an_unpaid_order_is_undone_whatever_became_of_its_offers(
    tmp_path: Path, action: Action, fault: Fault
) -> None:
    async def scenario(process: Process) -> None:
        await at_the_counter(process)
        await process.selling.dropped_at_counter("A1")
        await process.at_rest()

    ledger = settle(tmp_path, scenario, faults={action: fault})
    assert ledger.state() == KEPT

"""A power cut at any moment of an order paid in four ways: after the next start money and offers are right.

The outbox is copied as it lies on the disk at that moment; the old process does nothing any more.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kioskd.core.deeds import Action
from kioskd.core.effects import HoldVoucher
from kioskd.core.events import Event, OrderAccepted, PaymentEnded, PaymentOutcome
from kioskd.core.member import Voucher
from kioskd.core.order import Tender
from kioskd.core.ports import PaymentResult
from tests.unit.settling import FIRST, KEPT, SPENT
from tests.unit.truth import BooksBackend, Fault, Ledger, MortalTerminal, Process, mixed, open_shop

RESERVING = (Action.HOLD_VOUCHER, Action.CLAIM_REWARD, Action.CHARGE_GIFT_CARD, Action.CHARGE_PREPAID)
USING = (Action.REDEEM_VOUCHER, Action.COLLECT_REWARD, Action.TELL_ORDER)
DEATHS = ("dies before", "dies after")
WISH = HoldVoucher("t1", Voucher("right-1", "Offer 1", code="V-SECRET"), "m-1")


def live_and_die(
    folder: Path,
    ledger: Ledger,
    terminal: MortalTerminal,
    faults: dict[Action, Fault],
    *,
    tender: Tender = Tender.CARD,
    dies_at: type[Event] | None = None,
) -> None:
    """A guest takes a voucher and pays; the process dies in between."""
    live, crashed = folder / "live", folder / "crashed"
    live.mkdir()

    async def run() -> None:
        backend = BooksBackend(ledger, faults)
        async with open_shop(live, backend, terminal, crashed=crashed) as process:

            def posted(event: Event) -> None:
                if dies_at and isinstance(event, dies_at) and not process.died.is_set():
                    backend.cut()

            process.when_posted = posted

            async def visit() -> None:
                await process.settlement.hold(WISH)
                await process.settlement.settle(mixed(tender=tender))
                await process.at_rest()

            await process.unless_it_dies(visit())
            assert process.died.is_set()

    asyncio.run(run())


def start_again(folder: Path, ledger: Ledger, terminal: MortalTerminal, *, unpaid: bool = False) -> Process:
    """Two starts: what the second finds must be at rest."""

    async def run() -> Process:
        for _ in range(2):
            async with open_shop(folder / "crashed", BooksBackend(ledger), terminal) as process:
                assert await process.payments.ask_about_left_over()
                if unpaid:
                    await process.until(lambda: process.outbox.counts().open <= 1)
                else:
                    await process.at_rest()
        return process

    return asyncio.run(run())


def survivor(before: MortalTerminal) -> MortalTerminal:
    """The terminal was not switched off: it remembers."""
    after = MortalTerminal()
    after.ledger = before.ledger
    return after


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("action", RESERVING, ids=str)
def test_before_the_card_everything_is_given_back(tmp_path: Path, action: Action, death: Fault) -> None:
    ledger, terminal = Ledger(), MortalTerminal()
    live_and_die(tmp_path, ledger, terminal, {action: death})
    if action is Action.HOLD_VOUCHER:
        ledger.vouchers.clear()  # the key of a lock is lost with its answer: it lapses within the hour
    start_again(tmp_path, ledger, survivor(terminal))
    # The reward that keeps was claimed, and stays collectable, from the second claim on.
    assert ledger.state() in (FIRST, KEPT)
    assert (ledger.gift["g-1"], ledger.prepaid, ledger.vouchers) == (1000, 1000, {})
    assert ledger.orders == {}
    assert terminal.paid == []


@pytest.mark.parametrize("death", DEATHS)
def test_at_the_card_the_terminal_decides(tmp_path: Path, death: Fault) -> None:
    ledger, terminal = Ledger(), MortalTerminal(fault=death)
    live_and_die(tmp_path, ledger, terminal, {})
    process = start_again(tmp_path, ledger, survivor(terminal))
    assert ledger.state() == (SPENT if death == "dies after" else KEPT)
    assert list(ledger.orders) == (["o-1"] if death == "dies after" else [])
    assert process.terminal.paid == []


@pytest.mark.parametrize("outcome", [PaymentOutcome.APPROVED, PaymentOutcome.DECLINED])
def test_the_terminal_had_answered_and_nothing_was_written_down_yet(
    tmp_path: Path, outcome: PaymentOutcome
) -> None:
    ledger, terminal = Ledger(), MortalTerminal(PaymentResult(outcome))
    paid = outcome is PaymentOutcome.APPROVED
    live_and_die(tmp_path, ledger, terminal, {}, dies_at=PaymentEnded)
    start_again(tmp_path, ledger, survivor(terminal))
    assert ledger.state() == (SPENT if paid else KEPT)
    assert list(ledger.orders) == (["o-1"] if paid else [])


@pytest.mark.parametrize("tender", [Tender.CARD, Tender.NONE])
@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("action", USING, ids=str)
def test_after_the_thanks_everything_is_used_and_told(
    tmp_path: Path, action: Action, death: Fault, tender: Tender
) -> None:
    ledger, terminal = Ledger(), MortalTerminal()
    live_and_die(tmp_path, ledger, terminal, {action: death}, tender=tender)
    start_again(tmp_path, ledger, survivor(terminal))
    assert ledger.state() == SPENT
    assert list(ledger.orders) == ["o-1"]


@pytest.mark.parametrize("tender", [Tender.CARD, Tender.NONE, Tender.COUNTER])
def test_a_guest_who_was_thanked_has_an_order(tmp_path: Path, tender: Tender) -> None:
    ledger, terminal = Ledger(), MortalTerminal()
    live_and_die(tmp_path, ledger, terminal, {}, tender=tender, dies_at=OrderAccepted)
    start_again(tmp_path, ledger, survivor(terminal), unpaid=tender is Tender.COUNTER)
    assert ledger.state() == SPENT
    assert list(ledger.orders) == ([] if tender is Tender.COUNTER else ["o-1"])


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize(
    "action",
    [Action.RELEASE_VOUCHER, Action.RETURN_REWARD, Action.REVERSE_GIFT_CARD, Action.REVERSE_PREPAID],
    ids=str,
)
def test_what_is_being_undone_is_undone_once(tmp_path: Path, action: Action, death: Fault) -> None:
    ledger, terminal = Ledger(), MortalTerminal(PaymentResult(PaymentOutcome.DECLINED))
    live_and_die(tmp_path, ledger, terminal, {action: death})
    start_again(tmp_path, ledger, survivor(terminal))
    assert ledger.state() == KEPT
    assert ledger.orders == {}

"""A card that cannot pay everything: the rest is paid otherwise, or what was taken goes back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.card_terminal import PaymentResult, Reversal, ReversalOutcome
from kioskd.core.events import OrderAccepted, PartPaid, PartsReturned, PaymentEnded, PaymentOutcome
from kioskd.core.money import Money
from kioskd.core.order import CardPayment, Order, Tender
from kioskd.core.order_document import from_document, to_document
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.selling import Selling
from kioskd.outbox.operation import Closing, OperationRefused
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.states import OpState
from tests.unit.backstage import DEADLINE_S, FakeTerminal, News, SetClock, listed, order, working

DUE = order(1).due
PART = Money(100, "EUR")
REST = DUE - PART
PAID_PART = PaymentResult(PaymentOutcome.APPROVED, "Trace 7", PART)
PAID_REST = PaymentResult(PaymentOutcome.APPROVED, "Trace 8", REST)
DECLINED = PaymentResult(PaymentOutcome.DECLINED)
UNKNOWN = PaymentResult(PaymentOutcome.UNKNOWN)


class Till:
    def __init__(self, outbox: Outbox, terminal: FakeTerminal) -> None:
        self.outbox, self.terminal, self.news = outbox, terminal, News()
        self.selling = Selling(outbox, loyalty=False)
        self.payments = Payments(terminal, outbox, self.selling, self.news, part_payments=True)

    async def pay_a_part(self) -> Order:
        await self.payments.take(order(1))
        paid = self.news.events[-1]
        assert isinstance(paid, PartPaid)
        return paid.order


def at_the_till(folder: Path, scenario: object, *results: PaymentResult) -> FakeTerminal:
    terminal = FakeTerminal(*results)

    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), working(folder) as outbox:
            await scenario(Till(outbox, terminal))  # type: ignore[operator]

    asyncio.run(run())
    return terminal


def test_what_was_charged_is_booked_and_the_rest_stays_due(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        asked = await till.pay_a_part()
        assert asked.card_payments == (CardPayment("o-1", PART, "Trace 7"),)
        assert asked.due == REST
        assert await listed(till.outbox) == {"pay-o-1": "confirmed", "rest-o-1": "sending"}
        assert from_document(to_document(asked)) == replace(
            asked, lines=from_document(to_document(asked)).lines
        )

    at_the_till(tmp_path, scenario, PAID_PART)


def test_another_card_pays_the_rest_as_a_payment_of_its_own(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.payments.take(await till.pay_a_part())
        assert isinstance(till.news.events[-1], OrderAccepted)
        assert till.terminal.paid == [("o-1", DUE), ("o-1-2", REST)]
        kept = await listed(till.outbox)
        assert kept == {
            "pay-o-1": "confirmed",
            "rest-o-1": "confirmed",
            "pay-o-1-2": "confirmed",
            "o-1": "confirmed",
        }
        (sale,) = await till.outbox.records("sale", 1)
        sold = from_document(sale.payload["order"])
        assert [payment.amount for payment in sold.card_payments] == [PART, REST]
        assert not sold.due

    at_the_till(tmp_path, scenario, PAID_PART, PAID_REST)


def test_a_declined_second_card_leaves_the_first_part_paid_and_a_third_may_try(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        asked = await till.pay_a_part()
        await till.payments.take(asked)
        assert till.news.events[-1] == PaymentEnded("o-1", PaymentOutcome.DECLINED)
        await till.payments.take(asked)
        assert isinstance(till.news.events[-1], OrderAccepted)
        assert [reference for reference, _ in till.terminal.paid] == ["o-1", "o-1-2", "o-1-3"]
        assert till.terminal.reversed == []

    at_the_till(tmp_path, scenario, PAID_PART, DECLINED, PAID_REST)


def test_the_rest_can_be_paid_at_the_counter(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        asked = replace(await till.pay_a_part(), tender=Tender.COUNTER)
        await till.payments.accept_rest(asked)
        assert isinstance(till.news.events[-1], OrderAccepted)
        assert list((await till.selling.unpaid()).values()) == ["A1"]
        assert (await listed(till.outbox))["rest-o-1"] == "confirmed"

    at_the_till(tmp_path, scenario, PAID_PART)


def test_nobody_comes_to_pay_the_rest_at_the_counter_and_the_card_has_its_money_back(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        asked = replace(await till.pay_a_part(), tender=Tender.COUNTER)
        await till.payments.accept_rest(asked)
        watching = asyncio.create_task(till.payments.settle_left_over())
        orders = Orders(
            till.outbox,
            till.selling,
            claim_link=lambda order: None,
            wall=SetClock().wall,
            hand_back=till.payments.hand_back,
        )
        await orders.cancel("A1", actor="Anna", reason="never came")
        assert till.terminal.reversed == ["o-1"]
        assert (await listed(till.outbox))["uncharge-o-1"] == "confirmed"
        watching.cancel()

    at_the_till(tmp_path, scenario, PAID_PART)


def test_whoever_does_not_pay_the_rest_has_the_part_back(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.pay_a_part()
        await till.payments.return_parts("o-1")
        assert till.news.events[-1] == PartsReturned("o-1", PART, at_once=True)
        assert till.terminal.reversed == ["o-1"]
        kept = await listed(till.outbox)
        assert kept == {"pay-o-1": "confirmed", "rest-o-1": "rejected", "uncharge-o-1": "confirmed"}
        await till.payments.return_parts("o-1")  # once
        assert till.terminal.reversed == ["o-1"]

    at_the_till(tmp_path, scenario, PAID_PART)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (ReversalOutcome.REFUSED, "in_doubt"),
        (ReversalOutcome.OTHER_REVERSED, "in_doubt"),
        (ReversalOutcome.UNKNOWN, "unknown"),
        (ReversalOutcome.UNAVAILABLE, "unknown"),
    ],
)
def test_what_the_terminal_does_not_give_back_is_told_and_not_forgotten(
    tmp_path: Path, outcome: ReversalOutcome, state: str
) -> None:
    async def scenario(till: Till) -> None:
        await till.pay_a_part()
        till.terminal.reversals = [Reversal(outcome, "because")]
        await till.payments.return_parts("o-1")
        assert till.news.events[-1] == PartsReturned("o-1", PART, at_once=False)
        assert (await listed(till.outbox))["uncharge-o-1"] == state
        await till.payments.ask_about_left_over()
        again = state == "unknown"
        assert till.terminal.reversed == ["o-1"] * (2 if again else 1)
        assert (await listed(till.outbox))["uncharge-o-1"] == ("confirmed" if again else "in_doubt")

    at_the_till(tmp_path, scenario, PAID_PART)


def test_staff_are_told_when_the_terminal_was_quicker_than_their_word(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.pay_a_part()
        till.terminal.reversals = [Reversal(ReversalOutcome.UNKNOWN)]
        await till.payments.return_parts("o-1")
        await till.payments.ask_about_left_over()
        closing = Closing("uncharge-o-1", OpState.REJECTED, "", "Anna", "decided: seen at the terminal")
        with pytest.raises(OperationRefused, match="cleared up meanwhile"):
            await till.payments.decide_reversal("uncharge-o-1", "o-1", back=False, closing=closing)
        assert (await listed(till.outbox))["uncharge-o-1"] == "confirmed"

    at_the_till(tmp_path, scenario, PAID_PART)


def test_a_restart_while_the_guest_decides_hands_everything_back(tmp_path: Path) -> None:
    async def before(till: Till) -> None:
        await till.pay_a_part()

    async def after(till: Till) -> None:
        assert await till.payments.ask_about_left_over()
        assert till.terminal.reversed == ["o-1"]
        kept = await listed(till.outbox)
        assert kept == {"pay-o-1": "confirmed", "rest-o-1": "rejected", "uncharge-o-1": "confirmed"}
        assert await till.payments.undecided() == {}

    at_the_till(tmp_path, before, PAID_PART)
    at_the_till(tmp_path, after)


def test_a_restart_while_the_rest_is_unknown_waits_for_the_terminal(tmp_path: Path) -> None:
    async def before(till: Till) -> None:
        await till.payments.take(await till.pay_a_part())

    async def after_unknown(till: Till) -> None:
        assert not await till.payments.ask_about_left_over()
        assert till.terminal.reversed == []
        till.terminal.ledger["o-1-2"] = PAID_REST
        assert await till.payments.ask_about_left_over()
        kept = await listed(till.outbox)
        assert kept["o-1"] == "confirmed"
        assert kept["rest-o-1"] == "confirmed"
        assert till.terminal.reversed == []

    at_the_till(tmp_path, before, PAID_PART, UNKNOWN)
    at_the_till(tmp_path, after_unknown)


def test_a_rest_that_turns_out_unpaid_after_a_restart_gives_the_part_back(tmp_path: Path) -> None:
    async def before(till: Till) -> None:
        await till.payments.take(await till.pay_a_part())

    async def after(till: Till) -> None:
        till.terminal.ledger["o-1-2"] = DECLINED
        assert await till.payments.ask_about_left_over()
        assert till.terminal.reversed == ["o-1"]
        kept = await listed(till.outbox)
        assert kept["rest-o-1"] == "rejected"
        assert "o-1" not in kept

    at_the_till(tmp_path, before, PAID_PART, UNKNOWN)
    at_the_till(tmp_path, after)


def test_an_unknown_payment_that_turns_out_to_be_a_part_goes_back(tmp_path: Path) -> None:
    """Its guest was told to ask, and is not asked for the rest afterwards."""

    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        till.terminal.ledger["o-1"] = PAID_PART
        assert await till.payments.ask_about_left_over()
        assert till.news.events[-1] == PartsReturned("o-1", PART, at_once=True)
        assert (await listed(till.outbox))["pay-o-1"] == "confirmed"

    at_the_till(tmp_path, scenario, UNKNOWN)


def test_a_lower_amount_is_agreed_to_only_where_the_merchant_allows_it(tmp_path: Path) -> None:
    async def scenario(till: Till) -> None:
        await till.payments.take(order(1))
        strict = Payments(till.terminal, till.outbox, till.selling, till.news)
        await strict.take(order(2))
        whole = replace(order(3), session="s-1", member_id="m-1")
        await till.payments.take(whole)  # the backend takes it as a whole
        assert till.terminal.takes_less == [True, False, False]
        assert till.terminal.languages == [order(1).language] * 3

    at_the_till(tmp_path, scenario)

"""Gift cards, prepaid credit, orders and cards of the simulated Leat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import OfferKind
from kioskd.core.money import Money
from kioskd.core.order import (
    OfferUse,
    Order,
    OrderDiscount,
    OrderLine,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.returning import piece, piece_document
from kioskd.loyalty.leat.returns import return_write
from kioskd.loyalty.leat.told_orders import Delivered
from tests.contract.leat_ledger import GIFT_CARD, LINKED_TO_NOBODY, ORDER_ID, World, play, refused
from tests.euros import eur

# --- gift cards ------------------------------------------------------------------------------------------


def test_a_gift_card_pays_a_part_and_gets_it_back() -> None:
    async def visit(here: World) -> None:
        money = here.leat.stored_value
        card = await money.find_gift_card(GIFT_CARD.lower())
        assert (card.code, card.balance, card.active) == (GIFT_CARD, eur(2500), True)
        spent = await money.charge_gift_card(card.id, eur(1000), ORDER_ID)
        assert (await money.find_gift_card(GIFT_CARD)).balance == eur(1500)
        await money.reverse_gift_card(spent.transaction_id)
        assert (await money.find_gift_card(GIFT_CARD)).balance == eur(2500)
        assert await refused(money.reverse_gift_card(spent.transaction_id)) == "not_last_transaction"

    play(visit)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("GC-0350-QUAY", "insufficient_balance"),
        ("GC-1500-OLD", "expired"),
        ("GC-2000-BLOCKED", "not_valid"),
        ("GC-2000-STATION", "not_spendable_here"),
    ],
)
def test_a_gift_card_that_cannot_pay_says_why(code: str, reason: str) -> None:
    async def visit(here: World) -> None:
        card = await here.leat.stored_value.find_gift_card(code)
        attempt = here.leat.stored_value.charge_gift_card(card.id, eur(1000), ORDER_ID)
        assert await refused(attempt) == reason

    play(visit)


def test_a_physical_card_that_this_account_may_not_spend() -> None:
    async def visit(here: World) -> None:
        here.switch(physical_giftcard_refused=True)
        card = await here.leat.stored_value.find_gift_card(GIFT_CARD)
        attempt = here.leat.stored_value.charge_gift_card(card.id, eur(1000), ORDER_ID)
        assert await refused(attempt) == "not_spendable_here"

    play(visit)


def test_an_unknown_gift_card_is_said_to_be_one() -> None:
    async def visit(here: World) -> None:
        assert await refused(here.leat.stored_value.find_gift_card("nothing")) == "unknown_gift_card"

    play(visit)


def test_money_is_put_back_on_a_card_that_was_used_since() -> None:
    async def visit(here: World) -> None:
        money = here.leat.stored_value
        card = await money.find_gift_card(GIFT_CARD)
        spent = await money.charge_gift_card(card.id, eur(1000), ORDER_ID)
        here.till(does="charge_giftcard", code=GIFT_CARD, amount_minor=-500)
        assert await refused(money.reverse_gift_card(spent.transaction_id)) == "not_last_transaction"
        assert card.refillable
        await money.refill_gift_card(card.id, eur(1000), ORDER_ID)
        assert (await money.find_gift_card(GIFT_CARD)).balance == eur(2000)

    play(visit)


@pytest.mark.parametrize("amount", [eur(0), eur(-5), Money(5, "USD")])
def test_no_senseless_amount_is_sent(amount: Money) -> None:
    async def visit(here: World) -> None:
        here.sim.requests.clear()
        assert await refused(here.leat.stored_value.charge_gift_card("card", amount, ORDER_ID)) == "invalid"
        assert await refused(here.leat.stored_value.charge_prepaid(here.sanne, amount)) == "invalid"
        assert list(here.sim.requests) == []

    play(visit)


# --- prepaid ---------------------------------------------------------------------------------------------


def test_prepaid_pays_a_part_and_gets_it_back() -> None:
    async def visit(here: World) -> None:
        money = here.leat.stored_value
        assert (await money.prepaid_account(here.sanne)).balance == eur(2000)
        spent = await money.charge_prepaid(here.sanne, eur(1500))
        assert spent.balance == eur(500)
        assert (await money.reverse_prepaid(spent.transaction_id)).balance == eur(2000)

    play(visit)


def test_a_balance_below_zero_is_refused_or_noticed() -> None:
    async def visit(here: World) -> None:
        too_much = here.leat.stored_value.charge_prepaid(here.sanne, eur(2001))
        assert await refused(too_much) == "insufficient_balance"
        here.switch(prepaid_below_zero="allowed")
        spent = await here.leat.stored_value.charge_prepaid(here.sanne, eur(2001))
        assert spent.overdrawn

    play(visit)


# --- orders, returns, cards ------------------------------------------------------------------------------


def order_for(member_id: str) -> Order:
    return Order(
        id=ORDER_ID,
        number="457",
        sequence=457,
        placed_at=datetime(2026, 7, 1, 9, 4, 1, tzinfo=UTC),
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=(OrderLine(f"{ORDER_ID}-1", "CLASSIC", Words("Burger"), 2, eur(1000)),),
        tender=Tender.CARD,
        member_id=member_id,
    )


def test_an_order_with_voucher_and_gift_card_is_previewed_delivered_and_returned() -> None:
    async def visit(here: World) -> None:
        order = order_for(here.sanne)
        redemption = await here.leat.offers.redeem_voucher("TENOFF-K2XV", None, here.sanne)
        card = await here.leat.stored_value.find_gift_card(GIFT_CARD)
        spent = await here.leat.stored_value.charge_gift_card(card.id, eur(500), ORDER_ID)
        assert redemption.id
        use = OfferUse("use", OfferKind.VOUCHER, "voucher", "10% off", "TENOFF-K2XV", here.sanne)
        order = replace(
            order,
            discounts=(OrderDiscount(f"{ORDER_ID}-d1", use, eur(200), percent=Decimal(10)),),
            payments=(StoredPayment("paid", StoredValue.GIFT_CARD, card.id, eur(500), eur(2000)),),
        )
        here.switch(order_arithmetic="checked")
        assert await here.leat.preview.points(order.lines, order.discounts, (), "en", here.sanne) == 18
        used = {"use": redemption.id, "paid": spent.transaction_id}
        assert await here.leat.orders.deliver(order, used) == Delivered(18, 1258)
        returned = piece(order, f"{ORDER_ID}-r1", {f"{ORDER_ID}-1": 1})
        assert returned.refund == eur(900)
        body = return_write(piece_document(returned))
        assert (await here.leat.orders.take_back(body)).balance == 1249
        assert await refused(here.leat.orders.take_back(body)) == "duplicate"
        assert here.points(here.sanne) == 1249

    play(visit)


def test_a_preview_is_asked_for_once() -> None:
    async def visit(here: World) -> None:
        order = order_for(here.sanne)
        here.sim.requests.clear()
        for _ in range(3):
            assert await here.leat.preview.points(order.lines, (), (), "en", None) == 20
        assert len(list(here.sim.requests)) == 1

    play(visit)


def test_a_card_of_nobody_becomes_somebodys() -> None:
    async def visit(here: World) -> None:
        cards = here.leat.cards
        assert await cards.owner(LINKED_TO_NOBODY) is None
        member = await cards.start_member(LINKED_TO_NOBODY)
        assert await cards.owner(LINKED_TO_NOBODY) == member
        assert await refused(cards.start_member(LINKED_TO_NOBODY)) == "card_taken"
        assert await refused(cards.link(LINKED_TO_NOBODY, here.sanne)) == "card_taken"
        assert await refused(cards.link("99999999", here.sanne)) == "unknown_card"
        assert await refused(cards.start_member("99999999")) == "unknown_card"

    play(visit)


def test_all_of_many_vouchers_are_shown() -> None:
    async def visit(here: World) -> None:
        ada = here.sim.state.cards["10024717"].contact_uuid
        assert ada is not None
        client = here.leat._client
        assert len(await client.vouchers(ada)) == 37

    play(visit)

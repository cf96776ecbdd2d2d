"""Vouchers, rewards, gift cards, prepaid money, cards and returns against the simulated server.

For each write: what it does, how it is refused, and that after an unknown outcome the read-back tells whether
it took effect, so that it is neither lost nor done twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import FreeItem, OfferKind, Products, Rule
from kioskd.core.errors import Refused, Unclear
from kioskd.core.member import Reward
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
from kioskd.loyalty.leat import readback
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.readback import Absent, Ambiguous, Applied, Verdict
from kioskd.loyalty.leat.returns import return_write
from kioskd.loyalty.leat.rules import OfferMapping
from kioskd.loyalty.leat.told_orders import Delivered
from kioskd.sim.faults import FaultRule
from kioskd.sim.leat import LeatSimulator
from tests.contract.leat_description import ROOT
from tests.contract.leat_world import leat, run

SANNE, LAYLA, LINKED_TO_NOBODY = "10024711", "10024713", "10024716"
GIFT_CARD = "GC-2500-HARBOUR"
ORDER_ID = "kiosk-12-000457"
NO_BOUND: frozenset[str] = frozenset()


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@dataclass(frozen=True, slots=True)
class World:
    sim: LeatSimulator
    leat: LeatBackend
    sanne: str
    layla: str

    def switch(self, **positions: Any) -> None:
        self.sim.state.switches = self.sim.state.switches.model_copy(update=positions)

    def till(self, **does: Any) -> None:
        self.sim.control("tills", does)

    def points(self, member_id: str) -> int:
        balance = self.sim.state.contact(member_id).points
        assert isinstance(balance, int)
        return balance

    def reward(self, title: str) -> str:
        return next(reward.uuid for reward in self.sim.state.rewards.values() if reward.title == title)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    async with leat(mapping=OfferMapping()) as (simulator, _, backend):
        cards = simulator.state.cards
        sanne, layla = cards[SANNE].contact_uuid, cards[LAYLA].contact_uuid
        assert sanne is not None
        assert layla is not None
        yield World(simulator, backend, sanne, layla)


def play(visit: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with world() as here:
            await visit(here)

    run(whole)


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refused) as raised:
        await attempt
    return raised.value.reason


# --- vouchers --------------------------------------------------------------------------------------------


def test_a_members_voucher_is_held_used_and_given_back() -> None:
    async def visit(here: World) -> None:
        offers = here.leat.offers
        voucher = await offers.find_voucher("COFFEE-7Q4M", None)
        assert (voucher.title, voucher.denial, voucher.member_id) == ("Free coffee", None, here.sanne)
        assert voucher.rule == Rule(FreeItem(), Products(("COFFEE",)))
        assert await offers.check_voucher(voucher.id, here.sanne)
        hold = await offers.hold_voucher(voucher.id)
        assert hold.lasts_s == 3600
        assert await refused(offers.hold_voucher(voucher.id)) == "locked_elsewhere"
        assert (await offers.find_voucher("COFFEE-7Q4M", None)).denial == "locked_elsewhere"
        assert await refused(offers.redeem_voucher(voucher.code, "wrong", here.sanne)) == "locked_elsewhere"
        redemption = await offers.redeem_voucher(voucher.code, hold.key, here.sanne)
        assert redemption.id
        assert redemption.member_id == here.sanne
        assert (await offers.find_voucher("COFFEE-7Q4M", None)).denial == "used"
        await offers.undo_redemption(redemption.id, voucher.id)
        assert (await offers.find_voucher("COFFEE-7Q4M", None)).denial is None

    play(visit)


def test_a_hold_is_released() -> None:
    async def visit(here: World) -> None:
        voucher = await here.leat.offers.find_voucher("COFFEE-7Q4M", None)
        hold = await here.leat.offers.hold_voucher(voucher.id)
        await here.leat.offers.release_voucher(voucher.id, hold.key)
        await here.leat.offers.release_voucher(voucher.id, hold.key)
        assert (await here.leat.offers.find_voucher("COFFEE-7Q4M", None)).denial is None

    play(visit)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("FLYER-USED", "used"),
        ("FLYER-OLD", "expired"),
        ("FLYER-SOON", "not_yet_active"),
        ("FLYER-STOPPED", "deactivated"),
        ("FLYER-LOCKED", "locked_elsewhere"),
    ],
)
def test_a_voucher_that_cannot_be_used_says_why_before_and_when_it_is_held(code: str, reason: str) -> None:
    async def visit(here: World) -> None:
        found = await here.leat.offers.find_voucher(code, None)
        assert found.denial == reason
        assert await refused(here.leat.offers.hold_voucher(found.id)) == reason
        assert await refused(here.leat.offers.check_voucher(found.id, here.sanne)) == reason

    play(visit)


def test_an_unknown_code_is_said_to_be_one() -> None:
    async def visit(here: World) -> None:
        assert await refused(here.leat.offers.find_voucher("NO-SUCH-CODE", None)) == "unknown_voucher"

    play(visit)


def test_a_voucher_of_nobody_needs_a_card_or_not() -> None:
    async def visit(here: World) -> None:
        offers = here.leat.offers
        voucher = await offers.find_voucher("FLYER-TEN", None)
        assert voucher.member_id is None
        assert await refused(offers.redeem_voucher(voucher.code, None, None)) == "card_needed"
        assert await refused(offers.check_voucher(voucher.id, None)) == "card_needed"
        assert (await offers.redeem_voucher(voucher.code, None, here.layla)).member_id == here.layla
        here.switch(unlinked_voucher="redeemed_without")
        assert (await offers.redeem_voucher("FLYER-COFFEE", None, None)).id

    play(visit)


def test_a_voucher_of_another_member_is_not_this_ones() -> None:
    async def visit(here: World) -> None:
        attempt = here.leat.offers.redeem_voucher("COFFEE-7Q4M", None, here.layla)
        assert await refused(attempt) == "other_member"

    play(visit)


@pytest.mark.parametrize("answer", ["empty", "not_found_404"])
def test_a_server_that_does_not_check_vouchers_stops_nobody(answer: str) -> None:
    async def visit(here: World) -> None:
        here.switch(voucher_validate=answer)
        found = await here.leat.offers.find_voucher("COFFEE-7Q4M", None)
        assert await here.leat.offers.check_voucher(found.id, here.sanne) is (answer == "empty")

    play(visit)


@pytest.mark.parametrize("takes", ["either", "redemption", "voucher"])
@pytest.mark.parametrize("lost", [False, True])
def test_a_redemption_is_undone_by_whatever_id_the_server_wants(takes: str, lost: bool) -> None:
    async def visit(here: World) -> None:
        if lost and takes == "redemption":
            return  # then nobody can
        here.switch(voucher_reverse_by=takes)
        voucher = await here.leat.offers.find_voucher("COFFEE-7Q4M", None)
        redemption = await here.leat.offers.redeem_voucher(voucher.code, None, here.sanne)
        await here.leat.offers.undo_redemption(None if lost else redemption.id, voucher.id)
        assert (await here.leat.offers.find_voucher("COFFEE-7Q4M", None)).denial is None

    play(visit)


# --- rewards ---------------------------------------------------------------------------------------------


def test_a_reward_is_claimed_collected_and_all_of_it_undone() -> None:
    async def visit(here: World) -> None:
        offers, cookie = here.leat.offers, here.reward("Chocolate cookie")
        claim = await offers.claim_reward(here.sanne, cookie)
        assert claim.points_left == 1240 - 75
        assert claim.expires_on is not None
        assert await offers.was_reward_collected(here.sanne, claim.id) == Absent()
        redemption = await offers.collect_reward(claim.id)
        assert redemption
        assert await offers.was_reward_collected(here.sanne, claim.id) == Applied(None)
        before = await offers.collectable(here.sanne)
        assert await offers.was_collection_undone(here.sanne, before) == Absent()
        await offers.undo_collection(redemption)
        assert await offers.was_collection_undone(here.sanne, before) == Applied(None)
        await offers.return_reward(claim.id)
        assert here.points(here.sanne) == 1240

    play(visit)


def test_an_older_server_does_not_tell_the_id_of_a_collection() -> None:
    async def visit(here: World) -> None:
        here.switch(collect_answer="collectable")
        claim = await here.leat.offers.claim_reward(here.sanne, here.reward("Chocolate cookie"))
        assert await here.leat.offers.collect_reward(claim.id) is None

    play(visit)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Harbour Kitchen T-shirt", "insufficient_points"),
        ("Golden shrimp", "out_of_stock"),
        ("Summer lemonade", "not_available"),
    ],
)
def test_a_reward_that_cannot_be_had_says_why(title: str, reason: str) -> None:
    async def visit(here: World) -> None:
        assert await refused(here.leat.offers.claim_reward(here.sanne, here.reward(title))) == reason

    play(visit)


def test_a_reward_can_be_claimed_no_more_often_than_allowed() -> None:
    async def visit(here: World) -> None:
        sundae = here.reward("Birthday sundae")
        await here.leat.offers.claim_reward(here.sanne, sundae)
        assert await refused(here.leat.offers.claim_reward(here.sanne, sundae)) == "claim_limit"

    play(visit)


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


# --- unknown outcomes ------------------------------------------------------------------------------------

Try = Callable[[World], Awaitable[tuple[Awaitable[object], Callable[[], Awaitable[Verdict]]]]]


async def _gift_card_charge(here: World) -> Any:
    money = here.leat.stored_value
    card, baseline = await money.find_gift_card(GIFT_CARD), await money.gift_card_baseline(GIFT_CARD)
    return money.charge_gift_card(card.id, eur(1000), ORDER_ID), lambda: money.was_gift_card_charged(
        baseline, GIFT_CARD, eur(1000), NO_BOUND
    )


async def _gift_card_reversal(here: World) -> Any:
    money = here.leat.stored_value
    card = await money.find_gift_card(GIFT_CARD)
    spent = await money.charge_gift_card(card.id, eur(1000), ORDER_ID)
    baseline = await money.gift_card_baseline(GIFT_CARD)
    return money.reverse_gift_card(spent.transaction_id), lambda: money.was_gift_card_paid_back(
        baseline, GIFT_CARD, eur(1000), NO_BOUND
    )


async def _prepaid_charge(here: World) -> Any:
    money, baseline = here.leat.stored_value, await here.leat.stored_value.prepaid_baseline(here.sanne)
    return money.charge_prepaid(here.sanne, eur(1000)), lambda: money.was_prepaid_charged(
        baseline, here.sanne, eur(1000), NO_BOUND
    )


async def _prepaid_reversal(here: World) -> Any:
    money = here.leat.stored_value
    spent = await money.charge_prepaid(here.sanne, eur(1000))
    baseline = await money.prepaid_baseline(here.sanne)
    return money.reverse_prepaid(spent.transaction_id), lambda: money.was_prepaid_paid_back(
        baseline, here.sanne, eur(1000), NO_BOUND
    )


async def _claim(here: World) -> Any:
    offers, cookie = here.leat.offers, here.reward("Chocolate cookie")
    baseline = await offers.reward_baseline(here.sanne)
    return offers.claim_reward(here.sanne, cookie), lambda: offers.was_reward_claimed(
        baseline, here.sanne, Reward(cookie, "Chocolate cookie", 75), NO_BOUND
    )


async def _claim_returned(here: World) -> Any:
    offers = here.leat.offers
    claim = await offers.claim_reward(here.sanne, here.reward("Chocolate cookie"))
    baseline = await offers.points_baseline(here.sanne)
    return offers.return_reward(claim.id), lambda: offers.was_reward_returned(
        baseline, here.sanne, 75, NO_BOUND
    )


async def _collection(here: World) -> Any:
    offers = here.leat.offers
    claim = await offers.claim_reward(here.sanne, here.reward("Chocolate cookie"))
    return offers.collect_reward(claim.id), lambda: offers.was_reward_collected(here.sanne, claim.id)


async def _redemption(here: World) -> Any:
    offers = here.leat.offers
    found = await offers.find_voucher("COFFEE-7Q4M", None)
    hold = await offers.hold_voucher(found.id)
    before = await offers.voucher_state(found.code)

    async def verdict() -> Verdict:
        return readback.redeemed(before, await offers.voucher_state(found.code))

    return offers.redeem_voucher(found.code, hold.key, here.sanne), verdict


async def _undone_redemption(here: World) -> Any:
    offers = here.leat.offers
    found = await offers.find_voucher("COFFEE-7Q4M", None)
    redemption = await offers.redeem_voucher(found.code, None, here.sanne)
    before = await offers.voucher_state(found.code)

    async def verdict() -> Verdict:
        return readback.unredeemed(before, await offers.voucher_state(found.code))

    return offers.undo_redemption(redemption.id, found.id), verdict


async def _release(here: World) -> Any:
    offers = here.leat.offers
    found = await offers.find_voucher("COFFEE-7Q4M", None)
    hold = await offers.hold_voucher(found.id)

    async def verdict() -> Verdict:
        return readback.released(await offers.voucher_state(found.code))

    return offers.release_voucher(found.id, hold.key), verdict


async def _link(here: World) -> Any:
    cards = here.leat.cards
    return cards.link(LINKED_TO_NOBODY, here.sanne), lambda: cards.was_linked(LINKED_TO_NOBODY, here.sanne)


WRITES: dict[str, Try] = {
    "gift card charge": _gift_card_charge,
    "gift card reversal": _gift_card_reversal,
    "prepaid charge": _prepaid_charge,
    "prepaid reversal": _prepaid_reversal,
    "claim": _claim,
    "claim returned": _claim_returned,
    "collection": _collection,
    "redemption": _redemption,
    "redemption undone": _undone_redemption,
    "release": _release,
    "link": _link,
}
writes = pytest.mark.parametrize("name", WRITES)


@writes
@pytest.mark.parametrize(
    ("fault", "took_effect"),
    [
        (FaultRule(kind="status_500", when="after"), True),
        (FaultRule(kind="drop_answer"), True),
        (FaultRule(kind="garbage"), True),
        (FaultRule(kind="status_500", when="before"), False),
        (FaultRule(kind="status_503_html"), False),
        (FaultRule(kind="refuse"), False),
        (FaultRule(kind="portal"), False),
    ],
    ids=lambda value: value.label if isinstance(value, FaultRule) else None,
)
def test_after_an_unknown_outcome_the_server_tells(name: str, fault: FaultRule, took_effect: bool) -> None:
    async def visit(here: World) -> None:
        here.till(does="charge_giftcard", code=GIFT_CARD, amount_minor=-100)  # something was there before
        here.till(does="charge_prepaid", card=SANNE, amount_minor=-100)
        attempt, verdict = await WRITES[name](here)
        here.sim.faults.add(fault.model_copy(update={"path": ROOT, "times": 1}))
        with pytest.raises(Unclear):
            await attempt
        here.sim.faults.clear()
        found = await verdict()
        assert isinstance(found, Applied if took_effect else Absent), found

    play(visit)


@pytest.mark.parametrize("name", ["gift card charge", "prepaid charge"])
def test_an_equal_charge_of_another_till_is_never_taken_for_ours_alone(name: str) -> None:
    async def visit(here: World) -> None:
        def other_till(amount_minor: int) -> None:
            here.till(does="charge_giftcard", code=GIFT_CARD, amount_minor=amount_minor)
            here.till(does="charge_prepaid", card=SANNE, amount_minor=amount_minor)

        other_till(5000)
        attempt, verdict = await WRITES[name](here)
        other_till(-700)
        assert await verdict() == Absent()
        other_till(-1000)
        here.sim.faults.add(FaultRule(kind="status_500", when="after", path=ROOT, times=1))
        with pytest.raises(Unclear):
            await attempt
        found = await verdict()
        assert isinstance(found, Ambiguous)
        assert (found.reason, len(found.candidates)) == ("several", 2)

    play(visit)


@pytest.mark.parametrize("rows", [87, 88, 89, 90])  # so that what is new lies on either side of a page's end
@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
def test_a_prepaid_account_with_a_long_history_is_read_from_both_ends(order: str, rows: int) -> None:
    async def visit(here: World) -> None:
        for minute in range(rows):
            here.switch(prepaid_order=order, clock_skew_s=60.0 * minute)
            here.till(does="charge_prepaid", card=SANNE, amount_minor=-1)
        attempt, verdict = await _prepaid_charge(here)
        assert await verdict() == Absent()
        here.till(does="charge_prepaid", card=SANNE, amount_minor=-3)
        await attempt
        assert isinstance(await verdict(), Applied)

    play(visit)


def test_a_gift_card_with_a_long_history_is_read_since_the_baseline_only() -> None:
    async def visit(here: World) -> None:
        for minute in range(130):
            here.switch(clock_skew_s=60.0 * minute)
            here.till(does="charge_giftcard", code=GIFT_CARD, amount_minor=-1)
        attempt, verdict = await _gift_card_charge(here)
        assert await verdict() == Absent()
        await attempt
        here.sim.requests.clear()
        assert isinstance(await verdict(), Applied)
        assert len(list(here.sim.requests)) <= 4

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

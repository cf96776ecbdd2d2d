"""After an unknown outcome the read-back tells whether a write took effect: neither lost nor done twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kioskd.core.errors import Unclear
from kioskd.core.member import Reward
from kioskd.loyalty.leat import readback
from kioskd.loyalty.leat.readback import Absent, Ambiguous, Applied, Verdict
from kioskd.sim.faults import FaultRule
from tests.contract.leat_description import ROOT
from tests.contract.leat_ledger import GIFT_CARD, LINKED_TO_NOBODY, NO_BOUND, ORDER_ID, SANNE, World, play
from tests.euros import eur

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

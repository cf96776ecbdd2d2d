"""Every deed whose answer is lost is found out about, or left to a person.

Whatever is sent on the way is as the API describes it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from kioskd.core.deeds import Action, AskAgain, Deed, Done, MaybeDone, NotDone
from kioskd.core.errors import Unclear
from kioskd.core.order_document import to_document
from kioskd.sim.faults import FaultRule
from tests.contract.leat_deeds import (
    GIFT_CARD,
    Desk,
    order_for,
    play,
    redeem,
    reverse_gift_card,
)
from tests.contract.leat_description import ROOT


async def _hold(here: Desk) -> Deed:
    return here.deed(Action.HOLD_VOUCHER, use=await here.voucher())


async def _release(here: Desk) -> Deed:
    use = await here.voucher()
    hold = await here.do(Action.HOLD_VOUCHER, use=use)
    return here.deed(Action.RELEASE_VOUCHER, use=use, hold=hold)


async def _undo_redemption(here: Desk) -> Deed:
    use = await here.voucher()
    redeem = await here.do(Action.REDEEM_VOUCHER, use=use, hold=None)
    return here.deed(Action.UNDO_REDEMPTION, use=use, redeem=redeem)


async def _claim(here: Desk) -> Deed:
    return here.deed(Action.CLAIM_REWARD, use=here.cookie())


async def _return(here: Desk) -> Deed:
    claim = await here.do(Action.CLAIM_REWARD, use=here.cookie())
    return here.deed(Action.RETURN_REWARD, use=here.cookie(), claim=claim)


async def _collect(here: Desk) -> Deed:
    claim = await here.do(Action.CLAIM_REWARD, use=here.cookie())
    return here.deed(Action.COLLECT_REWARD, use=here.cookie(), claim=claim)


async def _undo_collection(here: Desk) -> Deed:
    claim = await here.do(Action.CLAIM_REWARD, use=here.cookie())
    collect = await here.do(Action.COLLECT_REWARD, use=here.cookie(), claim=claim)
    return here.deed(Action.UNDO_COLLECTION, use=here.cookie(), collect=collect)


async def _charge_gift_card(here: Desk) -> Deed:
    return here.deed(Action.CHARGE_GIFT_CARD, payment=await here.gift_card(), reference="K1-7")


async def _refill_gift_card(here: Desk) -> Deed:
    payment = await here.gift_card()
    await here.do(Action.CHARGE_GIFT_CARD, payment=payment, reference="K1-7")
    return here.deed(Action.REFILL_GIFT_CARD, payment=payment, amount_minor=300, reference="K1-7")


async def _charge_prepaid(here: Desk) -> Deed:
    return here.deed(Action.CHARGE_PREPAID, payment=here.prepaid(), reference="K1-7")


async def _reverse_prepaid(here: Desk) -> Deed:
    charge = await here.do(Action.CHARGE_PREPAID, payment=here.prepaid(), reference="K1-7")
    return here.deed(Action.REVERSE_PREPAID, payment=here.prepaid(), charge=charge)


async def _refill_prepaid(here: Desk) -> Deed:
    await here.do(Action.CHARGE_PREPAID, payment=here.prepaid(), reference="K1-7")
    return here.deed(Action.REFILL_PREPAID, payment=here.prepaid(), amount_minor=300, reference="K1-7")


async def _tell(here: Desk) -> Deed:
    return here.deed(Action.TELL_ORDER, **to_document(order_for(here.sanne)), steps={})


@dataclass(frozen=True, slots=True)
class Lost:
    """How to come to a deed, and the call of it whose answer is lost."""

    prepare: Callable[[Desk], Awaitable[Deed]]
    path: str


DEEDS: Mapping[Action, Lost] = {
    Action.RELEASE_VOUCHER: Lost(_release, "/vouchers/"),
    Action.REDEEM_VOUCHER: Lost(redeem, "/vouchers/redeem"),
    Action.UNDO_REDEMPTION: Lost(_undo_redemption, "/vouchers/"),
    Action.CLAIM_REWARD: Lost(_claim, "/reward-receptions"),
    Action.RETURN_REWARD: Lost(_return, "/reward-receptions/"),
    Action.COLLECT_REWARD: Lost(_collect, "/collectable-rewards/"),
    Action.UNDO_COLLECTION: Lost(_undo_collection, "/collectable-rewards/"),
    Action.CHARGE_GIFT_CARD: Lost(_charge_gift_card, "/giftcard-transactions"),
    Action.REVERSE_GIFT_CARD: Lost(reverse_gift_card, "/giftcard-transactions/"),
    Action.REFILL_GIFT_CARD: Lost(_refill_gift_card, "/giftcard-transactions"),
    Action.CHARGE_PREPAID: Lost(_charge_prepaid, "/prepaid-transactions"),
    Action.REVERSE_PREPAID: Lost(_reverse_prepaid, "/prepaid-transactions/"),
    Action.REFILL_PREPAID: Lost(_refill_prepaid, "/prepaid-transactions"),
    Action.TELL_ORDER: Lost(_tell, "/orders/"),
}


NOT_LEATS = {Action.VOID_ORDER, Action.REVERSE_CARD}
"""For backends that keep an order as a whole, and for the card terminal."""


def test_every_deed_that_can_be_found_again_is_tried_here() -> None:
    assert set(Action) - set(DEEDS) - NOT_LEATS == {Action.HOLD_VOUCHER, Action.TELL_RETURN}


@pytest.mark.parametrize("action", DEEDS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_found_out(action: Action, when: Any) -> None:
    async def visit(here: Desk) -> None:
        lost = DEEDS[action]
        deed = await lost.prepare(here)
        baseline = await here.leat.baseline(deed)
        here.sim.faults.add(FaultRule(kind="status_500", when=when, path=ROOT + lost.path, times=1))
        with pytest.raises(Unclear):
            await here.leat.perform(deed)
        found = await here.leat.find_out(deed, baseline)
        assert isinstance(found, Done if when == "after" else NotDone), found
        if when == "before":
            await here.leat.perform(deed)
            assert isinstance(await here.leat.find_out(deed, baseline), Done)

    play(visit)


def test_what_can_be_told_from_a_list_has_its_id_again() -> None:
    async def visit(here: Desk) -> None:
        for prepare in (_claim, _charge_gift_card, _charge_prepaid):
            deed = await prepare(here)
            baseline = await here.leat.baseline(deed)
            done = await here.leat.perform(deed)
            found = await here.leat.find_out(deed, baseline)
            assert isinstance(found, Done)
            assert found.remote_id == done.remote_id

    play(visit)


def test_a_hold_whose_answer_was_lost_ends_by_itself() -> None:
    async def visit(here: Desk) -> None:
        deed = await _hold(here)
        here.sim.faults.add(FaultRule(kind="drop_answer", path=f"{ROOT}/vouchers/", times=2))
        with pytest.raises(Unclear):
            await here.leat.perform(deed)  # the check before it is lost, too, and stops nobody
        here.sim.faults.clear()
        assert isinstance(await here.leat.find_out(deed, {}), AskAgain)
        here.switch(clock_skew_s=3601)
        assert await here.leat.find_out(deed, {}) == NotDone()

    play(visit)


def test_an_equal_charge_of_another_till_is_left_to_people() -> None:
    async def visit(here: Desk) -> None:
        deed = await _charge_gift_card(here)
        baseline = await here.leat.baseline(deed)
        here.till(does="charge_giftcard", code=GIFT_CARD, amount_minor=-1000)
        await here.leat.perform(deed)
        found = await here.leat.find_out(deed, baseline)
        assert isinstance(found, MaybeDone)
        assert (len(found.remote_ids), found.exclusive) == (2, False)

    play(visit)


def test_a_deed_nobody_looked_before_is_not_judged() -> None:
    async def visit(here: Desk) -> None:
        with pytest.raises(Unclear):
            await here.leat.find_out(await _charge_prepaid(here), None)
        with pytest.raises(Unclear):
            await here.leat.find_out(await redeem(here), {"written": "by another version"})

    play(visit)


@pytest.mark.parametrize("action", sorted(set(Action) - NOT_LEATS - {Action.TELL_RETURN}))
def test_a_deed_that_says_nothing_is_refused(action: Action) -> None:
    async def visit(here: Desk) -> None:
        assert await here.refused(action) in ("invalid", "unknown_transaction")

    play(visit)

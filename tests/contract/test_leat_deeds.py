"""The deeds of a settlement against the simulated server, done and refused, as the API describes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.deeds import Action, Done, NotDone
from kioskd.core.denial import Denial
from kioskd.core.discount import OfferKind
from kioskd.core.errors import Refused, Unclear
from kioskd.core.order import (
    OfferUse,
    OrderDiscount,
)
from kioskd.core.order_document import to_document
from kioskd.sim.faults import FaultRule
from tests.contract.leat_deeds import (
    GIFT_CARD,
    NOBODYS_CARD,
    ORDER_ID,
    SANNE,
    Desk,
    order_for,
    play,
    redeem,
    reverse_gift_card,
)
from tests.contract.leat_description import ROOT
from tests.euros import eur

# --- vouchers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_behind_our_own_lock_a_redemption_is_judged_without_having_looked_before(
    when: Literal["before", "after"],
) -> None:
    async def visit(here: Desk) -> None:
        deed = await redeem(here)
        path = f"{ROOT}/vouchers/redeem"
        here.sim.faults.add(FaultRule(kind="status_500", when=when, path=path, times=1))
        with pytest.raises(Unclear):
            await here.leat.perform(deed)
        assert await here.leat.find_out(deed, None) == (Done() if when == "after" else NotDone())

    play(visit)


def test_a_voucher_for_many_uses_needs_to_be_looked_at_before() -> None:
    async def visit(here: Desk) -> None:
        use = replace(await here.voucher(), reusable=True)
        hold = await here.do(Action.HOLD_VOUCHER, use=use)
        with pytest.raises(Unclear):
            await here.leat.find_out(here.deed(Action.REDEEM_VOUCHER, use=use, hold=hold), None)

    play(visit)


def test_a_hold_keeps_its_key_and_how_long_it_lasts() -> None:
    async def visit(here: Desk) -> None:
        hold = await here.do(Action.HOLD_VOUCHER, use=await here.voucher())
        keep = here.done[hold].keep
        assert keep["lasts_s"] == "3600"
        assert datetime.fromisoformat(keep["until"]) > datetime.now(UTC) + timedelta(minutes=59)
        assert keep["release_key"]

    play(visit)


@pytest.mark.parametrize(
    ("code", "denial"),
    [
        ("FLYER-COFFEE", None),
        ("FLYER-USED", Denial.USED),
        ("FLYER-OLD", Denial.EXPIRED),
        ("FLYER-SOON", Denial.NOT_YET_ACTIVE),
        ("FLYER-STOPPED", Denial.DEACTIVATED),
        ("FLYER-LOCKED", Denial.LOCKED_ELSEWHERE),
        ("FLYER-SOUP", Denial.NOT_HERE),
        ("FLYER-1000", Denial.UNUSABLE),
        ("FLYER-DOUGHNUT", Denial.UNUSABLE),
        ("HELLO-8F3D", Denial.OTHER_MEMBER),
    ],
)
def test_a_scanned_voucher_says_what_stands_against_it(code: str, denial: Denial | None) -> None:
    async def visit(here: Desk) -> None:
        found = await here.leat.find_voucher(code, here.sanne)
        assert found.denial is denial
        assert (found.rule is None) == (code in ("FLYER-1000", "FLYER-DOUGHNUT", "HELLO-8F3D"))

    play(visit)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("FLYER-COFFEE", "card_needed"), ("FLYER-LEMONADE", "deactivated"), ("FLYER-USED", "used")],
)
def test_what_will_be_refused_is_known_before_paying(code: str, reason: str) -> None:
    async def visit(here: Desk) -> None:
        use = replace(await here.voucher(code), member_id=here.sanne if code != "FLYER-COFFEE" else None)
        assert await here.refused(Action.HOLD_VOUCHER, use=use) == reason
        assert (await here.leat.find_voucher(code, None)).denial is not Denial.LOCKED_ELSEWHERE

    play(visit)


@pytest.mark.parametrize("wrong_key", ["locked", "invalid_input"])
def test_a_voucher_whose_lock_has_lapsed_is_redeemed_unless_somebody_else_has_it(wrong_key: str) -> None:
    async def visit(here: Desk) -> None:
        here.switch(wrong_release_key=wrong_key)
        use = await here.voucher()
        hold = await here.do(Action.HOLD_VOUCHER, use=use)
        here.switch(clock_skew_s=3601)
        here.till(does="lock_voucher", code=use.code)
        reason = await here.refused(Action.REDEEM_VOUCHER, use=use, hold=hold)
        assert reason == ("locked_elsewhere" if wrong_key == "locked" else "invalid")
        here.till(does="release_voucher", code=use.code)
        assert here.done[await here.do(Action.REDEEM_VOUCHER, use=use, hold=hold)].remote_id

    play(visit)


@pytest.mark.parametrize("lapsed", ["active", "refused"])
def test_to_let_go_of_what_is_gone_is_done(lapsed: str) -> None:
    async def visit(here: Desk) -> None:
        here.switch(release_unlocked=lapsed)
        use = await here.voucher()
        hold = await here.do(Action.HOLD_VOUCHER, use=use)
        here.switch(clock_skew_s=3601)
        await here.do(Action.RELEASE_VOUCHER, use=use, hold=hold)
        here.till(does="lock_voucher", code=use.code)
        await here.do(Action.RELEASE_VOUCHER, use=use, hold=hold)
        assert (await here.leat.find_voucher("COFFEE-7Q4M", None)).denial is Denial.LOCKED_ELSEWHERE

    play(visit)


# --- money -----------------------------------------------------------------------------------------------


def test_a_card_used_since_is_refilled_once() -> None:
    async def visit(here: Desk) -> None:
        deed = await reverse_gift_card(here)
        here.till(does="charge_giftcard", code=GIFT_CARD, amount_minor=-500)
        await here.leat.perform(deed)
        assert (await here.leat.find_gift_card(GIFT_CARD)).balance == eur(2000)
        with pytest.raises(Refused) as raised:
            await here.leat.perform(deed)  # it cannot be told from a reversal that was done already
        assert raised.value.reason == "not_last_transaction"
        assert (await here.leat.find_gift_card(GIFT_CARD)).balance == eur(2000)

    play(visit)


def test_a_card_that_takes_no_money_back_is_left_to_staff() -> None:
    async def visit(here: Desk) -> None:
        payment = await here.gift_card("GC-1000-DIGITAL", 400)
        charge = await here.do(Action.CHARGE_GIFT_CARD, payment=payment, reference="K1-7")
        here.till(does="charge_giftcard", code="GC-1000-DIGITAL", amount_minor=-100)
        reason = await here.refused(Action.REVERSE_GIFT_CARD, payment=payment, charge=charge)
        assert reason == "not_last_transaction"

    play(visit)


def test_a_prepaid_charge_says_what_is_left_and_when_that_is_too_little() -> None:
    async def visit(here: Desk) -> None:
        charge = await here.do(Action.CHARGE_PREPAID, payment=here.prepaid(1500), reference="K1-7")
        assert here.done[charge].result == {"overdrawn": False, "balance_minor": 500}
        too_much = {"payment": here.prepaid(600), "reference": "K1-7"}
        assert await here.refused(Action.CHARGE_PREPAID, **too_much) == "insufficient_balance"
        here.switch(prepaid_below_zero="allowed")
        deed = here.deed(Action.CHARGE_PREPAID, **too_much)
        baseline = await here.leat.baseline(deed)
        assert (await here.leat.perform(deed)).result == {"overdrawn": True, "balance_minor": -100}
        found = await here.leat.find_out(deed, baseline)
        assert isinstance(found, Done)
        assert found.result == {"overdrawn": True, "balance_minor": -100}

    play(visit)


# --- whole orders ----------------------------------------------------------------------------------------


def test_an_order_is_told_with_everything_that_was_used_for_it() -> None:
    async def visit(here: Desk) -> None:
        here.switch(order_arithmetic="checked")
        voucher, cookie = await here.voucher("TENOFF-K2XV"), here.cookie()
        (waiting,) = (await here.leat.identify(card(SANNE), "en")).collectables
        collectable = OfferUse("use-c", OfferKind.COLLECTABLE, waiting.id, waiting.title, None, here.sanne)
        payments = (await here.gift_card(minor=500), here.prepaid(300))
        hold = await here.do(Action.HOLD_VOUCHER, use=voucher)
        claim = await here.do(Action.CLAIM_REWARD, use=cookie)
        assert here.done[claim].result["points_left"] == 1165
        steps = {
            "pay-g": await here.do(Action.CHARGE_GIFT_CARD, payment=payments[0], reference="K1-7"),
            "pay-p": await here.do(Action.CHARGE_PREPAID, payment=payments[1], reference="K1-7"),
            "use-v": await here.do(Action.REDEEM_VOUCHER, use=voucher, hold=hold),
            "use-r": await here.do(Action.COLLECT_REWARD, use=cookie, claim=claim),
            "use-c": await here.do(Action.COLLECT_REWARD, use=collectable, claim=None),
        }
        discounts = tuple(
            OrderDiscount(f"{ORDER_ID}-d{n}", use, eur(100))
            for n, use in enumerate((voucher, cookie, collectable))
        )
        order = order_for(here.sanne, discounts=discounts, payments=payments)
        told = await here.do(Action.TELL_ORDER, **to_document(order), steps=steps)
        assert here.done[told].result == {"points": 17, "balance": 1182}
        sent = next(e.body for e in here.sim.requests if e.path.endswith("/create-and-process"))
        assert [discount["offer"]["uuid"] for discount in sent["applied_discounts"]] == [
            here.done[steps[id]].remote_id for id in ("use-v", "use-r", "use-c")
        ]
        assert [payment["uuid"] for payment in sent["payments"]] == [
            here.done[steps[id]].remote_id for id in ("pay-g", "pay-p")
        ]
        assert await here.refused(Action.TELL_ORDER, **to_document(order), steps=steps) == "duplicate"

    play(visit)


def test_an_order_does_not_wait_for_the_id_of_what_it_used() -> None:
    async def visit(here: Desk) -> None:
        discount = OrderDiscount(f"{ORDER_ID}-d1", await here.voucher("TENOFF-K2XV"), eur(100))
        order = order_for(here.sanne, discounts=(discount,))
        here.done["redeem"] = Done(None)
        steps = {"use-v": "redeem", "pay-x": "never done"}
        told = await here.do(Action.TELL_ORDER, **to_document(order), steps=steps)
        assert here.done[told].result["points"] == 19

    play(visit)


def test_an_order_without_a_member_is_its_voucher_s_owner_s() -> None:
    async def visit(here: Desk) -> None:
        discount = OrderDiscount(f"{ORDER_ID}-d1", await here.voucher("TENOFF-K2XV"), eur(200))
        told = await here.do(
            Action.TELL_ORDER, **to_document(order_for(None, discounts=(discount,))), steps={}
        )
        assert here.done[told].result == {"points": 18, "balance": 1258}
        assert await here.refused(Action.TELL_ORDER, **to_document(order_for(None)), steps={}) == "invalid"

    play(visit)


# --- cards of nobody -------------------------------------------------------------------------------------


def card(value: str) -> Credential:
    return Credential(CredentialKind.MEMBER_CARD, value)


def test_a_blank_card_starts_a_member_without_a_name_when_the_merchant_wants_it() -> None:
    async def visit(here: Desk) -> None:
        member = await here.leat.identify(card(NOBODYS_CARD), "en")
        assert (member.first_name, member.points) == (None, 0)
        assert (await here.leat.identify(card(NOBODYS_CARD), "en")).id == member.id

    play(visit, link_blank_cards=True)


def test_what_was_never_issued_as_a_card_starts_no_member_even_where_leat_would_let_it() -> None:
    async def visit(here: Desk) -> None:
        here.switch(anonymous_with_unknown_card="created")
        for code in ("99999999", "GC-2500-HARBOUR", "FLYER-TEN"):
            with pytest.raises(Refused, match="unknown_card"):
                await here.leat.identify(card(code), "en")
            assert code not in here.sim.state.cards

    play(visit, link_blank_cards=True)


def test_a_blank_card_stays_blank_when_the_account_may_have_no_more_members() -> None:
    async def visit(here: Desk) -> None:
        here.switch(contact_limit=1)
        with pytest.raises(Refused, match="unknown_card"):
            await here.leat.identify(card(NOBODYS_CARD), "en")

    play(visit, link_blank_cards=True)


def test_otherwise_a_blank_card_is_unknown() -> None:
    async def visit(here: Desk) -> None:
        with pytest.raises(Refused, match="unknown_card"):
            await here.leat.identify(card(NOBODYS_CARD), "en")
        assert here.sim.state.cards[NOBODYS_CARD].contact_uuid is None

    play(visit)

"""Vouchers and rewards of the simulated Leat."""

from __future__ import annotations

import pytest

from kioskd.core.discount import FreeItem, Products, Rule
from kioskd.loyalty.leat.readback import Absent, Applied
from tests.contract.leat_ledger import World, play, refused

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

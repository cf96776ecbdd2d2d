"""The RBI client against the simulated platform, over real HTTP, and against the API description."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kioskd.core.errors import LoyaltyError, Refused, Unauthorised, Unclear, Unreachable
from kioskd.core.money import Money
from kioskd.loyalty.rbi.amounts import Unit
from kioskd.loyalty.rbi.bodies import TransactionStatus
from kioskd.loyalty.rbi.client import Identification, RbiClient
from kioskd.loyalty.rbi.refusals import RulesFailed
from kioskd.sim.faults import FaultRule
from kioskd.sim.rbi import SIM_KEY, RbiSimulator
from kioskd.sim.rbi.switches import Switches
from tests.contract.rbi_calls import AT, COMBO, DISCOUNT, INCENTIVES, VENDOR, body, line
from tests.contract.rbi_world import connected, rbi
from tests.contract.server_faults import fault_cases, patience_s


def run(visit: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(visit(), 20))


def order(guest: Identification, status: TransactionStatus = TransactionStatus.CLAIMED) -> bytes:
    paid = 0 if status is TransactionStatus.PENDING else None
    return body(
        status,
        COMBO + INCENTIVES,
        paid=paid,
        loyalty_id=guest.loyalty_id,
        transaction_id=guest.transaction_id,
    )


def sanne(simulator: RbiSimulator) -> int:
    return next(guest.points for guest in simulator.state.guests.values() if guest.name == "Sanne")


def test_a_whole_visit() -> None:
    async def visit() -> None:
        async with rbi() as (simulator, _, client):
            guest = await client.identify("471101", VENDOR, AT)
            assert (guest.name, guest.points, guest.left_out) == ("Sanne", 990, 0)
            cookie, combo = guest.picked
            assert (cookie.type, cookie.product_id, cookie.price) == ("reward", "COOKIE", Money(0, "EUR"))
            assert (combo.incentive_id, combo.engine_id) == ("offer-combo", None)
            assert combo.price == Money(999, "EUR")
            held = await client.update(guest.transaction_id, order(guest, TransactionStatus.PENDING), AT)
            assert (held.points, held.points_earned, held.points_redeemed) == (990, 0, 250)
            assert (held.receipt_code, held.presentation.header) == (None, None)
            tried = await client.validate(guest.transaction_id, order(guest), AT)
            assert (tried.points_earned, tried.points_redeemed) == (187, 250)
            claimed = await client.update(guest.transaction_id, order(guest), AT)
            assert (claimed.points, claimed.points_earned) == (1240 - 250 + 187, 187)
            assert claimed.presentation.points_earned == "Earned: 187"
            assert claimed.presentation.points_redeemed == "Spent: 250"
            assert claimed.receipt_code
            again = await client.update(guest.transaction_id, order(guest), AT)
            assert again == claimed, "the very same body once more does nothing"
            assert sanne(simulator) == 1177
            voided = await client.void(guest.transaction_id, order(guest), AT)
            assert voided.transaction_id == guest.transaction_id
            assert sanne(simulator) == 1240

    run(visit)


def test_a_guest_nobody_knows_and_a_promo_code() -> None:
    async def visit() -> None:
        async with rbi() as (simulator, _, client):
            recorded = await client.create_unclaimed(body(), AT)
            assert recorded.presentation.marketing
            assert simulator.state.transactions[recorded.transaction_id].order_number == "000000000257"
            unlocked = await client.redeem_promo_code("CHICKEN", VENDOR, None, AT)
            assert unlocked.sanity_id == "offer-promo"
            for code, reason in (
                ("CHICKEN", "code_over"),
                ("NO-SUCH", "unknown_code"),
                ("FORGOTTEN", "code_not_set_up"),
            ):
                with pytest.raises(Refused) as raised:
                    await client.redeem_promo_code(code, VENDOR, None, AT)
                assert raised.value.reason == reason

    run(visit)


def test_discounts_personal_offers_and_prices_of_ones_own() -> None:
    async def visit() -> None:
        async with rbi() as (_, _, client):
            guest = await client.identify("471102", VENDOR, AT)
            (discount,) = guest.discounts
            assert discount.details.discount_value == Decimal(20)
            assert discount.reference_id == DISCOUNT.engine_id
            sent = body(lines=COMBO, discounts=(DISCOUNT,), loyalty_id=guest.loyalty_id)
            await client.validate(guest.transaction_id, sent, AT)
            (personal,) = (await client.identify("471104", VENDOR, AT)).picked
            assert (personal.engine_id, personal.incentive_id) == ("engine-offer-personal", None)
            unlisted, sundae = (await client.identify("471103", VENDOR, AT)).picked
            assert (unlisted.price, sundae.price) == (Money(0, "EUR"), None)

    run(visit)


def test_every_failed_rule_is_told_with_its_incentive_and_values() -> None:
    async def visit() -> None:
        async with rbi() as (_, _, client):
            guest = await client.identify("471200", VENDOR, AT)
            with pytest.raises(RulesFailed) as raised:
                await client.validate(guest.transaction_id, order(guest), AT)
            (failure,) = raised.value.failures
            assert (failure.code, failure.incentive_id) == ("insufficient-point-balance", "reward-cookie")
            assert (failure.current, failure.target) == (120, 250)
            with pytest.raises(Refused) as less:
                await client.update(guest.transaction_id, order(guest), AT)
            assert less.value.reason == "insufficient_points"

    run(visit)


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("471105", "used"),
        ("471106", "unknown_card"),
        ("000000", "unknown_card"),
        ("471107", "not_available"),
        ("hello", "wrong_kind"),
        ("00000000-0000-4000-8000-00000000000", "unknown_card"),
    ],
)
def test_who_is_not_recognised_learns_why(identifier: str, reason: str) -> None:
    async def visit() -> None:
        async with rbi() as (_, _, client):
            with pytest.raises(Refused) as raised:
                await client.identify(identifier, VENDOR, AT)
            assert raised.value.reason == reason

    run(visit)


def test_a_wrong_key_or_region_is_for_staff() -> None:
    async def visit() -> None:
        async with (
            rbi() as (_, served, _),
            connected(served.url, key="wrong") as no_key,
            connected(served.url, country="DE") as abroad,
        ):
            for client in (no_key, abroad):
                with pytest.raises(Unauthorised):
                    await client.identify("471100", VENDOR, AT)

    run(visit)


PLAYED = [
    Switches(numbers="text", line_types="upper", line_ids="numbered"),
    Switches(error_spelling="constants", rules_status=422, engine_error_at="top", rule_values="text"),
    Switches(rules_status=409, incentive_named=False, update_failures="full", receipt_texts="none"),
    Switches(void_again="not_found", unclaimed_status=201, unclaimed_receipt_code=True),
    Switches(user_datetime="offset", rule_clock="created", payment_sum="checked", payment_types="listed"),
    Switches(service_modes="words", claim_within_s=3600, identified_lifetime_s=60, pending_lifetime_s=60),
]


@pytest.mark.parametrize("switches", PLAYED, ids=lambda switches: "-".join(switches.changed()))
def test_a_visit_goes_the_same_way_whatever_the_platform_does(switches: Switches) -> None:
    async def visit() -> None:
        async with rbi() as (simulator, _, client):
            simulator.state.switches = switches
            guest = await client.identify("471101", VENDOR, AT)
            assert (guest.points, guest.left_out) == (990, 0)
            assert [(one.type, one.quantity) for one in guest.picked] == [("reward", 1), ("offer", 1)]
            await client.update(guest.transaction_id, order(guest, TransactionStatus.PENDING), AT)
            assert (await client.validate(guest.transaction_id, order(guest), AT)).points_earned == 187
            assert (await client.update(guest.transaction_id, order(guest), AT)).points == 1177
            await client.void(guest.transaction_id, order(guest), AT)
            assert (await client.create_unclaimed(body(), AT)).transaction_id
            poor = await client.identify("471200", VENDOR, AT)
            with pytest.raises(RulesFailed) as raised:
                await client.validate(poor.transaction_id, order(poor), AT)
            assert raised.value.failures[0].code == "insufficient-point-balance"
            with pytest.raises(Refused) as used:
                await client.identify("471101", VENDOR, AT)
            assert used.value.reason == "used"

    run(visit)


def test_prices_in_minor_units_both_ways() -> None:
    async def visit() -> None:
        async with rbi(incoming_prices=Unit.MINOR, zone_told=False) as (simulator, _, client):
            simulator.state.switches = Switches(
                line_prices="minor", incentive_prices="minor_text", user_datetime="local"
            )
            guest = await client.identify("471101", VENDOR, AT)
            assert [one.price for one in guest.picked] == [Money(0, "EUR"), Money(999, "EUR")]
            sent = body(lines=(line("1", "CLASSIC", 850),), unit=Unit.MINOR)
            assert (await client.validate(guest.transaction_id, sent, AT)).points_earned == 85

    run(visit)


def test_a_queued_claim_is_judged_by_the_time_it_was_ordered_at() -> None:
    async def visit() -> None:
        async with rbi() as (simulator, _, client):
            simulator.control("incentives", {
                "content_id": "offer-sundae",
                "rules": {"ends_at": (AT + timedelta(minutes=1)).isoformat()},
            })  # fmt: skip
            guest = await client.identify("471101", VENDOR, AT)
            with pytest.raises(RulesFailed):
                await client.update(guest.transaction_id, order(guest), AT + timedelta(hours=1))
            await client.update(guest.transaction_id, order(guest), AT)

    run(visit)


@fault_cases
def test_a_claim_takes_effect_once_whatever_happens(
    rule: FaultRule, for_read: type[LoyaltyError], for_write: type[LoyaltyError]
) -> None:
    """After an unclear outcome the very same body is sent again, which is all that anybody can do."""

    async def visit() -> None:
        timeout_s = patience_s(rule)
        async with (
            rbi() as (simulator, served, client),
            connected(served.url, timeout_s=timeout_s) as kiosk,
        ):
            guest = await client.identify("471101", VENDOR, AT)
            claim = order(guest)
            simulator.requests.clear()
            simulator.faults.add(rule)
            with pytest.raises(LoyaltyError) as raised:
                await kiosk.validate(guest.transaction_id, claim, AT)
            assert type(raised.value) is for_read
            assert len(simulator.requests) == 1, "asked once, nothing is repeated or followed"
        async with (
            rbi() as (simulator, served, client),
            connected(served.url, timeout_s=timeout_s) as kiosk,
        ):
            guest = await client.identify("471101", VENDOR, AT)
            simulator.faults.add(rule.model_copy(update={"times": 1}))
            with pytest.raises(LoyaltyError) as raised:
                await kiosk.update(guest.transaction_id, claim := order(guest), AT)
            assert type(raised.value) is for_write
            await client.update(guest.transaction_id, claim, AT)
            assert sanne(simulator) == 1177

    run(visit)


def test_a_server_that_is_gone_is_unreachable_and_comes_back() -> None:
    async def visit() -> None:
        async with rbi() as (_, served, client):
            await served.pause()
            with pytest.raises(Unreachable):
                await client.identify("471100", VENDOR, AT)
            await served.resume()
            await client.identify("471100", VENDOR, AT)

    run(visit)


def test_a_call_may_have_a_deadline_of_its_own() -> None:
    async def visit() -> None:
        async with rbi() as (simulator, _, client):
            simulator.faults.add(FaultRule(kind="timeout_before"))
            with pytest.raises(Unclear, match=r"within 0\.2 s"):
                await client.identify("471100", VENDOR, AT, within_s=0.2)

    run(visit)


def test_no_log_line_tells_code_name_key_or_id(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ["471101", "471105", "Sanne", SIM_KEY, "CHICKEN"]

    async def visit() -> None:
        async with rbi() as (simulator, _, client):
            guest = await client.identify("471101", VENDOR, AT)
            secrets.extend((guest.transaction_id, guest.loyalty_id))
            assert "Sanne" not in repr(guest)
            await client.redeem_promo_code("CHICKEN", VENDOR, guest.loyalty_id, AT)
            await client.update(guest.transaction_id, order(guest), AT)
            await _fails(client, "471105")
            simulator.faults.add(FaultRule(kind="redirect"))
            await _fails(client, "471101")

    run(visit)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("kioskd.sim", "uvicorn"))]
    assert any("loyalty/identify" in text for text in ours)
    for secret in secrets:
        assert not [text for text in ours if secret in text]


async def _fails(client: RbiClient, identifier: str) -> None:
    with pytest.raises(LoyaltyError) as raised:
        await client.identify(identifier, VENDOR, AT)
    assert identifier not in str(raised.value)


def test_a_time_without_a_zone_is_a_mistake_of_ours() -> None:
    async def visit() -> None:
        async with rbi() as (_, _, client):
            with pytest.raises(ValueError, match="zone"):
                await client.identify("471100", VENDOR, AT.replace(tzinfo=None))

    run(visit)

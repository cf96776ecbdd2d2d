"""The simulated platform recognises guests, holds and moves points once, and checks every rule."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.sim.forms import ControlRefused
from kioskd.sim.rbi import RbiSimulator
from tests.unit.rbi_counter import CLASSIC, COOKIE, NOON, Counter, code_of, line, offer, reward


@pytest.fixture
def counter() -> Counter:
    return Counter()


# --- identify --------------------------------------------------------------------------------------------


def test_a_code_brings_guest_points_and_choices(counter: Counter) -> None:
    found = counter.identify("471101").json()
    assert found["loyaltyUser"]["name"] == "Sanne"
    assert found["balances"] == [{"amount": 1240 - 250, "currency": "points"}], "net of the cookie"
    cookie, combo = found["order"]
    assert (cookie["productId"], cookie["productType"], cookie["price"]) == ("COOKIE", "reward", 0)
    assert (combo["incentiveId"], combo["price"]) == ("offer-combo", 9.99)
    assert cookie["referenceId"] == combo["referenceId"] == "00"
    assert "eligibleDiscounts" not in found


def test_an_offer_may_have_no_price(counter: Counter) -> None:
    lines = counter.identify("471103").json()["order"]
    assert ["price" in line for line in lines] == [True, False]


def test_discounts_come_apart_and_personal_offers_by_their_engine_id(counter: Counter) -> None:
    found = counter.identify("471102").json()
    assert found["order"] == []
    assert found["eligibleDiscounts"][0]["details"]["subtype"] == "PERCENTAGE_DISCOUNT"
    (personal,) = counter.identify("471104").json()["order"]
    assert personal["loyaltyEngineId"] == "engine-offer-personal"
    assert "incentiveId" not in personal


def test_a_code_is_good_once_a_card_and_the_loyalty_id_again_and_again(counter: Counter) -> None:
    assert counter.identify("471100").is_success
    assert code_of(counter.identify("471100")) == (422, "OrderSelectionStatusUnclaimable")
    for identifier in ("10024711", counter.guest_id().upper()):
        assert counter.open(identifier) != counter.open(identifier), "each scan has its transaction"


@pytest.mark.parametrize(
    ("identifier", "refusal"),
    [
        ("471105", (422, "OrderSelectionStatusUnclaimable")),
        ("471106", (404, "HashSetNotFoundError")),
        ("000000", (404, "HashSetNotFoundError")),
        ("471107", (404, "OfferNotFoundError")),
        ("00000000-0000-4000-8000-000000000000", (404, "UserNotFoundError")),
        ("00000000-0000-4000-8000-00000000000", (400, "IdentificationFailed")),
        ("99999999", (404, "HashSetNotFoundError")),
        ("hello", (422, "InvalidIdentifier")),
    ],
)
def test_who_is_not_recognised_learns_why(
    counter: Counter, identifier: str, refusal: tuple[int, str]
) -> None:
    assert code_of(counter.identify(identifier)) == refusal
    assert counter.sim.state.transactions == {}


def test_codes_expire(counter: Counter) -> None:
    counter.sim.control("codes", {"code": "999001", "guest": "Sanne"})
    counter.sim.control("codes", {"code": "999002", "guest": "Sanne", "expires_in_s": None})
    counter.later(301)
    assert code_of(counter.identify("999001")) == (404, "HashSetNotFoundError")
    assert counter.identify("999002").is_success


def test_kinds_of_codes_can_be_switched_off() -> None:
    counter = Counter(identifiers=["code"])
    assert counter.identify("471100").is_success
    for identifier in ("10024711", counter.guest_id()):
        assert code_of(counter.identify(identifier)) == (422, "IdentifierTypeDisabled")


def test_a_store_must_be_one_of_the_region(counter: Counter) -> None:
    counter.region = "DE"
    assert code_of(counter.identify("471100")) == (404, "StoreNotFound")
    counter.store_id = "7001"
    assert counter.identify("471100").is_success


# --- holding, claiming, voiding --------------------------------------------------------------------------


def test_a_claim_burns_and_earns_and_prints(counter: Counter) -> None:
    transaction = counter.open("471101")
    tried = counter.validate(transaction, CLASSIC, COOKIE).json()
    assert (tried["pointsEarned"], tried["pointsRedeemed"]) == (85, 250)
    assert counter.points() == (1240, 990), "trying changes nothing"
    claimed = counter.claim(transaction, CLASSIC, COOKIE).json()
    assert (claimed["points"], claimed["pointsEarned"], claimed["pointsRedeemed"]) == (1075, 85, 250)
    assert claimed["presentation"]["pointsEarned"] == "Earned: 85"
    assert "\n" in claimed["presentation"]["footer"]
    assert len(claimed["receiptCode"]) == 16
    assert counter.points() == (1075, 1075)


def test_a_hold_is_replaced_by_the_next_and_let_go_by_a_void(counter: Counter) -> None:
    transaction = counter.open("471101")
    assert counter.points() == (1240, 990)
    held = counter.hold(transaction, CLASSIC, COOKIE, reward("fries", "FRIES")).json()
    assert (held["points"], held["pointsEarned"], held["pointsRedeemed"]) == (240, 0, 1000)
    assert "presentation" not in held
    assert counter.hold(transaction, CLASSIC).json()["points"] == 1240
    counter.hold(transaction, COOKIE)
    assert counter.void(transaction).is_success
    assert counter.points() == (1240, 1240)
    assert code_of(counter.claim(transaction, CLASSIC)) == (400, "TransactionNotClaimable")


def test_two_scans_hold_twice_until_the_old_transaction_is_void(counter: Counter) -> None:
    counter.sim.control("codes", {"code": "999001", "guest": "Sanne", "picks": ["reward-fries"]})
    old, new = counter.open("471101"), counter.open("999001")
    assert counter.points() == (1240, 240)
    counter.void(old)
    held = counter.hold(new, COOKIE, reward("fries", "FRIES"))
    assert held.json()["points"] == 240


def test_a_claimed_order_is_undone_as_a_whole(counter: Counter) -> None:
    transaction = counter.open("471100")
    counter.claim(transaction, CLASSIC, COOKIE)
    assert counter.void(transaction, CLASSIC, COOKIE).json() == {"transactionId": transaction}
    assert counter.points() == (1240, 1240)
    assert [row.kind for row in counter.sim.state.ledger if row.transaction_id] == [
        "burned",
        "earned",
        "earned_back",
        "burned_back",
    ]


def test_a_transaction_is_its_guests_own(counter: Counter) -> None:
    transaction, other = counter.open("471100"), counter.guest_id("Jonas")
    for body in ({"loyaltyId": other}, {"transactionId": other}):
        assert counter.claim(transaction, CLASSIC, **body).status_code == 404
    assert counter.claim(other, CLASSIC).status_code == 404
    assert counter.claim("no-uuid", CLASSIC).status_code == 404
    assert counter.claim(transaction, CLASSIC, loyaltyId=counter.guest_id().upper()).is_success


def test_a_store_without_loyalty_recognises_guests_and_moves_no_points(counter: Counter) -> None:
    counter.store_id = "9043"
    transaction = counter.open("471101")
    assert code_of(counter.claim(transaction, CLASSIC, COOKIE)) == (400, "RedeemRewardError")
    claimed = counter.claim(transaction, CLASSIC, offer("combo", "COMBO-CLASSIC", 9.99)).json()
    assert (claimed["pointsEarned"], claimed["points"]) == (0, 1240)


def test_an_order_for_the_counter_is_finished_by_the_till(counter: Counter) -> None:
    transaction = counter.open("471100")
    counter.hold(transaction, CLASSIC, COOKIE, number="0042")
    done = counter.sim.control("tills", {"does": "claim", "order_number": "0042"})
    assert (done["status"], done["answer"]["pointsEarned"]) == (200, 85)
    with pytest.raises(ControlRefused, match="no pending order"):
        counter.sim.control("tills", {"does": "void", "order_number": "0042"})
    other = counter.open("471200")
    counter.hold(other, CLASSIC, number="0043")
    assert counter.sim.control("tills", {"does": "void", "order_number": "0043"})["status"] == 200
    assert counter.points() == (1240 - 250 + 85,) * 2


def test_an_order_nobody_claims_is_recorded(counter: Counter) -> None:
    recorded = counter.unclaimed(CLASSIC)
    assert recorded.status_code == 200
    assert recorded.json()["presentation"]["marketing"]
    assert "receiptCode" not in recorded.json()
    for wrong in (counter.unclaimed(COOKIE), counter.unclaimed(CLASSIC, loyaltyId=counter.guest_id())):
        assert code_of(wrong) == (400, "ValidationError")
    (transaction,) = counter.sim.state.transactions.values()
    assert (transaction.status, transaction.order_number) == ("UNCLAIMED", "0007")
    assert code_of(counter.claim(transaction.id, CLASSIC)) == (400, "TransactionNotClaimable")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"details": {"currency": "USD"}}, "transactionDetails.currency"),
        ({"serviceMode": "Flying"}, "serviceMode"),
        ({"channel": "App"}, "channel"),
        ({"created": "2026-07-01T12:00:00"}, "created"),
    ],
)
def test_a_body_of_a_wrong_shape_is_told_where(counter: Counter, changes: dict[str, Any], field: str) -> None:
    refused = counter.unclaimed(CLASSIC, **changes)
    assert code_of(refused) == (400, "ValidationError")
    assert refused.json()["details"] == {"fields": [field]}


@pytest.mark.parametrize(
    "lines",
    [
        (line("CLASSIC", 8.505),),
        (line("CLASSIC", -1),),
        (line("A", 1, referenceId="1"), line("B", 1, referenceId="1")),
        (line("A", 1, referenceId="1"), line("B", 1, parentReferenceId="1")),
        (line("A", 1, parentReferenceId="1"), line("B", 1, "combo", referenceId="1")),
        (line("A", 1, referenceId="1", parentReferenceId="1"),),
        (line("A", 1, incentiveId="offer-combo"),),
        (line("A", 1, "reward"),),
    ],
)
def test_lines_that_make_no_order_are_refused(counter: Counter, lines: tuple[Any, ...]) -> None:
    assert code_of(counter.unclaimed(*lines)) == (400, "ValidationError")


# --- rules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "code", "values"),
    [
        ((reward("classic", "CLASSIC"),), "insufficient-point-balance", (1240, 2500)),
        ((reward("coffee", "COFFEE", quantity=2),), "exceeds-limit-per-order", (2, 1)),
        ((offer("once", "SOFT-ICE", quantity=2),), "exceeds-max-redemption", (0, 1)),
        ((offer("weekend", "PANCAKES"),), "invalid-day-of-the-week", ("WEDNESDAY", ["SATURDAY", "SUNDAY"])),
        ((offer("soon", "FALAFEL"),), "invalid-start-date", None),
        ((offer("over", "TACO"),), "invalid-end-date", None),
        ((offer("hamburg", "DOG"),), "invalid-store-id", ("9041", ["7001"])),
        ((offer("newcomers", "CORN"),), "invalid-enrollment-start-date", None),
        ((CLASSIC, offer("lemonade", "LEMONADE")), "minimum-spend", (8.5, 10.0)),
        ((offer("with-burger", "ICED-TEA"),), "cart-requirement", None),
        ((offer("promo", "CRISPY-CHICKEN"),), "scope", None),
    ],
)
def test_every_rule_says_what_is_wrong_with_which_incentive(
    counter: Counter, lines: tuple[Any, ...], code: str, values: tuple[Any, Any] | None
) -> None:
    (failure,) = counter.failures(counter.validate(counter.open("471100"), *lines))
    assert (failure["code"], failure["incentiveId"]) == (code, lines[-1]["incentiveId"])
    if values is not None:
        assert (failure["currentValue"], failure["targetValue"]) == values


def test_rules_about_how_the_order_is_eaten_and_paid(counter: Counter) -> None:
    transaction = counter.open("471100")
    soup = offer("eat-in", "SOUP", 2)
    assert counter.validate(transaction, soup).is_success
    (failure,) = counter.failures(counter.validate(transaction, soup, serviceMode="TAKEOUT"))
    assert (failure["currentValue"], failure["targetValue"]) == ("TAKEOUT", ["EAT_IN"])
    croissant = offer("card-only", "CROISSANT")
    assert counter.validate(transaction, croissant).is_success
    (failure,) = counter.failures(counter.validate(transaction, croissant, paid="CASH"))
    assert failure["ruleId"] == "payment-method"
    tea = offer("with-burger", "ICED-TEA")
    assert counter.validate(transaction, CLASSIC, tea).is_success
    failed = counter.failures(
        counter.validate(transaction, CLASSIC, line("COMBO-CLASSIC", 12.5, "combo"), tea)
    )
    assert [failure["ruleId"] for failure in failed] == ["cart-exclusion"]


def test_rules_about_the_guest() -> None:
    counter = Counter()
    doughnut = offer("welcome", "DOUGHNUT", 0)
    first = counter.open("471200")
    assert counter.claim(first, CLASSIC, doughnut).is_success
    again = counter.open("10024712")
    (failure,) = counter.failures(counter.validate(again, CLASSIC, doughnut))
    assert failure["ruleId"] == "first-order"
    counter.void(first)
    assert counter.validate(again, CLASSIC, doughnut).is_success
    rules = {"birthday": True, "quest": "tour", "scope": "staff", "cooldown_s": 3600}
    counter.sim.control("incentives", {"content_id": "offer-once", "rules": rules | {"max_redemptions": 9}})
    ice = offer("once", "SOFT-ICE")
    failed = counter.failures(counter.validate(again, ice))
    assert [failure["ruleId"] for failure in failed] == ["birthday", "quest", "scope"]
    sanne = counter.sim.state.guests[counter.guest_id()]
    sanne.quests.append("tour")
    sanne.scopes.append("staff")
    assert counter.claim(counter.open("471100"), ice).is_success, "it is her birthday"
    failed = counter.failures(counter.validate(counter.open("10024711"), ice))
    assert [failure["ruleId"] for failure in failed] == ["cooldown"]


def test_all_failures_come_at_once_and_plain_food_never_fails(counter: Counter) -> None:
    transaction = counter.open("471100")
    lines = (CLASSIC, offer("over", "TACO"), offer("hamburg", "DOG"), reward("classic", "CLASSIC"))
    failed = counter.failures(counter.validate(transaction, *lines))
    assert [failure["incentiveId"] for failure in failed] == ["offer-over", "offer-hamburg", "reward-classic"]
    assert counter.validate(transaction, CLASSIC).is_success


def test_an_update_says_less_than_validate() -> None:
    counter = Counter()
    transaction = counter.open("471100")
    too_dear = counter.hold(transaction, reward("classic", "CLASSIC"))
    assert code_of(too_dear) == (400, "TransactionInsufficientPoints")
    (failure,) = counter.failures(counter.claim(transaction, offer("over", "TACO")))
    assert failure == {"code": "invalid-end-date", "ruleId": "date-span"}
    counter.switch(update_failures="full")
    (failure,) = counter.failures(counter.claim(transaction, reward("classic", "CLASSIC")))
    assert failure["targetValue"] == 2500


def test_an_incentive_is_known_by_its_ids_and_product_together(counter: Counter) -> None:
    transaction = counter.open("471104")
    for wrong in (offer("no-such", "TACO"), offer("combo", "TACO"), offer("personal", "MINT-TEA")):
        assert code_of(counter.validate(transaction, wrong)) == (404, "OfferNotFoundError")
    personal = line("MINT-TEA", 1, "OFFER", loyaltyEngineId="engine-offer-personal")
    assert counter.validate(transaction, personal).is_success
    discount = {"incentiveId": "offer-five-off", "referenceId": "engine-offer-five-off"}
    failed = counter.validate(transaction, CLASSIC, details={"appliedDiscounts": [discount]})
    assert counter.failures(failed)[0]["code"] == "minimum-spend"


def test_a_failure_brings_the_servers_own_settings_along(counter: Counter) -> None:
    details = counter.validate(counter.open("471100"), offer("over", "TACO")).json()["details"]
    assert "x-api-key" in details["errorConfig"]["headers"]


# --- promo codes -----------------------------------------------------------------------------------------


def test_a_promo_code_unlocks_an_offer_once(counter: Counter) -> None:
    chicken = offer("promo", "CRISPY-CHICKEN", 4.99)
    assert counter.promo("CHICKEN", counter.guest_id()).json() == {"sanityId": "offer-promo"}
    assert counter.validate(counter.open("471100"), chicken).is_success
    assert not counter.validate(counter.open("471200"), chicken).is_success, "it is Sanne's"
    for code, status in (("CHICKEN", 422), ("CHICKEN-USED", 422), ("CHICKEN-OVER", 422), ("X", 404)):
        refused = counter.promo(code, counter.guest_id())
        assert (refused.status_code, refused.json()["httpCode"]) == (status, status)
        assert refused.json()["details"] == {"promoCode": code}
    assert code_of(counter.promo("FORGOTTEN")) == (422, "PROMO_CODE_VENDOR_CONFIG_ERROR")


def test_a_promo_code_typed_by_nobody_is_good_for_an_order_of_nobody(counter: Counter) -> None:
    chicken = offer("promo", "CRISPY-CHICKEN", 4.99)
    assert not counter.unclaimed(chicken).is_success
    assert counter.promo("CHICKEN").is_success
    assert counter.unclaimed(chicken).is_success


# --- the ledger ------------------------------------------------------------------------------------------

_ACTS = st.lists(
    st.tuples(st.sampled_from(["scan", "hold", "claim", "again", "void"]), st.integers(0, 3), st.booleans()),
    max_size=25,
)


@settings(deadline=None, max_examples=40)
@given(_ACTS)
def test_whatever_is_sent_in_whatever_order_points_move_once(acts: list[tuple[str, int, bool]]) -> None:
    counter = Counter()
    opened = [counter.open("10024711")]
    for act, number, with_cookie in acts:
        transaction = opened[number % len(opened)]
        lines = (CLASSIC, COOKIE) if with_cookie else (CLASSIC,)
        match act:
            case "scan":
                opened.append(counter.open("10024711"))
            case "hold":
                counter.hold(transaction, *lines)
            case "void":
                counter.void(transaction, *lines)
            case "again":
                answers = [counter.claim(transaction, *lines) for _ in range(2)]
                assert answers[0].text == answers[1].text
            case _:
                counter.claim(transaction, *lines)
        state = counter.sim.state
        rows = [(row.transaction_id, row.kind) for row in state.ledger if row.transaction_id]
        assert len(rows) == len(set(rows)), "each move of points at most once"
        for guest in state.guests.values():
            assert guest.points == sum(row.points for row in state.ledger if row.guest_id == guest.id)
        balance, spendable = counter.points()
        assert spendable <= balance


# --- the control surface ---------------------------------------------------------------------------------


def test_the_state_can_be_seen_changed_and_reset() -> None:
    simulator = RbiSimulator(clock=lambda: NOON)

    async def main() -> None:
        transport = httpx.ASGITransport(app=simulator.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://rbi.test") as panel:
            fresh = (await panel.get("/sim/state")).json()
            sanne = {"name": "Sanne", "points": 7, "picks": ["offer-sundae"]}
            assert (await panel.post("/sim/guests", json=sanne)).json()["points"] == 7
            assert (await panel.post("/sim/guests", json={"name": "New", "points": 5})).status_code == 200
            promo = {"code": "TACO", "incentive": "offer-over", "expires_in_s": 60}
            assert (await panel.post("/sim/promo-codes", json=promo)).status_code == 200
            assert (await panel.post("/sim/stores", json={"id": "9041", "loyalty": False})).status_code == 200
            made = {"content_id": "offer-x", "product_id": "X", "rules": {"limit_per_order": 1}}
            assert (await panel.post("/sim/incentives", json=made)).json()["engine_id"] == "engine-offer-x"
            switched = await panel.put("/sim/switches", json={"claim_again": "refused"})
            assert switched.json()["claim_again"] == "refused"
            await panel.put("/sim/faults", json={"faults": [{"kind": "status_500", "times": 1}]})
            shown = (await panel.get("/sim/state")).json()
            assert shown["faults"]
            assert "claim_again=refused" in shown["deviations"]
            assert (await panel.post("/sim/reset")).status_code == 204
            assert (await panel.get("/sim/state")).json() == fresh
            for name, wrong in [
                ("guests", {"points": 1}),
                ("guests", {"name": "X", "picks": ["no-such"]}),
                ("codes", {"code": "12345", "guest": "Sanne"}),
                ("codes", {"code": "123456", "guest": "Nobody"}),
                ("incentives", {"content_id": "offer-over", "rules": {"no_such": 1}}),
                ("incentives", {"content_id": "offer-over", "rules": {"ends_at": "2026-01-01T00:00:00"}}),
                ("stores", {"id": "0", "loyalty": True}),
                ("promo-codes", {"code": "X", "incentive": "no-such"}),
            ]:
                refused = await panel.post(f"/sim/{name}", json=wrong)
                assert refused.status_code == 422, (name, wrong)
            assert (await panel.get("/sim/state")).json() == fresh

    asyncio.run(main())


def test_the_same_start_gives_the_same_platform() -> None:
    first, second = (RbiSimulator(clock=lambda: NOON).to_json() for _ in range(2))
    assert first == second
    later = RbiSimulator(clock=lambda: NOON + timedelta(days=400)).to_json()
    assert [code["expired"] for code in later["codes"]] == [code["expired"] for code in first["codes"]]

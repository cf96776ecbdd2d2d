"""Every open question about the platform can be played both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kioskd.sim.rbi.switches import Switches
from tests.unit.rbi_counter import CLASSIC, COOKIE, Counter, code_of, line, offer, reward

TOO_DEAR = reward("classic", "CLASSIC")


@pytest.mark.parametrize(
    ("unit", "right", "wrong"), [("major", 8.5, 8.505), ("minor", 850, 8.5), ("minor", 850.0, 0.5)]
)
def test_line_prices(unit: str, right: float, wrong: float) -> None:
    counter = Counter(line_prices=unit)
    transaction = counter.open("471100")
    assert counter.validate(transaction, line("CLASSIC", right)).json()["pointsEarned"] == 85
    assert counter.validate(transaction, line("CLASSIC", wrong)).status_code == 400


@pytest.mark.parametrize(("unit", "price"), [("major", 9.99), ("minor", 999), ("minor_text", "999")])
def test_incentive_prices(unit: str, price: Any) -> None:
    assert Counter(incentive_prices=unit).identify("471101").json()["order"][1]["price"] == price


def test_numbers_as_text() -> None:
    counter = Counter(numbers="text")
    found = counter.identify("471101").json()
    assert (found["balances"][0]["amount"], found["order"][0]["quantity"]) == ("990", "1")
    assert counter.validate(found["transactionId"], CLASSIC).json()["points"] == "1240"


def test_types_and_ids_of_lines() -> None:
    lines = Counter(line_types="upper", line_ids="numbered").identify("471101").json()["order"]
    assert [(line["productType"], line["referenceId"]) for line in lines] == [
        ("REWARD", "01"),
        ("OFFER", "02"),
    ]


@pytest.mark.parametrize("local", ["2026-07-01T14:00:00", "2026-07-01T14:00:00+02:00"])
def test_the_offset_of_the_guests_time(local: str) -> None:
    for wanted, accepted in (("either", True), ("offset", "+" in local), ("local", "+" not in local)):
        counter = Counter(user_datetime=wanted)
        counter.local = local
        assert counter.identify("471100").status_code == (200 if accepted else 401)


@pytest.mark.parametrize(
    ("mode", "spellings"),
    [("Eatin", {"either", "words"}), ("EAT_IN", {"either", "constants"}), ("eatin", {"either"})],
)
def test_service_modes(mode: str, spellings: set[str]) -> None:
    for spelling in ("either", "words", "constants"):
        answer = Counter(service_modes=spelling).unclaimed(CLASSIC, serviceMode=mode)
        assert answer.is_success == (spelling in spellings)


def test_payments() -> None:
    assert Counter().unclaimed(CLASSIC, paid="SHELLS").is_success
    assert not Counter(payment_types="listed").unclaimed(CLASSIC, paid="SHELLS").is_success
    assert Counter(payment_sum="checked").unclaimed(CLASSIC).is_success
    assert not Counter(payment_sum="checked").unclaimed(line("CLASSIC", 8.4)).is_success


def test_children_of_incentives() -> None:
    lines = (offer("combo", "COMBO-CLASSIC", referenceId="1"), line("FRIES", 0, parentReferenceId="1"))
    for switch, accepted in (("allowed", True), ("refused", False)):
        counter = Counter(incentive_children=switch)
        assert counter.validate(counter.open("471100"), *lines).is_success is accepted


def test_the_spelling_of_codes() -> None:
    counter = Counter(error_spelling="constants")
    transaction = counter.open("471100")
    assert code_of(counter.hold(transaction, TOO_DEAR)) == (400, "TRANSACTION_INSUFFICIENT_POINTS")
    assert code_of(counter.identify("000000")) == (404, "HASH_SET_NOT_FOUND_ERROR")
    assert code_of(counter.validate(transaction, TOO_DEAR)) == (400, "RulesError")


@pytest.mark.parametrize("number", [400, 409, 422])
def test_how_failed_rules_are_told(number: int) -> None:
    counter = Counter(
        rules_status=number, engine_error_at="top", incentive_named=False, leaks_request_settings=False
    )
    answer = counter.validate(counter.open("471100"), TOO_DEAR)
    assert answer.status_code == number
    assert answer.json()["isEngineError"]
    assert answer.json()["details"].keys() == {"ruleEvaluation"}
    assert "incentiveId" not in counter.failures(answer)[0]
    counter.switch(engine_error_at="nowhere")
    assert "isEngineError" not in counter.validate(counter.open("10024711"), TOO_DEAR).text


def test_values_and_codes_of_failed_rules() -> None:
    counter = Counter(rule_values="text", unnamed_rules="opaque")
    transaction = counter.open("471100")
    (failure,) = counter.failures(counter.validate(transaction, TOO_DEAR))
    assert (failure["code"], failure["currentValue"]) == ("insufficient-point-balance", "1240")
    (failure,) = counter.failures(counter.validate(transaction, offer("lemonade", "LEMONADE")))
    assert failure["code"] == "rule-not-satisfied"
    counter.switch(rule_values="missing")
    (failure,) = counter.failures(counter.validate(transaction, TOO_DEAR))
    assert "targetValue" not in failure


def test_markets_with_one_incentive() -> None:
    counter = Counter(max_incentives=1)
    transaction = counter.open("471100")
    (failure,) = counter.failures(counter.validate(transaction, COOKIE, offer("combo", "COMBO-CLASSIC")))
    assert (failure["code"], failure["incentiveId"]) == ("exceeds-limit-per-order", "offer-combo")
    assert counter.validate(transaction, COOKIE).is_success


@pytest.mark.parametrize(
    ("switch", "outcome", "points"),
    [
        ("same_answer", (200, ""), 1240 - 250 + 85),
        ("refused", (400, "TransactionNotClaimable"), 1240 - 250 + 85),
        ("books_again", (200, ""), 1240 - 500 + 170),
    ],
)
def test_claiming_twice(switch: str, outcome: tuple[int, str], points: int) -> None:
    counter = Counter(claim_again=switch)
    transaction = counter.open("471100")
    counter.claim(transaction, CLASSIC, COOKIE)
    assert code_of(counter.claim(transaction, CLASSIC, COOKIE)) == outcome
    assert counter.points() == (points, points)
    changed = counter.claim(transaction, CLASSIC)
    assert code_of(changed) == (400, "TransactionNotClaimable"), "an order is not changed afterwards"
    counter.void(transaction)
    assert counter.points() == (1240, 1240), "all of it is undone"


@pytest.mark.parametrize(
    ("switch", "outcome"),
    [
        ("same_answer", (200, "")),
        ("not_found", (404, "TransactionNotFoundError")),
        ("refused", (400, "TransactionNotVoidable")),
    ],
)
def test_voiding_twice(switch: str, outcome: tuple[int, str]) -> None:
    counter = Counter(void_again=switch)
    transaction = counter.open("471100")
    counter.claim(transaction, CLASSIC)
    counter.void(transaction)
    assert code_of(counter.void(transaction)) == outcome
    assert counter.points() == (1240, 1240)


@pytest.mark.parametrize(("switch", "status"), [("allowed", 200), ("not_found", 404)])
def test_voiding_what_nobody_claimed(switch: str, status: int) -> None:
    counter = Counter(void_unclaimed=switch)
    recorded = counter.unclaimed(CLASSIC).json()["transactionId"]
    assert counter.void(recorded, CLASSIC).status_code == status


@pytest.mark.parametrize(("switch", "kept"), [("stored_again", 3), ("same_answer", 2)])
def test_reporting_an_order_twice(switch: str, kept: int) -> None:
    counter = Counter(unclaimed_again=switch)
    for number in ("0007", "0007", "0008"):
        assert counter.unclaimed(CLASSIC, number=number).is_success
    assert len(counter.sim.state.transactions) == kept


@pytest.mark.parametrize("switch", ["user_datetime", "created", "server"])
def test_which_clock_date_rules_see(switch: str) -> None:
    """The offer ended a day ago by all clocks but one."""
    counter = Counter(rule_clock=switch)
    transaction = counter.open("471100")
    taco = offer("over", "TACO")
    old = "2026-06-01T12:00:00Z"
    assert not counter.validate(transaction, taco).is_success
    assert counter.validate(transaction, taco, created=old).is_success is (switch == "created")
    counter.local = old
    assert counter.validate(transaction, taco).is_success is (switch == "user_datetime")
    counter.local = "2026-07-01T14:00:00"
    counter.switch(rule_clock=switch, clock_skew_s=-(7 * 86_400.0))
    assert counter.validate(transaction, taco).is_success is (switch == "server")


def test_how_late_a_claim_may_be() -> None:
    counter = Counter(claim_within_s=3600, rule_clock="server")
    transaction = counter.open("471100")
    counter.later(3601)
    assert code_of(counter.claim(transaction, CLASSIC)) == (400, "TransactionNotClaimable")
    counter.switch(claim_within_s=3600)
    assert counter.claim(transaction, CLASSIC).is_success, "by the time the order was first told"


def test_forgotten_transactions_let_their_points_go() -> None:
    counter = Counter(identified_lifetime_s=60, pending_lifetime_s=600)
    forgotten, pending = counter.open("471101"), counter.open("10024711")
    counter.hold(pending, COOKIE)
    assert counter.points() == (1240, 740)
    counter.later(61)
    assert counter.points() == (1240, 990)
    assert code_of(counter.claim(forgotten, CLASSIC)) == (400, "TransactionNotClaimable")
    counter.later(600)
    assert counter.points() == (1240, 1240)
    assert counter.void(pending).is_success


def test_receipts() -> None:
    counter = Counter(receipt_texts="sparse", unclaimed_receipt_code=True, unclaimed_status=201)
    recorded = counter.unclaimed(CLASSIC)
    assert recorded.status_code == 201
    assert recorded.json()["presentation"].keys() == {"header"}
    assert len(recorded.json()["receiptCode"]) == 16
    counter.switch(receipt_texts="full", receipt_keys="other")
    assert "qr" in counter.unclaimed(CLASSIC).json()["presentation"]
    counter.switch(receipt_texts="none")
    assert "presentation" not in counter.claim(counter.open("471100"), CLASSIC).json()


def test_promo_codes_of_nobody() -> None:
    counter = Counter(guestless_promo="refused")
    assert counter.promo("CHICKEN").status_code == 422
    assert counter.promo("CHICKEN", counter.guest_id()).is_success


def test_too_many_requests() -> None:
    counter = Counter(rate_limit_per_minute=2)
    assert [counter.identify("10024711").status_code for _ in range(3)] == [200, 200, 429]
    counter.later(60)
    assert counter.identify("10024711").is_success


def test_reads_may_be_behind() -> None:
    counter = Counter(read_lag_s=5)
    transaction = counter.open("471101")
    assert code_of(counter.validate(transaction, CLASSIC)) == (404, "TransactionNotFoundError")
    assert counter.identify("10024711").json()["balances"][0]["amount"] == 1240, "before the cookie was held"
    counter.later(6)
    assert counter.validate(transaction, CLASSIC).is_success
    assert counter.identify("10024711").json()["balances"][0]["amount"] == 990


def test_answers_tell_what_is_switched() -> None:
    answer = Counter(claim_again="refused").identify("10024711")
    assert answer.headers["X-Sim-Deviation"] == "claim_again=refused"
    assert "X-Sim-Deviation" not in Counter().identify("10024711").headers


def test_no_switch_is_forgotten_here() -> None:
    tested = Path(__file__).read_text() + (Path(__file__).parent / "test_sim_rbi.py").read_text()
    assert [name for name in Switches.model_fields if f"{name}=" not in tested] == ["code_lifetime_s"]

"""Nothing this platform says, and no way of saying it, brings more than a LoyaltyError out of the client."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear
from kioskd.core.money import Money
from kioskd.loyalty.rbi.amounts import Unit
from kioskd.loyalty.rbi.client import Identification, RbiClient, rbi_api
from kioskd.loyalty.rbi.refusals import RuleFailure, RulesFailed
from tests.contract.hostile import (
    DEADLINE_S,
    SLOW,
    THROTTLED_OR_UNAUTHORISED,
    UNREADABLE,
    Flood,
    Talk,
    Victim,
    said,
    words,
)
from tests.contract.rbi_calls import RBI_CALLS, UUID, methods

READS = frozenset({"validate"})
JsonObject = dict[str, Any]


def connect(url: str, timeout_s: float) -> tuple[RbiClient, Callable[[], Awaitable[None]]]:
    client = RbiClient(rbi_api(url, "key", "NL", timeout_s), "EUR")
    return client, client.close


def connect_minor(url: str, timeout_s: float) -> tuple[RbiClient, Callable[[], Awaitable[None]]]:
    api = rbi_api(url, "key", "NL", timeout_s)
    return RbiClient(api, "EUR", incoming_prices=Unit.MINOR), api.close


RBI = Victim(RBI_CALLS, connect, READS)
RBI_IN_CENTS = Victim(RBI_CALLS, connect_minor, READS)

ODD: list[str] = [
    "null", "true", "7", '""', '"text"', "[]", "{}", "[[]]", "[null]",
    '{"transactionId": null}', '{"transactionId": ""}', '{"transactionId": "../../x"}',
    '{"transactionId": {"a": 1}}', '{"transactionId": 7, "loyaltyUser": []}', '{"sanityId": []}',
    '{"sanityId": "a b"}', '{"transactionId": "t u", "loyaltyUser": {"id": 7}}',
    '{"transactionId": "t\\u0000", "points": [], "presentation": 7}', '{"code": [], "details": {}}',
]  # fmt: skip
"""Successes without what is needed: an id."""


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_is_one_clear_error(content: bytes) -> None:
    assert RBI.wrong(RBI.run(words(content))) == {}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW)
def test_who_does_not_come_to_an_end_is_left_in_time(talk: Talk) -> None:
    results = RBI.run(talk, DEADLINE_S)
    assert RBI.wrong(results) == {}
    assert {type(result) for result in results.values()} == {Unclear}


@pytest.mark.parametrize("value", ODD)
def test_a_success_without_its_id_leaves_open_what_happened(value: str) -> None:
    results = RBI.run(words(said(value.encode())))
    assert RBI.wrong(results) == {}
    assert {type(result) for result in results.values()} == {Unclear}


@pytest.mark.parametrize(("content", "expected"), THROTTLED_OR_UNAUTHORISED)
def test_what_concerns_all_calls_is_told_apart(content: bytes, expected: type[LoyaltyError]) -> None:
    for method in methods():
        result = RBI.alone(method, words(content))
        assert type(result) is expected, method
        assert not isinstance(result, Throttled) or 0 <= result.retry_after_s <= 300


def test_fifty_megabytes_are_not_read_to_the_end() -> None:
    flood = Flood(declared=False)
    assert type(RBI.alone("identify", flood)) is Unclear
    assert flood.sent_bytes < 25_000_000


# --- what identify may say -------------------------------------------------------------------------------


def identified(**said_: Any) -> JsonObject:
    return {
        "balances": [{"amount": 14464, "currency": "points"}],
        "loyaltyUser": {"id": UUID, "name": "Alex"},
        "order": [],
        "transactionId": UUID,
    } | said_


def picked(**said_: Any) -> JsonObject:
    reward = {"productId": "P-1", "incentiveId": "I-1", "quantity": 1, "productType": "reward", "price": 0}
    return {name: value for name, value in (reward | said_).items() if value is not ...}


def identify(answer: JsonObject | bytes, victim: Victim = RBI) -> Identification:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    result = victim.alone("identify", words(said(content)))
    assert isinstance(result, Identification), result
    return result


def test_line_ids_that_are_all_the_same_do_not_matter() -> None:
    lines = [picked(referenceId="00"), picked(incentiveId="I-2", referenceId="00", productType="offer")]
    found = identify(identified(order=lines))
    assert [one.incentive_id for one in found.picked] == ["I-1", "I-2"]
    assert found.left_out == 0


@pytest.mark.parametrize("price", [..., None])
def test_a_missing_price_is_the_kiosks_own(price: Any) -> None:
    (one,) = identify(identified(order=[picked(price=price)])).picked
    assert one.price is None


def test_types_in_capitals_and_numbers_in_texts_are_read() -> None:
    line = picked(productType="REWARD", quantity="2", price="3.50", productId=4711, loyaltyEngineId=None)
    found = identify(identified(order=[line], balances=[{"amount": "120", "currency": "POINTS"}]))
    (one,) = found.picked
    assert (one.type, one.quantity, one.price, one.product_id) == ("reward", 2, Money(350, "EUR"), "4711")
    assert found.points == 120


@pytest.mark.parametrize(
    ("price", "major", "minor"),
    [
        ("0", 0, 0), ("5.00", 500, 5), ('"300"', 30000, 300), ("300", 30000, 300), ("2.99", 299, None),
        ("2.999", None, None), ("9.990000000000001", None, None), ('"2.999"', None, None),
        ("-1", None, None), ("-0.0", 0, 0), ('"-5"', None, None), ('""', None, None), ('"free"', None, None),
        ('"1_000"', None, None), ('"1,50"', None, None), ('"1e3"', None, None), ("1e3", 100000, 1000),
        ("true", None, None), ("[]", None, None), ("{}", None, None), ('"NaN"', None, None),
        ("9007199254740992", None, None), ('"9999999999999999999999"', None, None),
    ],
)  # fmt: skip
def test_a_price_is_exact_or_refused_and_never_guessed(
    price: str, major: int | None, minor: int | None
) -> None:
    """A line that is refused costs the others nothing, and is counted."""
    document = json.dumps(identified(order=[picked(price="PRICE"), picked(incentiveId="I-2")]))
    content = document.replace('"PRICE"', price).encode()
    for victim, expected in ((RBI, major), (RBI_IN_CENTS, minor)):
        found = identify(content, victim)
        prices = [one.price for one in found.picked if one.incentive_id == "I-1"]
        assert prices == ([] if expected is None else [Money(expected, "EUR")])
        assert found.left_out == (expected is None)
        assert found.picked[-1].incentive_id == "I-2"


@pytest.mark.parametrize(
    "line",
    [
        7, None, [], {}, picked(productId=...), picked(productId=""), picked(productId="a b"),
        picked(incentiveId=...), picked(incentiveId={}), picked(productType="combo"),
        picked(productType="voucher"), picked(productType=...), picked(quantity=0), picked(quantity=-1),
        picked(quantity=1.5), picked(quantity=True), picked(quantity="many"), picked(quantity=10**9),
        picked(quantity=...), picked(incentiveId="x" * 5000),
    ],
    ids=repr,
)  # fmt: skip
def test_a_choice_that_cannot_be_used_is_left_out_and_counted(line: Any) -> None:
    found = identify(identified(order=[line, picked(incentiveId="I-2")]))
    assert [one.incentive_id for one in found.picked] == ["I-2"]
    assert found.left_out == 1


@pytest.mark.parametrize("lists", [7, {}, "none", True])
def test_what_is_no_list_of_choices_still_identifies_the_guest(lists: Any) -> None:
    found = identify(identified(order=lists, balances=lists, eligibleDiscounts=lists))
    assert (found.loyalty_id, found.points, found.picked, found.left_out) == (UUID, None, (), 2)


def test_discounts_are_read_in_both_spellings() -> None:
    details = {"displayName": "20 percent off", "discountValue": "20", "type": "offer"}
    discounts = [
        {"details": details | {"subtype": "PERCENTAGE_DISCOUNT"}, "referenceId": "E-1", "productId": 7},
        {"details": details | {"subType": "amount_discount"}, "referenceId": "E-2", "incentiveId": "I-2"},
        {"details": None, "referenceId": "E-3"},
        {"details": details},
    ]
    found = identify(identified(eligibleDiscounts=discounts))
    assert [one.details.subtype for one in found.discounts] == [
        "PERCENTAGE_DISCOUNT",
        "AMOUNT_DISCOUNT",
        None,
    ]
    assert found.discounts[0].product_id == "7"
    assert found.discounts[0].details.discount_value == Decimal(20)
    assert found.left_out == 1


# --- refusals --------------------------------------------------------------------------------------------


def refused(method: str, document: Any, status: str = "400 No") -> LoyaltyError:
    result = RBI.alone(method, words(said(json.dumps(document).encode(), status)))
    assert isinstance(result, LoyaltyError), result
    return result


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("HashSetNotFoundError", "HASH_SET_NOT_FOUND_ERROR"), "unknown_card"),
        (("TransactionNotClaimable", "TRANSACTION_NOT_CLAIMABLE"), "not_claimable"),
        (("TransactionInsufficientPoints", "TRANSACTION_INSUFFICIENT_POINTS"), "insufficient_points"),
        (("RedeemRewardError", "REDEEM_REWARD_ERROR"), "not_here"),
        (("OrderSelectionStatusUnclaimable",), "used"),
        (("IdentifierTypeDisabled", "InvalidIdentifier"), "wrong_kind"),
        (("TransactionNotFoundError", "TRANSACTION_NOT_FOUND"), "unknown_transaction"),
        (("SomethingNew", "SOMETHING_NEW"), "invalid"),
    ],
)
def test_both_spellings_of_a_code_mean_the_same(names: tuple[str, ...], reason: str) -> None:
    for name in names:
        for status in ("400 No", "404 No", "422 No"):
            error = refused("update", {"code": name, "message": "secret"}, status)
            assert isinstance(error, Refused)
            assert error.reason == reason
            assert "secret" not in str(error)


def test_a_store_that_is_not_set_up_is_for_staff() -> None:
    assert type(refused("validate", {"code": "StoreNotFound"}, "404 No")) is Unauthorised


@pytest.mark.parametrize(
    ("document", "status", "reason"),
    [
        ({"httpCode": 404, "details": {"promoCode": "1"}}, "404 No", "unknown_code"),
        ({"httpCode": 422, "details": {"promoCode": "1"}}, "422 No", "code_over"),
        ({"code": "PROMO_CODE_VENDOR_CONFIG_ERROR", "httpCode": 422}, "422 No", "code_not_set_up"),
        ({"httpCode": 422, "details": {"vendor": "x"}}, "422 No", "code_not_set_up"),
        ({"statusCode": 400}, "400 No", "invalid"),
    ],
)
def test_a_promo_code_fails_in_one_of_three_ways(document: JsonObject, status: str, reason: str) -> None:
    error = refused("redeem_promo_code", document, status)
    assert isinstance(error, Refused)
    assert error.reason == reason


def test_an_unknown_path_is_no_refusal() -> None:
    """A proxy in between knows nothing of transactions: what was sent is not known to be refused."""
    documents: tuple[Any, ...] = ({"message": "no route"}, [], "No", None)
    for document in documents:
        assert type(refused("update", document, "404 No")) is Unclear


@pytest.mark.parametrize("status", ["200 OK", "400 No", "409 No", "422 No", "424 No"])
def test_failed_rules_are_known_by_their_code_whatever_the_number(status: str) -> None:
    evaluation = [
        {"code": "insufficient-point-balance", "ruleId": "points", "currentValue": 0, "targetValue": 250},
        {"code": "invalid-service-mode", "ruleId": "mode", "targetValue": ["EAT_IN"], "incentiveId": "I"},
        {"code": "x y\n", "ruleId": 7, "currentValue": {"a": 1}, "targetValue": True},
        "nonsense",
    ]  # fmt: skip
    error = refused("validate", {"code": "RulesError", "details": {"ruleEvaluation": evaluation}}, status)
    assert isinstance(error, RulesFailed)
    assert error.failures == (
        RuleFailure("insufficient-point-balance", "points", None, 0, 250),
        RuleFailure("invalid-service-mode", "mode", "I", None, ("EAT_IN",)),
        RuleFailure("", None, None),
        RuleFailure(""),
    )


@pytest.mark.parametrize("details", [None, 7, [], {}, {"ruleEvaluation": 7}, {"ruleEvaluation": {}}])
def test_failed_rules_without_reasons_are_failed_rules(details: Any) -> None:
    error = refused("validate", {"code": "RulesError", "details": details})
    assert isinstance(error, RulesFailed)
    assert error.failures == ()


def test_a_thousand_reasons_are_not_kept() -> None:
    evaluation = [{"code": "x", "targetValue": ["y" * 500]}] * 1000
    error = refused("validate", {"code": "RulesError", "details": {"ruleEvaluation": evaluation}})
    assert isinstance(error, RulesFailed)
    assert len(error.failures) == 50
    assert error.failures[0].target is None


def test_the_servers_own_settings_are_never_logged_or_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "MASKED-KEY-9f2c"
    config = {"url": f"http://engine/{secret}", "headers": {"x-api-key": secret}, "data": secret}
    failure = {"code": "x", "message": secret, "errorConfig": config}
    details = {"ruleEvaluation": [failure], "errorConfig": config, "isEngineError": True}
    document = {"code": "RulesError", "message": secret, "details": details, "config": config}
    for method in methods():
        error = refused(method, document)
        assert isinstance(error, RulesFailed)
        assert secret not in repr(error) + str(error) + repr(error.failures) + repr(vars(error))
        other = refused(method, document | {"code": f"Some thing {secret}"})
        assert secret not in repr(other) + str(other) + repr(vars(other))
    assert secret not in caplog.text

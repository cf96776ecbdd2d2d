"""What is sent is exact: every digit of a price, every id, and never an order that breaks a rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.errors import ConfigError, MoneyError
from kioskd.core.money import Money
from kioskd.loyalty.rbi.address import BRANDS, CLUSTERS, ENVIRONMENTS, base_url
from kioskd.loyalty.rbi.amounts import Unit, incoming, outgoing
from kioskd.loyalty.rbi.bodies import (
    AppliedDiscount,
    Line,
    LineType,
    Payment,
    PosVendor,
    TransactionBody,
    TransactionStatus,
    identify_body,
    promo_body,
)
from kioskd.loyalty.rbi.exact_json import dumps

VENDOR = PosVendor("kioskd", "9041", "3", "300", "000000000257")
ITEM = Line("1", LineType.ITEM, "CLASSIC", "Classic", Money(850, "EUR"), Money(70, "EUR"))
COMBO = replace(ITEM, id="c", type=LineType.COMBO)
REWARD = replace(ITEM, id="r", type=LineType.REWARD, incentive_id="reward-cookie", price=Money(0, "EUR"))
BODY = TransactionBody(
    TransactionStatus.CLAIMED,
    datetime(2026, 7, 1, 12, 0, 1, tzinfo=UTC),
    "Eatin",
    "EUR",
    VENDOR,
    (ITEM,),
    (Payment("CARD", Money(850, "EUR")),),
)


def test_an_order_as_it_is_sent() -> None:
    assert BODY.to_json(Unit.MAJOR).decode() == (
        '{"channel":"Restaurant","created":"2026-07-01T12:00:01Z","serviceMode":"Eatin","status":"CLAIMED",'
        '"transactionDetails":{"currency":"EUR","order":[{"referenceId":"1","productId":"CLASSIC",'
        '"productType":"item","name":"Classic","quantity":1,"price":8.50,"tax":0.70}],'
        '"payments":[{"type":"CARD","amount":850}],"posVendor":{"posType":"kioskd","storeId":"9041",'
        '"terminal":"3","operator":"300","transactionId":"000000000257"}}}'
    )


def test_who_is_known_and_what_was_chosen_is_sent_along() -> None:
    discount = AppliedDiscount("offer", "E-1", None, None, None, "AMOUNT_DISCOUNT", Decimal("5.50"))
    body = replace(BODY, lines=(ITEM, REWARD), discounts=(discount,), loyalty_id="g", transaction_id="t")
    sent = json.loads(body.to_json(Unit.MAJOR))
    assert (sent["loyaltyId"], sent["transactionId"]) == ("g", "t")
    assert sent["transactionDetails"]["order"][1]["incentiveId"] == "reward-cookie"
    (applied,) = sent["transactionDetails"]["appliedDiscounts"]
    assert applied == {
        "details": {"type": "offer", "subtype": "AMOUNT_DISCOUNT", "discountValue": 5.5},
        "referenceId": "E-1",
    }


def test_the_same_order_has_the_same_bytes() -> None:
    assert BODY.to_json(Unit.MAJOR) == replace(BODY).to_json(Unit.MAJOR)


def test_the_small_bodies() -> None:
    assert json.loads(identify_body('12"3', VENDOR))["identifier"] == '12"3'
    assert "loyaltyId" not in json.loads(promo_body("X", VENDOR, None))
    assert json.loads(promo_body("X", VENDOR, "g"))["loyaltyId"] == "g"
    assert (
        json.loads(identify_body("1", replace(VENDOR, supporting_pos="T")))["posVendor"]["supportingPos"]
        == "T"
    )


@pytest.mark.parametrize(
    "lines",
    [
        (ITEM, ITEM),
        (ITEM, replace(ITEM, id="2", parent_id="1")),
        (replace(ITEM, id="2", parent_id="c"), COMBO),
        (replace(COMBO, parent_id="c"),),
        (replace(ITEM, price=Money(1, "USD"), tax=Money(0, "USD")),),
    ],
    ids=["an id twice", "below an item", "before its parent", "its own parent", "another currency"],
)
def test_no_order_breaks_the_rules(lines: tuple[Line, ...]) -> None:
    with pytest.raises(ValueError):
        replace(BODY, lines=lines)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""}, {"product_id": ""}, {"quantity": 0}, {"price": Money(-1, "EUR")},
        {"tax": Money(-1, "EUR")}, {"tax": Money(1, "USD")}, {"incentive_id": "x"}, {"engine_id": "x"},
        {"type": LineType.REWARD}, {"type": LineType.OFFER, "incentive_id": "x", "engine_id": "y"},
    ],
    ids=str,
)  # fmt: skip
def test_no_line_breaks_the_rules(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(ITEM, **changes)


@pytest.mark.parametrize(
    "changes",
    [{"created": datetime(2026, 7, 1)}, {"payments": (Payment("CARD", Money(-1, "EUR")),)}],  # noqa: DTZ001
    ids=["no zone", "a payment below zero"],
)
def test_no_body_is_incomplete(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(BODY, **changes)


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "JPY", "KWD"]), st.sampled_from(Unit))
def test_a_price_survives_the_wire_in_either_unit(minor: int, currency: str, unit: Unit) -> None:
    price = Money(minor, currency)
    written = dumps({"price": outgoing(price, unit)})
    read = json.loads(written, parse_float=Decimal, parse_int=Decimal)["price"]
    assert incoming(read, currency, unit) == price


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(500, "EUR", "5.00"), (0, "EUR", "0.00"), (7, "JPY", "7"), (1, "KWD", "0.001")],
)
def test_prices_have_all_their_decimals(minor: int, currency: str, text: str) -> None:
    assert dumps(outgoing(Money(minor, currency), Unit.MAJOR)) == text.encode()
    assert dumps(outgoing(Money(minor, currency), Unit.MINOR)) == str(minor).encode()


@pytest.mark.parametrize("price", ["2.999", "-0.01", "1E+12", "NaN", "Infinity", "1E+999999"])
def test_what_is_no_price_is_refused(price: str) -> None:
    for unit in Unit:
        with pytest.raises(MoneyError):
            incoming(Decimal(price), "EUR", unit)


# --- where the platform is -------------------------------------------------------------------------------


def test_addresses() -> None:
    assert base_url("DE", "prod", "bk", "euc1") == "https://euc1-prod-bk-loyalty-middleware.rbictg.com"
    assert base_url("US", "qa", "plk", None) == "https://qa-plk-loyalty-middleware.rbictg.com"
    for cluster in CLUSTERS:
        for environment in ENVIRONMENTS:
            for brand in BRANDS:
                assert base_url("ES", environment, brand, cluster).startswith(
                    f"https://{cluster}-{environment}-"
                )


@pytest.mark.parametrize(
    ("country", "environment", "brand", "cluster", "where"),
    [
        ("de", "prod", "bk", "euc1", "country"),
        ("DEU", "prod", "bk", "euc1", "country"),
        ("DE", "production", "bk", "euc1", "environment"),
        ("DE", "prod", "x", "euc1", "brand"),
        ("DE", "prod", "bk", None, "cluster"),
        ("US", "prod", "bk", "euc1", "cluster"),
        ("DE", "prod", "bk", "euc9", "cluster"),
    ],
)
def test_a_wrong_address_is_told_with_its_remedy(
    country: str, environment: str, brand: str, cluster: str | None, where: str
) -> None:
    with pytest.raises(ConfigError, match=f"^loyalty {where}: ") as raised:
        base_url(country, environment, brand, cluster)
    assert raised.value.remedy

"""What merchants' attributes are worth: exactly what they say, or nothing, with the reason for staff."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.denial import Denial
from kioskd.core.discount import AmountOff, Categories, FreeItem, PercentOff, Products, Rule, WholeOrder
from kioskd.loyalty.fields import attributes, read
from kioskd.loyalty.leat import wire
from kioskd.loyalty.leat.offer_reader import OfferReader
from kioskd.loyalty.leat.rules import AttributeNames, OfferMapping, Unusable, rule_from
from kioskd.loyalty.leat.terms import OfferTerms
from tests.euros import eur

USUAL = OfferMapping()


def terms(**said: Any) -> OfferTerms:
    return OfferTerms(attributes({f"kiosk_{name}": value for name, value in said.items()}))


def rule(mapping: OfferMapping = USUAL, **said: Any) -> Rule | Unusable:
    return rule_from(terms(**said), mapping, "EUR")


TEN_PERCENT = {"discount_type": "percentage_discount", "discount_value": "10"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (TEN_PERCENT, Rule(PercentOff(Decimal(10)), WholeOrder())),
        (TEN_PERCENT | {"product_code": "", "category": None}, Rule(PercentOff(Decimal(10)), WholeOrder())),
        (
            {
                "discount_type": " Absolute_Discount ",
                "discount_value": Decimal("3.5"),
                "product_code": "A, B,A,",
            },
            Rule(AmountOff(eur(350)), Products(("A", "B"))),
        ),
        (
            {"discount_type": "percentage_discount", "discount_value": 20, "category": "salads, sides"},
            Rule(PercentOff(Decimal(20)), Categories(("salads", "sides"))),
        ),
        (
            {"discount_type": "free_item", "product_code": ["A", "B"]},
            Rule(FreeItem(), Products(("A", "B"))),
        ),
        (
            {"discount_type": "free_item", "discount_value": "100", "product_code": "A", "category": "c"},
            Rule(FreeItem(), Products(("A",))),
        ),
        (
            TEN_PERCENT | {"minimum_order": "25", "maximum_discount": "7.50"},
            Rule(PercentOff(Decimal(10)), WholeOrder(), eur(2500), eur(750)),
        ),
        (TEN_PERCENT | {"minimum_order": 0}, Rule(PercentOff(Decimal(10)), WholeOrder(), eur(0))),
    ],
)
def test_what_a_merchant_says_is_what_is_taken_off(said: dict[str, Any], expected: Rule) -> None:
    assert rule(**said) == expected


@pytest.mark.parametrize(
    ("said", "attribute"),
    [
        ({}, "discount_type"),
        ({"discount_type": "buy_x_get_y", "discount_value": "3/2"}, "discount_type"),
        ({"discount_type": True, "discount_value": 1}, "discount_type"),
        ({"discount_type": "percentage_discount"}, "discount_value"),
        ({"discount_type": "percentage_discount", "discount_value": "1000"}, "discount_value"),
        ({"discount_type": "percentage_discount", "discount_value": "0"}, "discount_value"),
        ({"discount_type": "percentage_discount", "discount_value": "10%"}, "discount_value"),
        ({"discount_type": "percentage_discount", "discount_value": "1e1"}, "discount_value"),
        ({"discount_type": "percentage_discount", "discount_value": False}, "discount_value"),
        ({"discount_type": "absolute_discount", "discount_value": "5,00"}, "discount_value"),
        ({"discount_type": "absolute_discount", "discount_value": "-5"}, "discount_value"),
        ({"discount_type": "absolute_discount", "discount_value": "0.005"}, "discount_value"),
        ({"discount_type": "absolute_discount", "discount_value": Decimal("1E-999999")}, "discount_value"),
        ({"discount_type": "free_item"}, "discount_type"),  # of what?
        ({"discount_type": "free_item", "discount_value": "50", "product_code": "A"}, "discount_value"),
        (TEN_PERCENT | {"product_code": " , "}, "product_code"),
        (TEN_PERCENT | {"minimum_order": "ten"}, "minimum_order"),
        (TEN_PERCENT | {"maximum_discount": "0"}, "maximum_discount"),
    ],
)
def test_what_does_not_fit_is_never_guessed(said: dict[str, Any], attribute: str) -> None:
    answer = rule(**said)
    assert isinstance(answer, Unusable)
    assert answer.why.startswith(f"kiosk_{attribute}")


def test_names_words_and_units_are_the_merchant_s() -> None:
    own = OfferMapping(
        names=AttributeNames(discount_type="art", discount_value="wert"),
        percentage=("prozent", "percent"),
        percentages="fraction",
        amounts="minor",
    )
    quarter = OfferTerms({"art": "Prozent", "wert": "0.25", "kiosk_minimum_order": 1250})
    assert rule_from(quarter, own, "EUR") == Rule(PercentOff(Decimal(25)), WholeOrder(), eur(1250))
    assert isinstance(rule_from(OfferTerms({"art": "percent", "wert": "25"}), own, "EUR"), Unusable)
    half_cents = OfferTerms({"art": "absolute_discount", "wert": "12.5"})
    assert isinstance(rule_from(half_cents, own, "EUR"), Unusable)


def test_an_offer_may_be_for_some_shops() -> None:
    here = OfferMapping(location="HK-02")
    assert here.is_here(terms())
    assert here.is_here(terms(location="HK-01, hk-02"))
    assert not here.is_here(terms(location="HK-01"))
    assert USUAL.is_here(terms(location="HK-01")), "nobody said which shop this is"


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.sampled_from(["percentage_discount", "absolute_discount", "free_item", "1E+9", "1_0", ",", "10"]),
    st.text(max_size=20),
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                f"kiosk_{n}"
                for n in (
                    "discount_type",
                    "discount_value",
                    "product_code",
                    "category",
                    "minimum_order",
                    "maximum_discount",
                )
            ]
        ),
        _VALUES,
    )
)
def test_whatever_stands_there_is_a_rule_or_a_reason(said: dict[str, Any]) -> None:
    answer = rule_from(OfferTerms(attributes(said)), USUAL, "EUR")
    assert isinstance(answer, Rule) or answer.why.startswith("kiosk_")


# --- offers as guests see them ---------------------------------------------------------------------------


def reader(mapping: OfferMapping | None = USUAL) -> OfferReader:
    return OfferReader(mapping, "EUR", None)


def voucher(**said: Any) -> wire.Voucher:
    promotion = {
        "name": "Ten off",
        "kiosk_discount_type": "percentage_discount",
        "kiosk_discount_value": "10",
    }
    return read(wire.Voucher, {"uuid": "v", "code": "C-1", "status": "ACTIVE", "promotion": promotion} | said)


@pytest.mark.parametrize(
    ("said", "denial"),
    [
        ({}, None),
        ({"contact": {"uuid": "me"}}, None),
        ({"contact": {"uuid": "somebody"}}, Denial.OTHER_MEMBER),
        ({"status": "LOCKED", "contact": {"uuid": "somebody"}}, Denial.LOCKED_ELSEWHERE),
        ({"status": "INACTIVE"}, Denial.NOT_YET_ACTIVE),
        ({"status": "A_NEW_ONE"}, Denial.NOT_VALID),
        ({"attributes": {"kiosk_location": "HK-02"}}, Denial.NOT_HERE),
        ({"attributes": {"kiosk_discount_value": "1000"}}, Denial.UNUSABLE),
        ({"code": None}, Denial.UNUSABLE),
    ],
)
def test_a_voucher_says_why_it_is_of_no_use_to_this_guest(
    said: dict[str, Any], denial: Denial | None
) -> None:
    assert reader(OfferMapping(location="HK-01")).voucher(voucher(**said), "me").denial is denial


def test_how_often_a_voucher_can_be_used_is_what_the_server_allows() -> None:
    assert reader().voucher(voucher(total_redemptions_allowed="10"), None).reusable
    assert not reader().voucher(voucher(total_redemptions_allowed=1), None).reusable


@pytest.mark.parametrize(
    ("collect", "waits", "expected"),
    [(True, True, (True, True)), (False, True, (True, False)), (True, None, (False, False))],
)
def test_a_reward_that_waits_is_kept_if_the_merchant_wants_it(
    collect: bool, waits: bool | None, expected: tuple[bool, bool]
) -> None:
    answer = {"uuid": "r", "title": "Cookie", "required_credits": 75, "pre_redeemable": waits}
    (reward,) = reader(OfferMapping(collect=collect)).rewards([read(wire.Reward, answer)])
    assert (reward.waits, reward.keeps) == expected


def test_staff_read_once_why_an_offer_cannot_be_used(caplog: pytest.LogCaptureFixture) -> None:
    strange = voucher(attributes={"kiosk_discount_type": "surprise"})
    reads = reader()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert reads.voucher(strange, None).rule is None
    assert [record.getMessage() for record in caplog.records] == [
        'the offer "Ten off" cannot be used here: kiosk_discount_type is "surprise", '
        "which is none of the configured values"
    ]


def test_without_offers_they_are_shown_and_nobody_is_bothered(caplog: pytest.LogCaptureFixture) -> None:
    shown = reader(None).voucher(voucher(attributes={"kiosk_discount_type": "surprise"}), None)
    assert (shown.rule, shown.denial, caplog.records) == (None, None, [])

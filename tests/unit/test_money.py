"""Money is exact: nothing is lost in adding, splitting or crossing an edge, and currencies never mix."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.errors import MoneyError
from kioskd.core.money import Money, exponent

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "USD"])
AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("XYZ", 2)])
def test_each_currency_has_its_own_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize(
    ("minor", "currency", "major"), [(850, "EUR", "8.50"), (-5, "EUR", "-0.05"), (850, "JPY", "850")]
)
def test_major_units_are_what_a_person_would_write(minor: int, currency: str, major: str) -> None:
    assert str(Money(minor, currency).major()) == major


@given(AMOUNTS, CURRENCIES)
def test_crossing_the_edge_and_coming_back_changes_nothing(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.from_major(money.major(), currency) == money


@pytest.mark.parametrize("text", ["8.505", "0.001", "NaN", "Infinity", "-Infinity", "1E+999999", "1E-999999"])
def test_what_is_no_amount_of_euros_is_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.from_major(Decimal(text), "EUR")


def test_trailing_zeros_are_no_decimals() -> None:
    assert Money.from_major(Decimal("8.5000"), "EUR") == Money(850, "EUR")
    assert Money.from_major(Decimal("1E+3"), "EUR") == Money(100_000, "EUR")


@pytest.mark.parametrize("code", ["", "eur", "EURO", "€€€", "ÄÖÜ", "E1"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    with pytest.raises(MoneyError):
        Money(1, code)


def test_two_currencies_never_meet() -> None:
    euro, yen = Money(1, "EUR"), Money(1, "JPY")
    for clash in (
        lambda: euro + yen,
        lambda: euro - yen,
        lambda: euro < yen,
        lambda: euro <= yen,
        lambda: Money.total([euro, yen], "EUR"),
    ):
        with pytest.raises(MoneyError, match="EUR met JPY"):
            clash()


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_sums_and_comparisons_are_those_of_the_numbers(a: int, b: int, currency: str) -> None:
    first, second = Money(a, currency), Money(b, currency)
    assert (first + second).minor == a + b
    assert (first - second).minor == a - b
    assert -first == Money(-a, currency)
    assert (first < second, first <= second, first > second) == (a < b, a <= b, a > b)
    assert bool(first) is (a != 0)


def test_nothing_adds_up_to_zero_of_its_currency() -> None:
    assert Money.total([], "JPY") == Money.zero("JPY")


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_the_parts_of_a_split_add_up_and_none_is_off_by_a_whole_unit(minor: int, weights: list[int]) -> None:
    money = Money(minor, "EUR")
    parts = money.split(weights)
    assert Money.total(parts, "EUR") == money
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)
        assert weight or not part


def test_equal_parts_get_the_odd_cents_first() -> None:
    assert [part.minor for part in Money(100, "EUR").split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(-100, "EUR").split([1, 1, 1])] == [-34, -33, -33]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_a_split_needs_sensible_weights(weights: list[int]) -> None:
    with pytest.raises(MoneyError):
        Money(100, "EUR").split(weights)

"""Gift cards: what can be paid with, and what nobody may read."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from kioskd.core.money import Money
from kioskd.core.stored_value import GiftCard, Spent

TODAY = date(2026, 7, 1)
CARD = GiftCard("g-1", "GFTCRD123", Money(2500, "EUR"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"expires_on": TODAY}, None),
        ({"expires_on": date(2026, 6, 30)}, "expired"),
        ({"active": False, "expires_on": date(2026, 6, 30)}, "not_valid"),
        ({"balance": Money(0, "EUR")}, "insufficient_balance"),
        ({"balance": Money(-1, "EUR")}, "insufficient_balance"),
    ],
)
def test_a_card_says_why_nothing_can_be_paid_with_it(changes: dict[str, Any], reason: str | None) -> None:
    assert dataclasses.replace(CARD, **changes).unspendable(TODAY) == reason


def test_two_cards_are_told_apart_without_telling_the_code() -> None:
    assert CARD.code_tail == "D123"
    assert "GFTCRD123" not in repr(CARD)


@pytest.mark.parametrize(
    ("balance", "overdrawn"), [(Money(-1, "EUR"), True), (Money(0, "EUR"), False), (None, False)]
)
def test_a_balance_below_zero_is_noticed(balance: Money | None, overdrawn: bool) -> None:
    assert Spent("t-1", balance).overdrawn is overdrawn

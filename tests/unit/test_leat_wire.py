"""Answers as the real server gives them, and as no server should, are read without surprises."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.loyalty import fields
from kioskd.loyalty.leat import wire

UUID = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
MODELS: list[type[Any]] = [
    wire.Failure,
    wire.ContactIdentifier,
    wire.Contact,
    wire.LoyaltyProgram,
    wire.Reward,
    wire.CollectableReward,
    wire.Voucher,
    wire.StoredOrder,
    wire.ProcessedOrder,
]


def test_numbers_may_be_strings() -> None:
    reward = fields.read(
        wire.Reward, {"uuid": UUID, "title": "Burger", "required_credits": " 75 ", "stock": "0"}
    )
    assert (reward.required_credits, reward.stock) == (75, 0)
    assert fields.read(wire.Failure, {"code": "60003"}).code == 60003


@pytest.mark.parametrize(
    "value",
    ["many", "7.5", "1e400", "91e99907199254740992", "-91e9990719925", "NaN", True, [], {}, "9" * 30, None],
)
def test_a_number_that_is_none_reads_as_missing(value: object) -> None:
    assert fields.read(wire.CreditBalance, {"balance": value}).balance is None


def test_whole_numbers_may_have_a_zero_fraction() -> None:
    assert fields.read(wire.CreditBalance, {"balance": Decimal("35.0")}).balance == 35


@pytest.mark.parametrize("empty", [None, [], "", 7, {"name": None}, {"name": ""}, {"name": 7}])
def test_a_part_may_be_missing_in_every_way_php_knows(empty: object) -> None:
    contact = fields.read(wire.Contact, {"uuid": UUID, "tier": empty, "credit_balance": empty, "extra": 1})
    assert contact.tier.name is None
    assert contact.credit_balance.balance is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-31T23:30:00+01:00", datetime(2026, 12, 31, 22, 30, tzinfo=UTC)),
        ("2026-12-31T23:30:00Z", datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
        ("2026-12-31T23:30:00", datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
        ("2023-11-27, 17:59", None),
        ("0001-01-01T00:00:00+14:00", None),
        (None, None),
        (1700000000, None),
    ],
)
def test_times_carry_any_offset(text: object, moment: datetime | None) -> None:
    voucher = fields.read(wire.Voucher, {"uuid": UUID, "status": "ACTIVE", "expiration_date": text})
    assert voucher.expiration_date == moment


@pytest.mark.parametrize(
    ("value", "meant"), [("false", False), ("1", True), (0, False), (True, True), ("ja", None)]
)
def test_flags_may_be_words_or_digits(value: object, meant: bool | None) -> None:
    assert fields.read(wire.ContactIdentifier, {"value": "x", "active": value}).active is meant


@pytest.mark.parametrize("nobody", [None, [], {}])
def test_a_card_of_nobody(nobody: object) -> None:
    assert fields.read(wire.ContactIdentifier, {"value": "x", "contact": nobody}).contact is None


@pytest.mark.parametrize("uuid", [None, "", 7, "../../admin", "a" * 65, "a\n", {"x": 1}])
def test_an_id_that_cannot_be_used_in_a_call_is_unreadable(uuid: object) -> None:
    with pytest.raises(fields.Unreadable):
        fields.read(wire.ContactIdentifier, {"value": "x", "contact": {"uuid": uuid}})


def test_one_bad_item_does_not_cost_the_list() -> None:
    good = {"uuid": UUID, "title": "Burger", "required_credits": 75}
    items, unreadable = fields.read_all(wire.Reward, [good, None, "x", {"title": "no id"}])
    assert [item.uuid for item in items] == [UUID]
    assert unreadable == 3


@pytest.mark.parametrize("body", [None, {}, "x", 7])
def test_a_list_must_be_one(body: object) -> None:
    with pytest.raises(fields.Unreadable):
        fields.read_all(wire.Reward, body)


def test_the_error_names_fields_and_no_values() -> None:
    with pytest.raises(fields.Unreadable) as raised:
        fields.read(wire.ContactIdentifier, {"value": "CARD-1", "contact": {"uuid": "Samira!"}})
    assert "contact.uuid" in str(raised.value)
    assert "Samira" not in str(raised.value)


_fields = sorted({field for model in MODELS for field in model.model_fields} | {"balance", "name", "points"})
_anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False)
    | st.text(max_size=8)
    | st.just(UUID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_fields), inner, max_size=6),
    max_leaves=15,
)


@given(st.sampled_from(MODELS), _anything)
def test_no_document_raises_anything_but_unreadable(model: type[Any], document: object) -> None:
    with contextlib.suppress(fields.Unreadable):
        fields.read(model, document)

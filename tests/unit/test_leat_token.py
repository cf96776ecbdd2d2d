"""The link to collect points later is the one Leat expects, and carries nothing it could misread."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kioskd.core.credential import CredentialKind, classify
from kioskd.core.money import Money
from kioskd.loyalty.leat.token import claim_link

ISSUED_AT = datetime.fromtimestamp(1646314054, UTC)
GOOD: dict[str, Any] = {
    "portal_host": "points.example.test",
    "secret": "very_secret",
    "shop_uuid": "abcde-1235-hijkl-1i2k3",
    "unique_id": "my_unique_id",
    "issued_at": ISSUED_AT,
    "amount": Money(1000, "EUR"),
}


def test_the_hash_is_that_of_the_vendors_example() -> None:
    assert claim_link(**GOOD) == (
        "https://points.example.test/l?version=v3&shop_uuid=abcde-1235-hijkl-1i2k3&unique_id=my_unique_id"
        "&timestamp=1646314054&unit_name=purchase_amount&unit_value=10"
        "&hash=60585d543ff8bbd07ad9798b44241981b4e2d423"
    )


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(850, "EUR"), "8.5"),
        (Money(5, "EUR"), "0.05"),
        (Money(100_000_00, "EUR"), "100000"),
        (Money(850, "JPY"), "850"),
        (Money(1234, "KWD"), "1.234"),
    ],
)
def test_the_amount_is_in_major_units_without_trailing_zeros(amount: Money, text: str) -> None:
    query = parse_qs(urlsplit(claim_link(**GOOD | {"amount": amount})).query)
    assert query["unit_value"] == [text]


def test_the_secret_is_hashed_and_not_told() -> None:
    secret = "geheim & <streng>"
    link = claim_link(**GOOD | {"secret": secret})
    signed = urlsplit(link).query.rpartition("&hash=")[0] + f"&secret={secret}"
    assert link.endswith("&hash=" + hashlib.sha1(signed.encode()).hexdigest())
    assert "geheim" not in link


def test_a_guest_who_scans_it_here_is_told_where_it_belongs() -> None:
    assert classify(claim_link(**GOOD)).kind is CredentialKind.CLAIM_TOKEN


@pytest.mark.parametrize(
    "change",
    [
        {"unique_id": "kiosk 12"},
        {"unique_id": "a&unit_value=9999"},
        {"unique_id": ""},
        {"shop_uuid": "é"},
        {"unit_name": "a=b"},
        {"portal_host": "points.example.test/evil?"},
        {"secret": ""},
        {"amount": Money(0, "EUR")},
        {"amount": Money(-5, "EUR")},
    ],
)
def test_what_a_link_cannot_carry_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        claim_link(**GOOD | change)

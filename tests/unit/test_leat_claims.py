"""The links with which points are collected: the vector of the API's description, and what never leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from kioskd.core.catalogue import Words
from kioskd.core.credential import CredentialKind, classify
from kioskd.core.discount import OfferKind
from kioskd.core.errors import ConfigError
from kioskd.core.money import Money
from kioskd.core.order import ChargeKind, OfferUse, Order, OrderCharge, OrderDiscount, OrderLine
from kioskd.loyalty.leat.claims import MAX_LENGTH, LeatClaims
from tests.unit.test_order import ORDER

SHOP = "5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01"
CLAIMS = LeatClaims("https://points.example.com", SHOP, "very_secret")


def sold(minor: int, id: str = "b0a7c7a0-6d2c-4b57-9d0c-7c3d1f1f2a55") -> Order:
    line = OrderLine("l", "s", ORDER.lines[0].name, 1, Money(minor, "EUR"))
    return replace(ORDER, id=id, lines=(line,))


def fields(link: str | None) -> dict[str, str]:
    assert link is not None
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_the_example_of_the_description_has_its_hash() -> None:
    order = replace(sold(1000, "my_unique_id"), placed_at=datetime.fromtimestamp(1646314054, UTC))
    link = replace(CLAIMS, shop_uuid="abcde-1235-hijkl-1i2k3").link(order)
    assert fields(link)["hash"] == "60585d543ff8bbd07ad9798b44241981b4e2d423"


def test_a_link_says_what_was_paid_and_works_once_for_this_order() -> None:
    link = CLAIMS.link(sold(1310))
    said = fields(link)
    assert link and link.startswith("https://points.example.com/l?version=v3&")
    assert (said["unit_name"], said["unit_value"]) == ("purchase_amount", "13.1")
    assert (said["shop_uuid"], said["unique_id"]) == (SHOP, sold(1310).id)
    assert "very_secret" not in link
    assert "very_secret" not in repr(CLAIMS)


def test_points_are_for_what_is_paid_after_discounts_and_with_charges() -> None:
    use = OfferUse("u", OfferKind.VOUCHER, "v", "Three off")
    box = OrderCharge("o-c1", ChargeKind.PACKAGING, Words("Box"), Money(30, "EUR"))
    order = replace(sold(1310), discounts=(OrderDiscount("o-d1", use, Money(300, "EUR")),), charges=(box,))
    assert fields(CLAIMS.link(order))["unit_value"] == "10.4"


def test_the_kiosk_knows_its_own_links_for_what_they_are() -> None:
    assert classify(CLAIMS.link(sold(1310)) or "").kind is CredentialKind.CLAIM_TOKEN


@pytest.mark.parametrize("order", [sold(0), sold(100, "an id & more")])
def test_what_earns_nothing_or_cannot_be_written_has_no_link(order: Order) -> None:
    assert CLAIMS.link(order) is None


@pytest.mark.parametrize("portal", ["http://points.example.com", "https://points.example.com/path", "points"])
def test_a_portal_is_an_https_host(portal: str) -> None:
    with pytest.raises(ConfigError):
        LeatClaims(portal, SHOP, "very_secret")


def test_a_link_always_fits_on_the_receipt_or_the_kiosk_says_so_at_its_start() -> None:
    longest = next(n for n in range(200, 0, -1) if _accepted(f"https://{'p' * n}.test"))
    link = LeatClaims(f"https://{'p' * longest}.test", SHOP, "s").link(sold(12345678))
    assert link
    assert MAX_LENGTH - 3 <= len(link) <= MAX_LENGTH
    assert not _accepted(f"https://{'p' * (longest + 1)}.test")


def _accepted(portal: str) -> bool:
    try:
        LeatClaims(portal, SHOP, "s")
    except ConfigError:
        return False
    return True

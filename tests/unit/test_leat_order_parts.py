"""Discounts, charges and stored value in an order, its preview and its returns: everything adds up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.catalogue import Service, Words
from kioskd.core.deeds import Action, Deed
from kioskd.core.discount import OfferKind
from kioskd.core.errors import MoneyError, Refused
from kioskd.core.money import Money
from kioskd.core.order import (
    ChargeKind,
    OfferUse,
    Order,
    OrderCharge,
    OrderDiscount,
    OrderLine,
    Share,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.returning import piece, piece_document
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.loyalty.leat.orders import order_write
from kioskd.loyalty.leat.preview import order_simulate
from kioskd.loyalty.leat.returns import return_write
from tests.euros import eur

CONTACT = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
SHOP = "b2f7a0c4-5d3e-4a0e-8a31-6f6f5c1d9e02"
ID = "kiosk-12-000457"


def line(id: str, price: int, quantity: int = 1, subs: tuple[OrderLine, ...] = ()) -> OrderLine:
    return OrderLine(f"{ID}-{id}", f"sku-{id}", Words(f"Thing {id}"), quantity, eur(price), subs)


def order_of(*lines: OrderLine) -> Order:
    return Order(
        id=ID,
        number="457",
        sequence=457,
        placed_at=datetime(2026, 7, 1, 9, 4, 1, tzinfo=UTC),
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=lines,
        tender=Tender.CARD,
        member_id=CONTACT,
    )


ORDER = order_of(line("1", 250, 2), line("2", 1000, 2, (line("2-1", 150, 2),)))


def use(id: str, title: str, kind: OfferKind = OfferKind.VOUCHER, *, keeps: bool = False) -> OfferUse:
    return OfferUse(id, kind, f"right-{id}", title, keeps=keeps)


def box(amount: int = 30) -> OrderCharge:
    return OrderCharge(f"{ID}-c1", ChargeKind.PACKAGING, Words("Box"), eur(amount))


FULL = replace(
    ORDER,
    discounts=(
        OrderDiscount(
            f"{ID}-d1",
            use("u1", "3.50 off pizza\u202e"),
            eur(350),
            (Share(f"{ID}-2", eur(300)), Share(f"{ID}-2-1", eur(50))),
        ),
        OrderDiscount(f"{ID}-d2", use("u2", "12.5 % off"), eur(306), percent=Decimal("12.5")),
    ),
    charges=(box(),),
    payments=(
        StoredPayment("p1", StoredValue.GIFT_CARD, "card", eur(500), eur(0)),
        StoredPayment("p2", StoredValue.PREPAID, CONTACT, eur(100), eur(0)),
    ),
)
USED = {"u1": "8f5a2980", "p1": "355892c5"}


def written(order: Order = FULL, used: Mapping[str, str] = USED) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(order_write(order, CONTACT, SHOP, used).to_json())
    return body


def test_an_order_with_everything_as_leat_reads_it() -> None:
    body = written()
    assert (body["order_amount"], body["total_discount_amount"], body["total_order_amount"]) == (
        2450,
        656,
        2174,
    )
    pizza = body["line_items"][1]
    assert (pizza["discount_amount"], pizza["total_amount"]) == (300, 1700)
    assert pizza["sub_line_items"][0]["discount_amount"] == 50
    assert body["applied_discounts"] == [
        {
            "external_identifier": f"{ID}-d1",
            "name": "3.50 off pizza",
            "amount": 350,
            "type": "ABSOLUTE",
            "value": 350,
            "applied_to": "ORDER_LINES",
            "line_items": [{"external_identifier": f"{ID}-2"}],
            "sub_line_items": [{"external_identifier": f"{ID}-2-1"}],
            "offer": {"uuid": "8f5a2980", "type": "VOUCHER_REDEMPTION"},
        },
        {
            "external_identifier": f"{ID}-d2",
            "name": "12.5 % off",
            "amount": 306,
            "type": "PERCENTAGE",
            "value": 12.5,
            "applied_to": "ORDER",
            "line_items": [],
            "sub_line_items": [],
        },
    ]
    assert body["charges"] == [
        {
            "external_identifier": f"{ID}-c1",
            "name": "Box",
            "amount": 30,
            "discount_amount": 0,
            "total_amount": 30,
            "charge_definition": {"external_identifier": "WRAPPING"},
        }
    ]
    assert body["payments"] == [{"uuid": "355892c5", "type": "GIFTCARD_TRANSACTION"}]


def test_a_preview_needs_no_ids_of_guest_or_order() -> None:
    preview = order_simulate(FULL.lines, FULL.discounts, FULL.charges, "EUR", "en", SHOP, None)
    body = json.loads(preview.to_json())
    assert "contact" not in body
    assert "external_identifier" not in body
    assert body["total_order_amount"] == 2174
    assert [discount["applied_to"] for discount in body["applied_discounts"]] == ["LINE_ITEMS", "ORDER"]
    assert not any("offer" in discount for discount in body["applied_discounts"])


@pytest.mark.parametrize(
    ("kind", "keeps", "type"),
    [
        (OfferKind.VOUCHER, False, "VOUCHER_REDEMPTION"),
        (OfferKind.COLLECTABLE, False, "COLLECTABLE_REWARD_REDEMPTION"),
        (OfferKind.REWARD, True, "COLLECTABLE_REWARD_REDEMPTION"),
        (OfferKind.REWARD, False, "REWARD_REDEMPTION"),
    ],
)
def test_a_discount_is_linked_to_the_use_of_its_offer(kind: OfferKind, keeps: bool, type: str) -> None:
    used = OrderDiscount(f"{ID}-d1", use("u1", "Offer", kind, keeps=keeps), eur(100))
    body = written(replace(ORDER, discounts=(used,)), {"u1": "the-use"})
    assert body["applied_discounts"][0]["offer"] == {"uuid": "the-use", "type": type}


def discount(amount: int, *shares: tuple[str, int], id: str = "d1") -> OrderDiscount:
    parts = tuple(Share(f"{ID}-{part}", eur(minor)) for part, minor in shares)
    return OrderDiscount(f"{ID}-{id}", use("u1", "Discount"), eur(amount), parts)


@pytest.mark.parametrize(
    "order",
    [
        replace(ORDER, discounts=(discount(501, ("1", 501)),)),  # more than the line costs
        replace(ORDER, discounts=(discount(100, ("9", 100)),)),  # of a line nobody ordered
        replace(ORDER, discounts=(discount(100, ("1", 90)),)),  # shares that do not add up
        replace(ORDER, discounts=(discount(-100, ("1", -100)),)),
        replace(ORDER, discounts=(discount(2801),)),  # more than the order costs
        replace(ORDER, discounts=(discount(1, id="1"),)),  # an id that a line has
        replace(ORDER, discounts=(discount(1, id="d1"), discount(1, id="d1"))),
        replace(ORDER, charges=(box(-1),)),
    ],
)
def test_an_order_that_does_not_add_up_is_never_built(order: Order) -> None:
    with pytest.raises(ValueError):
        order_write(order, CONTACT, SHOP, {})


def test_an_order_has_one_currency() -> None:
    dollars = OrderDiscount("d1", use("u1", "Off"), Money(1, "USD"))
    with pytest.raises(MoneyError):
        order_write(replace(ORDER, discounts=(dollars,)), CONTACT, SHOP, {})


@st.composite
def sales(draw: st.DrawFn) -> Order:
    """Any order with discounts on its parts, on the whole, and charges."""
    lines = []
    for n in range(draw(st.integers(1, 5))):
        quantity = draw(st.integers(1, 6))
        subs = tuple(
            line(f"{n}-{m}", draw(st.integers(0, 500)), quantity) for m in range(draw(st.integers(0, 2)))
        )
        lines.append(line(str(n), draw(st.integers(0, 3000)), quantity, subs))
    left = {part.id: part.total.minor for whole in lines for part in (whole, *whole.subs)}
    discounts = []
    for n in range(draw(st.integers(0, 3))):
        touched = draw(st.lists(st.sampled_from(sorted(left)), unique=True, min_size=1))
        shares = []
        for part in touched:
            amount = draw(st.integers(0, left[part]))
            left[part] -= amount
            shares.append(Share(part, eur(amount)))
        total = Money.total((share.amount for share in shares), "EUR")
        discounts.append(OrderDiscount(f"{ID}-d{n}", use("u", "On parts"), total, tuple(shares)))
    net = sum(left.values())
    discounts.append(OrderDiscount(f"{ID}-d9", use("u", "On the order"), eur(draw(st.integers(0, net)))))
    charges = (box(draw(st.integers(0, 500))),)
    return replace(order_of(*lines), discounts=tuple(discounts), charges=charges)


@given(sales())
def test_every_order_adds_up(order: Order) -> None:
    body = written(order)
    parts = [part for item in body["line_items"] for part in (item, *item["sub_line_items"])]
    on_order = sum(d["amount"] for d in body["applied_discounts"] if d["applied_to"] == "ORDER")
    charged = sum(charge["total_amount"] for charge in body["charges"])
    assert body["order_amount"] == sum(part["total_amount"] for part in parts)
    assert body["total_order_amount"] == body["order_amount"] - on_order + charged
    assert body["total_discount_amount"] == sum(d["amount"] for d in body["applied_discounts"])
    assert body["total_order_amount"] == order.total.minor
    assert order.gross.minor - body["total_discount_amount"] + charged == order.total.minor
    assert min(part["total_amount"] for part in parts) >= 0


def test_a_return_as_leat_reads_it() -> None:
    body = return_write(piece_document(piece(FULL, f"{ID}-r1", {f"{ID}-2": 1})))
    assert json.loads(body.to_json()) == {
        "external_identifier": f"{ID}-r1",
        "order": {"external_identifier": ID},
        "status": "COMPLETED",
        "line_items": [
            {
                "external_identifier": f"{ID}-2",
                "quantity": 1,
                "discount_amount": 150,
                "total_amount": 850,
                "sub_line_items": [
                    {
                        "external_identifier": f"{ID}-2-1",
                        "quantity": 1,
                        "discount_amount": 25,
                        "total_amount": 125,
                    }
                ],
            }
        ],
        "applied_discounts": [
            {"external_identifier": f"{ID}-d1", "amount": 175},
            {"external_identifier": f"{ID}-d2", "amount": 121},
        ],
        "charges": [],
    }


def test_the_last_return_brings_the_charges() -> None:
    last = piece(FULL, f"{ID}-r2", {f"{ID}-1": 2, f"{ID}-2": 1}, [{f"{ID}-2": 1}])
    assert json.loads(return_write(piece_document(last)).to_json())["charges"] == [
        {"external_identifier": f"{ID}-c1", "amount": 30, "discount_amount": 0, "total_amount": 30}
    ]


def test_a_return_has_an_id_of_its_own() -> None:
    with pytest.raises(ValueError):
        return_write(piece_document(piece(ORDER, ID, {f"{ID}-1": 1})))


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"lines": []},
        {"lines": [{"id": f"{ID}-1", "quantity": 0, "discount_minor": 0, "total_minor": 0, "subs": []}]},
        {"lines": [{"id": f"{ID}-1", "quantity": "1", "discount_minor": 0, "total_minor": 250, "subs": []}]},
        {"lines": "all"},
        {"return_id": None},
    ],
)
def test_a_return_written_down_in_another_way_is_not_sent(broken: Mapping[str, Any]) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("sent")

    leat = LeatBackend("https://leat.test", "t", SHOP, "EUR", transport=httpx.MockTransport(never))

    details = piece_document(piece(ORDER, f"{ID}-r1", {f"{ID}-1": 1})) | broken if broken else {}
    with pytest.raises(Refused, match="invalid"):
        asyncio.run(leat.perform(Deed("tell-r1", Action.TELL_RETURN, details)))

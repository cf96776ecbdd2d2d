"""An order told to Leat adds up by its rules, whatever was in the basket."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kioskd.core.basket import Basket, Choice
from kioskd.core.catalogue import Option, OptionGroup, Product, Service, Words
from kioskd.core.order import Order, Tender, order_lines
from kioskd.loyalty.leat.order_parts import MAX_NAME_LENGTH
from kioskd.loyalty.leat.orders import OrderWrite, order_write
from tests.euros import eur

CONTACT = "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01"
SHOP = "b2f7a0c4-5d3e-4a0e-8a31-6f6f5c1d9e02"
PLACED_AT = datetime(2026, 7, 1, 11, 4, 1, tzinfo=timezone(timedelta(hours=2)))


def product(sku: str, name: Words, price: int, options: tuple[Option, ...] = ()) -> Product:
    groups = (OptionGroup("extra", Words("Extra"), options, maximum=max(len(options), 1)),) if options else ()
    return Product(sku, name, Words(""), eur(price), "food", groups=groups)


def order_of(basket: Basket, language: str = "en") -> Order:
    return Order(
        id="kiosk-12/000457",
        number="457",
        sequence=457,
        placed_at=PLACED_AT,
        service=Service.EAT_IN,
        language=language,
        currency="EUR",
        lines=order_lines("kiosk-12/000457", basket),
        tender=Tender.CARD,
        member_id=CONTACT,
    )


def written(order: Order) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(order_write(order, CONTACT, SHOP, {}).to_json())
    return body


PIZZA = product(
    "piz-marg",
    Words("Pizza Margherita", (("nl", "Pizza met kaas"),)),
    1000,
    (Option("top-cheese", Words("Extra cheese"), eur(150)), Option("no-basil", Words("No basil"), eur(0))),
)


def test_an_order_as_leat_reads_it() -> None:
    basket = Basket("EUR").add(PIZZA, (Choice("extra", "top-cheese"),), quantity=2)
    assert written(order_of(basket)) == {
        "external_identifier": "kiosk-12/000457",
        "reference": "457",
        "status": "COMPLETED",
        "payment_status": "PAID",
        "currency": "EUR",
        "order_amount": 2300,
        "total_discount_amount": 0,
        "total_order_amount": 2300,
        "paid_at": "2026-07-01T09:04:01Z",
        "completed_at": "2026-07-01T09:04:01Z",
        "contact": {"uuid": CONTACT},
        "business_profile": {"uuid": SHOP},
        "line_items": [
            {
                "external_identifier": "kiosk-12/000457-1",
                "name": "Pizza Margherita",
                "quantity": 2,
                "price": 1000,
                "discount_amount": 0,
                "total_amount": 2000,
                "product": {"external_identifier": "piz-marg"},
                "sub_line_items": [
                    {
                        "external_identifier": "kiosk-12/000457-1-1",
                        "name": "Extra cheese",
                        "quantity": 2,
                        "price": 150,
                        "discount_amount": 0,
                        "total_amount": 300,
                        "product": {"external_identifier": "top-cheese"},
                    }
                ],
            }
        ],
        "applied_discounts": [],
        "charges": [],
        "payments": [],
    }


def test_names_are_in_the_language_of_the_order() -> None:
    body = written(order_of(Basket("EUR").add(PIZZA), language="nl"))
    assert body["line_items"][0]["name"] == "Pizza met kaas"


@pytest.mark.parametrize(
    ("name", "sent"),
    [("x" * 500, "x" * MAX_NAME_LENGTH), ("\x00\u202e", "sku-1"), ("Cola\n0.5 l", "Cola 0.5 l")],
)
def test_names_are_bounded_clean_and_never_empty(name: str, sent: str) -> None:
    body = written(order_of(Basket("EUR").add(product("sku-1", Words(name), 250))))
    assert body["line_items"][0]["name"] == sent


prices = st.integers(-500, 100_000)
options = st.lists(prices, max_size=4).map(
    lambda all_: tuple(Option(f"opt-{n}", Words(f"Option {n}"), eur(price)) for n, price in enumerate(all_))
)
products = st.builds(
    lambda n, name, price, offered: product(f"sku-{n}", Words(name), price, offered),
    st.integers(0, 50),
    st.text(max_size=30),
    prices,
    options,
)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    basket = Basket("EUR")
    for item in draw(st.lists(products, max_size=8)):
        offered = [Choice(group.id, option.sku) for group in item.groups for option in group.options]
        picked = tuple(draw(st.lists(st.sampled_from(offered), unique=True))) if offered else ()
        basket = basket.add(item, picked, draw(st.integers(1, 20)))
    return basket


@given(baskets())
def test_every_order_adds_up(basket: Basket) -> None:
    body = written(order_of(basket))
    parts = [part for line in body["line_items"] for part in (line, *line["sub_line_items"])]
    for part in parts:
        assert part["total_amount"] == part["price"] * part["quantity"] - part["discount_amount"]
    assert body["order_amount"] == sum(part["total_amount"] for part in parts) == basket.total.minor
    assert body["total_order_amount"] == body["order_amount"] - body["total_discount_amount"]
    ids = [body["external_identifier"], *(part["external_identifier"] for part in parts)]
    assert len(set(ids)) == len(ids)
    assert all(part["name"] and part["product"]["external_identifier"] for part in parts)


@pytest.mark.parametrize(
    "change",
    [
        {"order_amount": 2301},
        {"total_order_amount": 2000},
        {"total_discount_amount": 1},
        {"external_identifier": "kiosk-12/000457-1"},
        {"order_amount": "2300"},
        {"colour": "red"},
    ],
)
def test_a_body_that_does_not_add_up_is_never_built(change: dict[str, object]) -> None:
    basket = Basket("EUR").add(PIZZA, (Choice("extra", "top-cheese"),), quantity=2)
    good = order_write(order_of(basket), CONTACT, SHOP, {})
    with pytest.raises(ValidationError):
        OrderWrite.model_validate({**dict(good), **change})


def test_times_are_sent_in_utc_with_a_z() -> None:
    assert order_write(order_of(Basket("EUR")), CONTACT, SHOP, {}).paid_at == (
        PLACED_AT.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    )

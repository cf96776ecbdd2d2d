"""An order is its basket frozen: it adds up, it survives the disk, and its number belongs to it alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.basket import MAX_LINES, MAX_QUANTITY, Basket, Choice, Line
from kioskd.core.bill import ChargeRule, TakenOffer, bill_of, order_discounts, stored_payments
from kioskd.core.catalogue import Option, OptionGroup, Product, Service, Words
from kioskd.core.discount import Stacking
from kioskd.core.effects import Settle
from kioskd.core.events import PaymentEnded, PaymentOutcome
from kioskd.core.intents import Finish, PayWith, QuickAdd, ShowBasket, ShowCheckout, StartOrder
from kioskd.core.order import ChargeKind, Order, OrderLine, Tender, order_lines
from kioskd.core.order_document import from_document, to_document
from kioskd.core.phases import Paying
from kioskd.core.visit import Place
from kioskd.daemon.selling.drafts import order_draft
from kioskd.outbox.operation import PAYLOAD_LIMIT_BYTES, encode_payload
from tests.euros import eur
from tests.unit.offering import FIVE, TWENTY, WATER_REWARD
from tests.unit.shopfront import BURGER, EAT_IN, FRIES, WATER, Player, player

PLACED_AT = datetime(2026, 11, 23, 12, 0, 30, tzinfo=timezone(timedelta(hours=1)))
ORDER = Order(
    id="o-1",
    number="A7",
    sequence=7,
    placed_at=PLACED_AT,
    service=Service.EAT_IN,
    language="nl",
    currency="EUR",
    lines=order_lines(
        "o-1",
        Basket("EUR")
        .add(BURGER, (Choice("extras", "X1"), Choice("extras", "X2")), 2)
        .add(FRIES, (Choice("sauce", "S1"),)),
    ),
    tender=Tender.CARD,
)

_TEXT = st.text(max_size=20)
_LINES = st.lists(
    st.tuples(
        st.sampled_from([BURGER, FRIES, WATER]),
        st.sets(st.sampled_from(["X1", "X2", "S1", "S2"])),
        st.integers(1, MAX_QUANTITY),
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    basket = Basket("EUR")
    for product, skus, quantity in draw(_LINES):
        choices = tuple(
            Choice(group.id, option.sku)
            for group in product.groups
            for option in group.options
            if option.sku in skus
        )
        basket = basket.add(product, choices, quantity)
    return basket


@st.composite
def orders(draw: st.DrawFn) -> Order:
    order_id = draw(st.uuids().map(str))
    return Order(
        id=order_id,
        number=draw(st.from_regex(r"[A-Z]{1,3}[0-9]{1,3}", fullmatch=True)),
        sequence=draw(st.integers(1, 10**9)),
        placed_at=draw(
            st.datetimes(
                timezones=st.timedeltas(timedelta(hours=-12), timedelta(hours=14)).map(
                    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
                )
            )
        ),
        service=draw(st.sampled_from(Service)),
        language=draw(st.sampled_from(["en", "nl", "ar"])),
        currency="EUR",
        lines=order_lines(order_id, draw(baskets())),
        tender=draw(st.sampled_from(Tender)),
        member_id=draw(st.none() | _TEXT),
        credential=draw(st.none() | _TEXT),
    )


def in_one_language(line: OrderLine, language: str) -> OrderLine:
    name = Words(line.name.in_language(language))
    return replace(line, name=name, subs=tuple(in_one_language(sub, language) for sub in line.subs))


@given(orders())
def test_an_order_survives_the_disk_in_the_guests_language(order: Order) -> None:
    kept = from_document(json.loads(json.dumps(to_document(order))))
    assert kept == replace(order, lines=tuple(in_one_language(line, order.language) for line in order.lines))
    assert kept.placed_at.utcoffset() == order.placed_at.utcoffset()
    assert to_document(kept) == to_document(order)


def test_what_comes_off_on_top_and_from_stored_value_survives_the_disk_too() -> None:
    offers = (TakenOffer("t1", TWENTY), TakenOffer("t2", WATER_REWARD))
    basket = Basket("EUR").add(BURGER, (Choice("extras", "X1"),)).add(WATER)
    bag = ChargeRule(ChargeKind.PACKAGING, Words("Bag"), eur(25))
    bill = bill_of(basket, offers, Stacking.BEST, (bag,), EAT_IN, "o-1")
    order = replace(
        ORDER,
        language="en",
        lines=order_lines("o-1", basket),
        discounts=order_discounts("o-1", bill, offers, "m-1"),
        charges=bill.charges,
        payments=stored_payments("o-1", bill.total, (FIVE,), ("m-1", eur(100))),
    )
    assert (len(order.discounts), len(order.charges), len(order.payments)) == (2, 1, 2)
    kept = from_document(json.loads(json.dumps(to_document(order))))
    assert kept == replace(order, lines=tuple(in_one_language(line, "en") for line in order.lines))
    assert (kept.total, kept.due) == (bill.total, bill.total - eur(600))


@given(baskets())
def test_totals_add_up_to_the_baskets(basket: Basket) -> None:
    lines = order_lines("o-1", basket)
    assert replace(ORDER, lines=lines).total == basket.total
    assert sum(part.total.minor for line in lines for part in (line, *line.subs)) == basket.total.minor
    for line in lines:
        assert line.total == line.unit_price * line.quantity  # without sub lines
        assert all(sub.quantity == line.quantity for sub in line.subs)


@given(orders())
def test_every_id_in_an_order_is_its_own_and_starts_with_the_orders(order: Order) -> None:
    ids = [part.id for line in order.lines for part in (line, *line.subs)]
    assert len(set(ids)) == len(ids)
    assert all(id.startswith(f"{order.id}-") for id in ids)


def test_choices_become_sub_lines_with_their_own_sku_and_price() -> None:
    burger, fries = ORDER.lines
    assert [(sub.sku, sub.quantity, sub.unit_price) for sub in burger.subs] == [
        ("X1", 2, eur(100)),
        ("X2", 2, eur(150)),
    ]
    assert [(sub.sku, sub.total) for sub in fries.subs] == [("S1", eur(0))]
    assert ORDER.total == eur(2 * (850 + 100 + 150) + 380)


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in to_document(ORDER).items() if name != key}


@pytest.mark.parametrize(
    "document",
    [
        {},
        *(_without(key) for key in to_document(ORDER)),
        {**to_document(ORDER), "schema": 3},
        {**to_document(ORDER), "currency": "euro"},
        {**to_document(ORDER), "currency": 978},
        {**to_document(ORDER), "placed_at": "yesterday"},
        {**to_document(ORDER), "service": "delivery"},
        {**to_document(ORDER), "tender": "gold"},
        {**to_document(ORDER), "lines": 3},
        {**to_document(ORDER), "lines": [{"id": "o-1-1"}]},
    ],
)
def test_a_document_of_another_version_is_refused_in_one_of_three_ways(document: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_document(document)


def test_the_largest_order_that_a_basket_holds_fits_into_the_outbox() -> None:
    """Every line full, six paid choices each, long names in Arabic letters."""
    name = Words("ط" * 40)
    groups = tuple(
        OptionGroup(f"g{g}", name, (Option(f"OPTION-NUMBER-{g}", name, eur(9999)),)) for g in range(6)
    )
    lines = tuple(
        Line(
            number,
            Product(f"PRODUCT-NUMBER-{number}", name, name, eur(9999), "c", groups=groups),
            MAX_QUANTITY,
            tuple(Choice(group.id, group.options[0].sku) for group in groups),
        )
        for number in range(1, MAX_LINES + 1)
    )
    order_id = "0c9d3a1f-5a44-4d0b-9a44-5f7f1c2e6b01"
    order = replace(
        ORDER, id=order_id, credential="x" * 128, lines=order_lines(order_id, Basket("EUR", lines))
    )
    assert len(encode_payload(order_draft(order, loyalty=True))) < PAYLOAD_LIMIT_BYTES


# --- numbers ------------------------------------------------------------------------------------------------


def paying(p: Player) -> Order:
    """Order something and choose the card."""
    p.do(StartOrder(EAT_IN), QuickAdd("W1"), ShowBasket(), ShowCheckout())
    (effect,) = p.do(PayWith(Tender.CARD))
    assert isinstance(effect, Settle)
    return effect.order


def test_the_number_of_an_order_that_may_have_been_paid_is_never_given_again() -> None:
    p = player()
    lost = paying(p)
    p.do(PaymentEnded(lost.id, PaymentOutcome.UNKNOWN))
    assert p.visit.place is Place.ASK_STAFF
    p.do(Finish())
    assert paying(p).sequence == lost.sequence + 1


def test_a_declined_card_keeps_its_number() -> None:
    p = player()
    first = paying(p)
    p.do(PaymentEnded(first.id, PaymentOutcome.DECLINED), PayWith(Tender.CARD))
    assert isinstance(p.visit.phase, Paying)
    assert p.visit.phase.order.number == first.number
    assert p.visit.phase.order.id != first.id


def test_shown_numbers_start_again_after_999_and_the_count_does_not() -> None:
    p = player()
    p.visit = replace(p.visit, next_number=1000)
    order = paying(p)
    assert (order.number, order.sequence) == ("A1", 1000)


def test_when_it_was_placed_keeps_its_time_zone() -> None:
    kept = from_document(to_document(ORDER))
    assert kept.placed_at.isoformat() == "2026-11-23T12:00:30+01:00"
    assert kept.placed_at == datetime(2026, 11, 23, 11, 0, 30, tzinfo=UTC)

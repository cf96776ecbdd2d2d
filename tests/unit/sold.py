"""An order of the small shop that was sold."""

from __future__ import annotations

from kioskd.core.order import Order, Tender, order_lines
from kioskd.core.sale import Sale, SaleState
from tests.unit.shopfront import BURGER, EAT_IN, FRIES, NOON, player

_BASKET = player().visit.basket.add(BURGER, (), 2).add(FRIES)
ORDER = Order(
    "o-1", "A1", 1, NOON, EAT_IN, "en", "EUR", order_lines("o-1", _BASKET), Tender.CARD, member_id="m-1"
)
SALE = Sale(ORDER, SaleState.SOLD)

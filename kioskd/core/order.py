"""What was paid for: a basket frozen at the moment of payment, with ids on every level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kioskd.core.basket import Basket, option_price
from kioskd.core.catalogue import Service, Words
from kioskd.core.errors import MoneyError
from kioskd.core.money import Money


class Tender(StrEnum):
    CARD = "card"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`total` is unit price times quantity, without sub lines; they count on top."""

    id: str
    sku: str
    name: Words
    quantity: int
    unit_price: Money
    subs: tuple[OrderLine, ...] = ()

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Order:
    """`id` is unique over all orders of all kiosks; every line id starts with it and is unique too."""

    id: str
    number: str
    """What is called out: the kiosk's id and a number that starts again after 999."""
    sequence: int
    """Counts the kiosk's orders for ever."""
    placed_at: datetime
    service: Service
    language: str
    currency: str
    lines: tuple[OrderLine, ...]
    tender: Tender
    member_id: str | None = None
    credential: str | None = None
    """What the guest scanned while the backend could not be asked: resolved to a member on delivery."""

    @property
    def total(self) -> Money:
        return Money.total((part.total for line in self.lines for part in (line, *line.subs)), self.currency)


def order_lines(order_id: str, basket: Basket) -> tuple[OrderLine, ...]:
    """The basket's lines with ids, choices as sub lines. The totals add up to the basket's."""
    lines = []
    for index, line in enumerate(basket.lines, start=1):
        line_id = f"{order_id}-{index}"
        subs = []
        for sub_index, choice in enumerate(line.choices, start=1):
            group = line.product.group(choice.group)
            option = group.option(choice.sku) if group else None
            price = option_price(line.product, choice)
            name = option.name if option else Words(choice.sku)
            subs.append(OrderLine(f"{line_id}-{sub_index}", choice.sku, name, line.quantity, price))
        lines.append(
            OrderLine(
                line_id,
                line.product.sku,
                line.product.name,
                line.quantity,
                line.unit_price,
                tuple(subs),
            )
        )
    return tuple(lines)


def to_document(order: Order) -> dict[str, object]:
    """The order as JSON values, for the outbox. `from_document` is its inverse.

    Names are kept in the guest's language only: a large order must fit into the outbox.
    """
    return {
        "schema": 1,
        "id": order.id,
        "number": order.number,
        "sequence": order.sequence,
        "placed_at": order.placed_at.isoformat(),
        "service": order.service.value,
        "language": order.language,
        "currency": order.currency,
        "tender": order.tender.value,
        "member_id": order.member_id,
        "credential": order.credential,
        "lines": [_line_document(line, order.language) for line in order.lines],
    }


def _line_document(line: OrderLine, language: str) -> dict[str, object]:
    return {
        "id": line.id,
        "sku": line.sku,
        "name": line.name.in_language(language),
        "quantity": line.quantity,
        "unit_price_minor": line.unit_price.minor,
        "subs": [_line_document(sub, language) for sub in line.subs],
    }


def from_document(document: Mapping[str, Any]) -> Order:
    """Raises KeyError, TypeError or ValueError for a document of another version or shape."""
    if document["schema"] != 1:
        raise ValueError(f"order document of schema {document['schema']}")
    try:
        return _order_from(document, document["currency"])
    except MoneyError as error:
        raise ValueError(str(error)) from None


def _order_from(document: Mapping[str, Any], currency: str) -> Order:
    return Order(
        id=document["id"],
        number=document["number"],
        sequence=document["sequence"],
        placed_at=datetime.fromisoformat(document["placed_at"]),
        service=Service(document["service"]),
        language=document["language"],
        currency=currency,
        lines=tuple(_line_from(line, currency) for line in document["lines"]),
        tender=Tender(document["tender"]),
        member_id=document["member_id"],
        credential=document["credential"],
    )


def _line_from(document: Mapping[str, Any], currency: str) -> OrderLine:
    return OrderLine(
        id=document["id"],
        sku=document["sku"],
        name=Words(document["name"]),
        quantity=document["quantity"],
        unit_price=Money(document["unit_price_minor"], currency),
        subs=tuple(_line_from(sub, currency) for sub in document["subs"]),
    )

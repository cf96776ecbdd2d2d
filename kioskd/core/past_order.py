"""What a member ordered before, as far as it takes to order it again at today's prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kioskd.core.basket import Choice, missing_group
from kioskd.core.catalogue import Catalogue, Product, Service, Words
from kioskd.core.order import Order


@dataclass(frozen=True, slots=True)
class PastLine:
    """`options` are the SKUs of what was chosen; `name` is what it was called then, in their language."""

    sku: str
    name: Words
    quantity: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastOrder:
    placed_on: date
    service: Service
    lines: tuple[PastLine, ...]


def name_now(line: PastLine, catalogue: Catalogue) -> Words:
    """As the menu calls it in every language; as it was called then when the menu has it no more."""
    product = catalogue.products.get(line.sku)
    return product.name if product else line.name


def past_order(order: Order) -> PastOrder:
    lines = (
        PastLine(line.sku, line.name, line.quantity, tuple(sub.sku for sub in line.subs))
        for line in order.lines
    )
    return PastOrder(order.placed_at.date(), order.service, tuple(lines))


def choices_again(product: Product, line: PastLine) -> tuple[Choice, ...] | None:
    """The choices of then, in menu order; None when today's menu does not allow the same ones."""
    left = list(line.options)
    choices = []
    for group in product.groups:
        picked = [option.sku for option in group.options if option.sku in left]
        if len(picked) > group.maximum:
            return None
        choices += [Choice(group.id, sku) for sku in picked]
        left = [sku for sku in left if sku not in picked]
    again = tuple(choices)
    return None if left or missing_group(product, again) else again

"""An order of the core as the flat lines of this platform: what an incentive pays for is a line of its own.

Prices are for one, after discounts, and quantities absolute. Discounts that are no line lower the prices of
what they are taken off, unit by unit, so that nothing is rounded. Charges are no lines: only payments show
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from kioskd.core.money import Money
from kioskd.core.order import Order, OrderDiscount, OrderLine
from kioskd.loyalty.rbi.bodies import AppliedDiscount, Line, LineType
from kioskd.loyalty.rbi.incentives import Mark


@dataclass(frozen=True, slots=True)
class _Part:
    """One unit of a line or of what belongs to it."""

    sku: str
    name: str
    price_minor: int
    mark: Mark | None = None


_Unit = tuple[_Part, ...]
"""A product, then its choices."""


def lines_of(order: Order) -> tuple[Line, ...]:
    """Raises ValueError for an order whose offers are not of this platform."""
    units = {line.id: [_unit(line, order.language)] * line.quantity for line in order.lines}
    where = {part.id: (line.id, at) for line in order.lines for at, part in enumerate((line, *line.subs))}
    for discount in order.discounts:
        mark = Mark.of(discount.use.right_id)
        if mark.is_line:
            line_id, at = where[discount.shares[0].part_id]
            _hand_out(units[line_id], at, mark, discount.amount.minor)
        else:
            for (line_id, at), minor in _taken_off(order, discount, where, units):
                _lower(units[line_id], at, minor)
    return tuple(_flat(order, units))


def applied_discounts(order: Order) -> tuple[AppliedDiscount, ...]:
    applied = []
    for discount in order.discounts:
        mark = Mark.of(discount.use.right_id)
        if not mark.is_line:
            applied.append(
                AppliedDiscount(
                    mark.type,
                    mark.engine_id,
                    mark.incentive_id or None,
                    mark.product_id or None,
                    discount.use.title or None,
                    mark.subtype,
                    Decimal(mark.value),
                )
            )
    return tuple(applied)


def _unit(line: OrderLine, language: str) -> _Unit:
    return tuple(
        _Part(part.sku, part.name.in_language(language), part.unit_price.minor) for part in (line, *line.subs)
    )


def _hand_out(units: list[_Unit], at: int, mark: Mark, off_minor: int) -> None:
    """One unit nothing else pays for becomes the incentive's."""
    for index, unit in enumerate(units):
        part = unit[at]
        if part.mark is None and part.price_minor >= off_minor:
            priced = replace(part, price_minor=part.price_minor - off_minor, mark=mark)
            units[index] = (*unit[:at], priced, *unit[at + 1 :])
            return
    raise ValueError("more is handed out than was ordered")


def _taken_off(
    order: Order,
    discount: OrderDiscount,
    where: dict[str, tuple[str, int]],
    units: dict[str, list[_Unit]],
) -> Iterator[tuple[tuple[str, int], int]]:
    if discount.shares:
        yield from ((where[share.part_id], share.amount.minor) for share in discount.shares)
        return
    places = list(where.values())
    weights = [sum(unit[at].price_minor for unit in units[line_id]) for line_id, at in places]
    if any(weights):
        amounts = discount.amount.split(weights)
        yield from ((place, part.minor) for place, part in zip(places, amounts, strict=True))


def _lower(units: list[_Unit], at: int, minor: int) -> None:
    weights = [unit[at].price_minor for unit in units]
    if not any(weights):
        return
    for index, part in enumerate(Money(minor, "XXX").split(weights)):
        unit = units[index]
        lowered = replace(unit[at], price_minor=unit[at].price_minor - part.minor)
        units[index] = (*unit[:at], lowered, *unit[at + 1 :])


def _flat(order: Order, units: dict[str, list[_Unit]]) -> Iterator[Line]:
    number = 0
    for line in order.lines:
        alike = sorted(units[line.id], key=lambda unit: [(str(part.mark), part.price_minor) for part in unit])
        for unit, same in groupby(alike):
            quantity, parent_id = len(list(same)), None
            for at, part in enumerate(unit):
                number += 1
                yield _line(order, part, str(number), quantity, parent_id, has_children=len(unit) > 1)
                if at == 0:
                    parent_id = str(number)


def _line(
    order: Order, part: _Part, id: str, quantity: int, parent_id: str | None, *, has_children: bool
) -> Line:
    mark = part.mark
    if mark is None:
        type_ = LineType.COMBO if parent_id is None and has_children else LineType.ITEM
    else:
        type_ = LineType(mark.type)
    return Line(
        id=id,
        type=type_,
        product_id=mark.product_id if mark else part.sku,
        name=part.name,
        price=Money(part.price_minor, order.currency),
        tax=Money.zero(order.currency),
        quantity=quantity,
        parent_id=parent_id,
        incentive_id=(mark.incentive_id or None) if mark and not mark.engine_id else None,
        engine_id=(mark.engine_id or None) if mark else None,
    )

"""What of an order can still be brought back, and exactly how much of its money that is. Pure.

Choices go back with their line. What a discount took off a line goes back unit by unit, what it took off the
order in proportion to the money of the lines, and charges with the last unit: the work of serving and packing
was done for all of them. Whatever the order of the returns, their amounts add up to what was paid and none
is below zero: each is the difference of two rounded totals, so no remainder is lost or given twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kioskd.core.errors import KioskError
from kioskd.core.money import Money
from kioskd.core.order import Order, OrderLine


class ReturnRefused(KioskError):
    """It cannot be brought back. The text is for staff and says why."""


@dataclass(frozen=True, slots=True)
class ReturnedPart:
    """Units of a line or sub line. `total` is what they cost, after `discount`."""

    part_id: str
    quantity: int
    discount: Money
    total: Money


@dataclass(frozen=True, slots=True)
class ReturnedLine(ReturnedPart):
    subs: tuple[ReturnedPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedAmount:
    """A part of a discount or of a charge, by its id. Never zero."""

    id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Piece:
    """What comes back at one time. `id` is the return's own, unique over all orders and returns.

    `refund` is what was paid for it, by whatever means. `last` means that nothing of the order is left.
    """

    id: str
    order_id: str
    lines: tuple[ReturnedLine, ...]
    discounts: tuple[ReturnedAmount, ...]
    charges: tuple[ReturnedAmount, ...]
    refund: Money
    last: bool

    @property
    def quantities(self) -> dict[str, int]:
        """Units by line id."""
        return {line.part_id: line.quantity for line in self.lines}


def left(order: Order, returned: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The units of each line that are not back yet, by line id. `returned` has one entry per return."""
    units = {line.id: line.quantity for line in order.lines}
    for quantities in returned:
        for line_id, quantity in quantities.items():
            units[line_id] -= quantity
    return units


def piece(
    order: Order, piece_id: str, quantities: Mapping[str, int], returned: Iterable[Mapping[str, int]] = ()
) -> Piece:
    """The return of `quantities` units, by line id, after the units in `returned` were brought back.

    Raises ReturnRefused for more than is left, for nothing, and for lines the order does not have.
    """
    still = left(order, returned)
    _check(order, quantities, still)
    spans = {
        line.id: _Span(
            line.quantity - still[line.id],
            line.quantity - still[line.id] + quantities.get(line.id, 0),
            line.quantity,
        )
        for line in order.lines
    }
    off = _taken_off(order)
    worth = _worth(order, spans, off)
    last = all(span.after == span.whole for span in spans.values())
    lines = tuple(
        _line(line, spans[line.id], off)
        for line in order.lines
        if spans[line.id].after > spans[line.id].before
    )
    of_part = {part.id: spans[line.id] for line in order.lines for part in (line, *line.subs)}
    discounts = {
        discount.id: sum(of_part[share.part_id].part(share.amount.minor) for share in discount.shares)
        if discount.shares
        else worth.part(discount.amount.minor)
        for discount in order.discounts
    }
    on_order = sum(discounts[discount.id] for discount in order.discounts if not discount.shares)
    charges = {charge.id: charge.amount.minor for charge in order.charges} if last else {}
    refund = sum(part.total.minor for line in lines for part in (line, *line.subs))
    refund += sum(charges.values()) - on_order
    return Piece(
        id=piece_id,
        order_id=order.id,
        lines=lines,
        discounts=_amounts(discounts, order.currency),
        charges=_amounts(charges, order.currency),
        refund=Money(refund, order.currency),
        last=last,
    )


def piece_document(piece: Piece) -> dict[str, Any]:
    """The `details` of a TELL_RETURN, as JSON values."""
    return {
        "return_id": piece.id,
        "order": piece.order_id,
        "lines": [
            {**_part_document(line), "subs": [_part_document(sub) for sub in line.subs]}
            for line in piece.lines
        ],
        "discounts": [_amount_document(discount) for discount in piece.discounts],
        "charges": [_amount_document(charge) for charge in piece.charges],
    }


@dataclass(frozen=True, slots=True)
class _Span:
    """How much of something had come back before, and has after, of all of it."""

    before: int
    after: int
    whole: int

    def part(self, amount: int) -> int:
        """The part of `amount` between the two points. Those of spans side by side add up to it exactly."""
        return self._until(amount, self.after) - self._until(amount, self.before)

    def _until(self, amount: int, point: int) -> int:
        return amount * point // self.whole if self.whole else 0


def _check(order: Order, quantities: Mapping[str, int], still: Mapping[str, int]) -> None:
    unknown = quantities.keys() - still.keys()
    if unknown:
        raise ReturnRefused(f"order {order.number} has no line {min(unknown)}")
    if not any(still.values()):
        raise ReturnRefused(f"order {order.number} was returned already, all of it")
    for number, line in enumerate(order.lines, start=1):
        wanted, there = quantities.get(line.id, 0), still[line.id]
        name = f"line {number} ({line.name.in_language(order.language)})"
        if wanted < 0:
            raise ReturnRefused(f"{name}: {wanted} cannot be returned")
        if wanted > there:
            already = line.quantity - there
            raise ReturnRefused(
                f"{name}: {wanted} cannot be returned, {there} of {line.quantity} "
                + (f"are left ({already} returned already)" if already else "are in the order")
            )
    if not any(quantities.values()):
        raise ReturnRefused("nothing was chosen to be returned")


def _taken_off(order: Order) -> dict[str, int]:
    """What all discounts together take off each part, in minor units."""
    off: dict[str, int] = {}
    for discount in order.discounts:
        for share in discount.shares:
            off[share.part_id] = off.get(share.part_id, 0) + share.amount.minor
    return off


def _worth(order: Order, spans: Mapping[str, _Span], off: Mapping[str, int]) -> _Span:
    """The span of the return in money of the lines, after what is taken off them."""
    before = after = whole = 0
    for line in order.lines:
        span = spans[line.id]
        for part in (line, *line.subs):
            price, discount = part.unit_price.minor, off.get(part.id, 0)
            before += price * span.before - discount * span.before // span.whole
            after += price * span.after - discount * span.after // span.whole
            whole += price * span.whole - discount
    return _Span(before, after, whole)


def _line(line: OrderLine, span: _Span, off: Mapping[str, int]) -> ReturnedLine:
    whole = _part(line, span, off)
    subs = tuple(_part(sub, span, off) for sub in line.subs)
    return ReturnedLine(whole.part_id, whole.quantity, whole.discount, whole.total, subs)


def _part(part: OrderLine, span: _Span, off: Mapping[str, int]) -> ReturnedPart:
    quantity = span.after - span.before
    discount = Money(span.part(off.get(part.id, 0)), part.unit_price.currency)
    return ReturnedPart(part.id, quantity, discount, part.unit_price * quantity - discount)


def _amounts(by_id: Mapping[str, int], currency: str) -> tuple[ReturnedAmount, ...]:
    return tuple(ReturnedAmount(id, Money(minor, currency)) for id, minor in by_id.items() if minor)


def _part_document(part: ReturnedPart) -> dict[str, Any]:
    return {
        "id": part.part_id,
        "quantity": part.quantity,
        "discount_minor": part.discount.minor,
        "total_minor": part.total.minor,
    }


def _amount_document(returned: ReturnedAmount) -> dict[str, Any]:
    return {"id": returned.id, "amount_minor": returned.amount.minor}

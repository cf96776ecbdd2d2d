"""What a guest brings back, as Leat wants to be told about it, and how much of the order's money that is.

A return corrects points only. Vouchers, rewards, gift cards and prepaid money have calls of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from kioskd.core.money import Money
from kioskd.core.order import Order, OrderCharge, OrderDiscount, OrderLine
from kioskd.loyalty.leat.order_parts import PartLink, Written, taken_off


class ReturnedPartWrite(Written):
    """`total_amount` is after `discount_amount`. Leat would guess it without the discount if left out."""

    external_identifier: str = Field(min_length=1)
    quantity: int = Field(ge=1)
    discount_amount: int = Field(ge=0)
    total_amount: int


class ReturnedLineWrite(ReturnedPartWrite):
    sub_line_items: tuple[ReturnedPartWrite, ...] = ()


class ReturnedDiscountWrite(Written):
    external_identifier: str = Field(min_length=1)
    amount: int = Field(ge=0)


class ReturnedChargeWrite(Written):
    external_identifier: str = Field(min_length=1)
    amount: int = Field(ge=0)
    discount_amount: Literal[0] = 0
    total_amount: int


class OrderReturnWrite(Written):
    """`external_identifier` is the return's own, and what makes sending twice harmless."""

    external_identifier: str = Field(min_length=1)
    order: PartLink
    status: Literal["COMPLETED"] = "COMPLETED"
    line_items: tuple[ReturnedLineWrite, ...] = Field(min_length=1)
    applied_discounts: tuple[ReturnedDiscountWrite, ...] = ()
    charges: tuple[ReturnedChargeWrite, ...] = ()

    @model_validator(mode="after")
    def _another_id(self) -> Self:
        if self.external_identifier == self.order.external_identifier:
            raise ValueError("a return has an id of its own")
        return self


@dataclass(frozen=True, slots=True)
class Returned:
    """`refund` is what the guest gets back, by whatever means was paid with."""

    body: OrderReturnWrite
    refund: Money


@dataclass(frozen=True, slots=True)
class _Progress:
    """How much of something was returned before, and is with this return, of all of it."""

    before: int
    after: int
    whole: int

    def part(self, amount: int) -> int:
        """This return's part of `amount`. The parts of all returns add up to it exactly."""
        return self._until(amount, self.after) - self._until(amount, self.before)

    def _until(self, amount: int, point: int) -> int:
        return amount * point // self.whole if self.whole else 0


def order_return(
    order: Order,
    return_id: str,
    quantities: Mapping[str, int],
    returned_before: Mapping[str, int],
) -> Returned:
    """The return of `quantities` units of lines, by line id, after `returned_before` were.

    Choices go back with their line; discounts and charges on the whole order in proportion to the money of
    the lines. Raises ValueError for units the order does not have, or none.
    """
    units = _units(order, quantities, returned_before)
    taken = taken_off(order.discounts)
    worth = _worth(order, units, taken)
    of_part = {part.id: units[line.id] for line in order.lines for part in (line, *line.subs)}
    lines = tuple(
        ReturnedLineWrite(
            **dict(_part(line, units[line.id], taken)),
            sub_line_items=tuple(_part(sub, units[line.id], taken) for sub in line.subs),
        )
        for line in order.lines
        if quantities.get(line.id)
    )
    discounts = {discount.id: _discount(discount, of_part, worth) for discount in order.discounts}
    charges = tuple(_charge(charge, worth) for charge in order.charges)
    on_order = sum(discounts[discount.id] for discount in order.discounts if not discount.shares)
    refund = sum(part.total_amount for line in lines for part in (line, *line.sub_line_items))
    refund += sum(charge.total_amount for charge in charges) - on_order
    body = OrderReturnWrite(
        external_identifier=return_id,
        order=PartLink(external_identifier=order.id),
        line_items=lines,
        applied_discounts=tuple(
            ReturnedDiscountWrite(external_identifier=id, amount=amount)
            for id, amount in discounts.items()
            if amount
        ),
        charges=tuple(charge for charge in charges if charge.amount),
    )
    return Returned(body, Money(refund, order.currency))


def _units(
    order: Order, quantities: Mapping[str, int], returned_before: Mapping[str, int]
) -> Mapping[str, _Progress]:
    counts = {line.id: line.quantity for line in order.lines}
    if (quantities.keys() | returned_before.keys()) - counts.keys():
        raise ValueError("a return of lines that are not in the order")
    progress = {}
    for id, count in counts.items():
        before, now = returned_before.get(id, 0), quantities.get(id, 0)
        if before < 0 or now < 0 or before + now > count:
            raise ValueError("a return of more units than are left")
        progress[id] = _Progress(before, before + now, count)
    return progress


def _worth(order: Order, units: Mapping[str, _Progress], taken: Mapping[str, int]) -> _Progress:
    """The progress of the return in money of the lines, after what is taken off them."""
    before = after = whole = 0
    for line in order.lines:
        of_line = units[line.id]
        for part in (line, *line.subs):
            price, discount = part.unit_price.minor, taken.get(part.id, 0)
            before += max(0, price * of_line.before - discount * of_line.before // of_line.whole)
            after += max(0, price * of_line.after - discount * of_line.after // of_line.whole)
            whole += max(0, price * of_line.whole - discount)
    if not whole:  # nothing to pay, yet there may be charges
        before, after = sum(u.before for u in units.values()), sum(u.after for u in units.values())
        whole = sum(u.whole for u in units.values())
    return _Progress(before, after, whole)


def _part(part: OrderLine, units: _Progress, taken: Mapping[str, int]) -> ReturnedPartWrite:
    count = units.after - units.before
    discount = units.part(taken.get(part.id, 0))
    return ReturnedPartWrite(
        external_identifier=part.id,
        quantity=count,
        discount_amount=discount,
        total_amount=part.unit_price.minor * count - discount,
    )


def _discount(discount: OrderDiscount, of_part: Mapping[str, _Progress], worth: _Progress) -> int:
    """What of a discount goes back."""
    if not discount.shares:
        return worth.part(discount.amount.minor)
    return sum(of_part[share.part_id].part(share.amount.minor) for share in discount.shares)


def _charge(charge: OrderCharge, worth: _Progress) -> ReturnedChargeWrite:
    amount = worth.part(charge.amount.minor)
    return ReturnedChargeWrite(external_identifier=charge.id, amount=amount, total_amount=amount)

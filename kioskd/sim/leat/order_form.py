"""Reads the body of an order call the way a lenient PHP server does, and collects what is wrong with it.

Amounts are integers in minor units; digits in a text are taken for a number. Sums are not checked: Leat
counts with what the lines, discounts and charges say, even when the head of the order says something else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kioskd.sim.leat.answers import JsonObject, invalid_input, parse_time

_STATUSES = ("CREATED", "PENDING", "COMPLETED", "CANCELLED")
_PAYMENT_STATUSES = ("UNPAID", "PENDING", "PAID")
_APPLIED_TO = ("ORDER", "ORDER_LINES", "LINE_ITEMS", "SUB_LINE_ITEMS", "LINE_ITEM")
_MISSING = "The {} field is required."


@dataclass(slots=True)
class Fields:
    """One object of the body, at `place` in it. A wrong field goes to `errors` and reads as None."""

    values: JsonObject
    errors: dict[str, list[str]]
    place: str = ""

    def text(self, name: str, *, required: bool = False, choices: tuple[str, ...] = ()) -> str | None:
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong(name, f"The {name} must be a string.")
            return None
        if choices and value not in choices:
            self._wrong(name, f"The selected {name} is invalid.")
            return None
        return value

    def integer(self, name: str, *, required: bool = False) -> int | None:
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                return int(value)
            except ValueError:
                self._wrong(name, f"The {name} must be an integer.")
                return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(name, f"The {name} must be an integer.")
            return None
        return value

    def number(self, name: str, *, required: bool = False) -> int | float | None:
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(name, f"The {name} must be a number.")
            return None
        return value

    def time(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse_time(text)
        except ValueError:
            self._wrong(name, f"The {name} is not a valid date.")
            return None

    def nested(self, name: str, *, required: bool = False) -> Fields | None:
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(name, f"The {name} must be an array.")
            return None
        return Fields(value, self.errors, self._at(name))

    def items(self, name: str, *, required: bool = False) -> list[Fields]:
        value = self._value(name, required)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(name, f"The {name} must be an array.")
            return []
        return [Fields(item, self.errors, self._at(f"{name}.{index}")) for index, item in enumerate(value)]

    def _value(self, name: str, required: bool) -> Any:
        value = self.values.get(name)
        empty = value is None or value == "" or (value == [] and required)
        if empty and required:
            self._wrong(name, _MISSING.format(name))
        return None if empty else value

    def _wrong(self, name: str, text: str) -> None:
        self.errors.setdefault(self._at(name), []).append(text)

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


@dataclass(frozen=True, slots=True)
class Line:
    external_identifier: str | None
    name: str
    quantity: int | float
    price_minor: int
    discount_minor: int
    total_minor: int
    product_id: str | None
    subs: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Discount:
    external_identifier: str | None
    name: str
    amount_minor: int
    type: str
    value: int | float | None
    applied_to: str


@dataclass(frozen=True, slots=True)
class Charge:
    external_identifier: str | None
    name: str
    amount_minor: int
    discount_minor: int
    total_minor: int
    definition: str


@dataclass(frozen=True, slots=True)
class OrderForm:
    """A readable order. Only `simulate` may leave the contact and the ids out."""

    external_identifier: str
    reference: str | None
    status: str
    payment_status: str
    currency: str | None
    total_minor: int
    order_amount_minor: int | None
    total_discount_minor: int | None
    contact_uuid: str | None
    shop_uuid: str
    paid_at: datetime | None
    completed_at: datetime | None
    lines: tuple[Line, ...]
    discounts: tuple[Discount, ...] = field(default=())
    charges: tuple[Charge, ...] = field(default=())

    @property
    def spent_minor(self) -> int:
        """What points are given for: lines, sub lines and charges, less the discounts on the whole order.

        Discounts on lines are in the lines' totals already.
        """
        parts = [part for line in self.lines for part in (line, *line.subs)]
        off = sum(discount.amount_minor for discount in self.discounts if discount.applied_to == "ORDER")
        return sum(part.total_minor for part in parts) + sum(c.total_minor for c in self.charges) - off


def read_order(body: JsonObject, *, simulated: bool) -> OrderForm:
    """Raises LeatError 1003 naming every wrong field."""
    errors: dict[str, list[str]] = {}
    form = Fields(body, errors)
    stored = not simulated
    contact = form.nested("contact", required=stored)
    shop = form.nested("business_profile", required=True)
    order = OrderForm(
        external_identifier=form.text("external_identifier", required=stored) or "",
        reference=form.text("reference"),
        status=form.text("status", required=stored, choices=_STATUSES) or "CREATED",
        payment_status=form.text("payment_status", required=stored, choices=_PAYMENT_STATUSES) or "UNPAID",
        currency=form.text("currency"),
        total_minor=form.integer("total_order_amount", required=True) or 0,
        order_amount_minor=form.integer("order_amount"),
        total_discount_minor=form.integer("total_discount_amount"),
        contact_uuid=contact.text("uuid", required=True) if contact else None,
        shop_uuid=(shop.text("uuid", required=True) if shop else None) or "",
        paid_at=form.time("paid_at"),
        completed_at=form.time("completed_at"),
        lines=tuple(_line(line, stored) for line in form.items("line_items", required=True)),
        discounts=tuple(_discount(discount, stored) for discount in form.items("applied_discounts")),
        charges=tuple(_charge(charge, stored) for charge in form.items("charges")),
    )
    for payment in form.items("payments"):
        payment.text("uuid", required=True)
        payment.text("type", required=True, choices=("GIFTCARD_TRANSACTION", "PREPAID_TRANSACTION"))
    if errors:
        raise invalid_input(errors)
    return order


def _line(line: Fields, stored: bool) -> Line:
    product = line.nested("product")
    price = line.integer("price", required=stored) or 0
    quantity = line.number("quantity", required=stored) or 0
    discount = line.integer("discount_amount") or 0
    total = line.integer("total_amount", required=stored)
    return Line(
        external_identifier=line.text("external_identifier", required=stored),
        name=line.text("name", required=stored) or "",
        quantity=quantity,
        price_minor=price,
        discount_minor=discount,
        total_minor=round(price * quantity) - discount if total is None else total,
        product_id=product.text("external_identifier", required=stored) if product else None,
        subs=tuple(_line(sub, stored) for sub in line.items("sub_line_items")),
    )


def _discount(discount: Fields, stored: bool) -> Discount:
    return Discount(
        external_identifier=discount.text("external_identifier", required=stored),
        name=discount.text("name", required=stored) or "",
        amount_minor=discount.integer("amount", required=True) or 0,
        type=discount.text("type", choices=("PERCENTAGE", "ABSOLUTE")) or "ABSOLUTE",
        value=discount.number("value"),
        applied_to=discount.text("applied_to", required=True, choices=_APPLIED_TO) or "ORDER",
    )


def _charge(charge: Fields, stored: bool) -> Charge:
    definition = charge.nested("charge_definition")
    total = charge.integer("total_amount", required=True) or 0
    return Charge(
        external_identifier=charge.text("external_identifier", required=stored),
        name=charge.text("name", required=stored) or "",
        amount_minor=charge.integer("amount") or total,
        discount_minor=charge.integer("discount_amount") or 0,
        total_minor=total,
        definition=(definition.text("external_identifier", required=True) if definition else None)
        or "SERVICE_CHARGE",
    )

"""Reads the body of an order call.

Sums are not checked: Leat counts with what the lines, discounts and charges say, even when the head of the
order says something else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.fields import Fields

_STATUSES = ("CREATED", "PENDING", "COMPLETED", "CANCELLED")
_PAYMENT_STATUSES = ("UNPAID", "PENDING", "PAID")
_PAYMENTS = ("GIFTCARD_TRANSACTION", "PREPAID_TRANSACTION")
_RESULTS = (*_PAYMENTS, "VOUCHER")
_OFFERS = ("REWARD_REDEMPTION", "COLLECTABLE_REWARD_REDEMPTION", "VOUCHER_REDEMPTION")
_APPLIED_TO = ("ORDER", "ORDER_LINES", "LINE_ITEMS", "SUB_LINE_ITEMS", "LINE_ITEM")


@dataclass(frozen=True, slots=True)
class Link:
    """To something else at Leat: a redemption, a payment, what a line has sold."""

    uuid: str
    type: str


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
    offer: Link | None = None


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
    payments: tuple[Link, ...] = field(default=())

    @property
    def parts(self) -> list[Line]:
        """Lines and sub lines."""
        return [part for line in self.lines for part in (line, *line.subs)]

    @property
    def spent_minor(self) -> int:
        """What points are given for: lines, sub lines and charges, less the discounts on the whole order.

        Discounts on lines are in the lines' totals already.
        """
        parts = self.parts
        off = sum(discount.amount_minor for discount in self.discounts if discount.applied_to == "ORDER")
        return sum(part.total_minor for part in parts) + sum(c.total_minor for c in self.charges) - off

    def sums_that_differ(self) -> dict[str, list[str]]:
        """Where the order does not add up, with what would."""
        wrong = {
            f"line_items.{part.external_identifier}.total_amount": round(part.price_minor * part.quantity)
            - part.discount_minor
            for part in self.parts
            if part.total_minor != round(part.price_minor * part.quantity) - part.discount_minor
        }
        order_minor = sum(part.total_minor for part in self.parts)
        if self.order_amount_minor not in (None, order_minor):
            wrong["order_amount"] = order_minor
        if self.total_minor != self.spent_minor:
            wrong["total_order_amount"] = self.spent_minor
        return {place: [f"It should be {minor}."] for place, minor in wrong.items()}


def read_order(body: JsonObject, *, simulated: bool) -> OrderForm:
    """Raises LeatError 1003 naming every wrong field."""
    form = Fields(body)
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
        payments=tuple(_link(payment, _PAYMENTS) for payment in form.items("payments")),
    )
    form.check()
    return order


def read_status(body: JsonObject) -> tuple[str | None, str | None]:
    """Status and payment status of an update, None where it is silent. Raises LeatError 1003."""
    form = Fields(body)
    status = form.text("status", choices=_STATUSES)
    payment_status = form.text("payment_status", choices=_PAYMENT_STATUSES)
    form.check()
    return status, payment_status


def _line(line: Fields, stored: bool, *, sub: bool = False) -> Line:
    if result := line.nested("result"):
        _link(result, _RESULTS)
    product = line.nested("product")
    if product:
        product.text("uuid")
        product.text("name")
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
        subs=() if sub else tuple(_line(item, stored, sub=True) for item in line.items("sub_line_items")),
    )


def _link(link: Fields, types: tuple[str, ...]) -> Link:
    uuid = link.text("uuid", required=True) or ""
    return Link(uuid, link.text("type", required=True, choices=types) or "")


def _discount(discount: Fields, stored: bool) -> Discount:
    offer = discount.nested("offer")
    for parts in ("line_items", "sub_line_items", "charges"):
        for part in discount.items(parts):
            part.text("external_identifier", required=stored)
            part.text("uuid")
    return Discount(
        external_identifier=discount.text("external_identifier", required=stored),
        name=discount.text("name", required=stored) or "",
        amount_minor=discount.integer("amount", required=True) or 0,
        type=discount.text("type", choices=("PERCENTAGE", "ABSOLUTE")) or "ABSOLUTE",
        value=discount.number("value"),
        applied_to=discount.text("applied_to", required=True, choices=_APPLIED_TO) or "ORDER",
        offer=_link(offer, _OFFERS) if offer else None,
    )


def _charge(charge: Fields, stored: bool) -> Charge:
    definition = charge.nested("charge_definition")
    charge.text("type")  # the older way to say the definition
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

"""A paid order as Leat wants to be told about it.

The rules: integer minor units; a line's total is price times quantity less its discount and excludes sub
lines; the order's amount is the sum of all line and sub line totals; ids are unique over all orders on every
level; products are linked by SKU. Leat does not seem to check the sums, so they are checked before sending.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kioskd.core.order import Order, OrderLine
from kioskd.loyalty.display_text import clean

MAX_NAME_LENGTH = 120


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ProductLink(_Written):
    external_identifier: str = Field(min_length=1)


class SubLineItemWrite(_Written):
    """`price` is for one, `total_amount` for all, after `discount_amount`."""

    external_identifier: str = Field(min_length=1)
    name: str = Field(min_length=1)
    quantity: int = Field(ge=1)
    price: int
    discount_amount: int = 0
    total_amount: int
    product: ProductLink

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.total_amount != self.price * self.quantity - self.discount_amount:
            raise ValueError("total_amount is not price x quantity - discount_amount")
        return self


class LineItemWrite(SubLineItemWrite):
    sub_line_items: tuple[SubLineItemWrite, ...] = ()


class Uuid(_Written):
    uuid: str = Field(min_length=1)


class OrderWrite(_Written):
    """`external_identifier` is what makes sending twice harmless. `business_profile` is the shop."""

    external_identifier: str = Field(min_length=1)
    reference: str
    status: Literal["COMPLETED"] = "COMPLETED"
    payment_status: Literal["PAID"] = "PAID"
    currency: str
    order_amount: int
    total_discount_amount: int = 0
    total_order_amount: int
    paid_at: str
    completed_at: str
    contact: Uuid
    business_profile: Uuid
    line_items: tuple[LineItemWrite, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        parts = [part for line in self.line_items for part in (line, *line.sub_line_items)]
        if self.order_amount != sum(part.total_amount for part in parts):
            raise ValueError("order_amount is not the sum of all lines and sub lines")
        if self.total_order_amount != self.order_amount:
            raise ValueError("total_order_amount differs although nothing applies to the whole order")
        if self.total_discount_amount != sum(part.discount_amount for part in parts):
            raise ValueError("total_discount_amount is not the sum of all discounts")
        ids = [self.external_identifier, *(part.external_identifier for part in parts)]
        if len(set(ids)) != len(ids):
            raise ValueError("an external_identifier occurs twice")
        return self

    def to_json(self) -> bytes:
        return self.model_dump_json().encode()


def order_write(order: Order, contact_uuid: str, shop_uuid: str) -> OrderWrite:
    """The body for `order`, names in the order's language.

    Raises MoneyError when the order mixes currencies, pydantic's ValidationError when it breaks a rule above.
    """
    total_minor = order.total.minor
    paid_at = _utc(order.placed_at)
    return OrderWrite(
        external_identifier=order.id,
        reference=order.number,
        currency=order.currency,
        order_amount=total_minor,
        total_order_amount=total_minor,
        paid_at=paid_at,
        completed_at=paid_at,
        contact=Uuid(uuid=contact_uuid),
        business_profile=Uuid(uuid=shop_uuid),
        line_items=tuple(_line(line, order.language) for line in order.lines),
    )


def _line(line: OrderLine, language: str) -> LineItemWrite:
    subs = tuple(_sub_line(sub, language) for sub in line.subs)
    return LineItemWrite(**_sub_line(line, language).model_dump(), sub_line_items=subs)


def _sub_line(line: OrderLine, language: str) -> SubLineItemWrite:
    return SubLineItemWrite(
        external_identifier=line.id,
        name=clean(line.name.in_language(language), MAX_NAME_LENGTH) or line.sku,
        quantity=line.quantity,
        price=line.unit_price.minor,
        total_amount=line.total.minor,
        product=ProductLink(external_identifier=line.sku),
    )


def _utc(moment: datetime) -> str:
    """With a `Z`, which Leat never takes for local time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

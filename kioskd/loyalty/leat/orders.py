"""A paid order as Leat wants to be told about it. See `order_parts` for the rules of its parts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from kioskd.core.order import Order
from kioskd.loyalty.leat.order_extras import NOTHING, OrderExtras
from kioskd.loyalty.leat.order_parts import Content, PaymentWrite, Uuid, content


class OrderWrite(Content):
    """`external_identifier` is what makes sending twice harmless. `business_profile` is the shop."""

    external_identifier: str = Field(min_length=1)
    reference: str
    status: Literal["COMPLETED"] = "COMPLETED"
    payment_status: Literal["PAID"] = "PAID"
    currency: str
    paid_at: str
    completed_at: str
    contact: Uuid
    business_profile: Uuid
    payments: tuple[PaymentWrite, ...] = ()

    @model_validator(mode="after")
    def _own_id(self) -> Self:
        if self.external_identifier in self.ids():
            raise ValueError("an external_identifier occurs twice")
        return self


def order_write(order: Order, contact_uuid: str, shop_uuid: str, extras: OrderExtras = NOTHING) -> OrderWrite:
    """The body for `order`, names in the order's language.

    Raises MoneyError when the order mixes currencies, ValueError when it breaks a rule.
    """
    paid_at = _utc(order.placed_at)
    return OrderWrite(
        **dict(content(order.lines, extras, order.currency, order.language, on_lines="ORDER_LINES")),
        external_identifier=order.id,
        reference=order.number,
        currency=order.currency,
        paid_at=paid_at,
        completed_at=paid_at,
        contact=Uuid(uuid=contact_uuid),
        business_profile=Uuid(uuid=shop_uuid),
        payments=tuple(PaymentWrite(uuid=paid.transaction_id, type=paid.kind) for paid in extras.payments),
    )


def _utc(moment: datetime) -> str:
    """With a `Z`, which Leat never takes for local time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

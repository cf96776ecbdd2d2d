"""A paid order as Leat wants to be told about it. See `order_parts` for the rules of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from kioskd.core.order import Order, StoredValue
from kioskd.loyalty.leat.order_parts import Content, Uuid, Written, content

PaymentType = Literal["GIFTCARD_TRANSACTION", "PREPAID_TRANSACTION"]

_PAYMENT_TYPES: Mapping[StoredValue, PaymentType] = {
    StoredValue.GIFT_CARD: "GIFTCARD_TRANSACTION",
    StoredValue.PREPAID: "PREPAID_TRANSACTION",
}


class PaymentWrite(Written):
    """A part that was paid with money kept at Leat. Cards and cash are none of its business."""

    uuid: str = Field(min_length=1)
    type: PaymentType


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


def order_write(order: Order, contact_uuid: str, shop_uuid: str, used: Mapping[str, str]) -> OrderWrite:
    """The body for `order`, names in the order's language.

    `used` has Leat's ids of what the order used up, by the id of the offer's use or the stored payment: what
    it does not name is not linked. Raises MoneyError when the order mixes currencies, ValueError when it
    breaks a rule.
    """
    paid_at = _utc(order.placed_at)
    parts = content(
        order.lines, order.discounts, order.charges, order.currency, order.language, "ORDER_LINES", used
    )
    return OrderWrite(
        **dict(parts),
        external_identifier=order.id,
        reference=order.number,
        currency=order.currency,
        paid_at=paid_at,
        completed_at=paid_at,
        contact=Uuid(uuid=contact_uuid),
        business_profile=Uuid(uuid=shop_uuid),
        payments=tuple(
            PaymentWrite(uuid=used[paid.id], type=_PAYMENT_TYPES[paid.kind])
            for paid in order.payments
            if paid.id in used
        ),
    )


def _utc(moment: datetime) -> str:
    """With a `Z`, which Leat never takes for local time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

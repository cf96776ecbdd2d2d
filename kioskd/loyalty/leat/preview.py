"""An order that is not paid yet, to be asked how many points it would give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kioskd.core.order import OrderCharge, OrderDiscount, OrderLine
from kioskd.loyalty.leat.order_parts import Content, Uuid, content


class OrderSimulate(Content):
    """`contact` may be left out: then the points are those of a guest without a tier."""

    status: Literal["COMPLETED"] = "COMPLETED"
    payment_status: Literal["PAID"] = "PAID"
    currency: str
    business_profile: Uuid
    contact: Uuid | None = None


def order_simulate(
    lines: Iterable[OrderLine],
    discounts: Iterable[OrderDiscount],
    charges: Iterable[OrderCharge],
    currency: str,
    language: str,
    shop_uuid: str,
    contact_uuid: str | None,
) -> OrderSimulate:
    """Raises MoneyError when the parts mix currencies, ValueError when they break a rule of `order_parts`."""
    return OrderSimulate(
        **dict(content(lines, discounts, charges, currency, language, "LINE_ITEMS", used={})),
        currency=currency,
        business_profile=Uuid(uuid=shop_uuid),
        contact=Uuid(uuid=contact_uuid) if contact_uuid else None,
    )

"""What the platform is told: who is calling, and an order as one flat list of lines.

The rules, checked before anything is sent: line ids are unique in the order; a child comes after its parent,
which is a combo, a reward or an offer; what is a reward or an offer names its incentive, and nothing else
does. Children of a combo cost nothing unless they are dearer than what is included. Quantities are absolute.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from kioskd.core.money import Money
from kioskd.loyalty.rbi.amounts import Unit, outgoing
from kioskd.loyalty.rbi.exact_json import Json, dumps


class LineType(StrEnum):
    COMBO = "combo"
    ITEM = "item"
    REWARD = "reward"
    OFFER = "offer"

    @property
    def is_incentive(self) -> bool:
        return self in (LineType.REWARD, LineType.OFFER)


class TransactionStatus(StrEnum):
    PENDING = "PENDING"
    """Its points are held."""
    CLAIMED = "CLAIMED"
    """Its points move. Also in what is only tried, in guests' orders nobody claims, and when voiding."""


@dataclass(frozen=True, slots=True)
class PosVendor:
    """Who calls. `order_number` is the kiosk's own and keeps its leading zeros."""

    pos_type: str
    """The vendor's name as agreed with the platform."""
    store_id: str
    terminal: str
    operator: str
    """A kiosk has one that stands for nobody."""
    order_number: str
    supporting_pos: str | None = None
    """The till vendor whose product ids are wanted."""

    def to_json(self) -> dict[str, Json]:
        return _said(
            posType=self.pos_type,
            storeId=self.store_id,
            terminal=self.terminal,
            operator=self.operator,
            transactionId=self.order_number,
            supportingPos=self.supporting_pos,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """`price` and `tax` are for one, after discounts. Raises ValueError when it breaks a rule."""

    id: str
    type: LineType
    product_id: str
    name: str
    price: Money
    tax: Money
    quantity: int = 1
    parent_id: str | None = None
    incentive_id: str | None = None
    engine_id: str | None = None
    """In place of `incentive_id`, for an offer made for this guest."""

    def __post_init__(self) -> None:
        if not self.id or not self.product_id or self.quantity < 1:
            raise ValueError("a line needs an id, a product and a quantity")
        if self.price.minor < 0 or self.tax.minor < 0 or self.price.currency != self.tax.currency:
            raise ValueError(f"line {self.id}: a price that is none")
        named = (self.incentive_id is not None) + (self.engine_id is not None)
        if named != (1 if self.type.is_incentive else 0):
            raise ValueError(f"line {self.id}: a {self.type} with {named} incentives")

    def to_json(self, unit: Unit) -> dict[str, Json]:
        return _said(
            referenceId=self.id,
            parentReferenceId=self.parent_id,
            productId=self.product_id,
            productType=self.type.value,
            name=self.name,
            quantity=self.quantity,
            price=outgoing(self.price, unit),
            tax=outgoing(self.tax, unit),
            incentiveId=self.incentive_id,
            loyaltyEngineId=self.engine_id,
        )


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A discount on the order whose incentive is no line. The prices of lines are after it."""

    type: Literal["reward", "offer"]
    engine_id: str
    incentive_id: str | None
    product_id: str | None
    name: str | None
    subtype: str
    value: Decimal
    """Percent or major units, as the platform said it."""

    def to_json(self) -> dict[str, Json]:
        details = _said(type=self.type, displayName=self.name, subtype=self.subtype, discountValue=self.value)
        return _said(
            details=details,
            referenceId=self.engine_id,
            incentiveId=self.incentive_id,
            productId=self.product_id,
        )


@dataclass(frozen=True, slots=True)
class Payment:
    """`type` is a word of the platform, such as CASH or CARD."""

    type: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TransactionBody:
    """One shape for trying, holding, claiming, reporting and voiding.

    `created` keeps its first value in every repeat. `loyalty_id` and `transaction_id` are those of the
    identified guest, None for a guest nobody knows. Raises ValueError when it breaks a rule.
    """

    status: TransactionStatus
    created: datetime
    service_mode: str
    currency: str
    vendor: PosVendor
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...] = ()
    discounts: tuple[AppliedDiscount, ...] = ()
    loyalty_id: str | None = None
    transaction_id: str | None = None

    def __post_init__(self) -> None:
        if self.created.tzinfo is None:
            raise ValueError("a time without a zone")
        _check_structure(self.lines)
        amounts = [*(line.price for line in self.lines), *(payment.amount for payment in self.payments)]
        if any(amount.currency != self.currency for amount in amounts):
            raise ValueError("an order in two currencies")
        if any(payment.amount.minor < 0 for payment in self.payments):
            raise ValueError("a payment below zero")

    def to_json(self, unit: Unit) -> bytes:
        """Prices of lines in `unit`. A repeat must have these very bytes: keep them."""
        details = _said(
            currency=self.currency,
            order=tuple(line.to_json(unit) for line in self.lines),
            payments=tuple({"type": paid.type, "amount": paid.amount.minor} for paid in self.payments),
            posVendor=self.vendor.to_json(),
            appliedDiscounts=tuple(discount.to_json() for discount in self.discounts) or None,
        )
        return dumps(
            _said(
                channel="Restaurant",
                created=self.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                serviceMode=self.service_mode,
                status=self.status.value,
                loyaltyId=self.loyalty_id,
                transactionId=self.transaction_id,
                transactionDetails=details,
            )
        )


def identify_body(identifier: str, vendor: PosVendor) -> bytes:
    return dumps(_said(identifier=identifier, posVendor=vendor.to_json()))


def promo_body(promo_code: str, vendor: PosVendor, loyalty_id: str | None) -> bytes:
    return dumps(_said(loyaltyId=loyalty_id, promoCode=promo_code, posVendor=vendor.to_json()))


def _check_structure(lines: Iterable[Line]) -> None:
    seen: dict[str, LineType] = {}
    for line in lines:
        if line.id in seen:
            raise ValueError(f"line {line.id} is there twice")
        if line.parent_id is not None and seen.get(line.parent_id, LineType.ITEM) is LineType.ITEM:
            raise ValueError(f"line {line.id} hangs below nothing that can have children")
        seen[line.id] = line.type


def _said(**fields: Json | None) -> dict[str, Json]:
    """Nothing that is not set is sent."""
    return {name: value for name, value in fields.items() if value is not None}

"""What an order brings along besides its lines: discounts, charges, and what was paid with stored value.

Amounts are positive. Ids are unique over all orders, as those of the lines are: they start with the order's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kioskd.core.money import Money


class OfferKind(StrEnum):
    """Which kind of use of an offer caused a discount, in Leat's words."""

    REWARD = "REWARD_REDEMPTION"
    COLLECTABLE = "COLLECTABLE_REWARD_REDEMPTION"
    VOUCHER = "VOUCHER_REDEMPTION"


@dataclass(frozen=True, slots=True)
class OfferLink:
    """`id` is that of the use: the reward's reception, the collection, the voucher's redemption."""

    id: str
    kind: OfferKind


@dataclass(frozen=True, slots=True)
class Share:
    """What a discount takes off one line, sub line or charge, named by its id."""

    part_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """`shares` say what it takes off which part and add up to `amount`; without shares it is off the order.

    `percent` is how the merchant expressed it, None for an amount. `offer` is None when its use is not known.
    """

    id: str
    name: str
    amount: Money
    shares: tuple[Share, ...] = ()
    percent: Decimal | None = None
    offer: OfferLink | None = None


class ChargeKind(StrEnum):
    """The kinds every account of Leat knows."""

    SERVICE = "SERVICE_CHARGE"
    GRATUITY = "GRATUITY"
    SHIPPING = "SHIPPING"
    WRAPPING = "WRAPPING"
    TAX = "TAX"


@dataclass(frozen=True, slots=True)
class Charge:
    """Something on top of the lines. `amount` is before any discount on it."""

    id: str
    name: str
    amount: Money
    kind: ChargeKind


class StoredValue(StrEnum):
    GIFT_CARD = "GIFTCARD_TRANSACTION"
    PREPAID = "PREPAID_TRANSACTION"


@dataclass(frozen=True, slots=True)
class StoredValuePayment:
    """A part of the order paid with money kept at Leat. Cards and cash are none of Leat's business."""

    transaction_id: str
    kind: StoredValue


@dataclass(frozen=True, slots=True)
class OrderExtras:
    discounts: tuple[AppliedDiscount, ...] = ()
    charges: tuple[Charge, ...] = ()
    payments: tuple[StoredValuePayment, ...] = ()


NOTHING = OrderExtras()

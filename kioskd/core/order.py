"""What was paid for: a basket frozen at the moment of payment, with ids on every level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kioskd.core.basket import Basket, option_price
from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import OfferKind
from kioskd.core.money import Money


class Tender(StrEnum):
    """How the guest pays what money kept with the merchant leaves open."""

    CARD = "card"
    COUNTER = "counter"
    NONE = "none"
    """Nothing is left open."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`total` is unit price times quantity, before discounts and without sub lines, which count on top."""

    id: str
    sku: str
    name: Words
    quantity: int
    unit_price: Money
    subs: tuple[OrderLine, ...] = ()

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class OfferUse:
    """A right that the order uses up, with all that is needed to do so.

    `id` is unique over all orders. `right_id` and `code` are the voucher's, reward's or collectable's own;
    `member_id` is whose it is, None for a voucher of nobody.
    """

    id: str
    kind: OfferKind
    right_id: str
    title: str
    code: str | None = field(default=None, repr=False)
    member_id: str | None = None
    cost_points: int = 0
    waits: bool = False
    """A reward that is claimed first and collected after: see `Reward.waits`."""
    keeps: bool = False
    """One whose claim is not given back: see `Reward.keeps`."""
    reusable: bool = False
    """A voucher that can be used more than once."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a discount takes off one line or sub line, by its id."""

    part_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class OrderDiscount:
    """`shares` add up to `amount`; without shares it is off the order as a whole.

    `percent` is how the merchant put it, None for an amount. `id` is unique over all orders.
    """

    id: str
    use: OfferUse
    amount: Money
    shares: tuple[Share, ...] = ()
    percent: Decimal | None = None


class ChargeKind(StrEnum):
    SERVICE = "service"
    PACKAGING = "packaging"


@dataclass(frozen=True, slots=True)
class OrderCharge:
    """Something on top of the lines. `id` is unique over all orders."""

    id: str
    kind: ChargeKind
    name: Words
    amount: Money


class StoredValue(StrEnum):
    """Money a guest has already given."""

    GIFT_CARD = "gift_card"
    PREPAID = "prepaid"


@dataclass(frozen=True, slots=True)
class StoredPayment:
    """A part of the total paid with stored value. `id` is unique over all orders.

    `account_id` is the gift card's or the member's, `code` the gift card's. `left` is what stays on it.
    """

    id: str
    kind: StoredValue
    account_id: str
    amount: Money
    left: Money
    code: str | None = field(default=None, repr=False)
    tail: str = ""
    """The last characters of the code, to be shown."""
    refillable: bool = False


@dataclass(frozen=True, slots=True)
class CardPayment:
    """A part of the total that a bank card has paid. `id` is what the card terminal was asked with, unique
    over all orders; `evidence` is its own reference."""

    id: str
    amount: Money
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """`id` is unique over all orders of all kiosks; every id within starts with it or is as unique.

    `gross` less discounts plus charges is `total`; less `payments` and `card_payments` it is `due`, which
    `tender` pays. `card_payments` are there only when one card could not pay all that was due.
    """

    id: str
    number: str
    """What is called out: the kiosk's id and a number that starts again after 999."""
    sequence: int
    """Counts the kiosk's orders for ever."""
    placed_at: datetime
    service: Service
    language: str
    currency: str
    lines: tuple[OrderLine, ...]
    tender: Tender
    member_id: str | None = None
    credential: str | None = field(default=None, repr=False)
    """What the guest scanned while the backend could not be asked: resolved to a member on delivery."""
    session: str | None = None
    """The backend's transaction that takes the order as a whole: offers have no steps of their own then."""
    discounts: tuple[OrderDiscount, ...] = ()
    charges: tuple[OrderCharge, ...] = ()
    payments: tuple[StoredPayment, ...] = ()
    card_payments: tuple[CardPayment, ...] = ()

    def parts(self) -> Iterator[OrderLine]:
        """Lines and sub lines, each line before its own."""
        for line in self.lines:
            yield line
            yield from line.subs

    @property
    def gross(self) -> Money:
        return self._sum(part.total for part in self.parts())

    @property
    def total(self) -> Money:
        """What the order costs, however it is paid."""
        off = self._sum(discount.amount for discount in self.discounts)
        return self.gross - off + self._sum(charge.amount for charge in self.charges)

    @property
    def due(self) -> Money:
        """What is left for card or counter."""
        paid = self._sum(payment.amount for payment in self.payments)
        return self.total - paid - self.paid_by_card

    @property
    def paid_by_card(self) -> Money:
        """What cards have paid that could not pay all."""
        return self._sum(payment.amount for payment in self.card_payments)

    @property
    def reserves(self) -> bool:
        """Whether the loyalty backend must agree before the guest can pay."""
        return bool(self.discounts or self.payments)

    def _sum(self, amounts: Iterator[Money]) -> Money:
        return Money.total(amounts, self.currency)


def order_lines(order_id: str, basket: Basket) -> tuple[OrderLine, ...]:
    """The basket's lines with ids, choices as sub lines. The totals add up to the basket's."""
    lines = []
    for index, line in enumerate(basket.lines, start=1):
        line_id = f"{order_id}-{index}"
        subs = []
        for sub_index, choice in enumerate(line.choices, start=1):
            group = line.product.group(choice.group)
            option = group.option(choice.sku) if group else None
            price = option_price(line.product, choice)
            name = option.name if option else Words(choice.sku)
            subs.append(OrderLine(f"{line_id}-{sub_index}", choice.sku, name, line.quantity, price))
        lines.append(
            OrderLine(
                line_id,
                line.product.sku,
                line.product.name,
                line.quantity,
                line.unit_price,
                tuple(subs),
            )
        )
    return tuple(lines)

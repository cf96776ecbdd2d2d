"""What the guest is going to pay: the basket, less what offers take off, plus charges, and who pays it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kioskd.core.basket import Basket
from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import (
    Applied,
    Discount,
    Offer,
    PercentOff,
    Refusal,
    Stacking,
    apply,
    items_of,
)
from kioskd.core.member import Reward, Right, Voucher
from kioskd.core.money import Money
from kioskd.core.order import (
    ChargeKind,
    OfferUse,
    OrderCharge,
    OrderDiscount,
    Share,
    StoredPayment,
    StoredValue,
)
from kioskd.core.stored_value import GiftCard

DRAFT = "draft"
"""Stands for the order's id until there is an order."""


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """What the merchant adds to every order, or to those of one service: an amount, or a percentage of what
    is left after discounts, rounded half up."""

    kind: ChargeKind
    name: Words
    amount: Money | None = None
    percent: Decimal | None = None
    service: Service | None = None

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a charge is an amount or a percentage")

    def charge(self, id: str, base: Money) -> OrderCharge | None:
        """None when it comes to nothing."""
        if self.amount is not None:
            amount = self.amount
        else:
            assert self.percent is not None
            exact = Decimal(base.minor) * self.percent / 100
            amount = Money(int(exact.to_integral_value(ROUND_HALF_UP)), base.currency)
        return OrderCharge(id, self.kind, self.name, amount) if amount.minor > 0 else None


@dataclass(frozen=True, slots=True)
class TakenOffer:
    """A right the guest wants to use for this order. `id` is unique over all orders.

    `held` means that the backend keeps it for this kiosk until the guest has paid or gone. `brought` is the
    basket's line that came with it.
    """

    id: str
    right: Right
    held: bool = False
    brought: int | None = None
    preselected: bool = False
    """Picked before the guest came: the points told by the backend do without its cost already."""

    @property
    def offer(self) -> Offer:
        return Offer(self.id, self.right.kind, self.right.title, self.right.rule)

    def use(self, member_id: str | None) -> OfferUse:
        """What must be done about it when it is used for an order of this member."""
        right = self.right
        return OfferUse(
            id=self.id,
            kind=right.kind,
            right_id=right.id,
            title=right.title,
            code=right.code if isinstance(right, Voucher) else None,
            member_id=(right.member_id or member_id) if isinstance(right, Voucher) else member_id,
            cost_points=right.cost_points if isinstance(right, Reward) else 0,
            waits=isinstance(right, Reward) and right.waits,
            keeps=isinstance(right, Reward) and right.keeps,
            reusable=isinstance(right, Voucher) and right.reusable,
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """`payments` are taken from gift cards in the order they were added, then from the prepaid account."""

    applied: Applied
    charges: tuple[OrderCharge, ...]
    payments: tuple[StoredPayment, ...] = ()

    @property
    def gross(self) -> Money:
        return self.applied.gross

    @property
    def total(self) -> Money:
        """What the order costs, however it is paid."""
        currency = self.applied.currency
        return self.applied.total + Money.total((charge.amount for charge in self.charges), currency)

    @property
    def due(self) -> Money:
        """What is left for card or counter."""
        paid = Money.total((payment.amount for payment in self.payments), self.applied.currency)
        return self.total - paid

    def discount(self, offer_id: str) -> Discount | None:
        """What the offer takes off, None when it does not apply."""
        return next((each for each in self.applied.discounts if each.offer.id == offer_id), None)

    def refusal(self, offer_id: str) -> Refusal | None:
        """Why the offer does not apply."""
        return next((each for each in self.applied.refusals if each.offer.id == offer_id), None)

    def off_line(self, index: int) -> Money:
        """What is taken off the basket's line number `index` (from 0), its choices included."""
        line = f"{DRAFT}-{index + 1}"
        off = Money.zero(self.applied.currency)
        for part_id, amount in self.applied.off_items().items():
            if part_id == line or part_id.startswith(f"{line}-"):
                off = off + amount
        return off


def bill_of(
    basket: Basket,
    offers: Iterable[TakenOffer],
    stacking: Stacking,
    charges: Iterable[ChargeRule],
    service: Service | None,
    order_id: str = DRAFT,
) -> Bill:
    """The bill before stored value. May take 100 ms for many offers: only when something changed."""
    items = items_of(order_id, basket)
    applied = apply(basket.currency, items, (taken.offer for taken in offers), stacking)
    added = []
    if basket.lines:
        for index, rule in enumerate(charges, start=1):
            if rule.service in (None, service):
                charge = rule.charge(f"{order_id}-c{index}", applied.total)
                added += [charge] if charge else []
    return Bill(applied, tuple(added))


def stored_payments(
    order_id: str, total: Money, gift_cards: Iterable[GiftCard], prepaid: tuple[str, Money] | None
) -> tuple[StoredPayment, ...]:
    """As much as each can give. `prepaid` is the member's id and balance when the guest wants to use it."""
    payments: list[StoredPayment] = []
    left = total
    for card in gift_cards:
        amount = min(left, card.balance)
        if amount.minor > 0:
            payments.append(
                StoredPayment(
                    f"{order_id}-p{len(payments) + 1}",
                    StoredValue.GIFT_CARD,
                    card.id,
                    amount,
                    card.balance - amount,
                    card.code,
                    card.code_tail,
                    card.refillable,
                )
            )
            left = left - amount
    if prepaid:
        member_id, balance = prepaid
        amount = min(left, balance)
        if amount.minor > 0:
            payment_id = f"{order_id}-p{len(payments) + 1}"
            payments.append(
                StoredPayment(payment_id, StoredValue.PREPAID, member_id, amount, balance - amount)
            )
    return tuple(payments)


def order_discounts(
    order_id: str, bill: Bill, offers: Iterable[TakenOffer], member_id: str | None
) -> tuple[OrderDiscount, ...]:
    """The discounts of a bill that was made with the order's id. What takes nothing off is not used."""
    taken = {offer.id: offer for offer in offers}
    discounts = []
    for index, discount in enumerate(bill.applied.discounts, start=1):
        benefit = discount.offer.rule.benefit if discount.offer.rule else None
        discounts.append(
            OrderDiscount(
                id=f"{order_id}-d{index}",
                use=taken[discount.offer.id].use(member_id),
                amount=discount.amount,
                shares=tuple(Share(share.item.id, share.amount) for share in discount.shares),
                percent=benefit.percent if isinstance(benefit, PercentOff) else None,
            )
        )
    return tuple(discounts)

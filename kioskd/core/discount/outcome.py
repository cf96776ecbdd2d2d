"""What discounts are taken off, and what came out: enough to show it, to charge it and to report it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kioskd.core.basket import Basket, option_price
from kioskd.core.discount.offer import Offer
from kioskd.core.money import Money


@dataclass(frozen=True, slots=True)
class Item:
    """A line, or with `within` (its line's id) a sub line. `id` is unique within the order."""

    id: str
    sku: str
    quantity: int
    unit_price: Money
    category: str | None = None
    within: str | None = None

    def __post_init__(self) -> None:
        if self.quantity < 1 or self.unit_price.minor < 0:
            raise ValueError(f"{self.id} has no quantity or a price below zero")

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


def items_of(order_id: str, basket: Basket) -> tuple[Item, ...]:
    """Lines and sub lines, numbered as `order.order_lines` numbers them.

    Before the order has an id any fixed word will do: the amounts do not depend on it.
    """
    items = []
    for index, line in enumerate(basket.lines, start=1):
        line_id, product = f"{order_id}-{index}", line.product
        items.append(Item(line_id, product.sku, line.quantity, product.price, product.category))
        for sub_index, choice in enumerate(line.choices, start=1):
            price = option_price(product, choice)
            sub_id = f"{line_id}-{sub_index}"
            items.append(Item(sub_id, choice.sku, line.quantity, price, within=line_id))
    return tuple(items)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a discount that one line or sub line carries."""

    item: Item
    amount: Money


@dataclass(frozen=True, slots=True)
class Discount:
    """An offer that applies. No shares: it is taken off the whole order; else they add up to `amount`."""

    offer: Offer
    amount: Money
    shares: tuple[Share, ...] = ()

    @property
    def on_order(self) -> bool:
        return not self.shares

    @property
    def line_ids(self) -> tuple[str, ...]:
        return tuple(share.item.id for share in self.shares if share.item.within is None)

    @property
    def sub_line_ids(self) -> tuple[str, ...]:
        return tuple(share.item.id for share in self.shares if share.item.within is not None)


class Reason(StrEnum):
    """Why an offer takes nothing off. It is not spent then."""

    UNUSABLE_RULE = "unusable_rule"
    """No rule, or one in another currency: staff must act."""
    NOTHING_MATCHES = "nothing_matches"
    """Nothing in the order of which this offer would take at least the smallest coin."""
    MINIMUM_NOT_MET = "minimum_not_met"
    FULLY_USED_BY_BETTER = "fully_used_by_better"
    """With the offers that apply the guest pays no more than with this one too."""
    NOT_COMBINABLE = "not_combinable"
    """The merchant allows one offer per order, and another is better."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`missing` is what the order lacks to its minimum."""

    offer: Offer
    reason: Reason
    missing: Money | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """`discounts` in the order they were taken, items before the whole order; `refusals` by offer id."""

    currency: str
    items: tuple[Item, ...]
    discounts: tuple[Discount, ...]
    refusals: tuple[Refusal, ...]

    @property
    def gross(self) -> Money:
        """Before any discount."""
        return Money.total((item.total for item in self.items), self.currency)

    @property
    def order_amount(self) -> Money:
        """All lines and sub lines with their own discounts off, before discounts on the whole order."""
        return self.gross - self._off(on_order=False)

    @property
    def total(self) -> Money:
        """What is left to pay, before charges."""
        return self.order_amount - self._off(on_order=True)

    def off_items(self) -> dict[str, Money]:
        """What is taken off each line and sub line that has a discount, by id."""
        off: dict[str, Money] = {}
        for discount in self.discounts:
            for share in discount.shares:
                before = off.get(share.item.id, Money.zero(self.currency))
                off[share.item.id] = before + share.amount
        return off

    def _off(self, *, on_order: bool) -> Money:
        taken = (discount.amount for discount in self.discounts if discount.on_order == on_order)
        return Money.total(taken, self.currency)

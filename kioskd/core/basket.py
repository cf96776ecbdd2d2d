"""What the guest is about to order. Pure values: each change gives a new basket."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kioskd.core.catalogue import OptionGroup, Product
from kioskd.core.money import Money

MAX_QUANTITY = 20
MAX_LINES = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One picked option: where it was picked and what it is."""

    group: str
    sku: str


BasketContent = tuple[tuple[str, tuple[Choice, ...], int], ...]
"""Product, choices and quantity of each line."""


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` times a product with its choices. `id` is unique within one visit and never reused."""

    id: int
    product: Product
    quantity: int
    choices: tuple[Choice, ...] = ()

    @property
    def unit_price(self) -> Money:
        """Of the product alone, without choices."""
        return self.product.price

    @property
    def total(self) -> Money:
        """Product and choices, times the quantity."""
        each = self.product.price
        for choice in self.choices:
            each = each + option_price(self.product, choice)
        return each * self.quantity


def option_price(product: Product, choice: Choice) -> Money:
    """The price of a choice. Raises KeyError when the product has no such option."""
    group = product.group(choice.group)
    option = group.option(choice.sku) if group else None
    if option is None:
        raise KeyError(f"{product.sku} has no option {choice.sku} in {choice.group}")
    return option.price


PlacedLines = tuple[tuple[int, Line], ...]
"""Lines that left a basket at once, each with its place among those that were there."""


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines in the order they were added."""

    currency: str
    lines: tuple[Line, ...] = ()
    next_id: int = 1

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def total(self) -> Money:
        return Money.total((line.total for line in self.lines), self.currency)

    @property
    def content(self) -> BasketContent:
        """What is ordered, however it came to be: equal for baskets that cost and earn the same."""
        return tuple((line.product.sku, line.choices, line.quantity) for line in self.lines)

    @property
    def full(self) -> bool:
        return len(self.lines) >= MAX_LINES

    def line(self, id: int) -> Line | None:
        return next((line for line in self.lines if line.id == id), None)

    def add(self, product: Product, choices: tuple[Choice, ...] = (), quantity: int = 1) -> Basket:
        """The same product with the same choices joins its line; anything else gets a line of its own."""
        for line in self.lines:
            if line.product.sku == product.sku and line.choices == choices:
                return self.with_quantity(line.id, line.quantity + quantity)
        if self.full:
            return self
        line = Line(self.next_id, product, min(max(quantity, 1), MAX_QUANTITY), choices)
        return replace(self, lines=(*self.lines, line), next_id=self.next_id + 1)

    def with_quantity(self, id: int, quantity: int) -> Basket:
        """Quantity is kept within 1 to MAX_QUANTITY; zero or less removes the line."""
        if quantity <= 0:
            return self.remove(id)
        lines = tuple(
            replace(line, quantity=min(quantity, MAX_QUANTITY)) if line.id == id else line
            for line in self.lines
        )
        return replace(self, lines=lines)

    def change(self, id: int, choices: tuple[Choice, ...], quantity: int) -> Basket:
        """Edit a line in place."""
        lines = tuple(
            replace(line, choices=choices, quantity=min(max(quantity, 1), MAX_QUANTITY))
            if line.id == id
            else line
            for line in self.lines
        )
        return replace(self, lines=lines)

    def remove(self, id: int) -> Basket:
        return replace(self, lines=tuple(line for line in self.lines if line.id != id))

    def clear(self) -> Basket:
        return replace(self, lines=())

    def lost_in(self, later: Basket) -> PlacedLines:
        """What of this basket is not in that one any more: whole lines, or some of what was in them."""
        lost = []
        for place, line in enumerate(self.lines):
            kept = later.line(line.id)
            missing = line.quantity - (kept.quantity if kept else 0)
            if missing > 0:
                lost.append((place, replace(line, quantity=missing)))
        return tuple(lost)

    def put_back(self, lost: PlacedLines) -> Basket:
        """With what was lost, where it was."""
        basket = self
        for place, line in lost:
            there = basket.line(line.id)
            if there is not None:
                basket = basket.with_quantity(line.id, there.quantity + line.quantity)
            else:
                lines = basket.lines
                basket = replace(basket, lines=(*lines[:place], line, *lines[place:]))
        return basket


def preset_choices(product: Product) -> tuple[Choice, ...]:
    """What is picked before the guest touched anything."""
    return tuple(Choice(group.id, sku) for group in product.groups for sku in group.preset)


def toggle(product: Product, choices: tuple[Choice, ...], picked: Choice) -> tuple[Choice, ...]:
    """Pick or unpick an option. In a group of one a new pick replaces the old; a full group ignores it.

    The result is in menu order, so equal picks compare equal however they were made.
    """
    group = product.group(picked.group)
    if group is None or group.option(picked.sku) is None:
        return choices
    chosen = {choice.sku for choice in choices if choice.group == group.id}
    if picked.sku in chosen:
        if not (group.maximum == 1 and group.minimum == 1):  # a radio button is not switched off
            chosen.discard(picked.sku)
    elif group.maximum == 1:
        chosen = {picked.sku}
    elif len(chosen) < group.maximum:
        chosen.add(picked.sku)
    others = {choice for choice in choices if choice.group != group.id}
    wanted = others | {Choice(group.id, sku) for sku in chosen}
    return tuple(
        Choice(g.id, option.sku)
        for g in product.groups
        for option in g.options
        if Choice(g.id, option.sku) in wanted
    )


def missing_group(product: Product, choices: tuple[Choice, ...]) -> OptionGroup | None:
    """The first group in which too little is picked, or None when the product can be ordered."""
    for group in product.groups:
        if sum(1 for choice in choices if choice.group == group.id) < group.minimum:
            return group
    return None

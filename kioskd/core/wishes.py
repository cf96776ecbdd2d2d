"""What a guest does and does not eat, and whether a product is for them.

What nobody has said is never a yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from kioskd.core.basket import Choice
from kioskd.core.catalogue import Allergen, Diet, Option, Product

DIETS = (Diet.VEGETARIAN, Diet.VEGAN, Diet.HALAL, Diet.GLUTEN_FREE)
"""Those one can keep to; the others only describe a dish."""

_ANIMALS = frozenset({Allergen.FISH, Allergen.CRUSTACEANS, Allergen.MOLLUSCS})
EXCLUDED = {
    Diet.VEGETARIAN: _ANIMALS,
    Diet.VEGAN: _ANIMALS | {Allergen.MILK, Allergen.EGGS},
    Diet.GLUTEN_FREE: frozenset({Allergen.GLUTEN}),
}
"""What cannot be in a dish of that diet."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """A dish must be of all `diets` and without all of `without`."""

    diets: frozenset[Diet] = frozenset()
    without: frozenset[Allergen] = frozenset()

    @property
    def count(self) -> int:
        return len(self.diets) + len(self.without)

    def toggled(self, wish: Diet | Allergen) -> Wishes:
        if isinstance(wish, Diet):
            return replace(self, diets=self.diets ^ {wish})
        return replace(self, without=self.without ^ {wish})


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Content:
    """Allergens of a product together with what is chosen for it. More may be in it unless `complete`."""

    allergens: frozenset[Allergen]
    complete: bool


class Fit(StrEnum):
    YES = "yes"
    NO = "no"
    ASK = "ask"
    """Nobody has said what is in it."""


@dataclass(frozen=True, slots=True)
class Suitability:
    """`contains` and `lacks` are what speaks against it, in the order of their enums."""

    fit: Fit
    contains: tuple[Allergen, ...] = ()
    lacks: tuple[Diet, ...] = ()


def content(product: Product, choices: Iterable[Choice]) -> Content:
    parts = [product.allergens, *(option.allergens for option in _chosen(product, choices))]
    known = [part for part in parts if part is not None]
    return Content(frozenset().union(*known), complete=len(known) == len(parts))


def suitability(product: Product, choices: Iterable[Choice], wishes: Wishes) -> Suitability:
    """Whether the product with these choices is what the guest eats."""
    choices = tuple(choices)
    inside = content(product, choices)
    contains = tuple(allergen for allergen in Allergen if allergen in wishes.without & inside.allergens)
    lacks = tuple(diet for diet in Diet if diet in wishes.diets and not _keeps(product, choices, diet))
    if contains or lacks:
        return Suitability(Fit.NO, contains, lacks)
    if wishes.without and not inside.complete:
        return Suitability(Fit.ASK)
    return Suitability(Fit.YES)


def _keeps(product: Product, choices: tuple[Choice, ...], diet: Diet) -> bool:
    """An option that says nothing of diets leaves the dish what it is, unless its allergens contradict."""
    excluded = EXCLUDED.get(diet, frozenset())
    return diet in product.diets and all(
        (option.diets is None or diet in option.diets) and not excluded & (option.allergens or frozenset())
        for option in _chosen(product, choices)
    )


def _chosen(product: Product, choices: Iterable[Choice]) -> list[Option]:
    groups = ((product.group(choice.group), choice.sku) for choice in choices)
    options = (group.option(sku) for group, sku in groups if group)
    return [option for option in options if option]

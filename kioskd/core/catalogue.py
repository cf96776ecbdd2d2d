"""What the merchant sells: categories, products, their options, and when they can be had.

A modifier and the slot of a combo are the same thing: an `OptionGroup` from which the guest picks options.
Every chosen option becomes a sub line of the order with its own SKU and price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from kioskd.core.money import Money


class Service(StrEnum):
    EAT_IN = "eat_in"
    TAKE_AWAY = "take_away"


class Allergen(StrEnum):
    """The fourteen of Regulation (EU) 1169/2011, annex II."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOY = "soy"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


class Diet(StrEnum):
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    HALAL = "halal"
    GLUTEN_FREE = "gluten_free"
    SPICY = "spicy"


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the merchant's in one or more languages. `plain` serves where a translation is missing."""

    plain: str
    translations: tuple[tuple[str, str], ...] = ()

    def in_language(self, language: str) -> str:
        return next((text for lang, text in self.translations if lang == language), self.plain)


@dataclass(frozen=True, slots=True)
class Window:
    """Open on `weekdays` (0 is Monday) from `start` until just before `end`, local time.

    `end` before `start` reaches over midnight and belongs to the day it starts on.
    """

    weekdays: frozenset[int]
    start: time
    end: time

    def contains(self, at: datetime) -> bool:
        now, day = at.time(), at.weekday()
        if self.start < self.end:
            return day in self.weekdays and self.start <= now < self.end
        yesterday = (day - 1) % 7
        return (day in self.weekdays and now >= self.start) or (yesterday in self.weekdays and now < self.end)


@dataclass(frozen=True, slots=True)
class Availability:
    """When and how something is sold. No windows means always; `sold_out` is the merchant's own text."""

    services: frozenset[Service] = frozenset(Service)
    windows: tuple[Window, ...] = ()
    sold_out: Words | None = None

    def at(self, service: Service, moment: datetime) -> bool:
        return (
            self.sold_out is None
            and service in self.services
            and (not self.windows or any(window.contains(moment) for window in self.windows))
        )


@dataclass(frozen=True, slots=True)
class Option:
    """One choice in a group: "extra cheese", or the drink of a combo. `price` comes on top.

    `allergens` None: nobody has said. `diets` None: it leaves the dish what it is.
    """

    sku: str
    name: Words
    price: Money
    picture: str | None = None
    allergens: frozenset[Allergen] | None = None
    diets: frozenset[Diet] | None = None


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """The guest picks `minimum` to `maximum` different options; `preset` are picked at first."""

    id: str
    name: Words
    options: tuple[Option, ...]
    minimum: int = 0
    maximum: int = 1
    preset: tuple[str, ...] = ()

    def option(self, sku: str) -> Option | None:
        return next((option for option in self.options if option.sku == sku), None)


@dataclass(frozen=True, slots=True)
class Product:
    """Something with a SKU and a price. `picture` is a path relative to the menu file.

    `allergens` None: nobody has said, which is not the same as none.
    """

    sku: str
    name: Words
    description: Words
    price: Money
    category: str
    picture: str | None = None
    badge: Words | None = None
    allergens: frozenset[Allergen] | None = None
    diets: frozenset[Diet] = frozenset()
    groups: tuple[OptionGroup, ...] = ()
    combo: bool = False
    availability: Availability = Availability()

    def group(self, id: str) -> OptionGroup | None:
        return next((group for group in self.groups if group.id == id), None)


@dataclass(frozen=True, slots=True)
class Category:
    id: str
    name: Words
    picture: str | None = None


class SuggestWhen(StrEnum):
    ADDING = "adding"
    """As soon as something it goes with is put into the basket."""
    PAYING = "paying"


@dataclass(frozen=True, slots=True)
class SuggestionRule:
    """What goes with products of `categories` and with `products`; with anything when both are empty.

    `suggest` are products that can be had without choosing anything first.
    """

    id: str
    question: Words
    suggest: tuple[str, ...]
    categories: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    when: SuggestWhen = SuggestWhen.ADDING

    def goes_with(self, product: Product) -> bool:
        anything = not self.categories and not self.products
        return anything or product.category in self.categories or product.sku in self.products


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole menu. Products keep the menu's order."""

    currency: str
    categories: tuple[Category, ...]
    products: Mapping[str, Product]
    suggestions: tuple[SuggestionRule, ...] = ()

    def in_category(self, category: str) -> Iterator[Product]:
        return (product for product in self.products.values() if product.category == category)

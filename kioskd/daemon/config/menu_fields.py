"""The entries of a menu file: shapes and values, not yet how they refer to each other."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, PlainValidator, Strict, model_validator

from kioskd.core.catalogue import Allergen, Diet, Service, SuggestWhen, Window, Words
from kioskd.daemon.config.fields import Section, matching, printable, wrong
from kioskd.daemon.config.values import Name, Price, words

MAX_OPTIONS = 40

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _window(value: Any) -> Window:
    remedy = 'as in "mon-fri 07:00-10:30", "sat,sun 08:00-12:00" or "daily 07:00-24:00"'
    match = re.fullmatch(r"([a-z,-]+) (\d\d):(\d\d)-(\d\d):(\d\d)", value) if isinstance(value, str) else None
    if match is None:
        raise wrong("is no time of the week", remedy)
    days, *clock = match.groups()
    from_hour, from_minute, to_hour, to_minute = map(int, clock)
    if (to_hour, to_minute) == (24, 0):
        to_hour = 0
    elif clock[:2] == clock[2:]:
        raise wrong("opens and closes at the same time", remedy)
    try:
        return Window(_weekdays(days), time(from_hour, from_minute), time(to_hour, to_minute))
    except ValueError:
        raise wrong("is no time of the week", remedy) from None


def _weekdays(text: str) -> frozenset[int]:
    """Raises ValueError for a day that does not exist."""
    if text == "daily":
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update(day % 7 for day in range(start, end + (8 if end < start else 1)))
    return frozenset(days)


def _picture(path: str) -> str:
    printable(path)
    if path.startswith(("/", "~")) or "\\" in path or ".." in path.split("/"):
        raise wrong("is not below the menu's own folder", 'as in "pictures/fries.webp"')
    return path


Description = Annotated[Words, PlainValidator(words(200))]
Short = Annotated[Words, PlainValidator(words(24))]
Question = Annotated[Words, PlainValidator(words(40))]
Picture = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_picture)]
Id = Annotated[
    str, AfterValidator(matching(r"[a-z0-9][a-z0-9-]{0,39}", "is no id", "small letters, digits and -"))
]
Sku = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", "is no SKU", "up to 40 letters, digits and . _ -")
    ),
]
Allergens = Annotated[frozenset[Annotated[Allergen, Strict(False)]], Strict(False)]
Diets = Annotated[frozenset[Annotated[Diet, Strict(False)]], Strict(False)]


class CategoryEntry(Section):
    id: Id = Field(examples=["burgers"])
    name: Name = Field(examples=["Burgers"])
    picture: Picture | None = None


class OptionEntry(Section):
    """Either something of its own (`sku` and `name`) or a `product` of this menu, as in a combo."""

    sku: Sku | None = None
    name: Name | None = None
    product: Sku | None = None
    price: Price | None = None
    picture: Picture | None = None
    allergens: Allergens | None = None
    diets: Diets | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        own = {"sku", "name", "picture", "allergens", "diets"} & self.model_fields_set
        if self.product is not None and own:
            raise wrong(
                f"has both product and {', '.join(sorted(own))}",
                "a product brings its own: leave product and price",
            )
        if self.product is None and (self.sku is None or self.name is None):
            raise wrong("has no sku or no name", "give it sku and name, or product = a SKU of this menu")
        return self


class GroupEntry(Section):
    """What a guest picks from. Defined once, used by the `groups` of any product."""

    id: Id = Field(examples=["sauce"])
    name: Name = Field(examples=["Choose your sauce"])
    option: Annotated[tuple[OptionEntry, ...], Strict(False), Field(min_length=1, max_length=MAX_OPTIONS)]
    minimum: Annotated[int, Field(ge=0)] = 0
    maximum: Annotated[int, Field(ge=1)] = 1
    preset: Annotated[tuple[Sku, ...], Strict(False)] = ()


class ProductEntry(Section):
    """Price in major units, zero for nothing. `available` lists windows of the week; none means always.

    `allergens` left out means that nobody has said: guests are told to ask. `[]` says there are none.
    """

    sku: Sku = Field(examples=["BURGER-1"])
    name: Name = Field(examples=["Harbour Classic"])
    category: Id = Field(examples=["burgers"])
    price: Price = Field(examples=["8.50"])
    description: Description = Words("")
    picture: Picture | None = None
    badge: Short | None = None
    allergens: Allergens | None = None
    diets: Diets = frozenset()
    groups: Annotated[tuple[Id, ...], Strict(False), Field(max_length=12)] = ()
    combo: bool = False
    available: Annotated[tuple[Annotated[Window, PlainValidator(_window)], ...], Strict(False)] = ()
    services: Annotated[frozenset[Annotated[Service, Strict(False)]], Strict(False), Field(min_length=1)] = (
        frozenset(Service)
    )
    sold_out: Short | None = None


MOST_SUGGESTED = 3


class SuggestionEntry(Section):
    """What goes with products of `categories` and with `products`; with anything when it has neither."""

    id: Id = Field(examples=["fries-with-burger"])
    question: Question = Field(examples=["Fries with it?"])
    suggest: Annotated[tuple[Sku, ...], Strict(False), Field(min_length=1, max_length=MOST_SUGGESTED)] = (
        Field(examples=[["FRIES"]])
    )
    categories: Annotated[tuple[Id, ...], Strict(False)] = ()
    products: Annotated[tuple[Sku, ...], Strict(False)] = ()
    when: Annotated[SuggestWhen, Strict(False)] = SuggestWhen.ADDING

"""The menu as Leat's products and categories: a rule about a category works only for products it knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field

from kioskd.core.catalogue import Catalogue, Words
from kioskd.loyalty.display_text import clean
from kioskd.loyalty.leat.order_parts import MAX_NAME_LENGTH, PartLink, Written

MAX_PRODUCTS = 100
MAX_CATEGORIES = 250
MAX_BATCH_BYTES = 900_000

_INDEX = re.compile(r"(?:products|categories)\.(\d{1,6})(?:\.|$)")


class CategoryWrite(Written):
    external_identifier: str = Field(min_length=1)
    name: str = Field(min_length=1)


class ProductWrite(CategoryWrite):
    categories: tuple[PartLink, ...] = ()


Entry = TypeVar("Entry", CategoryWrite, ProductWrite)


@dataclass(frozen=True, slots=True)
class EntryRefused:
    """What Leat does not want: the product or category by our id, with a reason of `refusals`."""

    id: str
    reason: str


def categories(catalogue: Catalogue, language: str) -> tuple[CategoryWrite, ...]:
    return tuple(
        CategoryWrite(external_identifier=category.id, name=_name(category.name, language, category.id))
        for category in catalogue.categories
    )


def products(catalogue: Catalogue, language: str) -> tuple[ProductWrite, ...]:
    """Products and options, each SKU once. Options have no category."""
    written = {}
    for product in catalogue.products.values():
        for group in product.groups:
            for option in group.options:
                name = _name(option.name, language, option.sku)
                written[option.sku] = ProductWrite(external_identifier=option.sku, name=name)
    for product in catalogue.products.values():
        written[product.sku] = ProductWrite(
            external_identifier=product.sku,
            name=_name(product.name, language, product.sku),
            categories=(PartLink(external_identifier=product.category),),
        )
    return tuple(written.values())


def batches(entries: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    """The entries in requests that are neither too long nor too large, in their sequence."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        limit = MAX_PRODUCTS if isinstance(entry, ProductWrite) else MAX_CATEGORIES
        bytes_ = len(entry.to_json())
        if batch and (len(batch) == limit or size + bytes_ > MAX_BATCH_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(entry)
        size += bytes_
    if batch:
        yield tuple(batch)


def named(fields: Iterable[str], entries: Sequence[Entry]) -> frozenset[int]:
    """The entries that the fields of an invalid input are about: `products.3.name` is about the fourth."""
    found = (_INDEX.match(field) for field in fields)
    return frozenset(int(match[1]) for match in found if match and int(match[1]) < len(entries))


def _name(words: Words, language: str, otherwise: str) -> str:
    return clean(words.in_language(language), MAX_NAME_LENGTH) or otherwise

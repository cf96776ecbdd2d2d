"""The menu as Leat's products and categories: a rule about a category works only for products it knows."""

from __future__ import annotations

from pydantic import Field

from kioskd.core.catalogue import Catalogue, Words
from kioskd.loyalty.display_text import clean
from kioskd.loyalty.leat.order_parts import MAX_NAME_LENGTH, PartLink, Written


class CategoryWrite(Written):
    external_identifier: str = Field(min_length=1)
    name: str = Field(min_length=1)


class ProductWrite(CategoryWrite):
    categories: tuple[PartLink, ...] = ()


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


def _name(words: Words, language: str, otherwise: str) -> str:
    return clean(words.in_language(language), MAX_NAME_LENGTH) or otherwise

"""The `[[suggestion]]` entries of a menu, checked against what it sells:

    [[suggestion]]
    id = "fries-with-burger"
    question = { en = "Fries with it?", nl = "Friet erbij?" }
    categories = ["burgers"]
    suggest = ["FRIES", "CORN"]
    when = "adding"

They are asked in this order, each at most once a visit; `when = "paying"` asks on the way to paying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set

from kioskd.core.basket import missing_group, preset_choices
from kioskd.core.catalogue import Product, SuggestionRule
from kioskd.daemon.config.errors import did_you_mean
from kioskd.daemon.config.menu_fields import SuggestionEntry
from kioskd.daemon.config.source import KeyPath

Wrong = Callable[[KeyPath, str, str], None]
"""Takes down a problem: where, what, remedy."""


def suggestion_rules(
    entries: Iterable[tuple[KeyPath, SuggestionEntry]],
    products: Mapping[str, Product],
    known: Mapping[str, Set[str]],
    wrong: Wrong,
) -> tuple[SuggestionRule, ...]:
    """`known` has the ids of every `category` and `product` that the file mentions, also of wrong entries."""
    rules = []
    for at, entry in entries:
        for key, section, ids in (
            ("categories", "category", entry.categories),
            ("products", "product", entry.products),
            ("suggest", "product", entry.suggest),
        ):
            for index, id in enumerate(ids):
                if id not in known[section]:
                    what = f'"{id}" is no {section} of this menu'
                    wrong((*at, key, index), what, did_you_mean(id, known[section]))
        for index, sku in enumerate(entry.suggest):
            product = products.get(sku)
            if product and (product.combo or missing_group(product, preset_choices(product))):
                remedy = "give its groups a preset" if not product.combo else "suggest single products"
                wrong((*at, "suggest", index), f'"{sku}" cannot be had with one touch', remedy)
        rules.append(
            SuggestionRule(
                entry.id,
                entry.question,
                tuple(sku for sku in dict.fromkeys(entry.suggest) if sku in products),
                frozenset(entry.categories),
                frozenset(entry.products),
                entry.when,
            )
        )
    return tuple(rules)

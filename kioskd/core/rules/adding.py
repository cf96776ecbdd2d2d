"""What can be had here and now, and putting it into the basket."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.basket import Choice
from kioskd.core.catalogue import Product, SuggestionRule, SuggestWhen
from kioskd.core.notice import NoticeKind
from kioskd.core.rules.table import Context, notice
from kioskd.core.visit import Suggestion, Visit


def orderable(visit: Visit, sku: str, context: Context) -> Product | None:
    """The product, if it exists and can be had here and now."""
    product = context.shop.catalogue.products.get(sku)
    if product and visit.service and product.availability.at(visit.service, visit.now):
        return product
    return None


def added(
    visit: Visit, product: Product, choices: tuple[Choice, ...], quantity: int, context: Context
) -> Visit:
    """With it in the basket, the word that it is, and what the merchant suggests with it."""
    basket = visit.basket.add(product, choices, quantity)
    if basket.count == visit.basket.count:
        return notice(visit, NoticeKind.BASKET_FULL, context)
    name = product.name.in_language(visit.language)
    told = notice(replace(visit, basket=basket, removed=()), NoticeKind.ADDED, context, name)
    return suggested(told, (product,), SuggestWhen.ADDING, context)


def suggested(visit: Visit, products: tuple[Product, ...], when: SuggestWhen, context: Context) -> Visit:
    """The first rule that goes with any of these has its say, unless another one is still being heard.

    Once a visit at most, and never of what the guest has thought of already.
    """
    if visit.suggestion is not None:
        return _still_wanted(visit)
    for rule in context.shop.catalogue.suggestions:
        if rule.when is not when or rule.id in visit.suggested or not any(map(rule.goes_with, products)):
            continue
        skus = tuple(sku for sku in rule.suggest if orderable(visit, sku, context))
        if skus and not _thought_of(visit, rule):
            heard = visit.suggested | {rule.id}
            return replace(visit, suggestion=Suggestion(rule, skus), suggested=heard)
    return visit


def _still_wanted(visit: Visit) -> Visit:
    taken = visit.suggestion is not None and _thought_of(visit, visit.suggestion.rule)
    return replace(visit, suggestion=None) if taken else visit


def _thought_of(visit: Visit, rule: SuggestionRule) -> bool:
    """Something suggested is in the basket, by itself or chosen as a part of a combo."""
    lines = visit.basket.lines
    there = {line.product.sku for line in lines} | {c.sku for line in lines for c in line.choices}
    return bool(there.intersection(rule.suggest))

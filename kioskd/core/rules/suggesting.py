"""What the merchant suggests: it waits beside what the guest does, and one touch takes or declines it."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.basket import preset_choices
from kioskd.core.catalogue import SuggestWhen
from kioskd.core.intents import DeclineSuggestion, TakeSuggestion
from kioskd.core.rules.adding import added, orderable, suggested
from kioskd.core.rules.table import Context, Step, rule
from kioskd.core.visit import Place, Visit

_SHOWN_AT = (Place.MENU, Place.REVIEWING, Place.CHECKOUT)


def suggested_before_paying(visit: Visit, context: Context) -> Visit:
    products = tuple(line.product for line in visit.basket.lines)
    return suggested(visit, products, SuggestWhen.PAYING, context)


@rule(_SHOWN_AT, TakeSuggestion, stays=True)
def take_suggestion(visit: Visit, event: TakeSuggestion, context: Context) -> Step:
    if visit.suggestion is None or event.sku not in visit.suggestion.skus:
        return Step(visit)
    without = replace(visit, suggestion=None)
    product = orderable(visit, event.sku, context)
    if product is None:
        return Step(without)
    return Step(added(without, product, preset_choices(product), 1, context))


@rule(_SHOWN_AT, DeclineSuggestion, stays=True)
def decline_suggestion(visit: Visit, event: DeclineSuggestion, context: Context) -> Step:
    return Step(replace(visit, suggestion=None))

"""The free product that comes into the basket with an offer, and leaves it with the offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kioskd.core.basket import Basket, missing_group, preset_choices
from kioskd.core.bill import TakenOffer, bill_of
from kioskd.core.catalogue import Product, Service
from kioskd.core.discount import FreeItem, Products, items_of
from kioskd.core.removal import RemovedOffer
from kioskd.core.rules.removing import forgotten
from kioskd.core.rules.table import Context
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit


def bring(visit: Visit, taken: TakenOffer, context: Context) -> Visit:
    """The visit with `taken`, and with the product itself when there is only one that the offer can mean.

    Never makes the guest pay more than before, unless the product is what they have picked.
    """
    basket, brought = _with_product(visit, taken, context)
    offers = (*visit.offers, replace(taken, brought=brought))
    return replace(visit, basket=basket, offers=offers, removed=())


def bring_back(visit: Visit, removal: RemovedOffer, taken: TakenOffer) -> Visit:
    """The visit with what was removed where it was, as it is `taken` now, and with what had left with it."""
    offers, place = visit.offers, removal.place
    offers = (*offers[:place], taken, *offers[place:])
    return forgotten(replace(visit, basket=visit.basket.put_back(removal.along), offers=offers), removal)


def drop(visit: Visit, shop: Shop, unwanted: Callable[[TakenOffer], bool]) -> tuple[Visit, list[TakenOffer]]:
    """The visit without the `unwanted` offers, and those. Nobody pays for what came with them, and nothing
    goes that the guest has put in, or that another offer covers."""
    dropped = [taken for taken in visit.offers if unwanted(taken)]
    left = replace(visit, offers=tuple(taken for taken in visit.offers if taken not in dropped))
    for taken in dropped:
        left = _without_product(left, taken, shop)
    return left, dropped


def _with_product(visit: Visit, taken: TakenOffer, context: Context) -> tuple[Basket, int | None]:
    """The basket and the id of the line that was put in."""
    as_it_is = visit.basket, None
    rule = taken.right.rule
    if rule is None or not isinstance(rule.scope, Products):
        return as_it_is
    picked = taken.preselected or taken.right.brings
    if not isinstance(rule.benefit, FreeItem) and not picked:
        return as_it_is
    quantity = rule.benefit.quantity if isinstance(rule.benefit, FreeItem) else 1
    skus = frozenset(rule.scope.skus)
    there = any(item.sku in skus for item in items_of("any", visit.basket))
    if there and not (picked and _needs_another(visit, taken, context)):
        return as_it_is
    products = [product for sku in skus if (product := _to_be_had(visit, sku, context.shop))]
    if len(products) != 1 or products[0].combo or visit.basket.full:
        return as_it_is
    [product] = products
    choices = preset_choices(product)
    if missing_group(product, choices):
        return as_it_is
    line_id = visit.basket.next_id
    basket = visit.basket.add(product, choices, quantity)
    bill = bill_of(basket, (*visit.welcome_offers, taken), context.shop.stacking, (), visit.service)
    dearer = bill.applied.total > visit.bill.applied.total
    return as_it_is if (dearer and not picked) or bill.discount(taken.id) is None else (basket, line_id)


def _needs_another(visit: Visit, taken: TakenOffer, context: Context) -> bool:
    """All that is in the basket is spoken for by other offers."""
    bill = bill_of(visit.basket, (*visit.welcome_offers, taken), context.shop.stacking, (), visit.service)
    return len(bill.applied.discounts) <= len(visit.bill.applied.discounts)


def _to_be_had(visit: Visit, sku: str, shop: Shop) -> Product | None:
    """Now, and however the guest will eat it, while that is not chosen yet."""
    product = shop.catalogue.products.get(sku)
    services = (visit.service,) if visit.service else tuple(Service)
    there = product is not None and all(product.availability.at(each, visit.now) for each in services)
    return product if there else None


def _without_product(visit: Visit, taken: TakenOffer, shop: Shop) -> Visit:
    line = visit.basket.line(taken.brought) if taken.brought is not None else None
    rule = taken.right.rule
    if line is None or rule is None:
        return visit
    units = rule.benefit.quantity if isinstance(rule.benefit, FreeItem) else 1
    basket = visit.basket.with_quantity(line.id, line.quantity - units)
    cheaper = _total(visit, basket, shop) < _total(visit, visit.basket, shop)
    return replace(visit, basket=basket) if cheaper else visit


def _total(visit: Visit, basket: Basket, shop: Shop) -> int:
    return bill_of(basket, visit.offers, shop.stacking, (), visit.service).applied.total.minor

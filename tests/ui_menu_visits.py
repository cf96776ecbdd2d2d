"""Visits to look at: finding something, wishes, suggestions, the last order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kioskd.core.basket import Basket
from kioskd.core.catalogue import Allergen, Diet, Service
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.past_order import PastLine, PastOrder
from kioskd.core.phases import Attract, Checkout, Choosing, Menu, Overview, Reviewing
from kioskd.core.removal import RemovedLines
from kioskd.core.shop import Shop
from kioskd.core.visit import Suggestion, Visit
from kioskd.core.wishes import Wishes

STRICT = Wishes(frozenset({Diet.VEGETARIAN, Diet.GLUTEN_FREE}), frozenset({Allergen.MILK}))


def less(visit: Visit, basket: Basket) -> Visit:
    """What the guest has just taken out is not in that basket any more."""
    return replace(visit, basket=basket, removed=(RemovedLines(visit.basket.lost_in(basket)),))


def menu_visits(shop: Shop, ordering: Visit, known: Visit) -> dict[str, Visit]:
    """`ordering` is a guest at the menu with nothing yet, `known` a member with a basket."""
    catalogue = shop.catalogue
    with_it, at_last = (
        Suggestion(rule, tuple(sku for sku in rule.suggest if sku in catalogue.products))
        for rule in catalogue.suggestions
    )
    wishing = replace(ordering, wishes=STRICT)
    many = Basket(ordering.basket.currency)
    for product in list(catalogue.products.values())[:14]:
        many = many.add(product)
    past = PastOrder(
        date(2026, 11, 2),
        Service.EAT_IN,
        tuple(PastLine(p.sku, p.name, 2) for p in catalogue.in_category("burgers")),
    )
    found = Notice(NoticeKind.ADDED_PARTLY, 106.0, "Veggie Wrap")
    return {
        "search-glance": replace(ordering, phase=Menu(search="")),
        "search": replace(known, phase=Menu(search="c")),
        "search-one": replace(ordering, phase=Menu(search="fri")),
        "search-nothing": replace(ordering, phase=Menu(search="xyzxyzxyzxyzxyzx")),
        "search-wishes": replace(wishing, phase=Menu(search="s")),
        "search-suggestion": replace(known, phase=Menu(search="c"), suggestion=with_it),
        "wishes-none": replace(ordering, phase=Menu(wishes=True)),
        "wishes": replace(wishing, phase=Menu(wishes=True)),
        "menu-wishes": replace(wishing, category="salads"),
        "menu-wishes-all": replace(wishing, category="burgers", basket=known.basket, member=known.member),
        "menu-suggestion": replace(known, suggestion=with_it),
        "menu-suggestion-wishes": replace(known, suggestion=with_it, wishes=STRICT),
        "product-wishes": replace(wishing, phase=Choosing("CLASSIC")),
        "product-unknown": replace(wishing, phase=Choosing("TACO")),
        "basket-suggestion": replace(known, phase=Reviewing(), suggestion=at_last),
        "basket-cleared": less(replace(known, phase=Reviewing()), known.basket.clear()),
        "basket-removed-many": less(replace(known, phase=Reviewing(), basket=many), many.remove(3)),
        "basket-again": replace(known, phase=Reviewing(), notice=found),
        "checkout-suggestion": replace(known, phase=Checkout(), suggestion=at_last),
        "checkout-suggestion-many": replace(known, phase=Checkout(), basket=many, suggestion=at_last),
        "member-again": replace(known, phase=Overview(Menu()), last_order=past),
        "member-again-first": replace(
            ordering, member=known.member, phase=Overview(Attract()), last_order=past
        ),
    }

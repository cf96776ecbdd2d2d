"""Menu, product, basket: everything until the guest wants to pay."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.basket import MAX_QUANTITY, Basket, Choice, missing_group, preset_choices, toggle
from kioskd.core.catalogue import Product
from kioskd.core.effects import LetGo
from kioskd.core.intents import (
    CancelOrder,
    ChangeService,
    ChooseLanguage,
    ClearBasket,
    ConfirmCancel,
    EditLine,
    GoBack,
    PickOption,
    PutInBasket,
    QuickAdd,
    RemoveLine,
    ShowBasket,
    ShowCategory,
    ShowCheckout,
    ShowProduct,
    StartOrder,
    StepLine,
    StepQuantity,
)
from kioskd.core.phases import Checkout, Choosing, ConfirmingCancel, ConfirmingOffer, Menu, Reviewing
from kioskd.core.place import STAFF
from kioskd.core.removal import RemovedLines
from kioskd.core.rules.adding import added, orderable
from kioskd.core.rules.listening import listening
from kioskd.core.rules.removing import removed
from kioskd.core.rules.suggesting import suggested_before_paying
from kioskd.core.rules.table import Context, Step, home, rule, to
from kioskd.core.visit import Place, Visit

_ORDERING = (Place.MENU, Place.CHOOSING, Place.REVIEWING, Place.CHECKOUT)
_LANGUAGE_CAN_CHANGE = (
    *_ORDERING,
    Place.ATTRACT,
    Place.IDENTIFYING,
    Place.OVERVIEW,
    Place.CONFIRMING_OFFER,
    Place.GIFT_CARD,
    Place.PROMO_CODE,
    Place.THANKS,
    Place.STILL_THERE,
    Place.CONFIRMING_CANCEL,
    *STAFF,
)


@rule(_LANGUAGE_CAN_CHANGE, ChooseLanguage, stays=True)
def choose_language(visit: Visit, event: ChooseLanguage, context: Context) -> Step:
    if event.language not in context.shop.languages:
        return Step(visit)
    return Step(listening(replace(visit, language=event.language, language_chosen=True), context))


@rule((Place.ATTRACT, Place.OVERVIEW), StartOrder, to=[Place.MENU])
def start_order(visit: Visit, event: StartOrder, context: Context) -> Step:
    return to(replace(visit, service=event.service), Menu())


@rule(Place.REVIEWING, ChangeService, stays=True)
def change_service(visit: Visit, event: ChangeService, context: Context) -> Step:
    """What cannot be had that way is said before paying, as everything that is sold out."""
    return Step(replace(visit, service=event.service))


@rule(Place.MENU, ShowCategory, stays=True)
def show_category(visit: Visit, event: ShowCategory, context: Context) -> Step:
    known = any(category.id == event.category for category in context.shop.catalogue.categories)
    return to(replace(visit, category=event.category), Menu()) if known else Step(visit)


@rule(Place.MENU, ShowProduct, to=[Place.CHOOSING], stays=True)
def show_product(visit: Visit, event: ShowProduct, context: Context) -> Step:
    product = orderable(visit, event.sku, context)
    if product is None:
        return Step(visit)
    return to(visit, Choosing(product.sku, preset_choices(product), search=_typed(visit)))


def _typed(visit: Visit) -> str | None:
    return visit.phase.search if isinstance(visit.phase, Menu) else None


@rule(Place.MENU, QuickAdd, to=[Place.CHOOSING], stays=True)
def quick_add(visit: Visit, event: QuickAdd, context: Context) -> Step:
    product = orderable(visit, event.sku, context)
    if product is None:
        return Step(visit)
    choices = preset_choices(product)
    if product.combo or missing_group(product, choices):
        return to(visit, Choosing(product.sku, choices, search=_typed(visit)))
    return Step(added(visit, product, choices, 1, context))


def _choosing(visit: Visit, context: Context) -> tuple[Choosing, Product]:
    assert isinstance(visit.phase, Choosing)
    return visit.phase, context.shop.catalogue.products[visit.phase.sku]


@rule(Place.CHOOSING, PickOption, stays=True)
def pick_option(visit: Visit, event: PickOption, context: Context) -> Step:
    phase, product = _choosing(visit, context)
    choices = toggle(product, phase.choices, Choice(event.group, event.sku))
    wanting = None if phase.wanting == event.group else phase.wanting
    return to(visit, replace(phase, choices=choices, wanting=wanting))


@rule(Place.CHOOSING, StepQuantity, stays=True)
def step_quantity(visit: Visit, event: StepQuantity, context: Context) -> Step:
    phase, _ = _choosing(visit, context)
    return to(visit, replace(phase, quantity=min(max(phase.quantity + event.delta, 1), MAX_QUANTITY)))


@rule(Place.CHOOSING, PutInBasket, to=[Place.MENU, Place.REVIEWING], stays=True)
def put_in_basket(visit: Visit, event: PutInBasket, context: Context) -> Step:
    phase, product = _choosing(visit, context)
    if group := missing_group(product, phase.choices):
        return to(visit, replace(phase, wanting=group.id))
    if phase.line is not None:
        basket = visit.basket.change(phase.line, phase.choices, phase.quantity)
        return to(replace(visit, basket=basket), Reviewing())
    return to(added(visit, product, phase.choices, phase.quantity, context), Menu())


@rule(Place.CHOOSING, GoBack, to=[Place.MENU, Place.REVIEWING])
def leave_product(visit: Visit, event: GoBack, context: Context) -> Step:
    phase, _ = _choosing(visit, context)
    return to(visit, Menu(phase.search) if phase.line is None else Reviewing())


@rule(Place.MENU, ShowBasket, to=[Place.REVIEWING])
def show_basket(visit: Visit, event: ShowBasket, context: Context) -> Step:
    return to(visit, Reviewing())


@rule(Place.REVIEWING, GoBack, to=[Place.MENU])
def back_to_menu(visit: Visit, event: GoBack, context: Context) -> Step:
    return to(visit, Menu())


@rule(Place.CHECKOUT, GoBack, to=[Place.REVIEWING])
def back_to_basket(visit: Visit, event: GoBack, context: Context) -> Step:
    return to(visit, Reviewing())


@rule(Place.REVIEWING, EditLine, to=[Place.CHOOSING], stays=True)
def edit_line(visit: Visit, event: EditLine, context: Context) -> Step:
    line = visit.basket.line(event.line)
    if line is None:
        return Step(visit)
    return to(visit, Choosing(line.product.sku, line.choices, line.quantity, line.id))


@rule(Place.REVIEWING, StepLine, stays=True)
def step_line(visit: Visit, event: StepLine, context: Context) -> Step:
    line = visit.basket.line(event.line)
    if line is None:
        return Step(visit)
    basket = visit.basket.with_quantity(line.id, line.quantity + event.delta)
    return Step(_without(visit, basket) if basket.line(line.id) is None else replace(visit, basket=basket))


@rule(Place.REVIEWING, RemoveLine, stays=True)
def remove_line(visit: Visit, event: RemoveLine, context: Context) -> Step:
    return Step(_without(visit, visit.basket.remove(event.line)))


@rule(Place.REVIEWING, ClearBasket, stays=True)
def clear_basket(visit: Visit, event: ClearBasket, context: Context) -> Step:
    return Step(_without(visit, visit.basket.clear()))


def _without(visit: Visit, basket: Basket) -> Visit:
    """With that basket, from which lines are gone that can be put back."""
    lost = visit.basket.lost_in(basket)
    return removed(replace(visit, basket=basket), RemovedLines(lost)) if lost else visit


@rule((Place.MENU, Place.REVIEWING), ShowCheckout, to=[Place.CHECKOUT], stays=True)
def show_checkout(visit: Visit, event: ShowCheckout, context: Context) -> Step:
    return to(suggested_before_paying(visit, context), Checkout()) if visit.basket.lines else Step(visit)


_EMPTY_OR_NOT = (Place.MENU, Place.CHOOSING, Place.REVIEWING, Place.IDENTIFYING, Place.OVERVIEW)


@rule(_EMPTY_OR_NOT, CancelOrder, to=[Place.CONFIRMING_CANCEL, Place.ATTRACT, Place.OUT_OF_ORDER])
def cancel_order(visit: Visit, event: CancelOrder, context: Context) -> Step:
    """An empty basket is nothing to ask about."""
    return cancel_checkout(visit, event, context) if visit.basket.lines else home(visit, context)


@rule(Place.CONFIRMING_OFFER, CancelOrder, to=[Place.CONFIRMING_CANCEL, Place.ATTRACT, Place.OUT_OF_ORDER])
def cancel_at_offer(visit: Visit, event: CancelOrder, context: Context) -> Step:
    """Whoever wants to leave does not wait for an offer to be held."""
    assert isinstance(visit.phase, ConfirmingOffer)
    if not visit.basket.lines:
        return home(visit, context)
    waited = visit.phase.waiting
    asking = ConfirmingCancel(visit.phase.at_rest(visit.phase.denial))
    return to(visit, asking, *([LetGo(waited)] if waited else []))


@rule((Place.CHECKOUT, Place.GIFT_CARD), CancelOrder, to=[Place.CONFIRMING_CANCEL])
def cancel_checkout(visit: Visit, event: CancelOrder, context: Context) -> Step:
    return to(visit, ConfirmingCancel(visit.phase))


@rule(Place.CONFIRMING_CANCEL, ConfirmCancel, to=[Place.ATTRACT, Place.OUT_OF_ORDER])
def confirm_cancel(visit: Visit, event: ConfirmCancel, context: Context) -> Step:
    return home(visit, context)


_CANCELLED_FROM = (*_EMPTY_OR_NOT, Place.CONFIRMING_OFFER, Place.GIFT_CARD, Place.CHECKOUT)


@rule(Place.CONFIRMING_CANCEL, GoBack, to=_CANCELLED_FROM)
def keep_order(visit: Visit, event: GoBack, context: Context) -> Step:
    assert isinstance(visit.phase, ConfirmingCancel)
    return to(visit, visit.phase.before)

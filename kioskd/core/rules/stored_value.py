"""Money the guest has given before: gift cards and the prepaid account, used as far as they go."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.denial import Denial
from kioskd.core.intents import (
    AddGiftCard,
    GoBack,
    PressKey,
    RemoveGiftCard,
    ShowLetters,
    SubmitNumber,
    UsePrepaid,
)
from kioskd.core.notice import NoticeKind
from kioskd.core.phases import AddingGiftCard, Checkout
from kioskd.core.removal import RemovedGiftCard, RemovedPrepaid
from kioskd.core.rules.looking_up import look_up
from kioskd.core.rules.removing import removed
from kioskd.core.rules.table import Context, Step, denied, notice, rule, to
from kioskd.core.rules.typed_codes import typed
from kioskd.core.shop import Capability, Shop
from kioskd.core.stored_value import GiftCard
from kioskd.core.visit import Place, Visit


@rule(Place.CHECKOUT, AddGiftCard, to=[Place.GIFT_CARD], stays=True)
def add_gift_card(visit: Visit, event: AddGiftCard, context: Context) -> Step:
    if Capability.GIFT_CARDS not in context.shop.capabilities:
        return Step(visit)
    if visit.online is False:
        return Step(denied(visit, Denial.UNREACHABLE, context))
    return to(visit, AddingGiftCard())


def _adding(visit: Visit) -> AddingGiftCard:
    assert isinstance(visit.phase, AddingGiftCard)
    return visit.phase


@rule(Place.GIFT_CARD, ShowLetters, stays=True)
def show_letters(visit: Visit, event: ShowLetters, context: Context) -> Step:
    phase = _adding(visit)
    return to(visit, replace(phase, letters=not phase.letters))


@rule(Place.GIFT_CARD, PressKey, stays=True)
def press_code_key(visit: Visit, event: PressKey, context: Context) -> Step:
    phase = _adding(visit)
    return to(visit, replace(phase, code=typed(phase.code, event.key, letters=phase.letters)))


@rule(Place.GIFT_CARD, SubmitNumber, stays=True)
def submit_code(visit: Visit, event: SubmitNumber, context: Context) -> Step:
    return look_up(visit, _adding(visit).code, context)


@rule(Place.GIFT_CARD, GoBack, to=[Place.CHECKOUT], stays=True)
def leave_gift_card(visit: Visit, event: GoBack, context: Context) -> Step:
    """One step back: from waiting to asking, then away."""
    return Step(replace(visit, lookup=None)) if visit.lookup else to(visit, Checkout())


def remembered(visit: Visit, card: GiftCard, context: Context) -> tuple[Visit, Denial | None]:
    """The visit with the card to pay with, or told why nothing can be paid with it."""
    denial = unspendable(visit, card, context)
    if denial:
        return denied(visit, denial, context), denial
    known = replace(visit, gift_cards=(*visit.gift_cards, card), removed=())
    return notice(known, NoticeKind.GIFT_CARD_ADDED, context, card.code_tail), None


def unspendable(visit: Visit, card: GiftCard, context: Context) -> Denial | None:
    """Why nothing can be paid with the card here, as far as that is known without asking anybody."""
    if any(known.id == card.id for known in visit.gift_cards):
        return Denial.ALREADY_ADDED
    if card.balance.currency != visit.basket.currency:
        return Denial.NOT_SPENDABLE_HERE
    word = card.unspendable(context.moment.wall.date())
    return Denial.of(word) if word else None


@rule(Place.CHECKOUT, RemoveGiftCard, stays=True)
def remove_gift_card(visit: Visit, event: RemoveGiftCard, context: Context) -> Step:
    cards = visit.gift_cards
    place = next((place for place, card in enumerate(cards) if card.id == event.card_id), None)
    if place is None:
        return Step(visit)
    left = replace(visit, gift_cards=(*cards[:place], *cards[place + 1 :]))
    return Step(removed(left, RemovedGiftCard(place, cards[place])))


@rule(Place.CHECKOUT, UsePrepaid, stays=True)
def use_prepaid(visit: Visit, event: UsePrepaid, context: Context) -> Step:
    if event.use == visit.use_prepaid:
        return Step(visit)
    if not event.use:
        return Step(removed(replace(visit, use_prepaid=False), RemovedPrepaid()))
    denial = prepaid_denial(visit, context.shop)
    if denial:
        return Step(denied(visit, denial, context))
    return Step(replace(visit, use_prepaid=True, removed=()))


def prepaid_denial(visit: Visit, shop: Shop) -> Denial | None:
    balance = visit.member.prepaid if visit.member else None
    if balance is None or Capability.PREPAID not in shop.capabilities:
        return Denial.NOT_AVAILABLE
    if balance.currency != visit.basket.currency:
        return Denial.NOT_SPENDABLE_HERE
    if balance.minor <= 0:
        return Denial.INSUFFICIENT_BALANCE
    return Denial.UNREACHABLE if visit.online is False else None

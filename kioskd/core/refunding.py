"""How a return is carried out: who gets which money back by what means, and which deeds undo what. Pure.

Money goes back as it came, the last tender first: what was paid by card or at the counter, the last card
first, then prepaid money, then gift cards, the last one charged first. So the guest has cash back as far as
cash was paid, and nobody turns a gift card into cash. A charge that comes back whole is reversed. A part of
one is put back where money can be put back; elsewhere staff pay it out. Offers stay used until the last unit
is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.order import CardPayment, Order, StoredPayment, StoredValue, Tender
from kioskd.core.order_document import payment_document
from kioskd.core.returning import Piece, piece_document
from kioskd.core.settlement import Step, charge_id, giving_back, uncharge

DUE = "due"
"""Stands for card or counter among the ids of stored payments."""


class Means(StrEnum):
    """How money goes back."""

    CARD_REVERSAL = "card_reversal"
    """The card terminal takes the whole payment back."""
    TERMINAL = "terminal"
    """Staff pay it back to the card at the payment terminal."""
    COUNTER = "counter"
    """Staff pay it out: it was paid at the counter."""
    REVERSAL = "reversal"
    """The whole charge of a gift card or prepaid account is taken back."""
    REFILL = "refill"
    """A part of it is put back on the card or account."""
    BY_HAND = "by_hand"
    """Staff pay it out: the gift card takes no money, or nobody knows what became of its charge."""
    NOTHING = "nothing"
    """It was never taken."""


BY_STAFF = frozenset({Means.TERMINAL, Means.COUNTER, Means.BY_HAND})


@dataclass(frozen=True, slots=True)
class PayBack:
    """`source` is the stored payment's id, or DUE. `tail` tells gift cards apart."""

    source: str
    means: Means
    amount: Money
    tail: str = ""


class Fate(StrEnum):
    """What became of something that was done for the order."""

    IN_EFFECT = "in_effect"
    UNDER_WAY = "under_way"
    """It will be known by itself: whatever undoes it waits for that."""
    WITHOUT_EFFECT = "without_effect"
    ELSEWHERE = "elsewhere"
    """Another till does it."""
    UNCLEAR = "unclear"
    """A person decides, or nothing is known of it any more."""


class Remainder(StrEnum):
    """What the kiosk cannot take back."""

    CLAIMABLE_POINTS = "claimable_points"
    """The receipt had a code to collect the points: who has it keeps them."""
    WHOLE_ORDER_ONLY = "whole_order_only"
    """The backend takes points and offers back with the last piece of the order, not before."""
    AT_OTHER_TILL = "at_other_till"
    """The till that took the money has told the backend, and is the one to take it back."""
    POINTS_UNCLEAR = "points_unclear"
    """Whether the order earned points is for a person to find out."""
    OFFER_UNCLEAR = "offer_unclear"
    """Whether the offer was used is for a person to find out."""


@dataclass(frozen=True, slots=True)
class Left:
    """`about` is the title of the offer, empty for points."""

    remainder: Remainder
    about: str = ""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """All that follows from a return. `steps` in the order in which they must be done; `left` stays."""

    piece: Piece
    pay_backs: tuple[PayBack, ...]
    steps: tuple[Step, ...]
    left: tuple[Left, ...]


def take_back(
    order: Order,
    piece: Piece,
    paid_back: Iterable[PayBack],
    fates: Mapping[str, Fate],
    *,
    told: Fate,
    tell_lane: str,
    claimable: bool,
    cards: bool = False,
) -> TakeBack:
    """`paid_back` is what earlier returns gave back, `fates` by id of the steps in `settlement`.

    `cards`: the terminal can be asked to take back what was paid by card on this order's day.
    `told` is the fate of telling the backend of the order, in the lane `tell_lane`. `claimable`: an order
    that was not told left its points to whoever has the receipt.
    """
    pay_backs = _pay_backs(order, piece.refund, paid_back, fates, cards=cards)
    undone = giving_back(order) if piece.last else _reversals(order)
    reversed_ = {back.source for back in pay_backs if back.means is Means.REVERSAL}
    charges = {charge_id(payment): payment.id for payment in order.payments}
    titles = {discount.use.id: discount.use.title for discount in order.discounts}
    by_card = {payment_source(payment, order): payment for payment in card_payments(order)}
    steps = [uncharge(by_card[b.source], order) for b in pay_backs if b.means is Means.CARD_REVERSAL]
    left: list[Left] = []
    for step in undone:
        assert step.undoes is not None
        if step.action is Action.VOID_ORDER:
            continue  # with what was told, below
        if step.undoes in charges:
            if charges[step.undoes] in reversed_:
                steps.append(step)
        elif (fate := fates.get(step.undoes, Fate.UNCLEAR)) is Fate.UNCLEAR:
            left.append(Left(Remainder.OFFER_UNCLEAR, titles[step.part_id]))
        elif fate is not Fate.WITHOUT_EFFECT:
            steps.append(step)
    payments = {payment.id: payment for payment in order.payments}
    steps += [
        _refill(piece.id, order.number, payments[back.source], back.amount)
        for back in pay_backs
        if back.means is Means.REFILL
    ]
    match told:
        case Fate.IN_EFFECT | Fate.UNDER_WAY if order.session and not piece.last:
            left.append(Left(Remainder.WHOLE_ORDER_ONLY))
        case Fate.IN_EFFECT | Fate.UNDER_WAY if order.session:
            steps += undone
        case Fate.IN_EFFECT | Fate.UNDER_WAY:
            tell = f"tell-{piece.id}"
            steps.append(Step(tell, Action.TELL_RETURN, tell_lane, order.id, piece_document(piece)))
        case Fate.ELSEWHERE:
            left.append(Left(Remainder.AT_OTHER_TILL))
        case Fate.UNCLEAR:
            left.append(Left(Remainder.POINTS_UNCLEAR))
        case Fate.WITHOUT_EFFECT if claimable:
            left.append(Left(Remainder.CLAIMABLE_POINTS))
    return TakeBack(piece, pay_backs, tuple(steps), tuple(left))


def card_payments(order: Order) -> tuple[CardPayment, ...]:
    """All that bank cards have paid, the last one included that paid what was due."""
    if order.tender is not Tender.CARD or not order.due:
        return order.card_payments
    return (*order.card_payments, CardPayment(order.id, order.due))


def payment_source(payment: CardPayment, order: Order) -> str:
    """What a PayBack calls it."""
    return DUE if payment.id == order.id and not order.card_payments else payment.id


def _pay_backs(
    order: Order, refund: Money, paid_back: Iterable[PayBack], fates: Mapping[str, Fate], *, cards: bool
) -> tuple[PayBack, ...]:
    """The money of one return, by source. It adds up to `refund`."""
    given: dict[str, int] = {}
    for back in paid_back:
        given[back.source] = given.get(back.source, 0) + back.amount.minor
    backs = []
    open_minor = refund.minor
    for source, payment in _sources(order):
        paid = payment.amount if payment else order.due
        minor = min(open_minor, paid.minor - given.get(source, 0))
        if minor <= 0:
            continue
        amount = Money(minor, order.currency)
        if not isinstance(payment, StoredPayment):
            by_card = payment is not None or order.tender is Tender.CARD
            means = Means.TERMINAL if by_card else Means.COUNTER
            if by_card and cards and minor == paid.minor:
                means = Means.CARD_REVERSAL
            backs.append(PayBack(source, means, amount))
        else:
            fate = fates.get(charge_id(payment), Fate.UNCLEAR)
            means = _means(payment, whole=minor == payment.amount.minor, fate=fate)
            backs.append(PayBack(source, means, amount, payment.tail))
        open_minor -= minor
    assert open_minor == 0, "more was brought back than was paid"
    return tuple(backs)


def _sources(order: Order) -> list[tuple[str, StoredPayment | CardPayment | None]]:
    """What the order was paid with, the last tender first."""
    by_card = [(payment.id, payment) for payment in reversed(order.card_payments)]
    stored = [(payment.id, payment) for payment in reversed(order.payments)]
    prepaid_first = sorted(stored, key=lambda entry: entry[1].kind is not StoredValue.PREPAID)
    return [(DUE, None), *by_card, *prepaid_first]


def _means(payment: StoredPayment, *, whole: bool, fate: Fate) -> Means:
    if fate is Fate.WITHOUT_EFFECT:
        return Means.NOTHING
    if fate is Fate.UNCLEAR:
        return Means.BY_HAND
    if whole:
        return Means.REVERSAL
    if payment.kind is StoredValue.PREPAID or payment.refillable:
        return Means.REFILL
    return Means.BY_HAND


def _reversals(order: Order) -> tuple[Step, ...]:
    """Of charges only: the offers stay used."""
    charges = {charge_id(payment) for payment in order.payments}
    return tuple(step for step in giving_back(order) if step.undoes in charges)


def _refill(piece_id: str, reference: str, payment: StoredPayment, amount: Money) -> Step:
    of_card = payment.kind is StoredValue.GIFT_CARD
    return Step(
        f"refill-{piece_id}-{payment.id}",
        Action.REFILL_GIFT_CARD if of_card else Action.REFILL_PREPAID,
        f"giftcard:{payment.account_id}" if of_card else f"prepaid:{payment.account_id}",
        payment.account_id,
        {
            "payment": payment_document(payment),
            "currency": amount.currency,
            "amount_minor": amount.minor,
            "reference": reference,
        },
        amount=amount,
    )

"""From "how would you like to pay" until the order is on the disk."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.card_trouble import CardTrouble
from kioskd.core.denial import Denial
from kioskd.core.discount import OfferKind
from kioskd.core.effects import AbortPayment, Settle, Sought
from kioskd.core.events import OrderAccepted, PaymentEnded, PaymentOutcome, PaymentProgress, PaymentStep
from kioskd.core.intents import CancelPayment, PayWith
from kioskd.core.member import CollectableReward
from kioskd.core.money import Money
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Order, Tender
from kioskd.core.phases import AskStaff, Checkout, Paying, PayingRest, Reviewing, Storing
from kioskd.core.rules import judging
from kioskd.core.rules.adding import orderable
from kioskd.core.rules.ordered import order_of
from kioskd.core.rules.table import Context, Step, denied, notice, rule, to
from kioskd.core.rules.thanking import thank
from kioskd.core.rules.undoing import released
from kioskd.core.visit import Place, Visit

_ENDINGS = {
    PaymentOutcome.DECLINED: NoticeKind.PAYMENT_DECLINED,
    PaymentOutcome.ABORTED: NoticeKind.PAYMENT_CANCELLED,
    PaymentOutcome.UNAVAILABLE: NoticeKind.TERMINAL_UNAVAILABLE,
}

_TROUBLES = {
    CardTrouble.WRONG_PIN: NoticeKind.CARD_WRONG_PIN,
    CardTrouble.EXPIRED: NoticeKind.CARD_EXPIRED,
    CardTrouble.NOT_TAKEN: NoticeKind.CARD_NOT_TAKEN,
    CardTrouble.UNREADABLE: NoticeKind.CARD_UNREADABLE,
    CardTrouble.TERMINAL_BUSY: NoticeKind.TERMINAL_BUSY,
    CardTrouble.BANK_SILENT: NoticeKind.BANK_SILENT,
}


@rule(Place.CHECKOUT, PayWith, to=[Place.PAYING, Place.STORING, Place.REVIEWING], stays=True)
def pay_with(visit: Visit, event: PayWith, context: Context) -> Step:
    if not visit.basket.lines or visit.service is None:
        return Step(visit)
    gone = [line for line in visit.basket.lines if orderable(visit, line.product.sku, context) is None]
    if gone:
        basket = visit.basket
        for line in gone:
            basket = basket.remove(line.id)
        names = ", ".join(line.product.name.in_language(visit.language) for line in gone)
        told = notice(replace(visit, basket=basket), NoticeKind.NO_LONGER_AVAILABLE, context, names)
        return to(told, Reviewing())
    hurried = replace(_without_lookup(visit, context), removed=())
    order = order_of(hurried, event.tender, context, context.moment.token)
    if event.tender is Tender.NONE and order.due:
        return Step(visit)
    if order.tender is not Tender.NONE and not visit.can_pay_with(order.tender, context.shop):
        return Step(notice(visit, NoticeKind.TERMINAL_UNAVAILABLE, context))
    if order.session and order.discounts and visit.online is False and not judging.agreed(visit, context):
        left, dropped = judging.without_unjudged(visit, context.shop)
        return Step(denied(left, Denial.UNREACHABLE, context, dropped[-1].right.title))
    if order.reserves and visit.online is False and not order.session:
        return Step(denied(visit, Denial.UNREACHABLE, context))
    if order.reserves:
        reserving = _paying(order, PaymentStep.RESERVING, context.shop.limits.reserve_s, context)
        return to(hurried, reserving, Settle(order))
    if order.tender is Tender.CARD:
        return to(hurried, presenting(order, context), Settle(order))
    return to(hurried, Storing(order), Settle(order))


def _without_lookup(visit: Visit, context: Context) -> Visit:
    """A guest in a hurry does not wait for the answer: what may be a card goes with the order."""
    if visit.lookup is None:
        return visit
    good_later = visit.member is None and context.shop.late_cards
    maybe_card = good_later and Sought.MEMBER in visit.lookup.sought
    saved_card = visit.lookup.credential if maybe_card else visit.saved_card
    return replace(visit, saved_card=saved_card, lookup=None)


def presenting(order: Order, context: Context) -> Paying:
    return _paying(order, PaymentStep.PRESENT_CARD, context.shop.limits.payment_s, context)


def _paying(order: Order, step: PaymentStep, seconds: float, context: Context) -> Paying:
    abort_s = context.after(seconds)
    return Paying(order, abort_s, abort_s + context.shop.limits.abort_grace_s, step)


@rule(Place.PAYING, PaymentProgress, stays=True)
def payment_progress(visit: Visit, event: PaymentProgress, context: Context) -> Step:
    assert isinstance(visit.phase, Paying)
    paying = visit.phase
    if event.order_id != paying.order.id:
        return Step(visit)
    if paying.step is PaymentStep.RESERVING and event.step is not paying.step and not paying.aborting:
        # now the guest's own time begins
        paying = _paying(paying.order, event.step, context.shop.limits.payment_s, context)
    return to(visit, replace(paying, step=event.step))


@rule(Place.PAYING, CancelPayment, stays=True)
def cancel_payment(visit: Visit, event: CancelPayment, context: Context) -> Step:
    """Only the terminal can say that nothing was taken, so its answer is awaited."""
    assert isinstance(visit.phase, Paying)
    return abort(visit, visit.phase, context)


def abort(visit: Visit, phase: Paying, context: Context) -> Step:
    if phase.aborting:
        return Step(visit)
    give_up_s = context.after(context.shop.limits.abort_grace_s)
    return to(visit, replace(phase, aborting=True, give_up_s=give_up_s), AbortPayment(phase.order.id))


@rule(
    (Place.PAYING, Place.ASK_STAFF),
    PaymentEnded,
    to=[Place.CHECKOUT, Place.STORING, Place.ASK_STAFF, Place.PAYING_REST],
    stays=True,
)
def payment_ended(visit: Visit, event: PaymentEnded, context: Context) -> Step:
    assert isinstance(visit.phase, Paying | AskStaff)
    order = visit.phase.order
    if event.order_id != order.id:
        return Step(visit)
    if event.outcome is PaymentOutcome.APPROVED:
        return to(visit, Storing(order))
    if event.outcome is PaymentOutcome.UNKNOWN:
        return ask_staff(visit, order, context)
    if order.card_payments:
        return ask_for_rest(notice(visit, NoticeKind.REST_NOT_PAID, context), order, context)
    why = _TROUBLES[event.trouble] if event.trouble else _ENDINGS[event.outcome]
    seen = replace(released(visit), active_s=context.moment.mono_s)  # the guest was busy at the terminal
    told = notice(seen, why, context, ", ".join(_kept(visit, order)))
    return to(told, Checkout())


def ask_for_rest(visit: Visit, order: Order, context: Context) -> Step:
    """Its number is used up, as with everything a card was charged for."""
    asking = PayingRest(order, context.after(context.shop.limits.rest_s * visit.access.patience))
    return to(replace(visit, next_number=order.sequence + 1), asking)


def _kept(visit: Visit, order: Order) -> list[str]:
    """Titles of the rewards whose points are spent although nobody paid: they stay the guest's to collect."""
    claimed = {discount.use.id for discount in order.discounts if discount.use.kind is OfferKind.REWARD}
    return [
        taken.right.title
        for taken in visit.offers
        if taken.id in claimed and isinstance(taken.right, CollectableReward)
    ]


def ask_staff(visit: Visit, order: Order, context: Context, owed: Money | None = None) -> Step:
    """The order's number is used up: it may turn out to be paid when another guest is here."""
    asking = AskStaff(order, context.after(context.shop.limits.ask_staff_s), owed)
    return to(replace(visit, next_number=order.sequence + 1), asking)


@rule((Place.PAYING, Place.STORING, Place.ASK_STAFF), OrderAccepted, to=[Place.THANKS], stays=True)
def order_accepted(visit: Visit, event: OrderAccepted, context: Context) -> Step:
    assert isinstance(visit.phase, Paying | Storing | AskStaff)
    order = visit.phase.order
    if event.order_id != order.id:
        return Step(visit)
    numbered = replace(visit, next_number=order.sequence + 1)
    return thank(numbered, order, event, context)

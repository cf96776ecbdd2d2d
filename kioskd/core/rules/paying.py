"""From "how would you like to pay" until the order is on the disk."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import AbortPayment, Settle
from kioskd.core.events import (
    CancelPayment,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    PaymentProgress,
    PayWith,
)
from kioskd.core.order import Order, Tender, order_lines
from kioskd.core.rules.ordering import orderable
from kioskd.core.rules.table import Context, Step, notice, rule, to
from kioskd.core.rules.thanking import thank
from kioskd.core.visit import AskStaff, Checkout, NoticeKind, Paying, Place, Reviewing, Storing, Visit

MAX_NUMBER = 999

_ENDINGS = {
    PaymentOutcome.DECLINED: NoticeKind.PAYMENT_DECLINED,
    PaymentOutcome.ABORTED: NoticeKind.PAYMENT_CANCELLED,
    PaymentOutcome.UNAVAILABLE: NoticeKind.TERMINAL_UNAVAILABLE,
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
    if visit.lookup:  # a guest in a hurry does not wait for the answer: the card goes with the order
        visit = replace(visit, saved_card=visit.lookup.credential, lookup=None)
    order = _order(visit, event.tender, context)
    if event.tender is Tender.CARD and not order.total:
        return to(visit, Storing(order), Settle(order))
    if not visit.can_pay_with(event.tender, context.shop):
        return Step(notice(visit, NoticeKind.TERMINAL_UNAVAILABLE, context))
    if event.tender is Tender.COUNTER:
        return to(visit, Storing(order), Settle(order))
    limits = context.shop.limits
    abort_s = context.after(limits.payment_s)
    paying = Paying(order, abort_s=abort_s, give_up_s=abort_s + limits.abort_grace_s)
    return to(visit, paying, Settle(order))


def _order(visit: Visit, tender: Tender, context: Context) -> Order:
    assert visit.service is not None
    order_id = context.moment.token
    shown = (visit.next_number - 1) % MAX_NUMBER + 1
    return Order(
        id=order_id,
        number=f"{context.shop.kiosk}{shown}",
        sequence=visit.next_number,
        placed_at=context.moment.wall,
        service=visit.service,
        language=visit.language,
        currency=visit.basket.currency,
        lines=order_lines(order_id, visit.basket),
        tender=tender,
        member_id=visit.member.id if visit.member else None,
        credential=visit.saved_card.value if visit.saved_card else None,
    )


@rule(Place.PAYING, PaymentProgress, stays=True)
def payment_progress(visit: Visit, event: PaymentProgress, context: Context) -> Step:
    assert isinstance(visit.phase, Paying)
    if event.order_id != visit.phase.order.id:
        return Step(visit)
    return to(visit, replace(visit.phase, step=event.step))


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
    to=[Place.CHECKOUT, Place.STORING, Place.ASK_STAFF],
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
    return to(notice(visit, _ENDINGS[event.outcome], context), Checkout())


def ask_staff(visit: Visit, order: Order, context: Context) -> Step:
    """The order's number is used up: it may turn out to be paid when another guest is here."""
    asking = AskStaff(order, until_s=context.after(context.shop.limits.ask_staff_s))
    return to(replace(visit, next_number=order.sequence + 1), asking)


@rule((Place.PAYING, Place.STORING, Place.ASK_STAFF), OrderAccepted, to=[Place.THANKS], stays=True)
def order_accepted(visit: Visit, event: OrderAccepted, context: Context) -> Step:
    assert isinstance(visit.phase, Paying | Storing | AskStaff)
    order = visit.phase.order
    if event.order_id != order.id:
        return Step(visit)
    numbered = replace(visit, next_number=order.sequence + 1)
    return thank(numbered, order, event, context)

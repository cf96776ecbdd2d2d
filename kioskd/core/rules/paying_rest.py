"""A card has paid a part: the guest pays the rest by other means, or has the part back."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import ReturnParts, Settle
from kioskd.core.events import PartPaid, PartsReturned, Tick
from kioskd.core.intents import PayWith, ReturnPayment
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Tender
from kioskd.core.phases import AskStaff, Checkout, Paying, PayingRest, Storing
from kioskd.core.rules.paying import ask_for_rest, ask_staff, presenting
from kioskd.core.rules.table import Context, Step, notice, rule, to
from kioskd.core.rules.undoing import released
from kioskd.core.shop import Shop
from kioskd.core.visit import Place, Visit

_WAITED_AT = (Place.PAYING, Place.ASK_STAFF)


@rule(_WAITED_AT, PartPaid, to=[Place.PAYING_REST], stays=True)
def part_paid(visit: Visit, event: PartPaid, context: Context) -> Step:
    assert isinstance(visit.phase, Paying | AskStaff)
    if event.order.id != visit.phase.order.id:
        return part_paid_for_nobody(visit, event, context)
    return ask_for_rest(visit, event.order, context)


@rule([place for place in Place if place not in _WAITED_AT], PartPaid, stays=True)
def part_paid_for_nobody(visit: Visit, event: PartPaid, context: Context) -> Step:
    """Its guest has gone."""
    return Step(visit, (ReturnParts(event.order.id),))


def _asking(visit: Visit) -> PayingRest:
    assert isinstance(visit.phase, PayingRest)
    return visit.phase


@rule(Place.PAYING_REST, PayWith, to=[Place.PAYING, Place.STORING], stays=True)
def pay_rest_with(visit: Visit, event: PayWith, context: Context) -> Step:
    phase = _asking(visit)
    if phase.returning or event.tender is Tender.NONE:
        return Step(visit)
    if not visit.can_pay_with(event.tender, context.shop):
        return Step(notice(visit, NoticeKind.TERMINAL_UNAVAILABLE, context))
    order = replace(phase.order, tender=event.tender)
    paying = presenting(order, context) if event.tender is Tender.CARD else Storing(order)
    return to(visit, paying, Settle(order))


@rule(Place.PAYING_REST, ReturnPayment, stays=True)
def return_payment(visit: Visit, event: ReturnPayment, context: Context) -> Step:
    phase = _asking(visit)
    if phase.returning:
        return Step(visit)
    until_s = context.after(context.shop.limits.abort_grace_s)
    return to(visit, replace(phase, returning=True, until_s=until_s), ReturnParts(phase.order.id))


def rest_end_s(visit: Visit, asking: PayingRest, shop: Shop) -> float:
    """Listening is not idleness here either; a guest who is waiting for their money has chosen already."""
    return asking.until_s if asking.returning else max(asking.until_s, visit.heard_s + shop.limits.rest_s)


@rule(Place.PAYING_REST, Tick, to=[Place.ASK_STAFF], stays=True)
def nobody_pays_the_rest(visit: Visit, event: Tick, context: Context) -> Step:
    """Whoever left without it gets back what was paid, too."""
    phase = _asking(visit)
    if context.moment.mono_s < rest_end_s(visit, phase, context.shop):
        return Step(visit)
    if phase.returning:
        return ask_staff(visit, phase.order, context, owed=phase.order.paid_by_card)
    return return_payment(visit, ReturnPayment(), context)


@rule((Place.PAYING_REST, Place.ASK_STAFF), PartsReturned, to=[Place.CHECKOUT, Place.ASK_STAFF], stays=True)
def parts_returned(visit: Visit, event: PartsReturned, context: Context) -> Step:
    assert isinstance(visit.phase, PayingRest | AskStaff)
    order = visit.phase.order
    if event.order_id != order.id:
        return Step(visit)
    if not event.at_once:
        return ask_staff(visit, order, context, owed=event.amount)
    told = replace(released(visit), active_s=context.moment.mono_s)
    return to(notice(told, NoticeKind.PAYMENT_RETURNED, context), Checkout())

"""The order is on the disk: say thank you, the number, the points; print; and let go.

Points are given once: either the order is delivered with a card, or the guest gets a link to claim them. So
the link is offered for a paid order of nobody at once, for one with a card only when the backend refused that
card for good or the order could not be queued, and never on a ticket that is still to be paid at the counter.
"""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.access import Aid
from kioskd.core.effects import PrintReceipt
from kioskd.core.events import NetworkChanged, OrderAccepted, OrderDelivered, OrderUndeliverable, ReceiptEnded
from kioskd.core.intents import Finish
from kioskd.core.order import Order, Tender
from kioskd.core.phases import AskStaff, Points, Thanks
from kioskd.core.rules.table import Context, Step, home, rule, to
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Place, Visit


def thank(visit: Visit, order: Order, accepted: OrderAccepted, context: Context) -> Step:
    """The first moment of the thank-you screen. The receipt waits a little for the points."""
    limits = context.shop.limits
    claim_link = None if order.tender is Tender.COUNTER else accepted.claim_link
    undeliverable = not accepted.points_promised and claim_link is not None
    points = Points.CLAIM if undeliverable else _points_at_first(visit, order, claim_link, context.shop)
    wait = points is Points.ASKED or (points is Points.NONE and _texts_may_come(visit, order, context.shop))
    thanks = Thanks(
        order,
        points,
        until_s=context.after(limits.thanks_s),
        evidence=accepted.evidence,
        answer_due_s=context.after(limits.points_on_receipt_s) if wait else None,
        claim_link=claim_link,
        slip=accepted.slip,
    )
    return to(visit, thanks) if wait else _print(visit, thanks)


def _points_at_first(visit: Visit, order: Order, claim_link: str | None, shop: Shop) -> Points:
    if not shop.loyalty:
        return Points.NONE
    if order.member_id is None and order.credential is None:
        return Points.CLAIM if claim_link else Points.NONE
    if order.tender is Tender.COUNTER:
        return Points.AT_COUNTER
    return Points.LATER if visit.online is False else Points.ASKED


def _texts_may_come(visit: Visit, order: Order, shop: Shop) -> bool:
    """The order of a guest nobody knows is told, and what it is answered is printed."""
    told = shop.loyalty and order.tender is not Tender.COUNTER and visit.online is not False
    return told and Capability.RECEIPT_TEXTS in shop.capabilities


def print_receipt(visit: Visit, thanks: Thanks) -> PrintReceipt:
    return PrintReceipt(
        thanks.order,
        thanks.evidence,
        member_name=visit.member.first_name if visit.member else None,
        points_name=visit.member.points_name if visit.member else None,
        points=thanks.earned,
        balance=thanks.balance,
        points_later=thanks.points in (Points.ASKED, Points.LATER),
        claim_link=thanks.claim,
        texts=thanks.texts,
        slip=thanks.slip,
        large=Aid.LARGE_TEXT in visit.access,
    )


def _print(visit: Visit, thanks: Thanks) -> Step:
    thanks = replace(thanks, claim_on_paper=thanks.claim is not None)
    return to(visit, thanks, print_receipt(visit, thanks))


def stop_waiting_for_points(visit: Visit, thanks: Thanks) -> Step:
    """The answer came, or took too long for the paper: print what is known now."""
    if thanks.answer_due_s is None:
        return to(visit, thanks)
    return _print(visit, replace(thanks, answer_due_s=None))


def _with_time_to_scan(visit: Visit, context: Context) -> Visit:
    """The code is on the screen from now on: it stays long enough."""
    assert isinstance(visit.phase, Thanks)
    if visit.phase.claim_on_screen is None:
        return visit
    until_s = max(visit.phase.until_s, context.after(context.shop.limits.claim_on_screen_s))
    return replace(visit, phase=replace(visit.phase, until_s=until_s))


@rule(Place.THANKS, OrderDelivered, stays=True)
def order_delivered(visit: Visit, event: OrderDelivered, context: Context) -> Step:
    assert isinstance(visit.phase, Thanks)
    if event.order_id != visit.phase.order.id:
        return Step(visit)
    points = Points.NONE if visit.phase.points is Points.NONE else Points.EARNED
    earned = replace(
        visit.phase, points=points, earned=event.points, balance=event.balance, texts=event.texts
    )
    return stop_waiting_for_points(visit, earned)


@rule(Place.THANKS, OrderUndeliverable, stays=True)
def order_undeliverable(visit: Visit, event: OrderUndeliverable, context: Context) -> Step:
    assert isinstance(visit.phase, Thanks)
    if event.order_id != visit.phase.order.id:
        return Step(visit)
    claimable = event.card_refused and visit.phase.claim_link is not None
    points = Points.CLAIM if claimable else Points.REFUSED
    refused = visit.phase if visit.phase.points is Points.NONE else replace(visit.phase, points=points)
    step = stop_waiting_for_points(visit, refused)
    return Step(_with_time_to_scan(step.visit, context), step.effects)


@rule(Place.THANKS, NetworkChanged, stays=True)
def network_changed_while_thanking(visit: Visit, event: NetworkChanged, context: Context) -> Step:
    """Going offline is an answer too: later."""
    assert isinstance(visit.phase, Thanks)
    thanks, visit = visit.phase, replace(visit, online=event.online)
    if event.online or thanks.points is not Points.ASKED:
        return Step(visit)
    return stop_waiting_for_points(visit, replace(thanks, points=Points.LATER))


@rule(Place.THANKS, ReceiptEnded, stays=True)
def receipt_ended(visit: Visit, event: ReceiptEnded, context: Context) -> Step:
    assert isinstance(visit.phase, Thanks)
    if event.order_id != visit.phase.order.id:
        return Step(visit)
    ended = replace(visit, phase=replace(visit.phase, receipt=event.verdict))
    return Step(_with_time_to_scan(ended, context))


@rule((Place.THANKS, Place.ASK_STAFF), Finish, to=[Place.ATTRACT, Place.OUT_OF_ORDER])
def finish(visit: Visit, event: Finish, context: Context) -> Step:
    assert isinstance(visit.phase, Thanks | AskStaff)
    pending = isinstance(visit.phase, Thanks) and visit.phase.answer_due_s is not None
    if pending:  # the guest is faster than the backend: the receipt still comes
        assert isinstance(visit.phase, Thanks)
        printing = print_receipt(visit, visit.phase)
        gone = home(visit, context)
        return Step(gone.visit, (printing, *gone.effects))
    return home(visit, context)

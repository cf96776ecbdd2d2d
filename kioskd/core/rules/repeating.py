"""The same as last time: a member's last order is asked for once, and comes back with one touch."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import FindLastOrder
from kioskd.core.events import LastOrderFound
from kioskd.core.intents import OrderAgain
from kioskd.core.notice import NoticeKind
from kioskd.core.past_order import PastLine, choices_again, name_now
from kioskd.core.phases import Reviewing
from kioskd.core.rules.adding import added, orderable
from kioskd.core.rules.table import Context, Step, notice, rule, to
from kioskd.core.shop import Capability
from kioskd.core.visit import Place, Visit


def with_question(done: Step, context: Context) -> Step:
    """`done`, with the question for the last order of a member who has just become known.

    Nobody's last order is seen by anybody else: it goes when its member does.
    """
    visit = done.visit
    if visit.member is None:
        if visit.asked_last_order is None and visit.last_order is None:
            return done
        return Step(replace(visit, asked_last_order=None, last_order=None), done.effects)
    if visit.asked_last_order or Capability.LAST_ORDER not in context.shop.capabilities:
        return done
    request = context.moment.token
    asking = replace(visit, asked_last_order=request)
    return Step(asking, (*done.effects, FindLastOrder(request, visit.member.id)))


@rule(tuple(Place), LastOrderFound, stays=True)
def last_order_found(visit: Visit, event: LastOrderFound, context: Context) -> Step:
    asked = visit.asked_last_order == event.request
    return Step(replace(visit, last_order=event.order) if asked else visit)


@rule(Place.OVERVIEW, OrderAgain, to=[Place.REVIEWING], stays=True)
def order_again(visit: Visit, event: OrderAgain, context: Context) -> Step:
    """In the way it was eaten then, if the guest has not said how. What is not to be had is named."""
    past = visit.last_order
    if past is None:
        return Step(visit)
    again = replace(visit, service=visit.service or past.service)
    missed = []
    for line in past.lines:
        before = again.basket.count
        again = _with_line(again, line, context)
        if again.basket.count == before:
            missed.append(name_now(line, context.shop.catalogue).in_language(visit.language))
    if missed:
        again = notice(again, NoticeKind.ADDED_PARTLY, context, ", ".join(missed))
    else:
        again = notice(again, NoticeKind.ADDED_AGAIN, context)
    return to(again, Reviewing())


def _with_line(visit: Visit, line: PastLine, context: Context) -> Visit:
    product = orderable(visit, line.sku, context)
    choices = choices_again(product, line) if product else None
    if product is None or choices is None:
        return visit
    return added(visit, product, choices, line.quantity, context)

"""Staff take money at the counter: the guest's ticket is scanned, and its order marked as paid.

A ticket that is scanned while nobody is served asks for the PIN first.
"""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import CountAsPaid
from kioskd.core.events import Scanned
from kioskd.core.rules.staffing import asked, browse
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.sale import SaleState
from kioskd.core.staff import EnteringPin, ViewingSale
from kioskd.core.staff_events import SalePaid
from kioskd.core.staff_intents import MarkPaid
from kioskd.core.ticket import ticket_order
from kioskd.core.visit import Place, Visit

_BEHIND_THE_PIN = (
    Place.STAFF_START,
    Place.STAFF_ORDERS,
    Place.STAFF_ORDER,
    Place.STAFF_QUESTIONS,
    Place.STAFF_DEVICES,
    Place.STAFF_TERMINAL,
)


def ticket_at_home(visit: Visit, text: str, context: Context) -> Step | None:
    """None when it is no ticket, or no time for one."""
    ticket = ticket_order(text)
    if ticket is None or not (context.shop.staff and visit.at_home):
        return None
    return to(visit, EnteringPin(ticket=ticket))


@rule(Place.OUT_OF_ORDER, Scanned, to=[Place.STAFF_PIN], stays=True)
def scan_out_of_order(visit: Visit, event: Scanned, context: Context) -> Step:
    return ticket_at_home(visit, event.text, context) or Step(visit)


@rule(Place.STAFF_PIN, Scanned, stays=True)
def scan_at_pin(visit: Visit, event: Scanned, context: Context) -> Step:
    """The ticket is remembered until the PIN is right."""
    phase = visit.phase
    assert isinstance(phase, EnteringPin)
    return to(visit, replace(phase, ticket=ticket_order(event.text) or phase.ticket))


@rule(_BEHIND_THE_PIN, Scanned, to=[Place.STAFF_ORDERS], stays=True)
def scan_behind_pin(visit: Visit, event: Scanned, context: Context) -> Step:
    ticket = ticket_order(event.text)
    if ticket is None or getattr(visit.phase, "asking", None) is not None:
        return Step(visit)
    return browse(visit, context, ticket)


@rule(Place.STAFF_ORDER, MarkPaid, stays=True)
def mark_paid(visit: Visit, event: MarkPaid, context: Context) -> Step:
    """Asks first; touched again, it is written down."""
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    if phase.asking or phase.sale.state is not SaleState.UNPAID:
        return Step(visit)
    if not phase.paying:
        return to(visit, replace(phase, paying=True, confirming=False, refused=""))
    asking, due_s = asked(context)
    wish = CountAsPaid(asking, phase.sale.order.id)
    return to(visit, replace(phase, paying=False, asking=asking, due_s=due_s), wish)


@rule(Place.STAFF_ORDER, SalePaid, stays=True)
def sale_paid(visit: Visit, event: SalePaid, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    return to(visit, ViewingSale(event.sale)) if event.request == phase.asking else Step(visit)

"""Staff look at what the card terminal has taken, and close its day."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import CloseTerminalDay, FindTotals
from kioskd.core.intents import GoBack
from kioskd.core.order import Tender
from kioskd.core.rules.staffing import asked, start_page
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.staff import AtTerminal
from kioskd.core.staff_events import TerminalRefused, TotalsFound
from kioskd.core.staff_intents import CloseDay, ShowTerminal
from kioskd.core.visit import Place, Visit


@rule(Place.STAFF_START, ShowTerminal, to=[Place.STAFF_TERMINAL], stays=True)
def show_terminal(visit: Visit, event: ShowTerminal, context: Context) -> Step:
    if Tender.CARD not in context.shop.tenders:
        return Step(visit)
    asking, due_s = asked(context)
    return to(visit, AtTerminal(asking=asking, due_s=due_s), FindTotals(asking))


@rule(Place.STAFF_TERMINAL, TotalsFound, stays=True)
def totals_found(visit: Visit, event: TotalsFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, AtTerminal)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, AtTerminal(event.totals, closed=event.closed))


@rule(Place.STAFF_TERMINAL, TerminalRefused, stays=True)
def terminal_refused(visit: Visit, event: TerminalRefused, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, AtTerminal)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, replace(phase, asking=None, due_s=None, closing=False, refused=event.why))


@rule(Place.STAFF_TERMINAL, CloseDay, stays=True)
def close_day(visit: Visit, event: CloseDay, context: Context) -> Step:
    """Asks first: what was paid before cannot be reversed afterwards. Touched again, it is done."""
    phase = visit.phase
    assert isinstance(phase, AtTerminal)
    if phase.asking or phase.closed:
        return Step(visit)
    if not phase.closing:
        return to(visit, replace(phase, closing=True, refused=""))
    due_s = context.after(context.shop.limits.end_of_day_s)
    asking = context.moment.token
    return to(visit, AtTerminal(phase.totals, asking=asking, due_s=due_s), CloseTerminalDay(asking))


@rule(Place.STAFF_TERMINAL, GoBack, to=[Place.STAFF_START], stays=True)
def leave_terminal(visit: Visit, event: GoBack, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, AtTerminal)
    if phase.closing:
        return to(visit, replace(phase, closing=False))
    return Step(visit) if phase.asking else start_page(visit, context)

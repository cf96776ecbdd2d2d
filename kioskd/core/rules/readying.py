"""Is everything ready to sell? Looked at after the kiosk was set up, and from the staff screen."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import FindReadiness, NoteReady
from kioskd.core.intents import GoBack
from kioskd.core.readiness import CheckingReadiness, FirstStart, TestingTouch
from kioskd.core.rules.staffing import asked, start_page
from kioskd.core.rules.table import Context, Step, home, rule, to
from kioskd.core.staff_events import ReadinessFound
from kioskd.core.staff_intents import ShowReady, StartSelling, TestTouch, TouchCorner
from kioskd.core.visit import Place, Visit

_HOME = (Place.ATTRACT, Place.OUT_OF_ORDER)


@rule(_HOME, FirstStart, to=[Place.STAFF_READY], stays=True)
def first_start(visit: Visit, event: FirstStart, context: Context) -> Step:
    """Unless a guest was quicker: then it sells, which is what it is for."""
    if not visit.at_home:
        return Step(visit)
    begun = replace(visit, active_s=context.moment.mono_s)
    return ready_page(begun, context, CheckingReadiness(first=True))


@rule(Place.STAFF_START, ShowReady, to=[Place.STAFF_READY])
def show_ready(visit: Visit, event: ShowReady, context: Context) -> Step:
    return ready_page(visit, context, CheckingReadiness())


def ready_page(visit: Visit, context: Context, phase: CheckingReadiness) -> Step:
    """Looked up anew, with what was tried so far."""
    asking, due_s = asked(context)
    fresh = replace(phase, readiness=None, asking=asking, due_s=due_s, failed=False)
    return to(visit, fresh, FindReadiness(asking))


@rule(Place.STAFF_READY, ReadinessFound, stays=True)
def readiness_found(visit: Visit, event: ReadinessFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, CheckingReadiness)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, replace(phase, readiness=event.readiness, asking=None, due_s=None))


@rule(Place.STAFF_READY, TestTouch, to=[Place.STAFF_TEST_TOUCH])
def test_touch(visit: Visit, event: TestTouch, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, CheckingReadiness)
    return to(visit, TestingTouch(phase))


@rule(Place.STAFF_TEST_TOUCH, TouchCorner, stays=True)
def touch_corner(visit: Visit, event: TouchCorner, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, TestingTouch)
    return to(visit, phase.with_corner(event.corner))


@rule(Place.STAFF_TEST_TOUCH, GoBack, to=[Place.STAFF_READY])
def back_from_touch(visit: Visit, event: GoBack, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, TestingTouch)
    return ready_page(visit, context, replace(phase.ready, touched=phase.ready.touched or phase.passed))


@rule(Place.STAFF_READY, GoBack, to=[Place.STAFF_START], stays=True)
def leave_ready(visit: Visit, event: GoBack, context: Context) -> Step:
    """The first time there is nothing to go back to: nobody has typed a PIN."""
    phase = visit.phase
    assert isinstance(phase, CheckingReadiness)
    return Step(visit) if phase.first else start_page(visit, context)


@rule(Place.STAFF_READY, StartSelling, to=_HOME)
def start_selling(visit: Visit, event: StartSelling, context: Context) -> Step:
    resting, effects = home(visit, context)
    return Step(resting, (*effects, NoteReady()))

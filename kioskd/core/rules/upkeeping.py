"""Staff keep the kiosk in order: test its devices, set it, see what it is, restart it or switch it off."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import FindAbout, FindDials, PrintTest, SetDial, SwitchPower
from kioskd.core.events import Scanned, Tick
from kioskd.core.intents import GoBack
from kioskd.core.readiness import CheckingReadiness
from kioskd.core.rules.readying import ready_page
from kioskd.core.rules.staffing import asked, devices_page, start_page
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.staff_events import AboutFound, DialsFound, PowerRefused, TestPrinted
from kioskd.core.staff_intents import (
    AskPower,
    ConfirmPower,
    ShowAbout,
    ShowPower,
    ShowSettings,
    TestPrinter,
    TestScanners,
    TurnKnob,
)
from kioskd.core.upkeep import (
    MOST_SEEN,
    AdjustingKiosk,
    PowerAct,
    SwitchingPower,
    TestingPrinter,
    TestingScanners,
    ViewingAbout,
    seen_code,
)
from kioskd.core.visit import Place, Visit

# --- tests of devices ----------------------------------------------------------------------------------


_LEAD_TO_TESTS = (Place.STAFF_DEVICES, Place.STAFF_READY)


@rule((*_LEAD_TO_TESTS, Place.STAFF_TEST_PRINT), TestPrinter, to=[Place.STAFF_TEST_PRINT])
def test_printer(visit: Visit, event: TestPrinter, context: Context) -> Step:
    """One at a time: whoever touches again while it prints gets one receipt."""
    phase = visit.phase
    if isinstance(phase, TestingPrinter) and phase.asking:
        return Step(visit)
    ready = phase.ready if isinstance(phase, TestingPrinter) else _begun_at(visit)
    asking, due_s = context.moment.token, context.after(context.shop.limits.test_print_s)
    testing = TestingPrinter(asking=asking, due_s=due_s, ready=ready)
    return to(visit, testing, PrintTest(asking, visit.language))


@rule(Place.STAFF_TEST_PRINT, TestPrinted, stays=True)
def test_printed(visit: Visit, event: TestPrinted, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, TestingPrinter)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, TestingPrinter(event.verdict, ready=phase.ready))


@rule(_LEAD_TO_TESTS, TestScanners, to=[Place.STAFF_TEST_SCAN])
def test_scanners(visit: Visit, event: TestScanners, context: Context) -> Step:
    due_s = context.after(context.shop.limits.test_scan_s)
    return to(visit, TestingScanners(due_s=due_s, ready=_begun_at(visit)))


def _begun_at(visit: Visit) -> CheckingReadiness | None:
    return visit.phase if isinstance(visit.phase, CheckingReadiness) else None


@rule(Place.STAFF_TEST_SCAN, Scanned, stays=True)
def scanned_as_test(visit: Visit, event: Scanned, context: Context) -> Step:
    """It is shown and nothing else: whose it is, nobody is asked."""
    phase = visit.phase
    assert isinstance(phase, TestingScanners)
    seen = (seen_code(event.text, event.source, event.symbology), *phase.seen)
    return to(visit, replace(phase, seen=seen[:MOST_SEEN]))


@rule(Place.STAFF_TEST_SCAN, Tick, to=_LEAD_TO_TESTS, stays=True)
def test_ends(visit: Visit, event: Tick, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, TestingScanners)
    over = phase.due_s is not None and context.moment.mono_s >= phase.due_s
    return _back(visit, phase, context) if over else Step(visit)


@rule((Place.STAFF_TEST_PRINT, Place.STAFF_TEST_SCAN), GoBack, to=_LEAD_TO_TESTS)
def back_from_test(visit: Visit, event: GoBack, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, TestingPrinter | TestingScanners)
    return _back(visit, phase, context)


def _back(visit: Visit, phase: TestingPrinter | TestingScanners, context: Context) -> Step:
    """To where the test was begun, with what came of it."""
    if phase.ready is None:
        return devices_page(visit, context)
    if isinstance(phase, TestingPrinter):
        tried = replace(phase.ready, printed=phase.verdict or phase.ready.printed)
    else:
        tried = replace(phase.ready, scanned=phase.ready.scanned or bool(phase.seen))
    return ready_page(visit, context, tried)


# --- settings ------------------------------------------------------------------------------------------


@rule(Place.STAFF_START, ShowSettings, to=[Place.STAFF_SETTINGS])
def show_settings(visit: Visit, event: ShowSettings, context: Context) -> Step:
    asking, due_s = asked(context)
    return to(visit, AdjustingKiosk(asking=asking, due_s=due_s), FindDials(asking))


@rule(Place.STAFF_SETTINGS, DialsFound, stays=True)
def dials_found(visit: Visit, event: DialsFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, AdjustingKiosk)
    return to(visit, AdjustingKiosk(event.dials)) if event.request == phase.asking else Step(visit)


@rule(Place.STAFF_SETTINGS, TurnKnob, stays=True)
def turn_knob(visit: Visit, event: TurnKnob, context: Context) -> Step:
    """Shown as it is wished for at once, and as it is when that is known."""
    phase = visit.phase
    assert isinstance(phase, AdjustingKiosk)
    found = next((dial for dial in phase.dials or () if dial.knob is event.knob), None)
    value = found.within(found.value + event.steps) if found else 0
    if found is None or value == found.value:
        return Step(visit)
    asking, due_s = asked(context)
    dials = tuple(
        replace(dial, value=value) if dial.knob is event.knob else dial for dial in phase.dials or ()
    )
    wanted = AdjustingKiosk(dials, asking=asking, due_s=due_s)
    return to(visit, wanted, SetDial(asking, event.knob, value))


# --- what it is ----------------------------------------------------------------------------------------


@rule(Place.STAFF_START, ShowAbout, to=[Place.STAFF_ABOUT])
def show_about(visit: Visit, event: ShowAbout, context: Context) -> Step:
    asking, due_s = asked(context)
    return to(visit, ViewingAbout(asking=asking, due_s=due_s), FindAbout(asking))


@rule(Place.STAFF_ABOUT, AboutFound, stays=True)
def about_found(visit: Visit, event: AboutFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingAbout)
    return to(visit, ViewingAbout(event.about)) if event.request == phase.asking else Step(visit)


# --- power ---------------------------------------------------------------------------------------------


@rule(Place.STAFF_START, ShowPower, to=[Place.STAFF_POWER])
def show_power(visit: Visit, event: ShowPower, context: Context) -> Step:
    return to(visit, SwitchingPower())


@rule(Place.STAFF_POWER, AskPower, stays=True)
def ask_power(visit: Visit, event: AskPower, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, SwitchingPower)
    allowed = event.act is PowerAct.RESTART_KIOSK or context.shop.power
    return to(visit, SwitchingPower(event.act)) if allowed and not phase.asking else Step(visit)


@rule(Place.STAFF_POWER, ConfirmPower, stays=True)
def confirm_power(visit: Visit, event: ConfirmPower, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, SwitchingPower)
    if phase.wanted is None or phase.asking:
        return Step(visit)
    asking, due_s = asked(context)
    return to(visit, SwitchingPower(phase.wanted, asking, due_s), SwitchPower(asking, phase.wanted))


@rule(Place.STAFF_POWER, PowerRefused, stays=True)
def power_refused(visit: Visit, event: PowerRefused, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, SwitchingPower)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, SwitchingPower(refused=event.refusal, detail=event.detail))


@rule(Place.STAFF_POWER, GoBack, to=[Place.STAFF_START], stays=True)
def leave_power(visit: Visit, event: GoBack, context: Context) -> Step:
    """One step back: from whether to what, then to the start."""
    phase = visit.phase
    assert isinstance(phase, SwitchingPower)
    if phase.asking:
        return Step(visit)
    return start_page(visit, context) if phase.wanted is None else to(visit, SwitchingPower())


@rule((Place.STAFF_SETTINGS, Place.STAFF_ABOUT), GoBack, to=[Place.STAFF_START])
def leave_page(visit: Visit, event: GoBack, context: Context) -> Step:
    return start_page(visit, context)

"""The codes that tell a kiosk what it is, one after the other and in any order."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.enrolling import CheckEnrolment, Enrolling, EnrolmentChecked, PairingChanged
from kioskd.core.enrolment import Collected, Objection, read_part
from kioskd.core.events import Scanned, Tick
from kioskd.core.intents import ChooseLanguage
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.visit import Place, Visit


@rule(Place.ENROLLING, PairingChanged, stays=True)
def pairing_changed(visit: Visit, event: PairingChanged, context: Context) -> Step:
    """What was scanned before was made for another one. What was wrong stays to be read."""
    phase = visit.phase
    assert isinstance(phase, Enrolling)
    if phase.done:
        return Step(visit)
    return to(visit, replace(phase, pairing=event.pairing, collected=None, asking=None, due_s=None))


@rule(Place.ENROLLING, Scanned, stays=True)
def code_scanned(visit: Visit, event: Scanned, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, Enrolling)
    if phase.asking or phase.done or not phase.pairing:
        return Step(visit)
    part = read_part(event.text)
    if part is None:
        return to(visit, replace(phase, objection=Objection.NOT_OURS))
    collected = (phase.collected or Collected()).with_part(part)
    fresh = Enrolling(phase.pairing, collected)
    if not collected.complete:
        return to(visit, fresh)
    asking, due_s = context.moment.token, context.after(context.shop.limits.staff_answer_s)
    check = CheckEnrolment(asking, collected, phase.pairing)
    return to(visit, replace(fresh, asking=asking, due_s=due_s), check)


@rule(Place.ENROLLING, EnrolmentChecked, stays=True)
def enrolment_checked(visit: Visit, event: EnrolmentChecked, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, Enrolling)
    if event.request != phase.asking:
        return Step(visit)
    done = event.objection is None and not event.problems
    return to(
        visit,
        Enrolling(phase.pairing, objection=event.objection, problems=event.problems, done=done),
    )


@rule(Place.ENROLLING, Tick, stays=True)
def nobody_looked_into_it(visit: Visit, event: Tick, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, Enrolling)
    if phase.due_s is None or context.moment.mono_s < phase.due_s:
        return Step(visit)
    return to(visit, Enrolling(phase.pairing, objection=Objection.DAMAGED))


@rule(Place.ENROLLING, ChooseLanguage, stays=True)
def choose_language(visit: Visit, event: ChooseLanguage, context: Context) -> Step:
    known = event.language in context.shop.languages
    return Step(replace(visit, language=event.language) if known else visit)

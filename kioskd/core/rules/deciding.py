"""Staff decide what the kiosk cannot find out: card payments, and what may or may not be in effect."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import DecideQuestion, FindQuestions
from kioskd.core.intents import GoBack
from kioskd.core.rules.staffing import asked
from kioskd.core.rules.table import Context, Step, rule, to
from kioskd.core.staff import BrowsingQuestions, ViewingQuestion
from kioskd.core.staff_events import QuestionDecided, QuestionRefused, QuestionsFound
from kioskd.core.staff_intents import ConfirmDecision, Decide, PickCandidate, ShowQuestion, ShowQuestions
from kioskd.core.visit import Place, Visit


@rule(Place.STAFF_START, ShowQuestions, to=[Place.STAFF_QUESTIONS])
def show_questions(visit: Visit, event: ShowQuestions, context: Context) -> Step:
    return _browse(visit, context)


def _browse(visit: Visit, context: Context) -> Step:
    asking, due_s = asked(context)
    return to(visit, BrowsingQuestions(asking=asking, due_s=due_s), FindQuestions(asking))


@rule(Place.STAFF_QUESTIONS, QuestionsFound, stays=True)
def questions_found(visit: Visit, event: QuestionsFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, BrowsingQuestions)
    return to(visit, BrowsingQuestions(event.questions)) if event.request == phase.asking else Step(visit)


@rule(Place.STAFF_QUESTIONS, ShowQuestion, to=[Place.STAFF_QUESTION], stays=True)
def show_question(visit: Visit, event: ShowQuestion, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, BrowsingQuestions)
    found = next((each for each in phase.questions or () if each.id == event.question_id), None)
    return to(visit, ViewingQuestion(found)) if found else Step(visit)


@rule(Place.STAFF_QUESTION, PickCandidate, stays=True)
def pick_candidate(visit: Visit, event: PickCandidate, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingQuestion)
    if phase.asking or event.candidate not in phase.question.evidence.candidates:
        return Step(visit)
    candidate = None if phase.candidate == event.candidate else event.candidate
    return to(visit, replace(phase, candidate=candidate, refused=""))


@rule(Place.STAFF_QUESTION, Decide, stays=True)
def decide(visit: Visit, event: Decide, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingQuestion)
    if phase.asking or event.decision not in phase.question.decisions:
        return Step(visit)
    return to(visit, replace(phase, decision=event.decision, refused=""))


@rule(Place.STAFF_QUESTION, ConfirmDecision, stays=True)
def confirm_decision(visit: Visit, event: ConfirmDecision, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingQuestion)
    if phase.decision is None or phase.asking:
        return Step(visit)
    asking, due_s = asked(context)
    wish = DecideQuestion(asking, phase.question.id, phase.decision, event.reason, phase.candidate)
    return to(visit, replace(phase, decision=None, asking=asking, due_s=due_s), wish)


@rule(Place.STAFF_QUESTION, QuestionDecided, to=[Place.STAFF_QUESTIONS], stays=True)
def question_decided(visit: Visit, event: QuestionDecided, context: Context) -> Step:
    """Back to the others: this one is none any more."""
    phase = visit.phase
    assert isinstance(phase, ViewingQuestion)
    return _browse(visit, context) if event.request == phase.asking else Step(visit)


@rule(Place.STAFF_QUESTION, QuestionRefused, stays=True)
def question_refused(visit: Visit, event: QuestionRefused, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingQuestion)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, replace(phase, asking=None, due_s=None, refused=event.why))


@rule(Place.STAFF_QUESTION, GoBack, to=[Place.STAFF_QUESTIONS], stays=True)
def leave_question(visit: Visit, event: GoBack, context: Context) -> Step:
    """One step back: from how they know to what they say, then to the questions, as they are now."""
    phase = visit.phase
    assert isinstance(phase, ViewingQuestion)
    if phase.decision is not None:
        return to(visit, replace(phase, decision=None))
    return Step(visit) if phase.asking else _browse(visit, context)

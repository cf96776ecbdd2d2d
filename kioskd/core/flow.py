"""How a visit changes: `step` applies the table of rules, `next_deadline` says when time itself will."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from kioskd.core import rules
from kioskd.core.events import Event, Moment, Scanned
from kioskd.core.intents import ChangeVolume, HearAll, Intent, SetAid, UseKeys
from kioskd.core.rules.table import RULES, Context, Step
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit

_INTENTS = get_args(Intent)
_TO_READ_IT = (SetAid, UseKeys, ChangeVolume, HearAll)
"""Whoever does this may want to see or hear what is said just now."""


def step(visit: Visit, event: Event, moment: Moment, shop: Shop) -> Step:
    """The only way a visit changes. Pure: the same arguments give the same result.

    An event without a rule at this place has no effect: a late answer, a touch on a screen just left.
    Raises AssertionError when a rule leads where the table does not say; the daemon then starts afresh.
    """
    guest_acted = isinstance(event, (*_INTENTS, Scanned))
    visit = replace(visit, now=moment.wall, active_s=moment.mono_s if guest_acted else visit.active_s)
    answered = guest_acted and not isinstance(event, _TO_READ_IT)
    if visit.notice and (answered or moment.mono_s >= rules.waiting.notice_end_s(visit, visit.notice, shop)):
        visit = replace(visit, notice=None)
    if visit.hint and (guest_acted or moment.mono_s >= visit.hint.until_s):
        visit = replace(visit, hint=None)
    found = RULES.get((visit.place, type(event)))
    if found is None:
        return Step(visit)
    context = Context(moment, shop)
    result = found.handler(visit, event, context)
    if result.visit.place not in found.leads_to:
        raise AssertionError(f"{type(event).__name__} led from {visit.place} to {result.visit.place}")
    billed = rules.billing.with_bill(visit, result, context)
    judged = rules.judging.with_question(billed, context)
    return rules.repeating.with_question(rules.previewing.with_question(judged, context), context)


def next_deadline(visit: Visit, shop: Shop) -> float | None:
    """When the next Tick is due, in monotonic seconds; None when nothing can time out."""
    return min(rules.waiting.deadlines(visit, shop), default=None)

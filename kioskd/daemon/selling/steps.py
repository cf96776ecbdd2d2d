"""One step of a settlement, done while a guest waits: told in words that a guest can be given."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from kioskd.core import settlement
from kioskd.core.denial import Denial
from kioskd.core.settlement import Step
from kioskd.daemon.selling.drafts import step_draft
from kioskd.daemon.selling.reserved import Hold
from kioskd.outbox.courier import ABSENT, Applied, Outcome, Refused, Unclear
from kioskd.outbox.operation import OperationRefused
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.saga import Course, Decision

log = logging.getLogger(__name__)

STEP_S = 8.0
"""How long a guest waits for one step."""


class Steps:
    """Each is on the disk with what takes it back before it is asked for. Raises only StorageError.

    `clock` is the monotonic one that holds are counted by.
    """

    def __init__(self, outbox: Outbox, clock: Callable[[], float]) -> None:
        self._outbox = outbox
        self._clock = clock

    async def do(self, step: Step, saga: str, deadline_s: float) -> Applied | Denial:
        """Applied: it is in effect. UNREACHABLE: it is not and never will be. UNCLEAR: nobody knows yet."""
        back = settlement.undo(step)
        try:
            outcome = await self._outbox.perform(
                step_draft(step, saga, at_once=True), deadline_s, step_draft(back, saga) if back else None
            )
        except OperationRefused as refused:  # the outbox is full, or the step too large
            log.error("a step of a settlement was not begun: %s", refused)
            return Denial.UNREACHABLE
        if isinstance(outcome, Applied) and not outcome.result.get("overdrawn"):
            return outcome
        return _denial(outcome)

    async def hold(self, step: Step, saga: str, deadline_s: float) -> Hold | Denial:
        """One that nobody answered for in time is let go as soon as it is known."""
        asked_s = self._clock()
        outcome = await self.do(step, saga, deadline_s)
        if outcome is Denial.UNCLEAR:
            await self.abandon(step.id, "no answer in time")
        if isinstance(outcome, Denial):
            return outcome
        lasts_s = _seconds(outcome.keep.get("lasts_s"))
        over_s = None if lasts_s is None else asked_s + lasts_s
        return Hold(step.id, over_s, _moment(outcome.keep.get("until")))

    async def abandon(self, step_id: str, reason: str) -> None:
        """It is undone if it is in effect, now or later."""
        try:
            await self._outbox.abandon(step_id, reason)
        except OperationRefused as refused:  # it came to nothing, and its saga with it
            log.debug("nothing to abandon: %s", refused)

    async def undo(self, saga: str, reason: str) -> None:
        try:
            await self._outbox.accept(decide=Decision(saga, Course.UNDO, reason))
        except OperationRefused as refused:  # not even its first step was begun
            log.debug("nothing to undo: %s", refused)


def _denial(outcome: Outcome) -> Denial:
    match outcome:
        case Applied():
            return Denial.INSUFFICIENT_BALANCE  # the backend let the balance fall below zero
        case Refused(reason):
            return Denial.UNREACHABLE if reason == ABSENT else Denial.of(reason)
        case Unclear():
            return Denial.UNCLEAR
    return Denial.UNREACHABLE


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None

"""Taking a whole payment back (06 30), with the same care as charging it. Pure: see `zvt_wishes`.

A terminal reverses by receipt number and only until its end of day; some reverse whatever was last. So the
answer is compared with what was asked, and a reversal whose end was not seen is looked up, never repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from kioskd.core.card_terminal import Reversal, ReversalOutcome, Slip, SlipKind
from kioskd.core.errors import DeviceError, DeviceFault
from kioskd.core.events import PaymentOutcome
from kioskd.devices.terminal import zvt_commands as commands
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.attempts import Attempt, Mark, Memory, reversal_of
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import code_words
from kioskd.devices.terminal.zvt_conversation import Attendant, Conversation, Ending
from kioskd.devices.terminal.zvt_findings import mark_of
from kioskd.devices.terminal.zvt_paper import PaperTray
from kioskd.devices.terminal.zvt_payment import Verdict
from kioskd.devices.terminal.zvt_session import ZvtSession
from kioskd.devices.terminal.zvt_settling import Settling
from kioskd.devices.terminal.zvt_wishes import File, Keep

_log = logging.getLogger(__name__)

_SETTLED = {
    PaymentOutcome.APPROVED: ReversalOutcome.REVERSED,
    PaymentOutcome.DECLINED: ReversalOutcome.REFUSED,
    PaymentOutcome.UNKNOWN: ReversalOutcome.UNKNOWN,
}


class ZvtReversal:
    """One script at a time, as with `ZvtDesk`."""

    def __init__(
        self, name: str, session: ZvtSession, memory: Memory, wall_clock: Callable[[], datetime]
    ) -> None:
        self._name = name
        self._session = session
        self._memory = memory
        self._wall_clock = wall_clock
        self._settling = Settling(name, session, memory)

    async def reverse(self, reference: str) -> Reversal:
        try:
            paid = self._memory.get(reference)
            if paid is None or paid.outcome is not PaymentOutcome.APPROVED or paid.seen is None:
                return Reversal(ReversalOutcome.REFUSED, "this kiosk knows of no such card payment")
            earlier = await self._earlier(reversal_of(reference))
            if earlier is not None:
                return earlier
            if paid.seen.receipt is None:
                return Reversal(ReversalOutcome.REFUSED, "the terminal gave it no receipt number")
            await self._session.ready()
            last = await self._session.last_transaction()
            attempt = Attempt(
                reversal_of(reference),
                paid.amount_minor if paid.charged_minor is None else paid.charged_minor,
                paid.currency_code,
                self._wall_clock(),
                before=mark_of(last) if last else None,
                reverses=paid.seen,
            )
            await Keep(attempt)
        except (DeviceError, OSError) as fault:
            _log.warning("%s: no reversal possible: %s", self._name, fault)
            return Reversal(ReversalOutcome.UNAVAILABLE, str(fault) if isinstance(fault, DeviceError) else "")
        return await self._ask(attempt, paid.seen.receipt)

    async def _earlier(self, name: str) -> Reversal | None:
        """Why nothing more is asked of the terminal: it is done, or something is undecided."""
        undecided = self._memory.undecided()
        if undecided is not None:
            settled = await self._settling.settle(undecided)
            if undecided.reference == name:
                return Reversal(_SETTLED[settled.outcome], settled.evidence)
            if settled.outcome is PaymentOutcome.UNKNOWN:
                return Reversal(ReversalOutcome.UNAVAILABLE, "an earlier payment is undecided")
        done = self._memory.get(name)
        if done is not None and done.outcome is PaymentOutcome.APPROVED:
            return Reversal(ReversalOutcome.REVERSED, done.evidence)
        return None

    async def _ask(self, attempt: Attempt, receipt: int) -> Reversal:
        session = self._session
        notes = _Notes(session.tray())
        conversation = Conversation(notes, session.deadlines, silence_s=session.deadlines.silence_s)
        password = session.identity.password
        command = commands.reversal(password, receipt, attempt.amount_minor, attempt.currency_code)
        try:
            ending = await session.converse(conversation, command)
        except DeviceFault as fault:
            _log.warning("%s: lost sight of a reversal: %s", self._name, fault)
            ending = None
        for slip in notes.tray.slips():
            await File(attempt.reference, slip)
        assert attempt.reverses is not None
        reversal = _judge(attempt.amount_minor, attempt.reverses, notes.last, ending)
        if reversal is None:
            settled = await self._settling.settle(attempt)
            return Reversal(_SETTLED[settled.outcome], settled.evidence, notes.customer_slip)
        if reversal.outcome is ReversalOutcome.OTHER_REVERSED:
            _log.error("%s: %s", self._name, reversal.evidence)
            return replace(reversal, slip=notes.customer_slip)  # stays undecided: a person must act
        outcome = PaymentOutcome.DECLINED
        if reversal.outcome is ReversalOutcome.REVERSED:
            outcome = PaymentOutcome.APPROVED
        await self._settling.decide(attempt, Verdict(outcome, reversal.evidence))
        return replace(reversal, slip=notes.customer_slip)


def _judge(
    amount_minor: int, reverses: Mark, last: zvt.StatusInformation | None, ending: Ending | None
) -> Reversal | None:
    """None when the terminal must be asked again."""
    if ending is None or (last is not None and last.approved and ending.completion is None):
        return None
    if ending.completion is None or (last is not None and not last.approved):
        code = ending.code if last is None or last.approved else last.result
        return Reversal(ReversalOutcome.REFUSED, code_words(code))
    if last is None:
        return None
    same = last.original_trace in (None, reverses.trace) and last.amount_minor in (None, amount_minor)
    if not same:
        what = f"asked to reverse trace {reverses.trace}, the terminal reversed another: {last.evidence}"
        return Reversal(ReversalOutcome.OTHER_REVERSED, what)
    if last.original_trace is None:
        return None  # it may be ours: the record will tell, or a person
    return Reversal(ReversalOutcome.REVERSED, last.evidence)


class _Notes(Attendant):
    def __init__(self, tray: PaperTray) -> None:
        self.tray = tray
        self.last: zvt.StatusInformation | None = None

    @property
    def customer_slip(self) -> Slip | None:
        return next((slip for slip in self.tray.slips() if slip.kind is SlipKind.CUSTOMER), None)

    async def answer_status(self, status: zvt.StatusInformation | None) -> Apdu:
        self.last = status
        return zvt.YES

    def hear_print(self, message: Apdu) -> None:
        self.tray.take(message)

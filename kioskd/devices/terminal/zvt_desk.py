"""Payments at one terminal, from the intent to what is certain. Pure: see `zvt_wishes`.

What it holds to: the intent is on the disk before the terminal hears of a payment; the approval is on the
disk before the terminal hears our yes; a payment whose end was not seen is looked up, never repeated; and
while one is undecided no other is begun, because the terminal can only be asked about its last one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from kioskd.core.card_terminal import Approval, PaymentResult
from kioskd.core.errors import DeviceError, DeviceFault
from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.core.money import Money
from kioskd.devices.terminal import zvt_commands as commands
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.attempts import Attempt, Memory, reversal_of
from kioskd.devices.terminal.zvt_codes import card_trouble
from kioskd.devices.terminal.zvt_conversation import Conversation
from kioskd.devices.terminal.zvt_findings import mark_of
from kioskd.devices.terminal.zvt_payment import Verdict, ZvtPayment
from kioskd.devices.terminal.zvt_session import NotReady, ZvtSession
from kioskd.devices.terminal.zvt_settling import Settling
from kioskd.devices.terminal.zvt_wishes import Consult, File, Keep

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """`takes_less`: somebody can be consulted about an approval for less than `amount`."""

    reference: str
    amount: Money
    language: str = "en"
    takes_less: bool = False


class ZvtDesk:
    """`memory` is what Keep has kept. `wall_clock` gives aware local time.

    One script at a time: whoever runs them sees to it.
    """

    def __init__(
        self, name: str, session: ZvtSession, memory: Memory, wall_clock: Callable[[], datetime]
    ) -> None:
        self._name = name
        self._session = session
        self._memory = memory
        self._wall_clock = wall_clock
        self._settling = Settling(name, session, memory)

    def payment(self, request: Request, progress: Callable[[PaymentStep], None]) -> ZvtPayment:
        """To be handed to `pay`, and to be aborted at any time."""
        currency = request.amount.currency

        async def remember(approval: zvt.StatusInformation) -> bool:
            attempt = self._memory.get(request.reference)
            assert attempt is not None and approval.amount_minor is not None
            seen = replace(
                attempt,
                seen=mark_of(approval),
                evidence=approval.evidence,
                charged_minor=approval.amount_minor,
            )
            await Keep(seen)
            return await Consult(Approval(Money(approval.amount_minor, currency), approval.evidence))

        return ZvtPayment(
            request.amount.minor,
            self._session.identity.currency_code,
            progress,
            remember,
            self._session.tray(),
            takes_less=request.takes_less,
        )

    async def pay(self, request: Request, payment: ZvtPayment) -> PaymentResult:
        """One payment. A reference that was already approved is not charged again."""
        reference, currency = request.reference, request.amount.currency
        try:
            if (earlier := await self._earlier(reference)) is not None:
                return as_result(earlier, currency)
            await self._session.ready()
            last = await self._session.last_transaction()
            await self._session.speak(request.language)
            attempt = Attempt(
                reference,
                request.amount.minor,
                self._session.identity.currency_code,
                self._wall_clock(),
                before=mark_of(last) if last else None,
                takes_less=request.takes_less,
            )
            if payment.abort_wanted:
                return PaymentResult(PaymentOutcome.ABORTED)
            await Keep(attempt)
        except (DeviceError, OSError) as fault:
            _log.warning("%s: no payment possible: %s", self._name, fault)
            trouble = card_trouble(fault.code) if isinstance(fault, NotReady) else None
            return PaymentResult(PaymentOutcome.UNAVAILABLE, trouble=trouble)
        if payment.abort_wanted:
            aborted = await self._settling.decide(attempt, Verdict(PaymentOutcome.ABORTED))
            return as_result(aborted, currency)
        verdict = await self._authorise(attempt, payment)
        for slip in payment.slips:
            await File(reference, slip)
        return replace(as_result(verdict, currency), slip=payment.customer_slip)

    async def _authorise(self, attempt: Attempt, payment: ZvtPayment) -> Verdict:
        session = self._session
        conversation = Conversation(
            payment, session.deadlines, silence_s=session.deadlines.silence_s, aborts=True
        )
        try:
            command = commands.authorisation(attempt.amount_minor, attempt.currency_code)
            verdict = payment.result(await session.converse(conversation, command))
        except DeviceFault as fault:
            _log.warning("%s: lost sight of a payment: %s", self._name, fault)
            verdict = None
        attempt = self._memory.get(attempt.reference) or attempt
        if verdict is not None:
            return await self._settling.decide(attempt, verdict)
        payment.lose_sight()
        settled = await self._settling.settle(attempt)
        if settled.outcome is PaymentOutcome.DECLINED:  # proven unpaid, but no bank said no
            stopped = PaymentOutcome.ABORTED if payment.abort_wanted else PaymentOutcome.UNAVAILABLE
            return replace(settled, outcome=stopped)
        return settled

    async def _earlier(self, reference: str) -> Verdict | None:
        """Why no new payment may begin: this one is paid or undecided, or another one is undecided."""
        undecided = self._memory.undecided()
        if undecided is not None:
            settled = await self._settling.settle(undecided)
            if settled.outcome is PaymentOutcome.UNKNOWN:
                ours = undecided.reference == reference
                return settled if ours else Verdict(PaymentOutcome.UNAVAILABLE)
        earlier = self._memory.get(reference)
        if earlier is not None and earlier.outcome is PaymentOutcome.APPROVED:
            return _verdict_of(earlier)
        return None

    async def outcome(self, reference: str, currency: str) -> PaymentResult:
        """What became of an earlier payment. UNKNOWN may become known later: ask again.

        Raises AttemptsUnreadable.
        """
        attempt = self._memory.get(reference)
        if attempt is None:
            # Every payment is written down before the terminal hears of it.
            never_begun = self._memory.existed
            return PaymentResult(PaymentOutcome.DECLINED if never_begun else PaymentOutcome.UNKNOWN)
        verdict = _verdict_of(attempt)
        if attempt.outcome is None:
            verdict = await self._settling.settle(attempt)
        if verdict.outcome in (PaymentOutcome.ABORTED, PaymentOutcome.UNAVAILABLE):
            verdict = replace(verdict, outcome=PaymentOutcome.DECLINED)  # in hindsight they are alike
        return as_result(verdict, currency)

    async def settle_by_hand(self, reference: str, *, paid: bool) -> None:
        """A person has looked whether the merchant has the money. Raises OSError or AttemptsUnreadable."""
        done, not_done = PaymentOutcome.APPROVED, PaymentOutcome.DECLINED
        for name, is_so in ((reference, paid), (reversal_of(reference), not paid)):
            attempt = self._memory.get(name)
            if attempt is not None and attempt.outcome is None:
                await Keep(replace(attempt, outcome=done if is_so else not_done))


def _verdict_of(attempt: Attempt) -> Verdict:
    outcome = attempt.outcome or PaymentOutcome.UNKNOWN
    charged_minor = None
    if outcome is PaymentOutcome.APPROVED:
        charged_minor = attempt.amount_minor if attempt.charged_minor is None else attempt.charged_minor
    return Verdict(outcome, attempt.evidence, charged_minor)


def as_result(verdict: Verdict, currency: str) -> PaymentResult:
    charged = None if verdict.charged_minor is None else Money(verdict.charged_minor, currency)
    return PaymentResult(verdict.outcome, verdict.evidence, charged, trouble=verdict.trouble)

"""Finding out what became of an attempt whose end was not seen. Pure: see `zvt_wishes`."""

from __future__ import annotations

import logging
from dataclasses import replace

from kioskd.core.errors import DeviceError, DeviceFault
from kioskd.core.events import PaymentOutcome
from kioskd.devices.terminal.attempts import Attempt, Memory
from kioskd.devices.terminal.zvt_findings import Finding, find, mark_of
from kioskd.devices.terminal.zvt_messages import StatusInformation
from kioskd.devices.terminal.zvt_payment import Verdict
from kioskd.devices.terminal.zvt_session import ZvtSession
from kioskd.devices.terminal.zvt_wishes import Keep, Now, Pause

_log = logging.getLogger(__name__)


class Settling:
    """Asks the terminal and nobody else. Of a reversal, APPROVED says that the payment was taken back."""

    def __init__(self, name: str, session: ZvtSession, memory: Memory) -> None:
        self._name = name
        self._session = session
        self._memory = memory

    async def settle(self, attempt: Attempt) -> Verdict:
        """Ask what became of it, for about `settle_s`, and remember what is certain."""
        finding, last = await self._find_out(attempt)
        if finding is Finding.UNCLEAR:
            _log.error("%s: a payment is undecided, a person must look", self._name)
            return Verdict(PaymentOutcome.UNKNOWN, attempt.evidence or _last_known(attempt))
        if finding is not Finding.PAID or last is None:
            evidence = last.evidence if last is not None and finding is Finding.NOT_PAID else ""
            return await self.decide(attempt, Verdict(PaymentOutcome.DECLINED, evidence))
        known = replace(attempt, seen=mark_of(last))
        charged_minor = last.amount_minor if last.amount_minor is not None else attempt.amount_minor
        return await self.decide(known, Verdict(PaymentOutcome.APPROVED, last.evidence, charged_minor))

    async def decide(self, attempt: Attempt, verdict: Verdict) -> Verdict:
        charged_minor = verdict.charged_minor
        decided = replace(
            attempt,
            outcome=verdict.outcome,
            evidence=verdict.evidence,
            charged_minor=attempt.charged_minor if charged_minor is None else charged_minor,
        )
        try:
            await Keep(decided)
        except (OSError, DeviceFault) as error:
            # It stays undecided on the disk, and is looked up again before the next payment.
            _log.error("%s: the end of a payment could not be written down: %s", self._name, error)
        return verdict

    async def _find_out(self, attempt: Attempt) -> tuple[Finding, StatusInformation | None]:
        deadlines = self._session.deadlines
        end_s = await Now() + deadlines.settle_s
        unchanged = 0
        while True:
            try:
                await self._session.ready()
                last = await self._session.last_transaction()
            except DeviceError as fault:
                _log.info("%s: cannot look a payment up yet: %s", self._name, fault)
            else:
                finding = find(attempt, last, deadlines.payment_s)
                unchanged += finding is Finding.NOTHING_NEW
                if unchanged == 2:
                    return Finding.NOT_PAID, None
                if finding is not Finding.NOTHING_NEW:
                    return finding, last
            if await Now() >= end_s:
                return Finding.UNCLEAR, None
            await Pause(deadlines.retry_s)


def _last_known(attempt: Attempt) -> str:
    if attempt.before is None or attempt.before.receipt is None:
        return ""
    return f"terminal {attempt.before.terminal_id} after receipt {attempt.before.receipt:04d}"

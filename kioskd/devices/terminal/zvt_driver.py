"""A card terminal that speaks ZVT over TCP, as terminals in Germany, Austria and Switzerland do.

What it holds to: the intent is on the disk before the terminal hears of a payment; the approval is on the
disk before the terminal hears our yes; a payment whose end was not seen is looked up, never repeated; and
while one is undecided no other is begun, because the terminal can only be asked about its last one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kioskd.core.errors import ConfigError, DeviceError, DeviceFault, MoneyError
from kioskd.core.events import DeviceChanged, PaymentOutcome, PaymentStep
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.money import Money
from kioskd.core.ports import Emit, PaymentResult
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.attempts import Attempt, AttemptJournal, AttemptsUnreadable
from kioskd.devices.terminal.zvt_conversation import Conversation
from kioskd.devices.terminal.zvt_findings import Finding, find, mark_of
from kioskd.devices.terminal.zvt_link import Deadlines
from kioskd.devices.terminal.zvt_payment import ZvtPayment
from kioskd.devices.terminal.zvt_session import NotReady, ZvtSession

_log = logging.getLogger(__name__)


def _local_now() -> datetime:
    return datetime.now(UTC).astimezone()


class ZvtTerminal:
    """A `PaymentTerminal` and a `Device`.

    `attempts` is the file in which the driver remembers what it asked for; its directory exists. `currency`
    is an ISO 4217 code. Raises ConfigError for a currency or password that ZVT cannot carry.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        password: str,
        currency: str,
        attempts: Path,
        deadlines: Deadlines | None = None,
        wall_clock: Callable[[], datetime] = _local_now,
    ) -> None:
        if currency not in zvt.CURRENCY_CODES:
            known = ", ".join(sorted(zvt.CURRENCY_CODES))
            raise ConfigError(name, f"a ZVT terminal cannot charge {currency}", f"one of {known}")
        try:
            zvt.status_enquiry(password)
        except ValueError:
            raise ConfigError(name, "the terminal password is wrong", "six digits") from None
        self.name = name
        self._currency = currency
        self._currency_code = zvt.CURRENCY_CODES[currency]
        self._deadlines = deadlines or Deadlines()
        self._wall_clock = wall_clock
        self._journal = AttemptJournal(attempts)
        self._session = ZvtSession(host, port, password, self._currency_code, self._deadlines)
        self._turn = asyncio.Lock()
        """One command at a time on the terminal."""
        self._payment: ZvtPayment | None = None
        self._running = False

    # --- Device -------------------------------------------------------------------------------------

    async def run(self, emit: Emit) -> None:
        """Keep the terminal registered, ask for its state now and then, settle what is undecided."""
        known: DeviceHealth | None = None
        self._running = True
        try:
            while True:
                async with self._turn:
                    health = await self._look()
                if health != known:
                    known = health
                    emit(DeviceChanged(health))
                await self._session.wait_closed(self._deadlines.idle_s)
        finally:
            self._running = False
            if not self._turn.locked():
                self._session.close()

    async def _look(self) -> DeviceHealth:
        try:
            await self._session.ready()
            undecided = self._journal.undecided()
            if undecided is not None and (await self._settle(undecided)).outcome is PaymentOutcome.UNKNOWN:
                detail = "an earlier payment is undecided: compare the terminal's journal"
                return self._health(DeviceState.FAULTY, detail)
        except (NotReady, AttemptsUnreadable) as fault:
            return self._health(DeviceState.FAULTY, str(fault))
        return self._health(DeviceState.OK)

    def _health(self, state: DeviceState, detail: str = "") -> DeviceHealth:
        return DeviceHealth(self.name, DeviceKind.TERMINAL, state, detail)

    # --- PaymentTerminal ----------------------------------------------------------------------------

    async def pay(
        self, reference: str, amount: Money, progress: Callable[[PaymentStep], None]
    ) -> PaymentResult:
        """See the port. A reference that was already approved is not charged again.

        Raises MoneyError for another currency, ValueError for an amount a card cannot pay, RuntimeError when
        a payment is under way.
        """
        if amount.currency != self._currency:
            raise MoneyError(f"{amount.currency} at a terminal for {self._currency}")
        if self._payment is not None:
            raise RuntimeError("a payment is under way")

        async def remember(approval: zvt.StatusInformation) -> None:
            attempt = self._journal.get(reference)
            assert attempt is not None
            await self._journal.put(replace(attempt, seen=mark_of(approval), evidence=approval.evidence))

        payment = ZvtPayment(amount.minor, self._currency_code, progress, remember)
        self._payment = payment
        try:
            async with self._turn:
                return await self._pay(reference, amount, payment)
        finally:
            self._payment = None
            self._hang_up_unless_running()

    async def abort(self) -> None:
        """See the port. Without a payment in flight nothing happens."""
        if self._payment is not None:
            self._payment.abort()

    async def outcome(self, reference: str) -> PaymentResult:
        """See the port. UNKNOWN may become known later: ask again."""
        try:
            async with self._turn:
                return _as_settled(await self._recall(reference))
        except AttemptsUnreadable as fault:
            _log.error("%s", fault)
            return PaymentResult(PaymentOutcome.UNKNOWN)
        finally:
            self._hang_up_unless_running()

    async def settle_by_hand(self, reference: str, *, paid: bool) -> None:
        """A person has looked: the payment is decided and no longer blocks others. Raises OSError."""
        async with self._turn:
            attempt = self._journal.get(reference)
            if attempt is not None and attempt.outcome is None:
                outcome = PaymentOutcome.APPROVED if paid else PaymentOutcome.DECLINED
                await self._journal.put(replace(attempt, outcome=outcome))

    async def _pay(self, reference: str, amount: Money, payment: ZvtPayment) -> PaymentResult:
        try:
            if (earlier := await self._earlier(reference)) is not None:
                return earlier
            link = await self._session.ready()
            last = await self._session.last_transaction()
            attempt = Attempt(
                reference,
                amount.minor,
                self._currency_code,
                self._wall_clock(),
                before=mark_of(last) if last else None,
            )
            if payment.abort_wanted:
                return PaymentResult(PaymentOutcome.ABORTED)
            await self._journal.put(attempt)
        except (DeviceError, OSError) as fault:
            _log.warning("%s: no payment possible: %s", self.name, fault)
            return PaymentResult(PaymentOutcome.UNAVAILABLE)
        if payment.abort_wanted or not link.is_open:
            outcome = PaymentOutcome.ABORTED if payment.abort_wanted else PaymentOutcome.UNAVAILABLE
            return await self._decide(attempt, PaymentResult(outcome))
        conversation = Conversation(
            link,
            self._deadlines,
            silence_s=self._deadlines.silence_s,
            aborts=True,
            on_status=payment.answer_status,
            on_progress=payment.hear_progress,
        )
        payment.attend(conversation)
        try:
            result = payment.result(await self._session.converse(conversation, payment.command))
        except DeviceFault as fault:
            _log.warning("%s: lost sight of a payment: %s", self.name, fault)
            result = None
        attempt = self._journal.get(reference) or attempt
        if result is not None:
            return await self._decide(attempt, result)
        settled = await self._settle(attempt)
        if settled.outcome is PaymentOutcome.DECLINED:  # proven unpaid, but no bank said no
            stopped = PaymentOutcome.ABORTED if payment.abort_wanted else PaymentOutcome.UNAVAILABLE
            return replace(settled, outcome=stopped)
        return settled

    async def _earlier(self, reference: str) -> PaymentResult | None:
        """Why no new payment may begin: this one is paid or undecided, or another one is undecided."""
        undecided = self._journal.undecided()
        if undecided is not None:
            settled = await self._settle(undecided)
            if settled.outcome is PaymentOutcome.UNKNOWN:
                ours = undecided.reference == reference
                return settled if ours else PaymentResult(PaymentOutcome.UNAVAILABLE)
        earlier = self._journal.get(reference)
        if earlier is not None and earlier.outcome is PaymentOutcome.APPROVED:
            return PaymentResult(PaymentOutcome.APPROVED, earlier.evidence)
        return None

    # --- finding out --------------------------------------------------------------------------------

    async def _recall(self, reference: str) -> PaymentResult:
        attempt = self._journal.get(reference)
        if attempt is None:
            # Every payment is written down before the terminal hears of it.
            never_begun = self._journal.existed
            return PaymentResult(PaymentOutcome.DECLINED if never_begun else PaymentOutcome.UNKNOWN)
        if attempt.outcome is None:
            return await self._settle(attempt)
        return PaymentResult(attempt.outcome, attempt.evidence)

    async def _settle(self, attempt: Attempt) -> PaymentResult:
        """Ask the terminal what became of `attempt`, for `settle_s` at most, and remember what is certain."""
        try:
            async with asyncio.timeout(self._deadlines.settle_s):
                finding, evidence = await self._find_out(attempt)
        except TimeoutError:
            finding, evidence = Finding.UNCLEAR, ""
        if finding is Finding.UNCLEAR:
            _log.error("%s: a payment is undecided, a person must look", self.name)
            return PaymentResult(PaymentOutcome.UNKNOWN, attempt.evidence or _last_known(attempt))
        outcome = PaymentOutcome.APPROVED if finding is Finding.PAID else PaymentOutcome.DECLINED
        return await self._decide(attempt, PaymentResult(outcome, evidence))

    async def _find_out(self, attempt: Attempt) -> tuple[Finding, str]:
        unchanged = 0
        while True:
            try:
                await self._session.ready()
                last = await self._session.last_transaction()
            except DeviceError as fault:
                _log.info("%s: cannot look a payment up yet: %s", self.name, fault)
            else:
                finding = find(attempt, last, self._deadlines.payment_s)
                unchanged += finding is Finding.NOTHING_NEW
                if unchanged == 2:
                    return Finding.NOT_PAID, ""
                if finding is not Finding.NOTHING_NEW:
                    return finding, last.evidence if last else ""
            await asyncio.sleep(self._deadlines.retry_s)

    async def _decide(self, attempt: Attempt, result: PaymentResult) -> PaymentResult:
        try:
            await self._journal.put(replace(attempt, outcome=result.outcome, evidence=result.evidence))
        except OSError as error:
            # It stays undecided on the disk, and is looked up again before the next payment.
            _log.error("%s: the end of a payment could not be written down: %s", self.name, error)
        return result

    def _hang_up_unless_running(self) -> None:
        if not self._running and not self._turn.locked():
            self._session.close()


def _last_known(attempt: Attempt) -> str:
    if attempt.before is None or attempt.before.receipt is None:
        return ""
    return f"terminal {attempt.before.terminal_id} after receipt {attempt.before.receipt:04d}"


def _as_settled(result: PaymentResult) -> PaymentResult:
    """In hindsight everything that was not charged is alike."""
    if result.outcome in (PaymentOutcome.ABORTED, PaymentOutcome.UNAVAILABLE):
        return replace(result, outcome=PaymentOutcome.DECLINED)
    return result

"""One payment on an open link: what the terminal may be told, and what its answers amount to."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.core.ports import PaymentResult
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import not_paid, payment_step
from kioskd.devices.terminal.zvt_conversation import Conversation, Ending

_log = logging.getLogger(__name__)


class ZvtPayment:
    """Begins before there is a link, so that it can be aborted at any time.

    `remember` is awaited with the approval before the terminal hears our yes; its OSError makes it a no.
    """

    def __init__(
        self,
        amount_minor: int,
        currency_code: int,
        progress: Callable[[PaymentStep], None],
        remember: Callable[[zvt.StatusInformation], Awaitable[None]],
    ) -> None:
        self.command = zvt.authorisation(amount_minor, currency_code)
        self.abort_wanted = False
        self._asked = (amount_minor, currency_code)
        self._progress = progress
        self._remember = remember
        self._conversation: Conversation | None = None
        self._step: PaymentStep | None = None
        self._last: zvt.StatusInformation | None = None
        self._turned_down = False
        """We answered the last result with "goods failed": the terminal has to reverse it."""

    def abort(self) -> None:
        self.abort_wanted = True
        if self._conversation is not None:
            self._conversation.abort()

    def attend(self, conversation: Conversation) -> None:
        """From now on an abort goes to this conversation."""
        self._conversation = conversation

    def hear_progress(self, code: int) -> None:
        step = payment_step(code)
        if step is not None and step is not self._step:
            self._step = step
            self._progress(step)

    async def answer_status(self, status: zvt.StatusInformation | None) -> Apdu:
        """Our yes to an approval is what makes it final. A no makes the terminal reverse it."""
        self._last = status
        self._turned_down = status is None or (status.approved and not await self._accepts(status))
        return zvt.GOODS_FAILED if self._turned_down else zvt.YES

    async def _accepts(self, status: zvt.StatusInformation) -> bool:
        if (status.amount_minor, status.currency_code) != self._asked:
            _log.error("the terminal approved another amount than it was asked for: turned down")
            return False
        too_late = self._conversation is not None and self._conversation.abort_refused
        if self.abort_wanted and not too_late:
            return False
        try:
            await self._remember(status)
        except (OSError, DeviceFault) as error:
            _log.error("an approval could not be written down and was turned down: %s", error)
            return False
        return True

    def result(self, ending: Ending) -> PaymentResult | None:
        """What the ending proves; None when it proves nothing and the terminal must be asked again."""
        last = self._last
        if ending.completion is not None:
            # A completion says only that the conversation is over. What it came to was in the result before.
            if last is None or self._turned_down:
                return None
            if last.approved:
                return PaymentResult(PaymentOutcome.APPROVED, last.evidence)
            return PaymentResult(not_paid(last.result), last.evidence)
        code = ending.refused if ending.refused is not None else ending.given_up
        assert code is not None
        if last is None:
            return PaymentResult(not_paid(code), f"code {code:02X}")
        # A terminal that gives up after an approval has reversed it.
        outcome = not_paid(last.result if not last.approved else code)
        if last.approved:
            stopped_by_us = self.abort_wanted and self._turned_down
            outcome = PaymentOutcome.ABORTED if stopped_by_us else PaymentOutcome.DECLINED
        return PaymentResult(outcome, last.evidence)

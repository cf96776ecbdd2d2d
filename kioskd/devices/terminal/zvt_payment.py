"""One payment on an open line: what the terminal may be told, and what its answers amount to. Pure."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kioskd.core.card_terminal import Slip, SlipKind
from kioskd.core.card_trouble import CardTrouble
from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import card_trouble, not_paid, payment_step
from kioskd.devices.terminal.zvt_conversation import Attendant, Ending
from kioskd.devices.terminal.zvt_paper import PaperTray

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`charged_minor` is only for APPROVED, `trouble` only for the others."""

    outcome: PaymentOutcome
    evidence: str = ""
    charged_minor: int | None = None
    trouble: CardTrouble | None = None


class ZvtPayment(Attendant):
    """Begins before there is a line, so that it can be aborted at any time.

    `remember` is awaited with an approval before the terminal hears our yes; False or OSError makes it a no.
    With `takes_less` that is asked for a lower amount too; a higher one is never accepted.
    """

    def __init__(
        self,
        amount_minor: int,
        currency_code: int,
        progress: Callable[[PaymentStep], None],
        remember: Callable[[zvt.StatusInformation], Awaitable[bool]],
        tray: PaperTray,
        *,
        takes_less: bool = False,
    ) -> None:
        self.amount_minor = amount_minor
        self.takes_less = takes_less
        self._currency_code = currency_code
        self._progress = progress
        self._remember = remember
        self._tray = tray
        self._step: PaymentStep | None = None
        self._last: zvt.StatusInformation | None = None
        self._agreed: zvt.StatusInformation | None = None
        """The approval that was remembered. A repetition of it is agreed to without asking again."""
        self._turned_down = False
        """We answered the last result with "goods failed": the terminal has to reverse it."""

    def abort(self) -> None:
        """Then stir whoever runs the script."""
        self.abort_wanted = True

    @property
    def slips(self) -> tuple[Slip, ...]:
        slips = self._tray.slips()
        if self._tray.wants_signature:
            _log.error("the terminal wants a signature: nobody can sign at a kiosk, have that changed")
        return slips

    @property
    def customer_slip(self) -> Slip | None:
        return next((slip for slip in self._tray.slips() if slip.kind is SlipKind.CUSTOMER), None)

    def hear_print(self, message: Apdu) -> None:
        self._tray.take(message)

    def hear_progress(self, code: int) -> None:
        step = payment_step(code)
        if step is not None and step is not self._step:
            self._step = step
            self._progress(step)

    def lose_sight(self) -> None:
        """The line is lost, or nothing was proven: the terminal must be asked again."""
        self._progress(PaymentStep.LOST)

    async def answer_status(self, status: zvt.StatusInformation | None) -> Apdu:
        """Our yes to an approval is what makes it final. A no makes the terminal reverse it."""
        self._last = status
        self._turned_down = status is None or (status.approved and not await self._accepts(status))
        return zvt.GOODS_FAILED if self._turned_down else zvt.YES

    async def _accepts(self, status: zvt.StatusInformation) -> bool:
        if status == self._agreed:
            return True
        if not self._is_what_was_asked(status):
            _log.error("the terminal approved another amount than it was asked for: turned down")
            return False
        if self.abort_wanted and not self.abort_refused:
            return False
        try:
            agreed = await self._remember(status)
        except (OSError, DeviceFault) as error:
            _log.error("an approval could not be written down and was turned down: %s", error)
            return False
        if agreed:
            self._agreed = status
        return agreed

    def _is_what_was_asked(self, status: zvt.StatusInformation) -> bool:
        if status.currency_code != self._currency_code or status.amount_minor is None:
            return False
        less = self.takes_less and 0 < status.amount_minor < self.amount_minor
        return less or status.amount_minor == self.amount_minor

    def result(self, ending: Ending) -> Verdict | None:
        """What the ending proves; None when it proves nothing and the terminal must be asked again."""
        last = self._last
        if ending.completion is not None:
            # A completion says only that the conversation is over. What it came to was in the result before.
            if last is None or self._turned_down:
                return None
            if last.approved:
                return Verdict(PaymentOutcome.APPROVED, last.evidence, last.amount_minor)
            return Verdict(not_paid(last.result), last.evidence, trouble=card_trouble(last.result))
        if last is None:
            if self.abort_wanted:
                return Verdict(PaymentOutcome.ABORTED, f"code {ending.code:02X}")
            trouble = card_trouble(ending.code)
            return Verdict(not_paid(ending.code), f"code {ending.code:02X}", trouble=trouble)
        if not last.approved:
            return Verdict(not_paid(last.result), last.evidence, trouble=card_trouble(last.result))
        # A terminal that gives up after an approval has reversed it.
        stopped_by_us = self.abort_wanted and self._turned_down
        outcome = PaymentOutcome.ABORTED if stopped_by_us else PaymentOutcome.DECLINED
        return Verdict(outcome, last.evidence)

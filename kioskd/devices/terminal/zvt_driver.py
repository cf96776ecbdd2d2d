"""A card terminal that speaks ZVT, as terminals in Germany, Austria and Switzerland do: TCP or serial.

All decisions are in `zvt_desk`, `zvt_reversal` and `zvt_upkeep`; this is where they meet the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from kioskd.core.card_terminal import Agree, PaymentResult, Reversal, ReversalOutcome, TerminalStatus, Totals
from kioskd.core.card_trouble import CardTrouble
from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceError, DeviceFault, MoneyError
from kioskd.core.events import DeviceChanged, PaymentOutcome, PaymentStep
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.money import Money
from kioskd.core.ports import Emit
from kioskd.devices.terminal import zvt_commands as commands
from kioskd.devices.terminal.attempt_journal import AttemptJournal
from kioskd.devices.terminal.attempts import AttemptsUnreadable
from kioskd.devices.terminal.slip_archive import SlipArchive
from kioskd.devices.terminal.zvt_deadlines import Deadlines, LineBroken
from kioskd.devices.terminal.zvt_desk import Request, ZvtDesk
from kioskd.devices.terminal.zvt_errand import Errands
from kioskd.devices.terminal.zvt_link import ZvtLink, open_serial, open_tcp
from kioskd.devices.terminal.zvt_payment import ZvtPayment
from kioskd.devices.terminal.zvt_reversal import ZvtReversal
from kioskd.devices.terminal.zvt_session import Identity, NotReady, ZvtSession
from kioskd.devices.terminal.zvt_text import Charset
from kioskd.devices.terminal.zvt_upkeep import Unfinished, ZvtUpkeep
from kioskd.devices.terminal.zvt_wishes import Script

_log = logging.getLogger(__name__)

T = TypeVar("T")

END_OF_DAY_AGAIN_S = 600.0
"""After one, which may have failed."""


def _local_now() -> datetime:
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True)
class TcpAddress:
    host: str
    port: int = 20007


@dataclass(frozen=True, slots=True)
class SerialAddress:
    path: Path
    baud: int = 9600


class ZvtTerminal:
    """A `PaymentTerminal` and a `Device`.

    `attempts` is the file in which the driver remembers what it asked for, `slips` the one where the
    terminal's receipts are kept; their directories exist. Without `slips` the terminal prints its receipts
    itself. `currency` is an ISO 4217 code; `end_of_day` is local time. Raises ConfigError for a currency or
    password that ZVT cannot carry.
    """

    def __init__(
        self,
        name: str,
        address: TcpAddress | SerialAddress,
        *,
        password: str,
        currency: str,
        attempts: Path,
        slips: Path | None = None,
        charset: Charset = Charset.AUTO,
        end_of_day: time | None = None,
        deadlines: Deadlines | None = None,
        wall_clock: Callable[[], datetime] = _local_now,
    ) -> None:
        if currency not in commands.CURRENCY_CODES:
            known = ", ".join(sorted(commands.CURRENCY_CODES))
            raise ConfigError(name, f"a ZVT terminal cannot charge {currency}", f"one of {known}")
        try:
            commands.status_enquiry(password)
        except ValueError:
            raise ConfigError(name, "the terminal password is wrong", "six digits") from None
        self.name = name
        self._address = address
        self._currency = currency
        self._deadlines = deadlines or Deadlines()
        self._wall_clock = wall_clock
        self._end_of_day = end_of_day
        self._end_of_day_not_before_s = 0.0
        self._journal = AttemptJournal(attempts)
        archive = SlipArchive(slips, wall_clock) if slips else None
        identity = Identity(password, commands.CURRENCY_CODES[currency], archive is not None, charset)
        self._session = ZvtSession(identity, self._deadlines)
        self._desk = ZvtDesk(name, self._session, self._journal, wall_clock)
        self._reversal = ZvtReversal(name, self._session, self._journal, wall_clock)
        self.on_day_closed: Callable[[Totals], None] = lambda totals: None
        self._upkeep = ZvtUpkeep(
            name,
            self._session,
            self._journal,
            wall_clock,
            currency,
            lambda totals: self.on_day_closed(totals),
        )
        self._errands = Errands(self._dial, self._journal, archive, self._deadlines)
        self._turn = asyncio.Lock()
        """One command at a time on the terminal."""
        self._payment: ZvtPayment | None = None
        self._running = False
        self._unwell = asyncio.Event()

    async def _dial(self) -> ZvtLink:
        match self._address:
            case TcpAddress(host, port):
                return await open_tcp(host, port, self._deadlines)
            case SerialAddress(path, baud):
                return open_serial(path, baud)

    # --- Device -------------------------------------------------------------------------------------

    async def run(self, emit: Emit) -> None:
        """Keep the terminal registered, ask for its state now and then, settle what is undecided."""
        known: DeviceHealth | None = None
        self._running = True
        try:
            while True:
                self._unwell.clear()
                async with self._turn:
                    health = await self._look()
                if health != known:
                    known = health
                    emit(DeviceChanged(health))
                await self._close_the_day()
                await self._rest()
        finally:
            self._running = False
            if not self._turn.locked():
                await self._leave()

    async def _rest(self) -> None:
        """Until it is time to look at the terminal again: also when a guest has found it unwell."""
        waits = [
            asyncio.ensure_future(self._errands.wait_lost(self._deadlines.idle_s)),
            asyncio.ensure_future(self._unwell.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    async def _look(self) -> DeviceHealth:
        try:
            await self._run(self._upkeep.look())
        except (NotReady, Unfinished, AttemptsUnreadable) as fault:
            return DeviceHealth(self.name, DeviceKind.TERMINAL, DeviceState.FAULTY, str(fault))
        return DeviceHealth(self.name, DeviceKind.TERMINAL, DeviceState.OK)

    async def _leave(self) -> None:
        try:
            await self._errands.run(self._session.leave())
        finally:
            self._hang_up()

    async def _close_the_day(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s < self._end_of_day_not_before_s:
            return
        try:
            day = self._day_to_close()
            if day is None:
                return
            self._end_of_day_not_before_s = now_s + END_OF_DAY_AGAIN_S
            async with self._turn:
                await self._run(self._upkeep.end_of_day())
                await self._journal.close_day(day)
        except (LineBroken, DeviceAbsent):
            raise
        except (DeviceFault, OSError) as fault:
            _log.error("%s: no end of day: %s", self.name, fault)

    def _day_to_close(self) -> date | None:
        """The local day whose end of day is due, if one is. Raises AttemptsUnreadable."""
        if self._end_of_day is None:
            return None
        now = self._wall_clock()
        today_is_due = now.time() >= self._end_of_day
        day = now.date() if today_is_due else now.date() - timedelta(days=1)
        closed_on = self._journal.closed_on
        if closed_on is None:  # a new kiosk: its first day ends today
            return day if today_is_due else None
        return day if closed_on < day else None

    # --- PaymentTerminal ----------------------------------------------------------------------------

    async def pay(
        self,
        reference: str,
        amount: Money,
        progress: Callable[[PaymentStep], None],
        *,
        agree: Agree | None = None,
        language: str = "en",
    ) -> PaymentResult:
        """See the port. A reference that was already approved is not charged again.

        Raises MoneyError for another currency, ValueError for an amount a card cannot pay, RuntimeError when
        a payment is under way.
        """
        if amount.currency != self._currency:
            raise MoneyError(f"{amount.currency} at a terminal for {self._currency}")
        commands.authorisation(amount.minor, commands.CURRENCY_CODES[self._currency])
        if self._payment is not None:
            raise RuntimeError("a payment is under way")
        request = Request(reference, amount, language, takes_less=agree is not None)
        payment = self._desk.payment(request, progress)
        self._payment = payment
        try:
            async with asyncio.timeout(self._deadlines.turn_s):
                await self._turn.acquire()
        except TimeoutError:
            _log.warning("%s: no payment possible: it is busy with its upkeep", self.name)
            return PaymentResult(PaymentOutcome.UNAVAILABLE, trouble=CardTrouble.TERMINAL_BUSY)
        else:
            try:
                result = await self._run(self._desk.pay(request, payment), agree)
                if result.outcome is PaymentOutcome.UNAVAILABLE:
                    self._unwell.set()
                return result
            finally:
                self._turn.release()
                self._hang_up_unless_running()
        finally:
            self._payment = None

    async def abort(self) -> None:
        """See the port. Without a payment in flight nothing happens."""
        if self._payment is not None:
            self._payment.abort()
            self._errands.stir()

    async def outcome(self, reference: str) -> PaymentResult:
        """See the port. UNKNOWN may become known later: ask again."""
        try:
            return await self._in_turn(self._desk.outcome(reference, self._currency))
        except AttemptsUnreadable as fault:
            _log.error("%s", fault)
            return PaymentResult(PaymentOutcome.UNKNOWN)

    async def settle_by_hand(self, reference: str, *, paid: bool) -> None:
        """A person has looked: the payment is decided and no longer blocks others. Raises OSError."""
        await self._in_turn(self._desk.settle_by_hand(reference, paid=paid))

    async def reverse(self, reference: str) -> Reversal:
        """See the port."""
        try:
            return await self._in_turn(self._reversal.reverse(reference))
        except AttemptsUnreadable as fault:
            return Reversal(ReversalOutcome.UNAVAILABLE, str(fault))

    async def status(self) -> TerminalStatus:
        """See the port."""
        return await self._in_turn(self._upkeep.status())

    async def diagnose(self) -> TerminalStatus:
        """See the port."""
        return await self._in_turn(self._upkeep.diagnose())

    async def display(self, lines: Sequence[str]) -> bool:
        """See the port."""
        return await self._in_turn(self._upkeep.show(lines))

    async def totals(self) -> Totals:
        """See the port."""
        return await self._in_turn(self._upkeep.totals())

    async def end_of_day(self) -> Totals:
        """See the port."""
        return await self._in_turn(self._upkeep.end_of_day())

    # --- one at a time ------------------------------------------------------------------------------

    async def _in_turn(self, script: Script[T]) -> T:
        try:
            async with self._turn:
                try:
                    return await self._run(script)
                finally:
                    self._hang_up_unless_running()
        finally:
            script.close()

    async def _run(self, script: Script[T], agree: Agree | None = None) -> T:
        try:
            return await self._errands.run(script, agree)
        except DeviceError:
            raise
        except BaseException:  # broken off in the middle: the terminal must notice now
            self._hang_up()
            raise

    def _hang_up_unless_running(self) -> None:
        if not self._running:
            self._hang_up()

    def _hang_up(self) -> None:
        self._errands.hang_up()
        self._session.lost()

"""What keeps a terminal fit: end of day, diagnosis, initialisation, and asking how it is.

Pure: see `zvt_wishes`. Everything raises DeviceAbsent or DeviceFault, with words for staff.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from kioskd.core.card_terminal import SchemeTotal, SlipKind, TerminalStatus, Totals
from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome
from kioskd.core.money import Money
from kioskd.devices.terminal import zvt_commands as commands
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.attempts import Memory
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import USABLE_STATES, code_words, state_words
from kioskd.devices.terminal.zvt_conversation import Attendant, Conversation
from kioskd.devices.terminal.zvt_paper import PaperTray
from kioskd.devices.terminal.zvt_session import NotReady, ZvtSession
from kioskd.devices.terminal.zvt_settling import Settling
from kioskd.devices.terminal.zvt_wishes import File, Now

_log = logging.getLogger(__name__)

HELP_AGAIN_S = 600.0
"""A terminal that could not be helped is left alone for so long."""

_END_OF_DAY_DUE = frozenset((0xB1, 0xF0))
_DIAGNOSIS_DUE = frozenset((0x62, 0xC2))
_INITIALISATION_DUE = 0x51
_UNDECIDED = "an earlier payment is undecided: compare the terminal's journal"


class Unfinished(DeviceFault):
    """The terminal answers, but something stands in the way that a person should look at."""


class ZvtUpkeep:
    """`currency` is an ISO 4217 code. `day_closed` hears of every end of day.

    One script at a time, as with `ZvtDesk`.
    """

    def __init__(
        self,
        name: str,
        session: ZvtSession,
        memory: Memory,
        wall_clock: Callable[[], datetime],
        currency: str,
        day_closed: Callable[[Totals], None] = lambda totals: None,
    ) -> None:
        self._name = name
        self._session = session
        self._memory = memory
        self._wall_clock = wall_clock
        self._currency = currency
        self._day_closed = day_closed
        self._settling = Settling(name, session, memory)
        self._clock_ahead_s: float | None = None
        self._help_again_s = 0.0

    async def look(self) -> None:
        """Returns when payments can be taken: a state the terminal can be helped out of is tried once.

        Settles what is undecided first: an end of day would wipe out its traces.
        """
        try:
            await self._session.ready()
        except NotReady as fault:
            if not await self._help(fault.code):
                raise
            await self._session.ready()
        await self._settle_undecided()

    async def status(self) -> TerminalStatus:
        state = await self._session.connect()
        if self._session.software is None:
            await self._ask_for_software()
        return self._status(state)

    async def diagnose(self) -> TerminalStatus:
        await self._session.connect()
        await self._diagnose()
        return self._status(await self._session.connect())

    async def show(self, lines: Sequence[str]) -> bool:
        """Whether the terminal can."""
        await self._session.ready()
        return await self._session.show(lines)

    async def totals(self) -> Totals:
        """What was taken since the last end of day, without closing anything."""
        await self._session.ready()
        return await self._sums(commands.totals(self._session.identity.password), "its totals")

    async def end_of_day(self) -> Totals:
        """Not while a payment is undecided: afterwards the terminal could not be asked about it."""
        await self._session.connect()
        if self._session.registered is not None:
            await self._settle_undecided()
        return await self._end_of_day()

    async def _settle_undecided(self) -> None:
        undecided = self._memory.undecided()
        if undecided is not None:
            settled = await self._settling.settle(undecided)
            if settled.outcome is PaymentOutcome.UNKNOWN:
                raise Unfinished(_UNDECIDED)

    async def _help(self, state: int) -> bool:
        """Whether something was done that may have brought the terminal out of `state`."""
        due = state in _END_OF_DAY_DUE
        if due and self._memory.undecided() is not None:
            raise Unfinished(f"{state_words(state)}, but {_UNDECIDED}")
        now_s = await Now()
        if not due and state not in _DIAGNOSIS_DUE and state != _INITIALISATION_DUE:
            return False
        if now_s < self._help_again_s:
            return False
        self._help_again_s = now_s + HELP_AGAIN_S
        _log.warning("%s: doing it now", state_words(state))
        if self._session.registered is None:
            with suppress(DeviceFault):
                await self._session.register()
        try:
            if due:
                await self._end_of_day()
            elif state == _INITIALISATION_DUE:
                password = self._session.identity.password
                await self._run(commands.initialisation(password), "its initialisation")
            else:
                await self._diagnose()
        except Unfinished as fault:
            raise Unfinished(f"{state_words(state)}; {fault}") from None
        return True

    async def _end_of_day(self) -> Totals:
        totals = await self._sums(commands.end_of_day(self._session.identity.password), "its end of day")
        self._day_closed(totals)
        return totals

    async def _sums(self, command: Apdu, what: str) -> Totals:
        notes = await self._run(command, what)
        last, slip = notes.last, next(iter(notes.tray.slips()), None)
        if last is None:
            return Totals(None, slip=slip)
        total = None if last.amount_minor is None else Money(last.amount_minor, self._currency)
        if last.sums is None:
            return Totals(total, slip=slip)
        schemes = tuple(
            SchemeTotal(scheme, count, Money(minor, self._currency))
            for scheme, count, minor in last.sums.schemes
            if count or minor
        )
        return Totals(total, schemes, last.sums.first_receipt, last.sums.last_receipt, slip)

    async def _diagnose(self) -> None:
        notes = await self._run(commands.diagnosis(), "its diagnosis")
        at = notes.clock.at if notes.clock else None
        if at is not None:
            self._clock_ahead_s = (at - self._wall_clock().replace(tzinfo=None)).total_seconds()

    async def _run(self, command: Apdu, what: str) -> _Notes:
        deadlines = self._session.deadlines
        notes = _Notes(self._session.tray(SlipKind.ADMINISTRATION))
        conversation = Conversation(notes, deadlines, silence_s=deadlines.upkeep_s)
        ending = await self._session.converse(conversation, command)
        for slip in notes.tray.slips():
            await File("", slip)
        if ending.completion is None:
            raise Unfinished(f"the terminal did not finish {what}: {code_words(ending.code)}")
        if notes.last is not None and not notes.last.approved:
            raise Unfinished(f"the terminal did not finish {what}: {code_words(notes.last.result)}")
        _log.info("%s: the terminal finished %s", self._name, what)
        return notes

    async def _ask_for_software(self) -> None:
        ending = await self._session.query(commands.introduction_enquiry(self._session.identity.password))
        if ending.completion is not None:
            self._session.software = zvt.read_enquiry_completion(ending.completion).software

    def _status(self, state: int) -> TerminalStatus:
        answer = self._session.registered
        return TerminalStatus(
            state in USABLE_STATES,
            state_words(state),
            answer.terminal_id if answer else None,
            answer.currency_code if answer else None,
            self._session.software,
            self._clock_ahead_s,
        )


class _Notes(Attendant):
    def __init__(self, tray: PaperTray) -> None:
        self.tray = tray
        self.last: zvt.StatusInformation | None = None
        self.clock: zvt.Clock | None = None

    async def answer_status(self, status: zvt.StatusInformation | None) -> Apdu:
        self.last = status or self.last
        return zvt.YES

    def hear_print(self, message: Apdu) -> None:
        self.tray.take(message)

    def hear_clock(self, clock: zvt.Clock) -> None:
        self.clock = clock

"""A registered connection to a ZVT terminal, made when needed, dropped when in doubt. Pure: see `zvt_wishes`.

The kiosk opens the connection and keeps it. It registers after every connect, and asks for the terminal's
state before it asks for anything else. The caller sees to it that only one script runs at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from kioskd.core.card_terminal import SlipKind
from kioskd.core.errors import DeviceFault
from kioskd.devices.terminal import zvt_commands as commands
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import NOT_REGISTERED, USABLE_STATES, code_words, state_words
from kioskd.devices.terminal.zvt_conversation import Attendant, Conversation, Ending
from kioskd.devices.terminal.zvt_deadlines import Deadlines, LineBroken
from kioskd.devices.terminal.zvt_paper import PaperTray
from kioskd.devices.terminal.zvt_text import Charset
from kioskd.devices.terminal.zvt_wishes import Dial, HangUp, Listen, Nothing, Now, Say

_log = logging.getLogger(__name__)


FAREWELL_S = 1.0
"""For the answer to our log-off, which changes nothing any more."""


class NotReady(DeviceFault):
    """The terminal answers, but takes no payments at the moment."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(state_words(code))


@dataclass(frozen=True, slots=True)
class Identity:
    """What the kiosk presents itself with. `currency_code` is ISO 4217's number, the password six digits.

    With `takes_paper` the terminal's receipts are printed by the kiosk, else by the terminal itself.
    """

    password: str
    currency_code: int
    takes_paper: bool = True
    charset: Charset = Charset.AUTO


class ZvtSession:
    """Raises DeviceAbsent (nobody there) and DeviceFault (there, but wrong) from everything that talks."""

    def __init__(self, identity: Identity, deadlines: Deadlines) -> None:
        self.identity = identity
        self.deadlines = deadlines
        self.registered: zvt.RegistrationAnswer | None = None
        """How the terminal answered, while the connection lasts."""
        self.software: str | None = None
        self._connected = False
        self._broken_off = False
        self._language: int | None = None
        self._speaks = True

    async def ready(self) -> None:
        """On return the terminal takes payments now. NotReady keeps the connection for a later try."""
        state = await self.connect()
        if state not in USABLE_STATES:
            raise NotReady(state)

    async def connect(self) -> int:
        """On return a connection answers. The terminal's state; in a usable one it is registered as well."""
        if self._broken_off:
            await self.close()
        state = None
        if self._connected:
            try:
                state = await self.state()
            except LineBroken:
                await self.close()  # it may have restarted since: once more from the beginning
        if state is None:
            await Dial()
            self._connected = True
            state = await self.state()
        if self.registered is None and (state in USABLE_STATES or state == NOT_REGISTERED):
            await self.register()
            state = await self.state() if state == NOT_REGISTERED else state
        return state

    async def state(self) -> int:
        """The code a status enquiry is answered with; 0 from a terminal that knows no status enquiry."""
        ending = await self.query(commands.status_enquiry(self.identity.password))
        if ending.refused == 0x83:
            return 0
        if ending.completion is None:
            return ending.code
        answer = zvt.read_enquiry_completion(ending.completion)
        self.software = answer.software or self.software
        return answer.state

    async def speak(self, language: str) -> None:
        """Have the terminal's display in the guest's language, where it knows it."""
        code = commands.LANGUAGES.get(language)
        if code is None or code == self._language or not self._speaks:
            return
        self._language = code  # a terminal that says no is not asked again
        try:
            await self.query(commands.select_language(code))
        except LineBroken:
            _log.warning("the terminal did not survive being asked for another language")
            self._speaks = False
            await self.ready()

    async def show(self, lines: Sequence[str]) -> bool:
        """Have the terminal show this while it is idle. Whether it does: many cannot."""
        charset = Charset.CP437 if self.identity.charset is Charset.AUTO else self.identity.charset
        command = commands.display([line.encode(charset.value, "replace") for line in lines])
        return await self._tell(command, self.deadlines.answer_s)

    async def _tell(self, command: Apdu, within_s: float) -> bool:
        """A command that is answered and that is all: nothing more comes of it. The answer."""
        self._broken_off = True
        await Say(command)
        until_s = await Now() + within_s
        while (answer := await Listen(until_s)) is Nothing.STIRRED:
            pass
        if not isinstance(answer, Apdu):
            raise LineBroken("the terminal does not answer")
        self._broken_off = False
        return zvt.refusal(answer) is None

    async def last_transaction(self) -> zvt.StatusInformation | None:
        """What the terminal reports as its last transaction; None when it reports none that can be read."""
        notes = _Notes()
        ending = await self.query(commands.repeat_receipt(self.identity.password), notes)
        if ending.completion is None or not notes.statuses:
            _log.warning("the terminal does not say what its last transaction was")
            return None
        return notes.statuses[-1]

    async def query(self, command: Apdu, attendant: Attendant | None = None) -> Ending:
        """A command that only asks, or sets something."""
        silence_s = self.deadlines.query_s
        conversation = Conversation(attendant or Attendant(), self.deadlines, silence_s=silence_s)
        return await self.converse(conversation, command)

    async def converse(self, conversation: Conversation, command: Apdu) -> Ending:
        """Run `command`. Whatever ends it early closes the line before the next: its state is unknown."""
        self._broken_off = True
        ending = await conversation.run(command)
        self._broken_off = conversation.leaves_answer_behind
        return ending

    async def close(self) -> None:
        self._connected = self._broken_off = False
        self.registered = self._language = None
        await HangUp()

    async def leave(self) -> None:
        """Log off politely, if nothing is under way, and close."""
        if self._connected and not self._broken_off and self.registered is not None:
            with suppress(DeviceFault):
                await self._tell(commands.log_off(), FAREWELL_S)
        await self.close()

    def lost(self) -> None:
        """Whoever runs the scripts has closed the line by themselves."""
        self._connected = self._broken_off = False
        self.registered = self._language = None

    def tray(self, default: SlipKind = SlipKind.CUSTOMER) -> PaperTray:
        return PaperTray(self.identity.charset, default)

    async def register(self) -> None:
        identity = self.identity
        ending = await self.query(
            commands.registration(identity.password, identity.currency_code, prints=identity.takes_paper)
        )
        if ending.completion is None:
            raise DeviceFault(f"the terminal refuses to register us: {code_words(ending.code)}")
        answer = zvt.read_registration_completion(ending.completion)
        if answer.currency_code not in (None, identity.currency_code):
            raise DeviceFault(
                f"the terminal takes currency {answer.currency_code}, not {identity.currency_code}"
            )
        _log.info("registered at terminal %s, status %02X", answer.terminal_id, answer.status)
        self.registered = answer


class _Notes(Attendant):
    def __init__(self) -> None:
        self.statuses: list[zvt.StatusInformation | None] = []

    async def answer_status(self, status: zvt.StatusInformation | None) -> Apdu:
        self.statuses.append(status)
        return zvt.YES

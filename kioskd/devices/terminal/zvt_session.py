"""A registered connection to a ZVT terminal, made when needed, dropped when in doubt.

The kiosk opens the connection and keeps it. It registers after every connect, and asks for the terminal's
state before it asks for anything else. The caller sees to it that only one command runs at a time.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from kioskd.core.errors import DeviceFault
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import USABLE_STATES, state_words
from kioskd.devices.terminal.zvt_conversation import Conversation, Ending
from kioskd.devices.terminal.zvt_link import Deadlines, LineBroken, ZvtLink, open_link

_log = logging.getLogger(__name__)

# Send intermediate states (08), take no amounts (10) and no administration (20) at the terminal itself. The
# terminal prints its own receipts, if it has paper.
_CONFIGURATION = 0x38
# No service menu behind the terminal's function key: nobody attends it.
_SERVICE = 0x01


class NotReady(DeviceFault):
    """The terminal answers, but takes no payments at the moment."""

    def __init__(self, code: int) -> None:
        super().__init__(state_words(code))


class ZvtSession:
    """Raises DeviceAbsent (nobody there) and DeviceFault (there, but wrong) from everything that talks."""

    def __init__(self, host: str, port: int, password: str, currency_code: int, deadlines: Deadlines) -> None:
        self._host = host
        self._port = port
        self._password = password
        self._currency_code = currency_code
        self._deadlines = deadlines
        self._link: ZvtLink | None = None
        self._registered = False

    async def ready(self) -> ZvtLink:
        """A link on which the terminal takes payments now. NotReady keeps the link for a later try."""
        if self._link is not None:
            try:
                await self._check_state(self._link)
            except LineBroken:
                self.close()  # it may have restarted since: once more from the beginning
        if self._link is None:
            self._link = await open_link(self._host, self._port, self._deadlines)
            await self._check_state(self._link)
        if not self._registered:
            await self._register(self._link)
            self._registered = True
        return self._link

    async def last_transaction(self) -> zvt.StatusInformation | None:
        """What the terminal reports as its last transaction; None when it reports none that can be read."""
        statuses: list[zvt.StatusInformation | None] = []

        async def note(status: zvt.StatusInformation | None) -> Apdu:
            statuses.append(status)
            return zvt.YES

        assert self._link is not None
        conversation = Conversation(
            self._link, self._deadlines, silence_s=self._deadlines.query_s, on_status=note
        )
        ending = await self.converse(conversation, zvt.repeat_receipt(self._password))
        if ending.completion is None or not statuses:
            _log.warning("the terminal does not say what its last transaction was")
            return None
        return statuses[-1]

    async def converse(self, conversation: Conversation, command: Apdu) -> Ending:
        """Run `command`. Whatever ends it early closes the link: its state would be unknown."""
        try:
            return await conversation.run(command)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None
        self._registered = False

    async def wait_closed(self, timeout_s: float) -> None:
        """Returns when the connection is lost, or after `timeout_s`."""
        if self._link is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._link.wait_closed()

    async def _query(self, link: ZvtLink, command: Apdu) -> Ending:
        conversation = Conversation(link, self._deadlines, silence_s=self._deadlines.query_s)
        return await self.converse(conversation, command)

    async def _check_state(self, link: ZvtLink) -> None:
        ending = await self._query(link, zvt.status_enquiry(self._password))
        if ending.refused == 0x83:
            return  # a terminal without status enquiry: the commands that follow will tell
        if ending.completion is None:
            raise NotReady(_code(ending))
        state = zvt.read_enquiry_completion(ending.completion)
        if state not in USABLE_STATES:
            raise NotReady(state)

    async def _register(self, link: ZvtLink) -> None:
        command = zvt.registration(self._password, _CONFIGURATION, self._currency_code, _SERVICE)
        ending = await self._query(link, command)
        if ending.completion is None:
            raise DeviceFault(f"the terminal refuses to register us, code {_code(ending):02X}")
        answer = zvt.read_registration_completion(ending.completion)
        if answer.currency_code not in (None, self._currency_code):
            raise DeviceFault(
                f"the terminal takes currency {answer.currency_code}, not {self._currency_code}"
            )
        _log.info("registered at terminal %s, status %02X", answer.terminal_id, answer.status)


def _code(ending: Ending) -> int:
    """Why a command was not completed."""
    code = ending.refused if ending.refused is not None else ending.given_up
    return 0xFF if code is None else code

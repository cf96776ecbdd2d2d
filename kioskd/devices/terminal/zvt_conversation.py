"""One command and everything the terminal says until it is done with it.

After accepting a command the terminal leads: it sends messages, each of which must be answered before
it goes on, until a completion (06 0F) or an abort (06 1E). Only our own abort may cut in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu, ProtocolError
from kioskd.devices.terminal.zvt_link import Deadlines, LineBroken, ZvtLink

MAX_MESSAGES = 2000
"""In one conversation. A terminal refreshes its state about once a second, for minutes at most."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Exactly one is set: the command was refused (84 xx), completed (06 0F) or given up (06 1E)."""

    refused: int | None = None
    completion: Apdu | None = None
    given_up: int | None = None


async def accept(status: zvt.StatusInformation | None) -> Apdu:
    """The answer where a status information is only read."""
    return zvt.YES


class Conversation:
    """Runs one command. After an exception the link is in an unknown state and must be closed.

    `on_status` decides the answer to each status information (None: it could not be read), `on_progress`
    hears each intermediate status code. With `aborts` set, a terminal silent for too long is told to stop
    and gets `abort_s` to say how it ended.
    """

    def __init__(
        self,
        link: ZvtLink,
        deadlines: Deadlines,
        *,
        silence_s: float,
        aborts: bool = False,
        on_status: Callable[[zvt.StatusInformation | None], Awaitable[Apdu]] = accept,
        on_progress: Callable[[int], None] = lambda code: None,
    ) -> None:
        self._link = link
        self._deadlines = deadlines
        self._silence_s = silence_s
        self._aborts = aborts
        self._on_status = on_status
        self._on_progress = on_progress
        self._accepted = False
        self._abort_wanted = False
        self._abort_sent = False
        self._abort_by_s = float("inf")
        self._patience: asyncio.Timeout | None = None
        self.abort_refused = False
        """The terminal answered our abort with no: too late, the bank is being asked."""

    def abort(self) -> None:
        """Ask the terminal to stop, at once or as soon as it has accepted the command."""
        self._abort_wanted = True
        if not self._accepted or self._abort_sent:
            return
        self._abort_sent = True
        self._link.send(zvt.ABORT)
        self._abort_by_s = asyncio.get_running_loop().time() + self._deadlines.abort_s
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(self._abort_by_s)

    async def run(self, command: Apdu) -> Ending:
        """Raises LineBroken when the terminal is lost or silent, ProtocolError when it talks nonsense."""
        self._link.send(command)
        try:
            async with asyncio.timeout(self._deadlines.answer_s):
                answer = await self._link.receive()
        except TimeoutError:
            raise LineBroken("the terminal does not answer") from None
        code = zvt.refusal(answer)
        if code is not None:
            return Ending(refused=code)
        self._accepted = True
        if self._abort_wanted:
            self.abort()
        end_s = asyncio.get_running_loop().time() + self._deadlines.payment_s
        for _ in range(MAX_MESSAGES):
            ending = await self._answer(await self._next(end_s))
            if ending is not None:
                return ending
        raise ProtocolError("the terminal does not come to an end")

    async def _next(self, end_s: float) -> Apdu:
        while True:
            until_s = min(asyncio.get_running_loop().time() + self._silence_s, end_s)
            if self._abort_sent:
                until_s = self._abort_by_s
            try:
                async with asyncio.timeout_at(until_s) as self._patience:
                    return await self._link.receive()
            except TimeoutError:
                if not self._aborts or self._abort_sent:
                    raise LineBroken("the terminal fell silent") from None
                self.abort()
            finally:
                self._patience = None

    async def _answer(self, message: Apdu) -> Ending | None:
        """Answer as the protocol wants it; the ending if this was it."""
        ending = None
        answer = zvt.YES
        match message.control:
            case zvt.INTERMEDIATE_STATUS:
                self._hear_progress(message)
            case zvt.STATUS_INFORMATION:
                answer = await self._on_status(_readable(message))
            case zvt.COMPLETION:
                ending = Ending(completion=message)
            case zvt.ABORTED:
                ending = Ending(given_up=zvt.read_abort_code(message))
            case zvt.PRINT_LINE | zvt.PRINT_BLOCK | zvt.SET_CLOCK:
                # We did not ask for its prints nor want its time. But a "no" to a print undoes a payment.
                pass
            case control if control >> 8 in (0x80, 0x84):
                # An answer is not answered. Only our abort can have caused it.
                self.abort_refused = self._abort_sent and zvt.refusal(message) is not None
                return None
            case _:
                answer = zvt.NOT_POSSIBLE
        self._link.send(answer)
        return ending

    def _hear_progress(self, message: Apdu) -> None:
        try:
            status = zvt.read_intermediate_status(message)
        except ProtocolError:
            return  # only meant for the eye
        if status.patience_s is not None:
            self._silence_s = min(status.patience_s, self._deadlines.payment_s)
        self._on_progress(status.code)


def _readable(message: Apdu) -> zvt.StatusInformation | None:
    try:
        return zvt.read_status_information(message)
    except ProtocolError:
        return None

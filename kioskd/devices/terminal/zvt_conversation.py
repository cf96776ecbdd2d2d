"""One command and everything the terminal says until it is done with it. Pure: see `zvt_wishes`.

After accepting a command the terminal leads: it sends messages, each of which must be answered before
it goes on, until a completion (06 0F) or an abort (06 1E). Only our own abort may cut in.
"""

from __future__ import annotations

from dataclasses import dataclass

from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu, ProtocolError
from kioskd.devices.terminal.zvt_deadlines import Deadlines, LineBroken
from kioskd.devices.terminal.zvt_wishes import Listen, Nothing, Now, Say

MAX_MESSAGES = 2000
"""In one conversation, prints aside. A terminal refreshes its state once a second, for minutes at most."""
MAX_PRINTS = 20_000
"""Each must be answered, as a no undoes a payment; how many of them are kept is the tray's affair."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Exactly one is set: the command was refused (84 xx), completed (06 0F) or given up (06 1E)."""

    refused: int | None = None
    completion: Apdu | None = None
    given_up: int | None = None

    @property
    def code(self) -> int:
        """Why the command was not completed; FF is "other"."""
        code = self.refused if self.refused is not None else self.given_up
        return 0xFF if code is None else code


class Attendant:
    """Whoever a conversation is held for. This one agrees to everything and remembers nothing."""

    abort_wanted = False
    """May change at any time; then stir whoever runs the script."""
    abort_refused = False
    """The terminal answered our abort with no: too late, the bank is being asked."""

    async def answer_status(self, status: zvt.StatusInformation | None) -> Apdu:
        """The answer to a result (04 0F); None when it could not be read."""
        return zvt.YES

    def hear_progress(self, code: int) -> None: ...

    def hear_print(self, message: Apdu) -> None: ...

    def hear_clock(self, clock: zvt.Clock) -> None: ...


class Conversation:
    """After an exception the line is in an unknown state and must be closed.

    With `aborts`, a terminal silent for too long is told to stop and gets `abort_s` to say how it ended.
    """

    def __init__(
        self, attendant: Attendant, deadlines: Deadlines, *, silence_s: float, aborts: bool = False
    ) -> None:
        self._attendant = attendant
        self._deadlines = deadlines
        self._silence_s = silence_s
        self._aborts = aborts
        self._abort_sent = False
        self._abort_by_s = 0.0
        self.leaves_answer_behind = False
        """Our abort came when all was over: its answer, still to come, is not one to the next command."""

    async def run(self, command: Apdu) -> Ending:
        """Raises LineBroken when the terminal is lost or silent, ProtocolError when it talks nonsense."""
        await Say(command)
        code = zvt.refusal(await self._answer_to_command())
        if code is not None:
            return Ending(refused=code)
        end_s = await Now() + self._deadlines.payment_s
        messages = prints = 0
        while messages < MAX_MESSAGES and prints < MAX_PRINTS:
            message = await self._next(end_s)
            printed = message.control in (zvt.PRINT_LINE, zvt.PRINT_BLOCK)
            prints += printed
            messages += not printed
            ending = await self._answer(message)
            if ending is not None:
                return ending
        raise ProtocolError("the terminal does not come to an end")

    async def _answer_to_command(self) -> Apdu:
        until_s = await Now() + self._deadlines.answer_s
        while True:
            heard = await Listen(until_s)
            if isinstance(heard, Apdu):
                return heard
            if heard is Nothing.IN_TIME:
                raise LineBroken("the terminal does not answer")

    async def _next(self, end_s: float) -> Apdu:
        """Stops the terminal on the way, when that is wanted or it has been silent for too long."""
        silent_since_s = await Now()
        while True:
            if self._attendant.abort_wanted and not self._abort_sent:
                await self._abort()
            until_s = self._abort_by_s if self._abort_sent else min(silent_since_s + self._silence_s, end_s)
            heard = await Listen(until_s)
            if isinstance(heard, Apdu):
                return heard
            if heard is Nothing.IN_TIME:
                if not self._aborts or self._abort_sent:
                    raise LineBroken("the terminal fell silent")
                await self._abort()

    async def _abort(self) -> None:
        self._abort_sent = self.leaves_answer_behind = True
        self._abort_by_s = await Now() + self._deadlines.abort_s
        await Say(zvt.ABORT)

    async def _answer(self, message: Apdu) -> Ending | None:
        """Answer as the protocol wants it; the ending if this was it."""
        ending = None
        answer = zvt.YES
        match message.control:
            case zvt.INTERMEDIATE_STATUS:
                self._hear_progress(message)
            case zvt.STATUS_INFORMATION:
                answer = await self._attendant.answer_status(_readable(message))
            case zvt.COMPLETION:
                ending = Ending(completion=message)
            case zvt.ABORTED:
                ending = Ending(given_up=zvt.read_abort_code(message))
            case zvt.PRINT_LINE | zvt.PRINT_BLOCK:
                self._attendant.hear_print(message)
            case zvt.SET_CLOCK:
                clock = zvt.read_clock(message)
                if clock is not None:
                    self._attendant.hear_clock(clock)
            case control if control >> 8 in (0x80, 0x84):
                # An answer is not answered. Only our abort can have caused it.
                self.leaves_answer_behind = False
                self._attendant.abort_refused = self._abort_sent and zvt.refusal(message) is not None
                return None
            case _:
                answer = zvt.NOT_POSSIBLE
        await Say(answer)
        return ending

    def _hear_progress(self, message: Apdu) -> None:
        try:
            status = zvt.read_intermediate_status(message)
        except ProtocolError:
            return  # only meant for the eye
        if status.patience_s is not None:
            self._silence_s = min(status.patience_s, self._deadlines.payment_s)
        self._attendant.hear_progress(status.code)


def _readable(message: Apdu) -> zvt.StatusInformation | None:
    try:
        return zvt.read_status_information(message)
    except ProtocolError:
        return None

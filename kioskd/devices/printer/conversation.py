"""An open line to a printer and everything it has said on it: questions, answers, waits with deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kioskd.devices.printer import commands
from kioskd.devices.printer.profile import PrinterProfile, StatusDialect
from kioskd.devices.printer.status import (
    BufferCleared,
    CustomStatus,
    FlowChanged,
    Heard,
    PrinterStatus,
    ProcessDone,
    Retracts,
    StatusAnswer,
    StatusReader,
    StatusReport,
    ValueAnswer,
)
from kioskd.devices.printer.transport import Connection, LineLost

ANSWER_S = 1.0
"""A printer answers in milliseconds, but a machine that is busy with a screen may hear it late."""
_STATUS_QUESTIONS = (1, 2, 3, 4)


class Conversation:
    """`status` is what is known now. `halted` is set when the printer needed hands since `forget_halt`, and
    `came_out` when a receipt appeared in its output since then.
    """

    def __init__(self, connection: Connection, profile: PrinterProfile) -> None:
        self.connection = connection
        self.status = PrinterStatus()
        self.halted = ""
        self.came_out = False
        self.held_back = False
        self.fences = 0
        self.retracts: int | None = None
        self.processed: set[str] = set()
        self._cleared = False
        self._answers = 0
        self._custom = profile.status is StatusDialect.CUSTOM
        self._reader = StatusReader(custom=self._custom)
        self._news = asyncio.Event()
        connection.listen(self._hear, self._news.set)

    def forget_halt(self) -> None:
        self.halted = ""
        self.came_out = False
        self.held_back = False
        self.fences = 0
        self.processed.clear()

    @property
    def oddities(self) -> tuple[dict[str, int], bytes]:
        """What it said that nobody had asked for: how often, and the last bytes."""
        return dict(self._reader.oddities), bytes(self._reader.strange)

    async def greet(self) -> None:
        """Let the printer report changes by itself, and take dangerous real-time commands away."""
        if self._custom:
            await self.connection.write(commands.REPORT_CHANGES_CUSTOM)
            return
        await self.connection.write(commands.REPORT_CHANGES + commands.NO_REALTIME_SIDE_EFFECTS)

    async def refresh(self) -> bool:
        """Ask for the whole status, each question twice if need be. False when one was never answered."""
        if self._custom:
            return await self._ask_custom() or await self._ask_custom()
        for number in _STATUS_QUESTIONS:
            if not (await self._ask(number) or await self._ask(number)):
                return False
        return True

    async def wait_until(self, ready: Callable[[], bool], patience_s: float) -> bool:
        """Whether `ready` came true in time; it is asked again at every byte heard. Raises LineLost."""
        try:
            async with asyncio.timeout(patience_s):
                while not ready():
                    if self.connection.lost:
                        raise LineLost("the printer went away")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return ready()  # a late loop hears the answer and the end of its patience at once
        return True

    async def clear_buffer(self) -> bool:
        """Ask the printer to throw away what it has not printed. False when it does not confirm."""
        self._cleared = False
        await self.connection.write(commands.CLEAR_BUFFER)
        return await self.wait_until(lambda: self._cleared, 2 * ANSWER_S)

    def expect_fence(self) -> None:
        """A job that ends with commands.FENCE is being sent."""
        self._reader.expect_value()

    async def count_retracts(self) -> int | None:
        """How many receipts a printer of Custom's kind has pulled back so far; None when it does not say."""
        self.retracts = None
        self._reader.expect_counter(asyncio.get_running_loop().time())
        await self.connection.write(commands.RETRACTS_CUSTOM)
        await self.wait_until(lambda: self.retracts is not None, ANSWER_S)
        return self.retracts

    async def _ask_custom(self) -> bool:
        before = self._answers
        await self.connection.write(commands.FULL_STATUS_CUSTOM)
        return await self.wait_until(lambda: self._answers > before, ANSWER_S)

    async def _ask(self, number: int) -> bool:
        self._reader.expect_status(number, asyncio.get_running_loop().time())
        before = self._answers
        await self.connection.write(commands.ask_status(number))
        return await self.wait_until(lambda: self._answers > before, ANSWER_S)

    def _hear(self, data: bytes) -> None:
        for said in self._reader.feed(data, asyncio.get_running_loop().time()):
            self._take(said)
        self._news.set()

    def _take(self, said: Heard) -> None:
        match said:
            case StatusReport():
                self.status = said.status
            case StatusAnswer():
                self.status = said.onto(self.status)
                self._answers += 1
            case CustomStatus():
                self.status = said.onto(self.status)
                self._answers += None not in (said.paper, said.user, said.recoverable, said.unrecoverable)
                self.came_out = self.came_out or bool(self.status.receipt_waiting)
            case Retracts():
                self.retracts = said.count
            case ValueAnswer():
                self.fences += 1
            case ProcessDone():
                self.processed.add(said.process_id)
            case BufferCleared():
                self._cleared = True
            case FlowChanged():
                self.held_back = self.held_back or not said.may_send
            case _:
                return
        if self.status.needs_hands:
            self.halted = self.status.trouble

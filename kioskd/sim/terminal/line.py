"""A conversation on a wire: what is said and heard, each with a name, and the faults that strike at names.

The names are the message's control bytes after `heard` or `sent`, with `answer` behind for an answer to it:
`heard 0601`, `sent 0601 answer`, `sent 040f`, `heard 040f answer`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from kioskd.sim.terminal.faults import Faults, strikes_at
from kioskd.sim.terminal.messages import Message, Unreadable, decode
from kioskd.sim.terminal.wires import BrokenOff, LineLost, NoAnswer, Wire

ABORT = 0x06B0
_GARBAGE = b"\x7f\x13\x07\xff no terminal \x00\x10\x02\r\n"


class Line:
    """`faults` is asked whenever something happens. `on_event` hears every name.

    `nudge` wakes whoever waits in `next`, so that a guest's act is noticed. `hung_s`: a terminal that fell
    silent starts afresh after so long, should the kiosk not hang up.
    """

    def __init__(
        self, wire: Wire, faults: Callable[[], Faults], on_event: Callable[[str], None], hung_s: float
    ) -> None:
        self._wire = wire
        self._faults = faults
        self._on_event = on_event
        self._hung_s = hung_s
        self._command = Message(0)
        self._counts: Counter[str] = Counter()
        self._silent = False
        self._lost: LineLost | None = None
        self._inbox: asyncio.Queue[Message | LineLost | None] = asyncio.Queue()
        self._pump = asyncio.create_task(self._read_forever())

    async def _read_forever(self) -> None:
        try:
            while True:
                with suppress(Unreadable):  # TCP cannot bring such a thing; on a serial line it is ignored
                    self._inbox.put_nowait(decode(await self._wire.receive()))
        except LineLost as lost:
            self._lose(lost)

    def _lose(self, lost: LineLost) -> None:
        self._lost = self._lost or lost
        self._inbox.put_nowait(self._lost)

    def nudge(self) -> None:
        self._inbox.put_nowait(None)

    async def command(self) -> Message:
        """Wait for the kiosk to ask for something. An answer that nobody waits for is passed over."""
        while True:
            message = await self.next()
            if message is not None and not message.is_answer:
                return message

    def begin(self, command: Message) -> None:
        """From here on names belong to this command; its own is the first."""
        self._command = command
        self._counts.clear()
        self._happened(f"heard {command.kind}")

    async def next(self, timeout_s: float | None = None) -> Message | None:
        """The next message, or None after a nudge. Raises LineLost, and NoAnswer after `timeout_s`."""
        try:
            async with asyncio.timeout(self._hung_s if self._silent else timeout_s):
                while True:
                    item = await self._inbox.get()
                    if not self._silent or isinstance(item, LineLost):
                        break
        except TimeoutError:
            if self._silent:
                self._silent = False
                raise BrokenOff("the terminal starts afresh") from None
            raise NoAnswer("the kiosk does not answer") from None
        if isinstance(item, LineLost):
            self._inbox.put_nowait(item)  # lost stays lost
            raise item
        return item

    async def answer(self, answer: Message, to: Message | None = None) -> None:
        """Answer the command, or another message of the kiosk."""
        await self._send(answer, f"{(to or self._command).kind} answer", repeats=True)

    async def ask(self, message: Message, timeout_s: float, on_abort: Callable[[], Message]) -> Message:
        """Send a message and wait for its answer. An abort that crosses it is answered with `on_abort()`."""
        again = await self._send(message, message.kind)
        answer = await self._answer_to(message, timeout_s, on_abort)
        if again:  # as if that answer had been lost; the first one counts
            await self._send(message, message.kind)
            await self._answer_to(message, timeout_s, on_abort)
        return answer

    async def still_there(self) -> None:
        """Raises LineLost when the line was cut; when the terminal fell silent, as soon as it is over."""
        if self._lost is not None:
            raise self._lost
        if self._silent:
            await self.next()

    async def _answer_to(
        self, message: Message, timeout_s: float, on_abort: Callable[[], Message]
    ) -> Message:
        ends = asyncio.get_running_loop().time() + timeout_s
        while True:
            heard = await self.next(ends - asyncio.get_running_loop().time())
            if heard is None:
                continue
            if heard.is_answer:
                self._happened(f"heard {message.kind} answer")
                return heard
            await self.hear_between(heard, on_abort)

    async def hear_between(self, heard: Message, on_abort: Callable[[], Message]) -> None:
        """A message while the terminal leads: only an abort makes sense."""
        self._happened(f"heard {heard.kind}")
        await self.answer(on_abort() if heard.control == ABORT else Message(0x8483), heard)

    async def _send(self, message: Message, name: str, *, repeats: bool = False) -> bool:
        """Returns whether the fault `twice_at` strikes; with `repeats` it already has."""
        faults, octets = self._faults(), message.encode()
        if faults.slow_ms:
            await asyncio.sleep(faults.slow_ms / 1000)
        if self._silent or self._lost is not None:
            return False
        sent, half = f"sent {name}", f"half {name}"
        nth = self._counts[sent] + 1
        if self._strikes(faults.garbage_at, sent, nth):
            faults.garbage_at = None
            await self._wire.spill(_GARBAGE)
        if self._strikes(faults.cut_at, half, nth) or self._strikes(faults.silent_at, half, nth):
            await self._wire.send_half(octets)
            self._happened(half, nth)
            return False
        twice = self._strikes(faults.twice_at, sent, nth)
        if twice:
            faults.twice_at = None
        await self._wire.send(octets)
        if twice and repeats:
            await self._wire.send(octets)
        self._happened(sent)
        return twice

    def _happened(self, name: str, nth: int | None = None) -> None:
        """It did, for the `nth` time; None: once more than before."""
        faults = self._faults()
        self._counts[name] = nth or self._counts[name] + 1
        self._on_event(f"{self._command.control:04x}: {name}")
        cut, silent = (
            self._strikes(at, name, self._counts[name]) for at in (faults.cut_at, faults.silent_at)
        )
        if cut:
            faults.cut_at = None
            self.cut()
        if silent:
            faults.silent_at = None
            self._silent = True

    def _strikes(self, at: str | None, name: str, nth: int) -> bool:
        return at is not None and strikes_at(at, self._command.control, name, nth)

    def cut(self) -> None:
        """Now; and nothing more goes out or comes in."""
        self._lose(LineLost("the cable was cut"))
        self._wire.cut(reset=self._faults().resets)

    async def close(self) -> None:
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        await self._wire.close()

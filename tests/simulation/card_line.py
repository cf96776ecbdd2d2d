"""The line between kiosk and card terminal, message by message, and everything that cuts it.

Every message has a kind: its direction, its control word, and what it answers or belongs to. A cut is planned
for one kind, before the message arrives or right after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from tests.simulation.loop import VirtualLoop

LATENCY_S = 0.005
_HEAD = 3

KINDS = (
    "> 05 01",
    "< 80 00 to 05 01",
    "< 06 0F of 05 01",
    "> 80 00 to 06 0F of 05 01",
    "> 06 00",
    "< 80 00 to 06 00",
    "< 06 0F of 06 00",
    "> 80 00 to 06 0F of 06 00",
    "> 06 20",
    "< 80 00 to 06 20",
    "< 04 0F of 06 20",
    "> 80 00 to 04 0F of 06 20",
    "< 06 0F of 06 20",
    "> 80 00 to 06 0F of 06 20",
    "> 06 01",
    "< 80 00 to 06 01",
    "< 04 FF of 06 01",
    "> 80 00 to 04 FF of 06 01",
    "> 06 B0",
    "< 80 00 to 06 B0",
    "< 84 xx to 06 B0",
    "< 04 0F of 06 01",
    "> 80 00 to 04 0F of 06 01",
    "> 84 xx to 04 0F of 06 01",
    "< 06 1E of 06 01",
    "> 80 00 to 06 1E of 06 01",
    "< 06 0F of 06 01",
    "> 80 00 to 06 0F of 06 01",
)
"""`>` is from the kiosk. Every one of them is cut."""


class Cut(StrEnum):
    LINE = "line"
    """Both ends notice."""
    SILENCE = "silence"
    """Nothing arrives any more, and nobody notices."""
    KIOSK = "kiosk"
    """It loses its power, or is killed."""
    TERMINAL = "terminal"
    """It loses its power."""


@dataclass(frozen=True, slots=True)
class Planned:
    kind: str
    cut: Cut
    delivered: bool
    """The message arrives first."""


@dataclass(frozen=True, slots=True)
class Message:
    control: int
    data: bytes = field(default=b"", repr=False)


class LineLost(Exception):
    """To the terminal."""


class CardLine(asyncio.Transport):
    """The kiosk's end is an asyncio transport, the terminal's end are `send` and `receive`.

    `passes` is told each message's kind, and answers with the cut that is due.
    """

    def __init__(
        self,
        kiosk: VirtualLoop,
        terminal: VirtualLoop,
        protocol: asyncio.Protocol,
        at: Callable[[float, Callable[[], None]], None],
        passes: Callable[[str], Planned | None],
        cut: Callable[[CardLine, Cut], None],
    ) -> None:
        super().__init__()
        self._kiosk = kiosk
        self._terminal = terminal
        self._protocol = protocol
        self._at = at
        self._passes = passes
        self._cut = cut
        self._inbox: asyncio.Queue[Message | None] = asyncio.Queue()
        self._command = ""
        self._last = {">": "", "<": ""}
        self._silent = False
        self._lost = False

    # --- the kiosk's end ---------------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._kiosk.dead:
            return
        octets = bytes(data)
        while octets:
            end = _HEAD + octets[2]
            message, octets = Message(int.from_bytes(octets[:2], "big"), octets[_HEAD:end]), octets[end:]
            self._carry(">", message, partial(self._inbox.put_nowait, message), self._terminal)

    def close(self) -> None:
        self.lose()

    def is_closing(self) -> bool:
        return self._lost

    # --- the terminal's end ------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        return self._terminal.time()

    def send(self, control: int, data: bytes = b"") -> None:
        if self._terminal.dead:
            return
        octets = control.to_bytes(2, "big") + bytes([len(data)]) + data
        self._carry("<", Message(control, data), lambda: self._protocol.data_received(octets), self._kiosk)

    async def receive(self, within_s: float | None = None, *, lost: bool = True) -> Message:
        """LineLost after `within_s`, or TimeoutError unless it is `lost` then."""
        try:
            async with asyncio.timeout(within_s):
                message = await self._inbox.get()
        except TimeoutError:
            if not lost:
                raise
            self.lose()
            raise LineLost from None
        if message is None:
            raise LineLost
        return message

    # --- in between --------------------------------------------------------------------------------------

    def lose(self) -> None:
        """Both ends hear of it."""
        if self._lost:
            return
        self._lost = True
        self._kiosk.call_soon(self._protocol.connection_lost, None)
        self._terminal.call_soon(self._inbox.put_nowait, None)

    def fall_silent(self) -> None:
        self._silent = True

    def _carry(self, way: str, message: Message, arrive: Callable[[], None], end: VirtualLoop) -> None:
        if self._lost or self._silent:
            return
        planned = self._passes(self._kind(way, message))
        if planned is None or planned.delivered:
            self._at(LATENCY_S, lambda: self._arrive(arrive, end))
        if planned is not None:
            self._at(LATENCY_S + 1e-4, lambda: self._cut(self, planned.cut))
            if not planned.delivered:
                self._silent = True

    def _arrive(self, arrive: Callable[[], None], end: VirtualLoop) -> None:
        if not self._lost and not end.dead:
            end.call_soon(arrive)

    def _kind(self, way: str, message: Message) -> str:
        control = message.control
        word = f"{control >> 8:02X} {control & 0xFF:02X}"
        if control >> 8 in (0x80, 0x84):
            answered = self._last["<" if way == ">" else ">"]
            return f"{way} {'84 xx' if control >> 8 == 0x84 else word} to {answered}"
        if way == "<":
            self._last[way] = f"{word} of {self._command}"
        else:
            self._last[way] = word
            if control != 0x06B0:
                self._command = word
        return f"{way} {self._last[way]}"

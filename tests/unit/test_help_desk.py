"""A call for help over real HTTP: told until it is answered, overdue when it is not, and ended once."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from kioskd.core.effects import CallHelp
from kioskd.core.events import Event, HelpChanged
from kioskd.core.help import HelpState
from kioskd.daemon.staff.help_desk import HelpDesk, Webhook

CALL = CallHelp("c1", "nl")
SECRET = "Bearer let-me-in"


@dataclass
class Receiver:
    """Staff's side: `answers` in turn, the last one for ever; None hangs up."""

    answers: list[bytes | None]
    told: list[dict[str, Any]] = field(default_factory=list)
    heard: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    """By state."""
    authorised: bool = True
    port: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        self.told.append(json.loads(await reader.readexactly(length)))
        self.heard[self.told[-1]["state"]].set()
        self.authorised &= f"authorization: {SECRET}".lower() in head.lower()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()


def _http(status: str, body: str = "{}") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


SEEN = _http("200 OK")
COMING = _http("200 OK", '{"coming": true}')


@dataclass
class Patience:
    """Waits as long as the test says. Repeats pass at once, the time until overdue when it is let go."""

    overdue: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        if seconds == 60:
            await self.overdue.wait()
        await asyncio.sleep(0)


async def _desk(
    answers: list[bytes | None], play: Callable[[HelpDesk, Receiver, list[Event], Patience], Awaitable[None]]
) -> None:
    events: list[Event] = []
    patience = Patience()
    async with Receiver(answers).listening() as receiver:
        webhook = Webhook(f"http://127.0.0.1:{receiver.port}/help", {"Authorization": SECRET})
        try:
            desk = HelpDesk(webhook, {"kiosk": "K1"}, 60, events.append, patience.sleep)
            await play(desk, receiver, events, patience)
        finally:
            await webhook.close()


def test_it_is_told_until_somebody_comes() -> None:
    async def play(desk: HelpDesk, receiver: Receiver, events: list[Event], patience: Patience) -> None:
        await desk.call(CALL)
        assert events == [HelpChanged("c1", HelpState.COMING)]
        assert receiver.told == [{"kiosk": "K1", "call": "c1", "language": "nl", "state": "called"}] * 3
        assert receiver.authorised
        await desk.end()
        assert receiver.told[-1]["state"] == "ended"
        await desk.end()
        assert len(receiver.told) == 4

    asyncio.run(_desk([SEEN, SEEN, COMING], play))


@pytest.mark.parametrize(
    "bad", [None, _http("500 Internal Server Error"), _http("200 OK", "hello"), _http("200 OK", "[1]")]
)
def test_a_receiver_that_is_broken_is_tried_again(bad: bytes | None) -> None:
    async def play(desk: HelpDesk, receiver: Receiver, events: list[Event], patience: Patience) -> None:
        await desk.call(CALL)
        assert events == [HelpChanged("c1", HelpState.COMING)]

    asyncio.run(_desk([bad, bad, COMING], play))


def test_nobody_answers_in_time() -> None:
    async def play(desk: HelpDesk, receiver: Receiver, events: list[Event], patience: Patience) -> None:
        calling = asyncio.create_task(desk.call(CALL))
        patience.overdue.set()
        await receiver.heard["overdue"].wait()
        assert events == [HelpChanged("c1", HelpState.OVERDUE)]
        assert desk.answer()
        await calling
        assert events[-1] == HelpChanged("c1", HelpState.COMING)
        assert not desk.answer()

    asyncio.run(_desk([SEEN], play))


def test_a_guest_who_has_left_is_not_told_about_any_more() -> None:
    async def play(desk: HelpDesk, receiver: Receiver, events: list[Event], patience: Patience) -> None:
        calling = asyncio.create_task(desk.call(CALL))
        await receiver.heard["called"].wait()
        await desk.end()
        await calling
        assert receiver.told[-1]["state"] == "ended"
        assert events == []

    asyncio.run(_desk([SEEN], play))


def test_without_a_receiver_an_answer_still_reaches_the_guest() -> None:
    async def play() -> None:
        events: list[Event] = []
        desk = HelpDesk(None, {}, 60, events.append, Patience().sleep)
        calling = asyncio.create_task(desk.call(CALL))
        await asyncio.sleep(0)
        assert desk.answer()
        await calling
        assert events == [HelpChanged("c1", HelpState.COMING)]

    asyncio.run(play())

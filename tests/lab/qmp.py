"""QEMU's control socket, as far as the lab uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

ANSWER_S = 30.0

Event = dict[str, Any]


class QmpError(Exception):
    """QEMU refused a command or hung up; the text says which and why."""


class Qmp:
    """One connection. Events are kept until `event` takes them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self._events: list[Event] = []
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._heard = asyncio.Condition()
        self._listener = asyncio.create_task(self._listen(), name="qmp")

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Raises OSError when nobody listens there."""
        reader, writer = await asyncio.open_unix_connection(path)
        await reader.readline()  # the greeting
        qmp = cls(reader, writer)
        await qmp.execute("qmp_capabilities")
        return qmp

    async def execute(self, command: str, **arguments: Any) -> Any:
        """What the command returns. Raises QmpError."""
        async with self._turn:
            request = {"execute": command, "arguments": arguments}
            self._writer.write(json.dumps(request).encode() + b"\n")
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._writer.drain()
                    answer = await self._answers.get()
            except (TimeoutError, ConnectionError) as silent:
                raise QmpError(f"{command}: no answer from QEMU") from silent
        if "error" in answer:
            raise QmpError(f"{command}: {answer['error'].get('desc', answer['error'])}")
        return answer["return"]

    async def event(self, wanted: Callable[[Event], bool], timeout_s: float = ANSWER_S) -> Event:
        """The oldest event of that kind, as soon as there is one. Raises QmpError."""
        try:
            async with asyncio.timeout(timeout_s), self._heard:
                while True:
                    if (found := next(filter(wanted, self._events), None)) is not None:
                        self._events.remove(found)
                        return found
                    await self._heard.wait()
        except TimeoutError:
            raise QmpError(f"QEMU did not report what was waited for within {timeout_s:g} s") from None

    async def close(self) -> None:
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        self._writer.close()

    async def _listen(self) -> None:
        while line := await self._reader.readline():
            said = json.loads(line)
            if "event" in said:
                async with self._heard:
                    self._events.append(said)
                    self._heard.notify_all()
            else:
                self._answers.put_nowait(said)
        self._answers.put_nowait({"error": {"desc": "QEMU hung up"}})

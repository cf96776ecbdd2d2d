"""The local socket: who may open the file may ask what the kiosk shows and does.

One JSON object per line in each direction: `{"do": "status"}`. An answer with `"bytes": n` is followed by n
raw bytes (the picture of the screen). File permissions are the access control. Touching the screen and moving
the clock need `drive = true` in the configuration, for developers and tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 64 * 1024
IDLE_S = 600.0

Answer = tuple[dict[str, Any], bytes]
Command = Callable[[dict[str, Any]], Awaitable[Answer]]


class CommandRefused(Exception):
    """The request cannot be done; the text is sent to whoever asked."""


class ControlSocket:
    """Serves `commands` by name. A request that is wrong gets `{"error": ...}`, never a silence."""

    def __init__(self, path: Path, commands: Mapping[str, Command]) -> None:
        self._path = path
        self._commands = commands

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)  # left over from a kill
        server = await asyncio.start_unix_server(self._serve, self._path, limit=MAX_REQUEST_BYTES)
        self._path.chmod(0o660)
        try:
            yield
        finally:
            server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    line = await reader.readline()
                if not line:
                    return
                head, body = await self._answer(line)
                writer.write(json.dumps(head).encode() + b"\n" + body)
                await writer.drain()
        except (ConnectionError, TimeoutError, ValueError):
            return  # gone, silent for too long, or a line without end
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
            command = self._commands[request["do"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"error": f"unknown request; known: {', '.join(sorted(self._commands))}"}, b""
        try:
            return await command(request)
        except CommandRefused as refused:
            return {"error": str(refused)}, b""
        except (KeyError, TypeError, ValueError) as wrong:
            return {"error": f"{request['do']}: {type(wrong).__name__} {wrong}"}, b""


def ask(path: Path, request: Mapping[str, Any], *, timeout_s: float = 10.0) -> dict[str, Any]:
    """One request to a running daemon, for the command line.

    Raises OSError when nobody is there or answers, CommandRefused when it says no.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        with connection.makefile("rwb") as stream:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            answer: dict[str, Any] = json.loads(stream.readline() or b'{"error": "no answer"}')
    if "error" in answer:
        raise CommandRefused(answer["error"])
    return answer

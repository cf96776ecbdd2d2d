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
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Never

from kioskd.core.errors import ConfigError

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
        """Raises ConfigError when the socket cannot be made where it should be."""
        try:
            server = await self._bound()
        except OSError as error:
            remedy = "name a path of at most 107 bytes in a directory that kioskd may write to"
            raise ConfigError(f"control.socket {self._path}", f"cannot be made: {error}", remedy) from None
        try:
            yield
        finally:
            server.close()
            self._path.unlink(missing_ok=True)

    async def _bound(self) -> asyncio.Server:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and not stat.S_ISSOCK(self._path.stat().st_mode):
            raise FileExistsError("another file is there")  # a slip in the configuration must not delete it
        self._path.unlink(missing_ok=True)  # left over from a kill
        server = await asyncio.start_unix_server(self._serve, self._path, limit=MAX_REQUEST_BYTES)
        self._path.chmod(0o660)
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    line = await _line(reader)
                if line == b"":
                    return
                head, body = await self._answer(line) if line else (_TOO_LONG, b"")
                writer.write(json.dumps(head).encode() + b"\n" + body)
                await writer.drain()
                if line is None:
                    return  # where the next request would begin is not known
        except (ConnectionError, TimeoutError):
            return  # gone, or silent for too long
        except asyncio.CancelledError:
            return  # the daemon ends, and asyncio's streams would report a cancelled handler as a bug
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line, parse_constant=_no_constant)
            command = self._commands[request["do"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"error": f"unknown request; known: {', '.join(sorted(self._commands))}"}, b""
        try:
            return await command(request)
        except CommandRefused as refused:
            return {"error": str(refused)}, b""
        except (KeyError, TypeError, ValueError, OverflowError) as wrong:
            return {"error": f"{request['do']}: {type(wrong).__name__} {wrong}"}, b""


_TOO_LONG = {"error": f"a request has at most {MAX_REQUEST_BYTES} bytes"}


async def _line(reader: asyncio.StreamReader) -> bytes | None:
    """The next line, empty at the end, None when it is too long."""
    try:
        return await reader.readline()
    except ValueError:
        return None


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no number")  # a deadline of NaN would upset the event loop

"""`GET /metrics` on loopback: one page, for one reader at a time, and nothing that anybody could change."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from kioskd.daemon.metrics.readings import Readings
from kioskd.daemon.report import Report

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
LONGEST_HEAD_BYTES = 8192
PATIENCE_S = 5.0
MOST_READERS = 4


class MetricsServer:
    """`read` says how the kiosk is; `readings` is one of the collectors of `registry`."""

    def __init__(
        self,
        port: int,
        registry: CollectorRegistry,
        readings: Readings,
        read: Callable[[], Awaitable[Report]],
    ) -> None:
        self._port = port
        self._registry = registry
        self._readings = readings
        self._read = read
        self._readers = 0
        self.port: int | None = None
        """The one that is listened at."""

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """A port that somebody else has is no reason not to sell: it is logged, and whoever asks sees it."""
        try:
            server = await asyncio.start_server(self._serve, HOST, self._port, limit=LONGEST_HEAD_BYTES)
        except OSError as error:
            log.error("no metrics at %s:%d: %s", HOST, self._port, error.strerror)
            yield
            return
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._readers += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, TimeoutError):
            return  # gone, too long, or too slow
        except asyncio.CancelledError:
            return  # the daemon ends, and asyncio's streams would report a cancelled handler as a bug
        finally:
            self._readers -= 1
            writer.close()

    async def _answer(self, head: bytes) -> bytes:
        request, *fields = head.decode("latin-1").split("\r\n")
        method, _, rest = request.partition(" ")
        target = rest.partition(" ")[0].partition("?")[0]
        if target != "/metrics":
            return _response("404 Not Found", b"metrics are at /metrics\n")
        if method != "GET":
            return _response("405 Method Not Allowed", b"GET it\n", "Allow: GET")
        if self._readers > MOST_READERS:
            return _response("503 Service Unavailable", b"others are reading\n")
        accept = next((f.partition(":")[2] for f in fields if f.lower().startswith("accept:")), "")
        encode, content_type = choose_encoder(accept)
        self._readings.report = await self._read()
        return _response("200 OK", encode(self._registry), f"Content-Type: {content_type}")


def _response(status: str, body: bytes, *fields: str) -> bytes:
    head = (f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "Connection: close", "", "")
    return "\r\n".join(head).encode("latin-1") + body

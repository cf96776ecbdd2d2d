"""Servers that say what no server should, in ways no server should, and what a client makes of them.

They run on loopback and write bytes as they like.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from kioskd.core.errors import LoyaltyError, Throttled, Unauthorised, Unreachable
from tests.contract.client_calls import Calls

PATIENT_S = 10.0
"""For servers that come to an end by themselves, however busy this machine is."""
DEADLINE_S = 2.0
"""For those that do not. Connecting on loopback takes less than its share even of this."""
GRACE_S = 3.0

Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


def said(content: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + content


def head(*headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: application/json", *headers, "", ""]).encode()


def enveloped(value: str) -> bytes:
    """`value` where one of the APIs has what it answers."""
    return said(b'{"data": ' + value.encode("utf-8", "surrogatepass") + b', "meta": []}')


DEEP = b"[" * 200_000
UNREADABLE: dict[str, bytes] = {
    "NaN": enveloped('{"uuid": "u", "credits": NaN, "amount_in_cents": NaN, "balance_in_cents": NaN}'),
    "-Infinity": enveloped("-Infinity"),
    "1e999": enveloped('{"uuid": "u", "credits": 1e999, "amount_in_cents": 1e999}'),
    "an endless number": enveloped("9" * 100_000),
    "an endless exponent": enveloped("1e" + "9" * 50_000),
    "a key twice": said(b'{"data": {"uuid": "u", "uuid": "v", "code": 5}}'),
    "the envelope's key twice": said(b'{"data": [], "data": {}}'),
    "deep nesting": said(DEEP),
    "deep nesting, closed": said(b'{"data": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001),
    "broken UTF-8": said(b'{"data": {"uuid": "\xff\xfe\xc3"}}'),
    "UTF-16": said('{"data": {}}'.encode("utf-16")),
    "cut in the middle": said(b'{"data": {"uuid": "u'),
    "two documents": said(b'{"data": {}}{"data": {}}'),
    "no document": said(b""),
    "blanks": said(b" " * 1000),
    "a page that calls itself JSON": said(b"<!doctype html><h1>It works</h1>"),
    "packed": said(gzip.compress(b'{"data": {}}' * 100_000), "200 OK", "Content-Encoding: gzip"),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "no code": said(b'{"message": "No"}', "400 Bad Request"),
    "code as a map": said(b'{"message": "No", "code": {"a": 1}}', "400 Bad Request"),
    "code 1e999": said(b'{"code": 1e999}', "400 Bad Request"),
    "an unknown code": said(b'{"code": -99999999999}', "400 Bad Request"),
    "422": said(b'{"message": "No", "errors": 7}', "422 Unprocessable"),
    "500": said(b"{}", "500 Oops"),
    "503 with a page": said(b"<h1>maintenance</h1>", "503 Down").replace(b"application/json", b"text/html"),
    "999": said(b'{"data": {}}', "999 Odd"),
    "0": said(b'{"data": {}}', "000 Odd"),
    "length too long": head("Content-Length: 9000") + b'{"data": {}}',
    "length too short": head("Content-Length: 5") + b'{"data": {}}',
    "two lengths": head("Content-Length: 5", "Content-Length: 12") + b'{"data": {}}',
    "a negative length": head("Content-Length: -1") + b'{"data": {}}',
    "an endless length": head("Content-Length: " + "9" * 5000) + b'{"data": {}}',
    "chunks of no size": head("Transfer-Encoding: chunked") + b"zz\r\nhello\r\n0\r\n\r\n",
    "chunks of all sizes": head("Transfer-Encoding: chunked") + b"f" * 5000,
    "chunks without end": head("Transfer-Encoding: chunked") + b'5\r\n{"dat\r\n',
    "length and chunks": head("Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "a header without a colon": head("what is this") + b"{}",
    "a header of NULs": head("X: \x00\x00") + b"{}",
    "much of a header": head("X: " + "x" * 90_000, "Content-Length: 2") + b"{}",
    "many headers": head(*(f"X-{n}: y" for n in range(20_000)), "Content-Length: 2") + b"{}",
    "a header that does not end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
    "no HTTP": b"220 mail.example ESMTP ready\r\n",
    "HTTP/0.9": b'{"data": {}}',
    "another protocol": b"\x15\x03\x01\x00\x02\x02\x46",
    "an upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "not a word": b"",
}
"""Bytes after which the connection ends, and which are no answer."""


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(head("Content-Length: 100000"))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _say_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _continue_for_ever(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)
        await writer.drain()
        await asyncio.sleep(0.005)


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.write(head("Content-Length: 10") + b'{"d')
    await writer.drain()
    writer.transport.abort()


SLOW: dict[str, Talk] = {
    "a byte now and then": _drip,
    "a header letter by letter": _drip_headers,
    "nothing": _say_nothing,
    "please go on": _continue_for_ever,
    "half, then a reset": _reset,
}


THROTTLED_OR_UNAUTHORISED: list[tuple[bytes, type[LoyaltyError]]] = [
    (said(b'{"message": "Unauthenticated."}', "401 No"), Unauthorised),
    (said(b"{}", "403 No"), Unauthorised),
    (said(b"{}", "429 Slow", "Retry-After: 1e999"), Throttled),
    (said(b"{}", "429 Slow", "Retry-After: -5"), Throttled),
    (said(b"{}", "429 Slow", "Retry-After: " + "9" * 400), Throttled),
    (said(b"{}", "429 Slow", "Retry-After: Thu, 99 Xxx 99999 99:99:99 GMT"), Throttled),
]  # fmt: skip
"""What concerns all calls."""


@dataclass(frozen=True)
class Victim:
    """A backend's client under such a server's words."""

    calls: Calls
    connect: Callable[[str, float], tuple[Any, Callable[[], Awaitable[None]]]]
    """From URL and timeout: the client, and what closes it."""
    reads: frozenset[str] = field(default_factory=frozenset)
    """Methods without effect: a portal before the server may be taken for no network."""

    @asynccontextmanager
    async def told(self, talk: Talk, deadline_s: float) -> AsyncIterator[Any]:
        """A client of a server that reads each request, then talks."""
        speaking: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            speaking.add(task)
            try:
                request = await reader.readuntil(b"\r\n\r\n")
                _, found, length = request.lower().partition(b"content-length: ")
                await reader.readexactly(int(length.split(b"\r\n")[0]) if found else 0)
                with suppress(ConnectionError):
                    await talk(writer)
            except asyncio.CancelledError:
                pass  # asyncio's streams would complain
            finally:
                speaking.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client, close = self.connect(f"http://127.0.0.1:{port}", deadline_s)
        try:
            yield client
        finally:
            await close()
            server.close()
            for task in list(speaking):
                task.cancel()
            await asyncio.gather(*speaking, return_exceptions=True)

    async def outcomes(self, talk: Talk, deadline_s: float) -> dict[str, object]:
        """What every method gave back or raised. Not more are asked at once than there are connections."""
        reading, writing = asyncio.Semaphore(8), asyncio.Semaphore(8)

        async with self.told(talk, deadline_s) as client:

            async def outcome(method: str) -> tuple[str, object]:
                async with reading if method in self.reads else writing:
                    began_s = time.monotonic()
                    try:
                        result: object = await next(self.calls.calls(method))(client)
                    except Exception as error:  # noqa: BLE001 - which ones come out is the question
                        result = error
                    took_s = time.monotonic() - began_s
                    assert took_s < deadline_s * 5 + GRACE_S, method  # a list may ask for five pages
                    return method, result

            return dict(await asyncio.gather(*map(outcome, self.calls.methods())))

    def run(self, talk: Talk, deadline_s: float = PATIENT_S) -> dict[str, object]:
        return asyncio.run(self.outcomes(talk, deadline_s))

    def alone(self, method: str, talk: Talk) -> object:
        """What one method gave back, or the LoyaltyError it raised."""

        async def asked() -> object:
            async with self.told(talk, PATIENT_S) as client:
                try:
                    return await next(self.calls.calls(method))(client)
                except LoyaltyError as error:
                    return error

        return asyncio.run(asked())

    def wrong(
        self, results: dict[str, object], *, answered: frozenset[str] = frozenset()
    ) -> dict[str, object]:
        """No LoyaltyError, or a write that says it was never sent; `answered` may be fine."""
        return {
            method: result
            for method, result in results.items()
            if (
                not isinstance(result, LoyaltyError)
                and not (method in answered and not isinstance(result, Exception))
            )
            or (isinstance(result, Unreachable) and method not in self.reads)
        }


def words(content: bytes) -> Talk:
    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return talk


class Flood:
    """Fifty megabytes, announced or without end. `sent_bytes` is what the client let through."""

    def __init__(self, *, declared: bool) -> None:
        self._declared = declared
        self.sent_bytes = 0

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        writer.write(head(*(["Content-Length: 50000000"] if self._declared else [])) + b'{"data": "')
        for _ in range(50):
            writer.write(b"x" * 1_000_000)
            await writer.drain()
            self.sent_bytes += 1_000_000

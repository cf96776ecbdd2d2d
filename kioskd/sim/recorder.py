"""What a simulated server was asked and what it answered: for tests, the panel and curious developers."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BODY_TEXT_CHARS = 2000


@dataclass(slots=True)
class Exchange:
    """One request and what became of it.

    `executed_status` is what the server decided, None when it never got to decide. `status` is what was put
    on the wire, None when nothing was (yet). They differ when a fault came between.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    body_text: str | None = None
    """The start of a body that is not JSON."""
    executed_status: int | None = None
    status: int | None = None
    fault: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


class Recorder:
    """The last `limit` exchanges, oldest first. Numbers go on counting when it is cleared."""

    def __init__(self, limit: int = 500) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self._count = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def begin(self, at: datetime, method: str, path: str, query: dict[str, str], body: bytes) -> Exchange:
        self._count += 1
        exchange = Exchange(self._count, at, method, path, query)
        if body:
            try:
                exchange.body = _strict_json(body)
            except (ValueError, RecursionError):
                exchange.body_text = body[:_BODY_TEXT_CHARS].decode("utf-8", "replace")
        self._exchanges.append(exchange)
        return exchange

    def clear(self) -> None:
        self._exchanges.clear()


def exchange_of(scope: Scope) -> Exchange:
    """The record of the request being served, in any app inside `recorded`."""
    return cast(Exchange, scope["state"]["exchange"])


def recorded(app: ASGIApp, recorder: Recorder, clock: Callable[[], datetime]) -> ASGIApp:
    """`app`, with every request recorded before it is served, and its answer's status when it is sent."""

    async def recording(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        exchange = recorder.begin(clock(), scope["method"], scope["path"], query, body)
        scope.setdefault("state", {})["exchange"] = exchange
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
            await send(message)

        await app(scope, replay, watch)

    return recording


def _strict_json(body: bytes) -> Any:
    """Raises ValueError also for what Python alone takes for JSON and could not print again."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    document = json.loads(body, parse_constant=refuse)
    # A lone surrogate ends here, and so does a number beyond all floats, such as 1e999.
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    return document


async def _read_body(receive: Receive) -> bytes:
    """The whole request body; what has arrived so far when the client goes away."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)

"""Faults of a simulated server and of the network before it, switchable at run time.

A rule says what goes wrong, for which requests and how often. The kinds that need the connection itself
(refuse, drop_answer, the timeouts) work under `kioskd.sim.serve` only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kioskd.sim.recorder import exchange_of
from kioskd.sim.serve import connection_dropper

SILENCE_LIMIT_S = 120.0
"""A request that is never answered is given up after this long even if the client still waits."""

_CHUNK = b"x" * 65536

Kind = Literal[
    "refuse",
    "timeout_before",
    "timeout_after",
    "drop_answer",
    "answer",
    "status_500",
    "status_503_html",
    "status_429",
    "portal",
    "redirect",
    "slow",
    "garbage",
    "huge",
]


class FaultRule(BaseModel):
    """One fault. Applies to requests whose path starts with `path`, `times` times or until it is cleared.

    refuse: the connection is reset at once. timeout_before / timeout_after: no answer until the client
    gives up, without or after execution. drop_answer: executed, then the connection is closed without an
    answer. answer: `status` with `body` as JSON instead of execution, for refusals that are hard to bring
    about. status_500: with `when` before or after execution. status_503_html, status_429, portal (a login
    page with 200), redirect (302 to one), huge (`size_mb` of body): not executed. slow: `delay_ms`, then as
    usual. garbage: executed, then the answer is cut in the middle or its values get wrong types.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    path: str = "/"
    method: str | None = None
    times: int | None = Field(default=None, ge=1)
    status: int = Field(default=400, ge=200, le=599)
    body: Any = None
    when: Literal["before", "after"] = "before"
    delay_ms: int = Field(default=2000, ge=0, le=120_000)
    retry_after_s: int = Field(default=5, ge=0)
    garbage: Literal["truncated", "wrong_types"] = "truncated"
    size_mb: int = Field(default=64, ge=1, le=4096)

    def matches(self, method: str, path: str) -> bool:
        return path.startswith(self.path) and self.method in (None, method)

    @property
    def label(self) -> str:
        """How this fault is named in the recorder, e.g. `status_500 after`."""
        if self.kind == "answer":
            return f"{self.kind} {self.status}"
        if self.kind == "status_500":
            return f"{self.kind} {self.when}"
        return f"{self.kind} {self.garbage}" if self.kind == "garbage" else self.kind


@dataclass(slots=True)
class _Armed:
    rule: FaultRule
    remaining: int | None


class FaultBook:
    """The rules in force. The first one that matches a request is applied to it."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, rule: FaultRule) -> None:
        self._armed.append(_Armed(rule, rule.times))

    def replace(self, rules: Iterable[FaultRule]) -> None:
        self._armed = [_Armed(rule, rule.times) for rule in rules]

    def clear(self) -> None:
        self._armed = []

    def take(self, method: str, path: str) -> FaultRule | None:
        """The fault for this request, counted as applied; None when all is well."""
        for armed in self._armed:
            if armed.rule.matches(method, path):
                if armed.remaining is not None:
                    armed.remaining -= 1
                    if armed.remaining == 0:
                        self._armed.remove(armed)
                return armed.rule
        return None

    def to_json(self) -> list[dict[str, Any]]:
        """The rules as they could be put again: `times` is what is left."""
        return [
            armed.rule.model_dump(exclude_unset=True) | {"times": armed.remaining} for armed in self._armed
        ]


class FaultSetting(BaseModel):
    """What PUT /sim/faults takes: the rules that replace all present ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    faults: tuple[FaultRule, ...]


@dataclass(frozen=True, slots=True)
class _Request:
    """One faulty request in the making."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    async def answer(self, response: Response) -> None:
        response.headers["X-Sim-Deviation"] = f"fault: {exchange_of(self.scope).fault}"
        await response(self.scope, self.receive, self.send)

    async def execute(self) -> Response:
        """Let the server do it, and keep the answer."""
        start: Message = {}
        body: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.append(message.get("body", b""))

        await self.app(self.scope, self.receive, keep)
        exchange_of(self.scope).executed_status = start["status"]
        response = Response(b"".join(body), start["status"])
        response.raw_headers = list(start["headers"])
        return response

    async def silence(self) -> None:
        try:
            async with asyncio.timeout(SILENCE_LIMIT_S):
                await self.disconnected()
        except TimeoutError:
            await self.drop(reset=False)

    async def drop(self, *, reset: bool) -> None:
        connection_dropper(self.scope)(reset)
        await self.disconnected()

    async def disconnected(self) -> None:
        # Returning earlier, before uvicorn knows the connection is gone, would make it answer 500.
        while (await self.receive())["type"] != "http.disconnect":
            pass


def faulty(app: ASGIApp, book: FaultBook) -> ASGIApp:
    """`app` behind the faults of `book`; must run inside `recorded`."""

    async def serving(scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        rule = book.take(scope["method"], scope["path"])
        request = _Request(app, scope, receive, send)
        if rule is not None:
            exchange.fault = rule.label
            await _EFFECTS[rule.kind](rule, request)
            return
        await _plain(request)

    return serving


async def _plain(request: _Request) -> None:
    async def watch(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange_of(request.scope).executed_status = message["status"]
        await request.send(message)

    await request.app(request.scope, request.receive, watch)


async def _refuse(rule: FaultRule, request: _Request) -> None:
    await request.drop(reset=True)


async def _timeout_before(rule: FaultRule, request: _Request) -> None:
    await request.silence()


async def _timeout_after(rule: FaultRule, request: _Request) -> None:
    await request.execute()
    await request.silence()


async def _drop_answer(rule: FaultRule, request: _Request) -> None:
    await request.execute()
    await request.drop(reset=False)


async def _answer(rule: FaultRule, request: _Request) -> None:
    await request.answer(JSONResponse(rule.body, rule.status))


async def _status_500(rule: FaultRule, request: _Request) -> None:
    if rule.when == "after":
        await request.execute()
    await request.answer(JSONResponse({"message": "Server Error"}, 500))


async def _status_503_html(rule: FaultRule, request: _Request) -> None:
    await request.answer(HTMLResponse("<!doctype html><title>503</title><h1>Be right back.</h1>", 503))


async def _status_429(rule: FaultRule, request: _Request) -> None:
    headers = {"Retry-After": str(rule.retry_after_s)}
    await request.answer(JSONResponse({"message": "Too Many Attempts."}, 429, headers=headers))


async def _portal(rule: FaultRule, request: _Request) -> None:
    page = "<!doctype html><title>Guest Wi-Fi</title><h1>Please accept the terms to go online.</h1>"
    await request.answer(HTMLResponse(page))


async def _redirect(rule: FaultRule, request: _Request) -> None:
    # A name that never resolves: whoever follows the redirect must not reach anybody.
    await request.answer(Response(status_code=302, headers={"Location": "http://portal.invalid/login"}))


async def _slow(rule: FaultRule, request: _Request) -> None:
    await asyncio.sleep(rule.delay_ms / 1000)
    await _plain(request)


async def _garbage(rule: FaultRule, request: _Request) -> None:
    answer = await request.execute()
    body = bytes(answer.body)
    if rule.garbage == "truncated":
        mangled = body[: len(body) // 2]
    else:
        mangled = json.dumps(_wrong_types(json.loads(body))).encode()
    await request.answer(Response(mangled, answer.status_code, media_type="application/json"))


async def _huge(rule: FaultRule, request: _Request) -> None:
    async def body() -> Any:
        yield b'{"data": "'
        for _ in range(rule.size_mb * 1024 * 1024 // len(_CHUNK)):
            yield _CHUNK
        yield b'"}'

    await request.answer(StreamingResponse(body(), media_type="application/json"))


def _wrong_types(value: Any) -> Any:
    """The same keys with values no client can expect. The outermost object stays one."""
    match value:
        case dict():
            return {key: _wrong_types(inner) for key, inner in value.items()}
        case list():
            return {"0": [_wrong_types(inner) for inner in value]}
        case bool() | None:
            return [[]]
        case str():
            return {"text": 1}
        case _:
            return "NaN"


_EFFECTS: dict[Kind, Callable[[FaultRule, _Request], Awaitable[None]]] = {
    "refuse": _refuse,
    "timeout_before": _timeout_before,
    "timeout_after": _timeout_after,
    "drop_answer": _drop_answer,
    "answer": _answer,
    "status_500": _status_500,
    "status_503_html": _status_503_html,
    "status_429": _status_429,
    "portal": _portal,
    "redirect": _redirect,
    "slow": _slow,
    "garbage": _garbage,
    "huge": _huge,
}

"""A simulated server asked without a network: it is put back before every request."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from tests.contract.drawn import Known, Operation, Request, everything_said, spoilt

_DRAWING = settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


class Account:
    """`simulator` as it is when `save` is called, again and again. `headers` go with every request."""

    known: Known

    def __init__(self, simulator: Any, headers: dict[str, str]) -> None:
        self._simulator = simulator
        self._headers = headers
        self._saved = b""

    def save(self) -> None:
        self._saved = pickle.dumps(self._simulator._api.state)

    def ask(self, request: Request, **headers: str) -> httpx.Response:
        self._simulator._api.state = pickle.loads(self._saved)
        return self.go_on(request, **headers)

    def go_on(self, request: Request, **headers: str) -> httpx.Response:
        """Asked of the state the last request has left."""
        return _at_once(self._send(request, headers))

    async def _send(self, request: Request, headers: dict[str, str]) -> httpx.Response:
        """Straight to the app: without a client and an event loop, a request takes a millisecond."""
        media_type = {"Content-Type": request.media_type} if request.media_type else {}
        headers = self._headers | media_type | request.headers | headers
        address = "http://sim.test" + request.path
        asked = httpx.Request(request.method, address, params=request.query, headers=headers)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "server": ("sim.test", 80),
            "path": asked.url.path,
            "raw_path": asked.url.raw_path.split(b"?")[0],
            "root_path": "",
            "query_string": asked.url.query,
            "headers": [(name.lower(), value) for name, value in asked.headers.raw],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._simulator.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent)
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)


Problems = Callable[[Operation, httpx.Response], list[str]]


def statuses_of_what_is_allowed(account: Account, operation: Operation, problems: Problems) -> Counter[int]:
    """Requests as `operation` allows them, drawn at random: each answer must be one that is described."""
    statuses: Counter[int] = Counter()

    @settings(_DRAWING)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        request = operation.draw(account.known, lambda values: data.draw(st.sampled_from(list(values))))
        answer = account.ask(request)
        statuses[answer.status_code] += 1
        assert not problems(operation, answer), (request, answer.text)

    ask()
    return statuses


Refused = Callable[[str, Request, Request, httpx.Response], bool]
"""Whether the answer is a fitting refusal of what is wrong; the first request is the right one."""


def wrongly_answered(
    account: Account,
    operation: Operation,
    problems: Problems,
    refused: Refused,
    looked_up: Iterable[str] = (),
) -> dict[str, tuple[int, str]]:
    """What a request with everything in it and one thing wrong is answered, where that is not a refusal."""
    whole = operation.draw(account.known, everything_said)
    answer = account.ask(whole)
    assert answer.is_success, (whole, answer.text)
    wrong = {}
    for what, request in spoilt(operation, whole, tuple(looked_up)):
        answer = account.ask(request)
        if not refused(what, whole, request, answer) or problems(operation, answer):
            wrong[what] = (answer.status_code, answer.text[:200])
    return wrong


def _at_once(answering: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """A simulated server never waits for anything, so no event loop is needed."""
    try:
        answering.send(None)
    except StopIteration as finished:
        answer: httpx.Response = finished.value
        return answer
    raise AssertionError("the simulator waited for something")

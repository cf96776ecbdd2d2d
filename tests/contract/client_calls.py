"""Every method of a backend's client, called with every one of its optional arguments and without it.

The list is read off the client: a method that is added is called too, or fails for want of an argument here.
"""

from __future__ import annotations

import inspect
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from kioskd.sim.recorder import Recorder

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class ClientCall:
    method: str
    arguments: dict[str, Any]

    def __call__(self, client: object) -> Awaitable[object]:
        made: Awaitable[object] = getattr(client, self.method)(**self.arguments)
        return made


class Calls:
    """`arguments` holds the values of each argument by its name, or by method, a dot and its name.

    `uuid` is what goes for an argument whose name says that it is one.
    """

    def __init__(self, client: type[object], arguments: Mapping[str, tuple[Any, ...]], uuid: str) -> None:
        self._client = client
        self._arguments = arguments
        self._uuid = uuid

    def methods(self) -> dict[str, Callable[..., Awaitable[object]]]:
        return {
            name: member
            for name, member in vars(self._client).items()
            if inspect.iscoroutinefunction(member) and not name.startswith("_") and name != "close"
        }

    def calls(self, method: str) -> Iterator[ClientCall]:
        """The plainest first. Raises KeyError for an argument nobody has thought of here."""
        parameters = list(inspect.signature(self.methods()[method]).parameters.values())[1:]
        choices = [self._values(method, parameter) for parameter in parameters]
        for values in itertools.product(*choices):
            yield ClientCall(method, {p.name: value for p, value in zip(parameters, values, strict=True)})

    def _values(self, method: str, parameter: inspect.Parameter) -> tuple[Any, ...]:
        name = parameter.name
        if name == "uuid" or name.endswith("_uuid"):
            values: tuple[Any, ...] = (self._uuid,)
        else:
            values = self._arguments.get(f"{method}.{name}") or self._arguments[name]
        optional = "None" in str(parameter.annotation) and None not in values
        return (*values, None) if optional else values


class Recording:
    """Notes each request and refuses it with `refusal`. For `httpx.MockTransport`."""

    def __init__(self, refusal: dict[str, Any]) -> None:
        self.requests = Recorder()
        self.headers: list[httpx.Headers] = []
        self._refusal = refusal

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers.get("Content-Type") == ("application/json" if request.content else None)
        assert not json.loads(request.content or b"null") or request.method != "GET"
        query = dict(request.url.params)
        path = request.url.raw_path.decode().partition("?")[0]
        self.requests.begin(NOON, request.method, path, query, request.content)
        self.headers.append(request.headers)
        return httpx.Response(400, json=self._refusal)

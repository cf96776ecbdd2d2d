"""Leat's HTTP conventions: token, rate limit, envelopes, errors. What the operations mean is elsewhere."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, RouteNotFound
from kioskd.sim.leat.operations import PATTERNS, Operation
from kioskd.sim.leat.state import LeatState
from kioskd.sim.recorder import exchange_of
from kioskd.sim.stateful_api import StatefulApi

SIM_TOKEN: Final = "sim-token"
"""The account's access token. Any other is refused."""

_DEVIATION = "X-Sim-Deviation"


class LeatApi(StatefulApi[LeatState]):
    """The ASGI app of the API itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        limit = self.state.switches.rate_limit_per_minute
        left, wait_s = self.rate.take(self.clock(), limit)
        if left < 0:
            response = _bare(429, "Too Many Attempts.")
            response.headers["Retry-After"] = str(wait_s)
        else:
            response = self._respond(request)
        response.headers["X-RateLimit-Limit"] = str(limit)
        response.headers["X-RateLimit-Remaining"] = str(max(0, left))
        self._declare_switches(response)
        await response(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        # The real server answers with and without a slash at the end.
        path = request.scope["path"].rstrip("/")  # request.url loses control characters
        matches = [
            (operation, match) for operation, pattern in PATTERNS if (match := pattern.fullmatch(path))
        ]
        if not matches:
            return self._unknown_path()
        fitting = [found for found in matches if found[0].method == request.method]
        if not fitting:
            return _bare(405, "Method Not Allowed")
        operation, match = fitting[0]
        if not _authorised(request):
            return self._unauthenticated()
        sent = exchange_of(request.scope).body if _says_json(request) else None
        # What is not a JSON object, or does not say so, counts as an empty one: the operation will miss its
        # fields. (Leat also reads forms, in which its older clients post.)
        body: JsonObject = sent if isinstance(sent, dict) else {}
        url = str(request.url.replace(query="", path=path))
        call = Call(self.now(), url, match.groupdict(), dict(request.query_params), body)
        try:
            answer = self._run(operation, call)
        except LeatError as error:
            return _declared(JSONResponse(error.to_json(), 400), error.deviation)
        except RouteNotFound:
            return self._unknown_path()
        return _declared(JSONResponse(answer.to_json(), answer.status), answer.deviation)

    def _run(self, operation: Operation, call: Call) -> Answer:
        if operation.reads:
            return operation.run(self.seen(), call)
        self.before_write()
        return operation.run(self.state, call)

    def _unauthenticated(self) -> Response:
        if self.state.switches.wrong_token == "html_401":
            page = HTMLResponse("<!doctype html><title>Unauthorized</title><h1>401</h1>", 401)
            return _declared(page, "body of 401 assumed")
        return _bare(401, "Unauthenticated.")

    def _unknown_path(self) -> Response:
        if self.state.switches.unknown_path == "html_404":
            page = HTMLResponse("<!doctype html><title>Not Found</title><h1>404</h1>", 404)
            return _declared(page, "body of 404 assumed")
        return _bare(404, "Not Found")

    def _declare_switches(self, response: Response) -> None:
        changed = self.state.switches.changed()
        if changed:
            already = response.headers.get(_DEVIATION)
            response.headers[_DEVIATION] = "; ".join([*([already] if already else []), *changed])


def _declared(response: Response, deviation: str | None) -> Response:
    if deviation is not None:
        response.headers[_DEVIATION] = deviation
    return response


def _bare(status: int, message: str) -> Response:
    """An answer of the web framework: no code, no envelope. Its shape is nowhere documented."""
    return _declared(JSONResponse({"message": message}, status), f"body of {status} assumed")


def _says_json(request: Request) -> bool:
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _authorised(request: Request) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and token.strip() == SIM_TOKEN

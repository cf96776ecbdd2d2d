"""The platform's HTTP conventions: headers, rate limit, errors. What the operations mean is elsewhere."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from kioskd.sim.rbi.answers import Call, RbiError
from kioskd.sim.rbi.operations import PATTERNS
from kioskd.sim.rbi.records import JsonObject
from kioskd.sim.rbi.state import RbiState
from kioskd.sim.recorder import exchange_of
from kioskd.sim.stateful_api import StatefulApi

SIM_KEY: Final = "sim-key"
"""The vendor's key. Any other is refused."""

_REGION: Final = re.compile(r"[A-Z]{2}")
_DATETIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


class RbiApi(StatefulApi[RbiState]):
    """The ASGI app of the API itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._too_many() or self._respond(request)
        if changed := self.state.switches.changed():
            response.headers["X-Sim-Deviation"] = "; ".join(changed)
        await response(scope, receive, send)

    def _too_many(self) -> Response | None:
        limit = self.state.switches.rate_limit_per_minute
        if limit is None:
            return None
        left, wait_s = self.rate.take(self.clock(), limit)
        if left >= 0:
            return None
        response = _bare(429, "Too Many Requests")
        response.headers["Retry-After"] = str(wait_s)
        return response

    def _respond(self, request: Request) -> Response:
        path = request.scope["path"]
        matches = [
            (operation, match) for operation, pattern in PATTERNS if (match := pattern.fullmatch(path))
        ]
        if not matches:
            return _bare(404, "Not Found")
        fitting = [found for found in matches if found[0].method == request.method]
        if not fitting:
            return _bare(405, "Method Not Allowed")
        operation, match = fitting[0]
        headers = self._headers(request)
        if headers is None:
            return _bare(401, "Unauthorized")
        region, user_at = headers
        call = Call(self.now(), user_at, region, _body(request), match.groupdict())
        seen = self.seen()
        self.before_write()
        try:
            answer = operation.run(self.state, call, seen)
        except RbiError as error:
            return JSONResponse(error.to_json(self.state.switches), error.status)
        return JSONResponse(answer.document, answer.status)

    def _headers(self, request: Request) -> tuple[str, datetime] | None:
        """Region and local time; None when they or the key are missing or wrong."""
        region = request.headers.get("x-region", "")
        text = request.headers.get("x-user-datetime", "")
        if request.headers.get("x-api-key") != SIM_KEY or not _REGION.fullmatch(region):
            return None
        found = _DATETIME.fullmatch(text)
        if found is None:
            return None
        wanted = self.state.switches.user_datetime
        if wanted != "either" and (wanted == "offset") != (found[2] is not None):
            return None
        try:
            user_at = datetime.fromisoformat(text)
        except ValueError:
            return None
        # At the ends of the calendar, other time zones do not exist.
        return (region, user_at) if 1970 <= user_at.year < 9999 else None


def _body(request: Request) -> JsonObject:
    """What is not a JSON object, or does not say so, counts as an empty one, whose fields are missing."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    sent = exchange_of(request.scope).body if media_type == "application/json" else None
    return sent if isinstance(sent, dict) else {}


def _bare(status: int, message: str) -> Response:
    return JSONResponse({"statusCode": status, "message": message}, status)

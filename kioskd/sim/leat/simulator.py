"""The simulated Leat: its API, the faults before it, the record of what was asked, and the controls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from kioskd.sim.faults import FaultBook, FaultSetting, faulty
from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.api import LeatApi
from kioskd.sim.leat.control import CONTROL_NAMES, apply_control
from kioskd.sim.leat.forms import ControlRefused, checked_form
from kioskd.sim.leat.seed import seeded_state
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.summary import summary
from kioskd.sim.leat.switches import Switches
from kioskd.sim.recorder import Recorder, recorded

DEVIATIONS: Final = (
    "All operations a kiosk can call; webhooks and the register's own paths answer 404.",
    "Bodies are JSON; forms are not read.",
    "One point per whole currency unit of lines, sub lines and charges less order discounts, in any status.",
    "The tier follows from all points ever collected, less returns, and changes at once.",
    "Rewards for a contact: all active ones. Rewards bound to a tier do not exist.",
    "The programme's maximum of points holds for one credit reception, not for orders.",
    "Returns may leave a contact with fewer than no points.",
    "The uuids of offers and payments in an order are kept, not checked.",
    "Answers of 401, 404, 405, 429 and of the token self-test, and the refusals of order calls, are assumed.",
    "Expect more fields, and JSON keys in another order, of the real server.",
)
"""What holds for every answer. What concerns one answer is in its X-Sim-Deviation header."""

_RECENT = 50
_FAULTS = TypeAdapter(FaultSetting)
_SWITCHES = TypeAdapter(Switches)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LeatSimulator:
    """`app` is the ASGI app; serve it with `kioskd.sim.serve.serve`. `clock` must return aware times."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        self.faults = FaultBook()
        self.requests = Recorder()
        self._clock = clock
        self._api = LeatApi(seeded_state(clock()), clock)
        api = recorded(faulty(self._api, self.faults), self.requests, clock)
        self.app = Starlette(routes=[Mount("/sim", routes=self._control()), Mount("/", app=api)])

    @property
    def state(self) -> LeatState:
        return self._api.state

    def now(self) -> datetime:
        """By the server's clock."""
        return self._api.now()

    def reset(self) -> None:
        """Back to the seeded members: no orders, no faults, no recorded requests, default switches."""
        self._api.state = seeded_state(self._clock())
        self._api.replica.clear()
        self.faults.clear()
        self.requests.clear()

    def control(self, name: str, form: bytes | JsonObject) -> JsonObject:
        """What POST /sim/<name> does: see `kioskd.sim.leat.control`. Raises ControlRefused.

        E.g. `control("tills", {"does": "lock_voucher", "code": "FLYER-COFFEE"})`.
        """
        self._api.before_write()
        return apply_control(self.state, name, form, self._api.now())

    def to_json(self) -> dict[str, Any]:
        """The state, as GET /sim/state shows it."""
        return summary(self.state, self._api.now()) | {
            "requests": [exchange.to_json() for exchange in self.requests][-_RECENT:],
            "faults": self.faults.to_json(),
            "switches": self.state.switches.model_dump(),
            "deviations": [*DEVIATIONS, *self.state.switches.changed()],
        }

    def _control(self) -> list[Route]:
        return [
            Route("/state", self._show_state),
            Route("/requests", self._show_requests),
            Route("/requests/clear", self._clear_requests, methods=["POST"]),
            Route("/faults", self._show_faults),
            Route("/faults", self._put_faults, methods=["PUT"]),
            Route("/switches", self._show_switches),
            Route("/switches", self._put_switches, methods=["PUT"]),
            Route("/reset", self._reset, methods=["POST"]),
            *(Route(f"/{name}", self._control_named(name), methods=["POST"]) for name in CONTROL_NAMES),
        ]

    async def _show_state(self, request: Request) -> Response:
        return JSONResponse(self.to_json())

    async def _show_requests(self, request: Request) -> Response:
        return JSONResponse([exchange.to_json() for exchange in self.requests])

    async def _clear_requests(self, request: Request) -> Response:
        self.requests.clear()
        return Response(status_code=204)

    async def _show_faults(self, request: Request) -> Response:
        return JSONResponse({"faults": self.faults.to_json()})

    async def _put_faults(self, request: Request) -> Response:
        try:
            setting = checked_form(_FAULTS, await request.body())
        except ControlRefused as refusal:
            return _refused(refusal)
        self.faults.replace(setting.faults)
        return await self._show_faults(request)

    async def _show_switches(self, request: Request) -> Response:
        return JSONResponse(self.state.switches.model_dump())

    async def _put_switches(self, request: Request) -> Response:
        try:
            self.state.switches = checked_form(_SWITCHES, await request.body())
        except ControlRefused as refusal:
            return _refused(refusal)
        return await self._show_switches(request)

    def _control_named(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                return JSONResponse(self.control(name, await request.body()))
            except ControlRefused as refusal:
                return _refused(refusal)

        return serve

    async def _reset(self, request: Request) -> Response:
        self.reset()
        return Response(status_code=204)


def _refused(refusal: ControlRefused) -> Response:
    return JSONResponse({"errors": refusal.problems}, 422)

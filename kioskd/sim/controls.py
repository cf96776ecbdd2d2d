"""The control surface every simulated server has below `/sim`: its state, faults, switches and record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kioskd.sim.faults import FaultBook, FaultSetting
from kioskd.sim.forms import ControlRefused, checked_form
from kioskd.sim.recorder import Recorder
from kioskd.sim.state import Switched

_FAULTS: Final = TypeAdapter(FaultSetting)


class Controlled(Protocol):
    """A simulated server that can be looked into and changed."""

    faults: FaultBook
    requests: Recorder

    @property
    def state(self) -> Switched: ...

    def reset(self) -> None: ...

    def control(self, name: str, form: bytes | dict[str, Any]) -> dict[str, Any]: ...

    def to_json(self) -> dict[str, Any]: ...


def control_routes(server: Controlled, names: Iterable[str], switches: type[BaseModel]) -> list[Route]:
    """`names` are those `server.control` knows: POST /sim/<name> does each."""
    adapter = TypeAdapter(switches)

    async def show_state(request: Request) -> Response:
        return JSONResponse(server.to_json())

    async def show_requests(request: Request) -> Response:
        return JSONResponse([exchange.to_json() for exchange in server.requests])

    async def clear_requests(request: Request) -> Response:
        server.requests.clear()
        return Response(status_code=204)

    async def show_faults(request: Request) -> Response:
        return JSONResponse({"faults": server.faults.to_json()})

    async def put_faults(request: Request) -> Response:
        try:
            setting = checked_form(_FAULTS, await request.body())
        except ControlRefused as refusal:
            return _refused(refusal)
        server.faults.replace(setting.faults)
        return await show_faults(request)

    async def show_switches(request: Request) -> Response:
        return JSONResponse(server.state.switches.model_dump())

    async def put_switches(request: Request) -> Response:
        try:
            server.state.switches = checked_form(adapter, await request.body())
        except ControlRefused as refusal:
            return _refused(refusal)
        return await show_switches(request)

    async def reset(request: Request) -> Response:
        server.reset()
        return Response(status_code=204)

    def control_named(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                return JSONResponse(server.control(name, await request.body()))
            except ControlRefused as refusal:
                return _refused(refusal)

        return serve

    return [
        Route("/state", show_state),
        Route("/requests", show_requests),
        Route("/requests/clear", clear_requests, methods=["POST"]),
        Route("/faults", show_faults),
        Route("/faults", put_faults, methods=["PUT"]),
        Route("/switches", show_switches),
        Route("/switches", put_switches, methods=["PUT"]),
        Route("/reset", reset, methods=["POST"]),
        *(Route(f"/{name}", control_named(name), methods=["POST"]) for name in names),
    ]


def _refused(refusal: ControlRefused) -> Response:
    return JSONResponse({"errors": refusal.problems}, 422)

"""The panel's addresses: the page, the screen, the state as a stream of changes, and one for each act."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import segno
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from kioskd.sim.kiosk import KioskDown, KioskRefused
from kioskd.sim.panel import hostile
from kioskd.sim.panel.acts import FORMS, Form, NotDone
from kioskd.sim.panel.guard import guarded
from kioskd.sim.panel.live_screen import LiveScreen
from kioskd.sim.panel.view import changed, sections_of
from kioskd.sim.world import World

LARGEST_PICTURE_BYTES = 10 * 1024 * 1024
LARGEST_FORM_BYTES = 64 * 1024
MOST_VIEWERS = 12
"""Pages that are told of changes at the same time."""
_LOOK_EVERY_S = 0.25
_HEARTBEAT_S = 10.0
_QR_CHARS = 1200
_STATIC = Path(__file__).parent / "static"
_PAGE = {
    "": "text/html",
    "panel.css": "text/css",
    "panel.js": "text/javascript",
    "dom.js": "text/javascript",
    "offers.js": "text/javascript",
    "screen.js": "text/javascript",
    "terminal.js": "text/javascript",
}
_NO_STORE = {"Cache-Control": "no-store"}


def panel_app(world: World) -> ASGIApp:
    """The panel of this world, for pages of its own only."""
    panel = _Panel(world)
    routes = [
        *(Route(f"/{name}", _page_part(name, kind)) for name, kind in _PAGE.items()),
        Route("/screen", panel.screen),
        Route("/scene", panel.scene),
        Route("/events", panel.events),
        Route("/qr.svg", _qr),
        Route("/hostile", _hostile),
        Route("/papers/{number:int}.png", panel.paper),
        Route("/requests/{number:int}", panel.request),
        Route("/camera", panel.camera, methods=["POST"]),
        *(Route(f"/do/{name}", panel.act(form), methods=["POST"]) for name, form in FORMS.items()),
    ]
    return guarded(Starlette(routes=routes, exception_handlers={KioskDown: _down}))


class _TooLarge(Exception):
    pass


class _Panel:
    def __init__(self, world: World) -> None:
        self._world = world
        self._live = LiveScreen(world.kiosk)
        self._viewers = 0

    # --- looking --------------------------------------------------------------------------------------

    async def screen(self, request: Request) -> Response:
        """The picture, as soon as it is not the one named in `after`; 204 when it still is."""
        shot = await self._live.after(request.query_params.get("after", ""))
        if shot is None:
            return Response(status_code=204)
        return Response(shot.jpeg, media_type="image/jpeg", headers=_NO_STORE | {"X-Screen": shot.token})

    async def scene(self, _request: Request) -> Response:
        return JSONResponse(await self._world.kiosk.scene(), headers=_NO_STORE)

    async def events(self, _request: Request) -> Response:
        """Server-sent events: first every section, then those that changed."""
        if self._viewers >= MOST_VIEWERS:
            return _error("Too many panels are open.", 503)
        headers = _NO_STORE | {"X-Accel-Buffering": "no"}
        return StreamingResponse(self._changes(), media_type="text/event-stream", headers=headers)

    async def _changes(self) -> AsyncIterator[str]:
        self._viewers += 1
        try:
            shown: dict[str, Any] = {}
            silent_s = 0.0
            yield "retry: 500\n\n"
            while True:
                now = await sections_of(self._world)
                if news := changed(shown, now):
                    shown, silent_s = now, 0.0
                    yield f"data: {json.dumps(news, ensure_ascii=False)}\n\n"
                elif silent_s >= _HEARTBEAT_S:
                    silent_s = 0.0
                    yield ": still here\n\n"
                await asyncio.sleep(_LOOK_EVERY_S)
                silent_s += _LOOK_EVERY_S
        finally:
            self._viewers -= 1

    async def paper(self, request: Request) -> Response:
        number, papers = request.path_params["number"], self._world.papers
        if not 1 <= number <= len(papers):
            return _error("No such paper.", 404)
        return Response(papers[number - 1].png, media_type="image/png")

    async def request(self, request: Request) -> Response:
        """One request to the loyalty server with its body."""
        for exchange in self._world.loyalty.requests:
            if exchange.number == request.path_params["number"]:
                return JSONResponse(exchange.to_json(), headers=_NO_STORE)
        return _error("That request is no longer remembered.", 404)

    # --- acting ---------------------------------------------------------------------------------------

    def act(self, form: type[Form]) -> Callable[[Request], Awaitable[Response]]:
        async def acting(request: Request) -> Response:
            try:
                wanted = form.model_validate_json(await _body(request, LARGEST_FORM_BYTES))
            except _TooLarge:
                return _error("That is too much.", 413)
            except ValidationError as error:
                return _error("; ".join(_problem(problem) for problem in error.errors()), 422)
            try:
                await wanted.do(self._world)
            except (NotDone, KioskRefused) as refused:
                return _error(str(refused), 409)
            except ValueError as wrong:
                return _error(str(wrong), 422)
            return Response(status_code=204)

        return acting

    async def camera(self, request: Request) -> Response:
        """Hold the picture in the body, or whatever it is, before the camera."""
        try:
            picture = await _body(request, LARGEST_PICTURE_BYTES)
        except _TooLarge:
            return _error("A picture may have 10 MB.", 413)
        if not self._world.plugged()["camera"]:
            return _error("The camera is unplugged.", 409)
        await asyncio.to_thread(self._world.show_picture, picture)
        return Response(status_code=204)


async def _hostile(_request: Request) -> Response:
    return JSONResponse({"scans": list(hostile.SCANS), "pictures": list(hostile.PICTURES)})


async def _qr(request: Request) -> Response:
    text = request.query_params.get("text", "")
    if not 0 < len(text) <= _QR_CHARS:
        return _error(f"A QR code here has 1 to {_QR_CHARS} characters.", 422)
    file = io.BytesIO()
    segno.make_qr(text, error="m").save(file, kind="svg", border=2, dark="#000", light="#fff", omitsize=True)
    return Response(file.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def _page_part(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def part(_request: Request) -> Response:
        return FileResponse(
            _STATIC / (name or "index.html"), media_type=kind, headers={"Cache-Control": "no-cache"}
        )

    return part


async def _body(request: Request, limit: int) -> bytes:
    """Raises _TooLarge as soon as there is more."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)


def _problem(problem: Any) -> str:
    return f"{'.'.join(map(str, problem['loc'])) or 'form'}: {problem['msg']}"


async def _down(_request: Request, down: Exception) -> Response:
    return _error(str(down).partition("\n")[0], 503)


def _error(text: str, status: int) -> Response:
    return JSONResponse({"error": text}, status, headers=_NO_STORE)

"""Runs an ASGI app on a loopback port inside the asyncio loop that is already running.

uvicorn speaks HTTP; its own server object is not used, because it installs signal handlers and stops in
tenths of a second. Here the listening port can disappear and come back within milliseconds, which is what a
pulled network cable looks like from the kiosk, and a request can end the way real networks end them:
without an answer.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

# Longer than a guest dawdles: a server that closes idle connections under the client is a fault of its own.
_KEEP_ALIVE_S = 75
_STOP_GRACE_S = 0.2
_LINGER_NONE = struct.pack("ii", 1, 0)

DropConnection = Callable[[bool], None]


def connection_dropper(scope: MutableMapping[str, Any]) -> DropConnection:
    """The function that ends the connection of this request without another byte.

    Called with True it resets the connection (the client sees ECONNRESET), with False it closes it in good
    order (the client sees the end of the stream before an answer). Raises RuntimeError when the app is not
    run by `serve`.
    """
    drop = scope.get("state", {}).get("drop_connection")
    if drop is None:
        raise RuntimeError(
            "this request has no real connection to drop: run the app with kioskd.sim.serve.serve"
        )
    return cast(DropConnection, drop)


class _DroppableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, which also tells the app how to drop its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # uvicorn copies app_state into every request's scope["state"].
        self.app_state = {**self.app_state, "drop_connection": self.drop}

    def drop(self, reset: bool) -> None:
        if reset:
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        self.transport.abort()


class ServedApp:
    """An app on a port. `port` stays the same through pause and resume. Raises OSError when it is in use."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.host = host
        # Bound, but never listening: while paused, no other program can get the port, not even as the source
        # port of a client that tries to reach us (it would then be talking to itself).
        self._claim = socket.socket()
        self._claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._claim.bind((host, port))
        except OSError:
            self._claim.close()
            raise
        self.port: int = self._claim.getsockname()[1]
        self._config = uvicorn.Config(
            _without_cancellation(app),
            http=_DroppableProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
        )
        self._config.load()
        self._state = ServerState()
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def paused(self) -> bool:
        return self._listener is None

    async def resume(self) -> None:
        """Accept connections (again)."""
        if self._listener is not None:
            return
        self._listener = await asyncio.get_running_loop().create_server(
            self._connection, self.host, self.port, backlog=128
        )

    async def pause(self) -> None:
        """From here on the port refuses, and every open connection has been reset."""
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        for connection in list(self._state.connections):
            if isinstance(connection, _DroppableProtocol):
                connection.drop(True)
        # The transports close their sockets in the next turn of the loop.
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Pause for good: give the port back and end the requests that are still being served."""
        await self.pause()
        self._claim.close()
        if not self._state.tasks:
            return
        _, running = await asyncio.wait(self._state.tasks, timeout=_STOP_GRACE_S)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _connection(self) -> asyncio.Protocol:
        return _DroppableProtocol(config=self._config, server_state=self._state, app_state={})


def _without_cancellation(app: ASGIApp) -> ASGIApp:
    """`app`, ending quietly when it is stopped: uvicorn would log the cancellation as an error of the app."""

    async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            # Only `stop` cancels, after the connection was dropped: there is nobody left to tell.
            return

    return quiet


@asynccontextmanager
async def serve(app: ASGIApp, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[ServedApp]:
    """Serve `app` until the block is left; port 0 takes a free one. ASGI lifespan events are not sent.

    Raises OSError when the port is in use.
    """
    served = ServedApp(app, host, port)
    await served.resume()
    try:
        yield served
    finally:
        await served.stop()

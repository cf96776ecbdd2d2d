"""A served app can lose its network and get it back; leaving the block leaves nothing behind."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kioskd.sim.serve import connection_dropper, serve

HELLO: ASGIApp = PlainTextResponse("hello")


class Stuck:
    """An app that never answers, and ignores that its client has gone."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.set()
        await asyncio.Event().wait()


def test_no_network_refuses_the_port_and_comes_back_on_it() -> None:
    async def main() -> None:
        async with serve(HELLO) as server, httpx.AsyncClient() as client:
            url = server.url
            assert (await client.get(url)).text == "hello"
            for _ in range(3):
                await server.pause()
                await server.pause()
                assert server.paused
                with pytest.raises(httpx.ConnectError):
                    await client.get(url)
                await server.resume()
                await server.resume()
                assert (await client.get(url)).text == "hello"

    asyncio.run(main())


def test_a_request_under_way_is_cut_when_the_network_goes() -> None:
    async def main() -> None:
        app = Stuck()
        async with serve(app) as server, httpx.AsyncClient() as client:
            request = asyncio.create_task(client.get(server.url))
            await app.asked.wait()
            await server.pause()
            with pytest.raises(httpx.ReadError):
                await request

    asyncio.run(main())


def test_leaving_the_block_ends_everything_quietly(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> int:
        app = Stuck()
        async with httpx.AsyncClient() as client:
            async with serve(app) as server:
                request = asyncio.create_task(client.get(server.url))
                await app.asked.wait()
            with pytest.raises(httpx.ReadError):
                await request
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return server.port

    port = asyncio.run(main())
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_the_port_stays_taken_while_paused_and_is_refused_when_in_use() -> None:
    async def main() -> None:
        async with serve(HELLO) as server:
            with pytest.raises(OSError, match="in use"):
                async with serve(HELLO, port=server.port):
                    pass
            await server.pause()
            with socket.socket() as other, pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", server.port))

    asyncio.run(main())


def test_an_app_without_a_connection_is_told_so() -> None:
    with pytest.raises(RuntimeError, match="serve"):
        connection_dropper({"type": "http"})

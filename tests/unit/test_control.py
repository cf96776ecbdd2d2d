"""The local socket: every line gets an answer, nobody disturbs anybody, and only the right people may ask."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.errors import ConfigError
from kioskd.daemon.cli.asking import ask
from kioskd.daemon.control import MAX_REQUEST_BYTES, Answer, CommandRefused, ControlSocket
from tests.unit.backstage import DEADLINE_S


class Kiosk:
    """Commands to ask for."""

    def __init__(self) -> None:
        self.hold = asyncio.Event()

    def table(self) -> dict[str, Callable[[dict[str, Any]], Awaitable[Answer]]]:
        return {
            "echo": self._echo,
            "double": self._double,
            "frame": self._frame,
            "no": self._no,
            "slow": self._slow,
        }

    async def _echo(self, request: dict[str, Any]) -> Answer:
        return {"said": request.get("text")}, b""

    async def _double(self, request: dict[str, Any]) -> Answer:
        return {"result": int(request["number"]) * 2}, b""

    async def _frame(self, request: dict[str, Any]) -> Answer:
        return {"bytes": 6}, b"\n\x00\xff\r\n}"

    async def _no(self, request: dict[str, Any]) -> Answer:
        raise CommandRefused("not on a Sunday")

    async def _slow(self, request: dict[str, Any]) -> Answer:
        await self.hold.wait()
        return {"ok": True}, b""


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, line: bytes) -> None:
        self.writer.write(line)
        await self.writer.drain()

    async def answer(self) -> dict[str, Any]:
        line = await self.reader.readline()
        assert line.endswith(b"\n"), "hung up"
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ask(self, request: object) -> dict[str, Any]:
        await self.send(json.dumps(request).encode() + b"\n")
        return await self.answer()


@asynccontextmanager
async def client(path: Path) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


def mode_of(path: Path) -> int:
    return path.stat().st_mode


def serve(folder: Path, scenario: Callable[[Path, Kiosk], Awaitable[None]]) -> None:
    async def run() -> None:
        kiosk, path = Kiosk(), folder / "control.sock"
        async with asyncio.timeout(DEADLINE_S), ControlSocket(path, kiosk.table()).serving():
            await scenario(path, kiosk)

    asyncio.run(run())


def test_a_question_is_answered_and_the_next_one_too(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            assert await one.ask({"do": "echo", "text": "ü"}) == {"said": "ü"}
            assert await one.ask({"do": "double", "number": 21}) == {"result": 42}

    serve(tmp_path, scenario)


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"status\n",
        b"{}\n",
        b"null\n",
        b"5\n",
        b'["echo"]\n',
        b'{"do": "erase"}\n',
        b'{"do": null}\n',
        b'{"do": ["echo"]}\n',
        b'{"do": {"echo": 1}}\n',
        b"\xff\xfe\x00\x80\n",
        b"GET / HTTP/1.1\r\n",
        b"[" * 5000 + b"\n",
        b'{"do": "double", "number": NaN}\n',
        b'{"do": "double", "number": Infinity}\n',
    ],
)
def test_what_is_no_request_gets_an_error_and_the_line_stays_open(tmp_path: Path, line: bytes) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            await one.send(line)
            assert (await one.answer())["error"].startswith("unknown request; known: double, echo")
            assert await one.ask({"do": "echo"}) == {"said": None}

    serve(tmp_path, scenario)


@pytest.mark.parametrize("number", ["many", None, [], "1e999", "9" * 5000])
def test_a_wrong_argument_is_named(tmp_path: Path, number: object) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            assert (await one.ask({"do": "double", "number": number}))["error"].startswith("double: ")
            await one.send(b'{"do": "double", "number": 1e999}\n')
            assert (await one.answer())["error"].startswith("double: OverflowError")
            assert (await one.ask({"do": "double"}))["error"] == "double: KeyError 'number'"

    serve(tmp_path, scenario)


def test_a_command_that_says_no_says_why(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            assert await one.ask({"do": "no"}) == {"error": "not on a Sunday"}

    serve(tmp_path, scenario)


def test_a_line_without_end_is_told_so_and_hung_up_on(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            one.writer.write(b"x" * (2 * MAX_REQUEST_BYTES))
            assert "at most" in (await one.answer())["error"]
            with pytest.raises((AssertionError, ConnectionError)):
                await one.answer()
        async with client(path) as two:
            assert await two.ask({"do": "echo"}) == {"said": None}

    serve(tmp_path, scenario)


def test_a_picture_follows_its_answer_byte_by_byte(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            head = await one.ask({"do": "frame"})
            assert await one.reader.readexactly(head["bytes"]) == b"\n\x00\xff\r\n}"
            assert await one.ask({"do": "echo"}) == {"said": None}

    serve(tmp_path, scenario)


def test_one_who_waits_does_not_hold_up_another(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as waiting, client(path) as other:
            await waiting.send(b'{"do": "slow"}\n')
            assert await other.ask({"do": "echo", "text": "hi"}) == {"said": "hi"}
            kiosk.hold.set()
            assert await waiting.answer() == {"ok": True}

    serve(tmp_path, scenario)


def test_one_who_leaves_in_the_middle_disturbs_nobody(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as gone:
            await gone.send(b'{"do": "slow"}\n{"do": "frame"')
        kiosk.hold.set()
        async with client(path) as other:
            assert await other.ask({"do": "echo"}) == {"said": None}

    serve(tmp_path, scenario)


def test_only_the_owner_and_the_group_may_ask_and_the_file_goes_with_the_daemon(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        mode = mode_of(path)
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o660

    serve(tmp_path, scenario)
    assert not (tmp_path / "control.sock").exists()


def test_a_socket_left_by_a_kill_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.fspath(tmp_path / "control.sock"))

    async def scenario(path: Path, kiosk: Kiosk) -> None:
        async with client(path) as one:
            assert await one.ask({"do": "echo"}) == {"said": None}

    serve(tmp_path, scenario)


def test_a_file_that_is_no_socket_is_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "control.sock").write_text("my only menu")

    async def never(path: Path, kiosk: Kiosk) -> None:
        raise AssertionError

    with pytest.raises(ConfigError, match="another file is there"):
        serve(tmp_path, never)
    assert (tmp_path / "control.sock").read_text() == "my only menu"


def test_a_socket_that_cannot_be_made_says_where_and_what_to_do(tmp_path: Path) -> None:
    async def never(path: Path, kiosk: Kiosk) -> None:
        raise AssertionError

    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / ("x" * 120)):
        with pytest.raises(ConfigError, match=r"control\.socket .* at most 107 bytes"):
            serve(folder, never)


def test_the_command_line_asks_and_reads(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        assert await asyncio.to_thread(ask, path, {"do": "echo", "text": "hi"}) == {"said": "hi"}
        with pytest.raises(CommandRefused, match="Sunday"):
            await asyncio.to_thread(ask, path, {"do": "no"})

    serve(tmp_path, scenario)
    with pytest.raises(FileNotFoundError):
        ask(tmp_path / "control.sock", {"do": "echo"})


def test_the_command_line_does_not_wait_for_ever(tmp_path: Path) -> None:
    async def scenario(path: Path, kiosk: Kiosk) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(ask, path, {"do": "slow"}, timeout_s=0.05)
        kiosk.hold.set()

    serve(tmp_path, scenario)

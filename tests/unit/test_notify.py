"""What systemd hears: ready, alive while everything vital is, stopping."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kioskd.daemon.notify import ServiceManager
from tests.unit.backstage import DEADLINE_S

PERIOD_US = 30_000


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening

    def heard(self) -> list[str]:
        """Everything said since the last call."""
        said = []
        while True:
            try:
                said.append(self._listening.recv(4096).decode())
            except BlockingIOError:
                return said

    async def hears(self) -> str:
        async with asyncio.timeout(DEADLINE_S):
            return (await asyncio.get_running_loop().sock_recv(self._listening, 4096)).decode()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.setblocking(False)
        listening.bind(os.fspath(path))
        monkeypatch.setenv("NOTIFY_SOCKET", os.fspath(path))
        yield Systemd(listening)


async def fine() -> None:
    """A part that answers at once."""


async def dead() -> None:
    await asyncio.Event().wait()


def test_it_says_ready_and_stopping(systemd: Systemd) -> None:
    manager = ServiceManager()
    manager.ready()
    manager.stopping()
    assert systemd.heard() == ["READY=1", "STOPPING=1"]


def test_a_socket_without_a_file_is_spoken_to_as_well() -> None:
    name = f"kioskd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert listening.recv(100) == b"READY=1"


def test_when_nobody_listens_the_kiosk_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "none")}).ready()
    assert "systemd was not told READY=1" in caplog.text


def test_without_systemd_nothing_is_said_and_nothing_fails() -> None:
    manager = ServiceManager({})
    manager.ready()
    manager.stopping()
    asyncio.run(manager.watch({"screen": dead}))  # no watchdog: returns at once


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": str(PERIOD_US), "WATCHDOG_PID": "1"},
    ],
)
def test_a_watchdog_that_is_not_ours_is_not_fed(systemd: Systemd, environment: dict[str, str]) -> None:
    asyncio.run(ServiceManager({**os.environ, **environment}).watch({"screen": fine}))
    assert systemd.heard() == []


def watching(systemd: Systemd, period_us: int = PERIOD_US) -> ServiceManager:
    watchdog = {"WATCHDOG_USEC": str(period_us), "WATCHDOG_PID": str(os.getpid())}
    return ServiceManager({**os.environ, **watchdog})


def test_the_watchdog_is_fed_while_everything_vital_answers(systemd: Systemd) -> None:
    async def scenario() -> None:
        task = asyncio.create_task(watching(systemd).watch({"screen": fine, "store": fine}))
        assert [await systemd.hears() for _ in range(4)] == ["WATCHDOG=1"] * 4
        task.cancel()

    asyncio.run(scenario())


def test_the_watchdog_is_fed_at_least_twice_in_a_period(systemd: Systemd) -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(watching(systemd, 600_000).watch({"screen": fine}))
        await systemd.hears()
        started = loop.time()
        await systemd.hears()
        assert loop.time() - started < 0.3
        task.cancel()

    asyncio.run(scenario())


@pytest.mark.parametrize("part", ["screen", "store"])
def test_one_dead_part_is_silence_and_a_line_in_the_log(
    systemd: Systemd, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        asked = asyncio.Semaphore(0)

        async def dead_and_counted() -> None:
            asked.release()
            await dead()

        vital = {"screen": fine, "store": fine, part: dead_and_counted}
        task = asyncio.create_task(watching(systemd).watch(vital))
        async with asyncio.timeout(DEADLINE_S):
            for _ in range(3):
                await asked.acquire()
        task.cancel()

    asyncio.run(scenario())
    assert systemd.heard() == []
    assert f"no sign of life from the {part}" in caplog.text


def test_who_comes_back_to_life_is_fed_for_again(systemd: Systemd) -> None:
    async def scenario() -> None:
        times = 0

        async def slow_once() -> None:
            nonlocal times
            times += 1
            if times == 1:
                await dead()

        task = asyncio.create_task(watching(systemd).watch({"screen": slow_once}))
        assert await systemd.hears() == "WATCHDOG=1"
        assert times == 2
        task.cancel()

    asyncio.run(scenario())

"""Devices come and go; the kiosk is told once each time and tries again at a decent pace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.core.events import DeviceChanged, Scanned, ScanRejected
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.ports import Emit
from kioskd.devices.supervisor import CALM_S, supervise


class _Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept_s: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, duration_s: float) -> None:
        self.now_s += duration_s
        self.slept_s.append(duration_s)
        self.on_sleep()


class _Device:
    """Plays one life per run, then asks the test to stop by cancelling itself."""

    name = "scanner"

    def __init__(self, time: _Time, lives: Iterable[tuple[float | None, Exception | None]]) -> None:
        self._time = time
        self._lives = iter(lives)

    async def run(self, emit: Emit) -> None:
        try:
            worked_s, end = next(self._lives)
        except StopIteration:
            raise asyncio.CancelledError from None
        if worked_s is not None:
            emit(DeviceChanged(DeviceHealth(self.name, DeviceKind.SCANNER, DeviceState.OK)))
            emit(Scanned("1234", self.name))
            self._time.now_s += worked_s
        if end is not None:
            raise end


def _supervised(
    time: _Time, lives: Iterable[tuple[float | None, Exception | None]], path: Path | None = None
) -> list[str]:
    told: list[str] = []

    def emit(event: Scanned | ScanRejected | DeviceChanged) -> None:
        told.append(str(event.health.state) if isinstance(event, DeviceChanged) else "scan")

    async def run() -> None:
        device = _Device(time, lives)
        await supervise(device, DeviceKind.SCANNER, emit, path=path, clock=time.clock, sleep=time.sleep)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())
    return told


def test_a_working_device_is_told_once_and_its_events_pass() -> None:
    assert _supervised(_Time(), [(5, DeviceAbsent("gone"))]) == ["starting", "ok", "scan", "absent"]


def test_a_missing_device_is_told_and_logged_once_and_retried_ever_more_slowly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = _Time()
    with caplog.at_level(logging.INFO):
        told = _supervised(time, [(None, DeviceAbsent("/dev/x is not there"))] * 9)
    assert told == ["starting", "absent"]
    assert time.slept_s == [0.25, 0.5, 1, 2, 4, 8, 15, 15, 15]
    assert caplog.messages == ["scanner: absent: /dev/x is not there"]


def test_lost_and_back_are_each_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    lives = [(1, DeviceAbsent("gone")), (None, DeviceAbsent("gone")), (1, DeviceAbsent("gone"))]
    with caplog.at_level(logging.INFO):
        told = _supervised(_Time(), lives)
    assert told == ["starting", "ok", "scan", "absent", "ok", "scan", "absent"]
    assert caplog.messages == ["scanner: absent: gone", "scanner: back", "scanner: absent: gone"]


def test_a_device_that_had_been_calm_is_retried_at_once() -> None:
    time = _Time()
    _supervised(time, [(None, DeviceFault("x"))] * 3 + [(CALM_S, DeviceFault("y")), (None, DeviceFault("y"))])
    assert time.slept_s == [0.25, 0.5, 1, 0.25, 0.5]


def test_a_device_that_flaps_is_not_retried_at_once() -> None:
    time = _Time()
    _supervised(time, [(0.1, DeviceFault("x"))] * 4)
    assert time.slept_s == [0.25, 0.5, 1, 2]


def test_a_bug_in_a_driver_is_a_fault_of_that_device_only() -> None:
    told = _supervised(_Time(), [(None, ZeroDivisionError()), (1, None)])
    assert told == ["starting", "faulty", "ok", "scan", "faulty"]


def test_a_replugged_device_starts_within_a_second(tmp_path: Path) -> None:
    time, path = _Time(), tmp_path / "tty"

    def replug_after_a_minute() -> None:
        if time.now_s > 1060:
            path.touch()

    def lives() -> Iterator[tuple[float | None, Exception | None]]:
        while not path.exists():
            yield None, DeviceAbsent("gone")
        yield None, DeviceFault("no permission yet")
        started_s.append(time.now_s)
        yield 1, None

    started_s: list[float] = []
    time.on_sleep = replug_after_a_minute
    told = _supervised(time, lives(), path)
    assert told == ["starting", "absent", "faulty", "ok", "scan", "faulty"]
    assert max(time.slept_s) == 1
    assert 1060 < started_s[0] <= 1060 + 1 + 0.25, "its second try comes at once, too"


def test_cancelling_ends_it() -> None:
    released = []

    class Held:
        name = "held"

        async def run(self, emit: Emit) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                released.append(True)

    async def run() -> None:
        task = asyncio.create_task(supervise(Held(), DeviceKind.CAMERA, lambda event: None))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert released == [True]

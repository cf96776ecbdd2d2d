"""The terminal as a device: how it is, beside all payments."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceFault, MoneyError
from kioskd.core.events import DeviceChanged, Scanned, ScanRejected
from kioskd.core.health import DeviceHealth, DeviceState
from kioskd.core.money import Money
from kioskd.devices.terminal.zvt_driver import TcpAddress, ZvtTerminal
from kioskd.sim.terminal import Point
from tests.contract.terminal_stand import APPROVED, HASTY, PATIENT, UNAVAILABLE, UNKNOWN, Stand, play


async def first_health(stand: Stand) -> DeviceHealth:
    heard: asyncio.Queue[DeviceHealth] = asyncio.Queue()

    def emit(event: Scanned | ScanRejected | DeviceChanged) -> None:
        assert isinstance(event, DeviceChanged)
        heard.put_nowait(event.health)

    running = asyncio.create_task(stand.driver.run(emit))
    async with asyncio.timeout(5):
        health = await heard.get()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return health


def test_run_reports_a_ready_terminal_and_logs_off_when_cancelled(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        assert (await first_health(stand)).state is DeviceState.OK
        assert stand.sim.state()["registered"] is False  # it has logged off

    play(tmp_path, scene)


def test_run_reports_what_a_locked_terminal_needs(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.state_code = 0xF0
        health = await first_health(stand)
        assert not health.usable
        assert health.detail.startswith("terminal: end of day is due (F0)")
        assert (await stand.pay()).outcome is UNAVAILABLE

    play(tmp_path, scene)


def test_a_guest_who_finds_it_unwell_has_it_looked_at_at_once(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        looked: asyncio.Queue[object] = asyncio.Queue()
        running = asyncio.create_task(stand.driver.run(looked.put_nowait))
        await looked.get()
        stand.sim.faults.end_of_day_due = True
        assert (await stand.pay("order-1")).outcome is UNAVAILABLE
        while stand.sim.faults.end_of_day_due:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        assert (await stand.pay("order-2")).outcome is APPROVED
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(tmp_path, scene)


def test_run_ends_when_the_terminal_is_unplugged(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        ready = asyncio.Event()
        running = asyncio.create_task(stand.driver.run(lambda event: ready.set()))
        await ready.wait()
        await stand.sim.stop()
        async with asyncio.timeout(5):
            with pytest.raises(DeviceAbsent):
                await running

    play(tmp_path, scene)


def test_run_settles_a_payment_that_was_left_undecided(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.sim.faults.cut_at = Point.RESULT
        stand.deadlines = replace(HASTY, settle_s=0.1)
        stand.restart()
        stand.on_step = lambda step: setattr(stand.sim.faults, "deaf", True)
        assert (await stand.pay()).outcome is UNKNOWN
        stand.sim.faults.deaf = False
        stand.deadlines = PATIENT
        stand.restart()
        assert (await first_health(stand)).state is DeviceState.OK
        assert json.loads(stand.attempts.read_text())["attempts"][0]["outcome"] == "approved"

    play(tmp_path, scene)


def test_a_wrong_currency_or_password_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="XXX"):
        ZvtTerminal("t", TcpAddress("h"), password="000000", currency="XXX", attempts=tmp_path / "a")
    with pytest.raises(ConfigError, match="six digits"):
        ZvtTerminal("t", TcpAddress("h"), password="secret", currency="EUR", attempts=tmp_path / "a")


def test_a_terminal_for_another_currency_or_password_is_a_fault(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        for password, currency in (("000000", "CHF"), ("999999", "EUR")):
            driver = ZvtTerminal(
                "t",
                TcpAddress("127.0.0.1", stand.sim.port),
                password=password,
                currency=currency,
                attempts=stand.attempts,
            )
            with pytest.raises(DeviceFault, match="refuses"):
                await driver.run(lambda event: None)

    play(tmp_path, scene)


def test_money_of_another_currency_is_not_sent(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        with pytest.raises(MoneyError):
            await stand.pay(amount=Money(100, "CHF"))

    play(tmp_path, scene)


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        port = taken.getsockname()[1]
        driver = ZvtTerminal(
            "t", TcpAddress("127.0.0.1", port), password="000000", currency="EUR", attempts=tmp_path / "a"
        )
        with pytest.raises(DeviceAbsent):
            asyncio.run(driver.run(lambda event: None))

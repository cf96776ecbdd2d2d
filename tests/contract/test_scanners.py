"""The real scanner drivers against simulated scanners, over a pseudo-terminal and a FIFO."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from kioskd.core.errors import DeviceAbsent, DeviceFault
from kioskd.core.events import DeviceChanged, Scanned, ScanRejected
from kioskd.core.health import DeviceState
from kioskd.devices.scanner.evdev import WedgeScanner
from kioskd.devices.scanner.hidraw import HidPosScanner
from kioskd.devices.scanner.serial import SerialScanner
from kioskd.sim.hidraw import HidPosSimulator
from kioskd.sim.scanner import SerialScannerSimulator, WedgeSimulator
from kioskd.sim.uart_module import ENDS_CODES, OUTPUT, Gm65Simulator

DEADLINE_S = 10.0

Simulator = SerialScannerSimulator | WedgeSimulator | HidPosSimulator
Driver = SerialScanner | WedgeScanner | HidPosScanner
Event = Scanned | ScanRejected | DeviceChanged


class _Clock:
    """Every look at it is an hour later, so that no limit on the rate of scans gets in the way."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 3600
        return self.now_s


def _serial(path: Path) -> tuple[SerialScannerSimulator, SerialScanner]:
    return SerialScannerSimulator(path), SerialScanner("scanner", path, clock=_Clock())


def _wedge(path: Path) -> tuple[WedgeSimulator, WedgeScanner]:
    return WedgeSimulator(path), WedgeScanner("scanner", path, clock=_Clock())


def _hidpos(path: Path) -> tuple[HidPosSimulator, HidPosScanner]:
    return HidPosSimulator(path), HidPosScanner("scanner", path, clock=_Clock())


every = pytest.mark.parametrize("make", [_serial, _wedge, _hidpos])
Make = Callable[[Path], tuple[Simulator, Driver]]


@asynccontextmanager
async def _running(driver: Driver) -> AsyncIterator[asyncio.Queue[Event]]:
    """The driver, open and healthy, and what it emits from then on."""
    events: asyncio.Queue[Event] = asyncio.Queue()
    task = asyncio.create_task(driver.run(events.put_nowait))
    try:
        async with asyncio.timeout(DEADLINE_S):
            first = await events.get()
        assert isinstance(first, DeviceChanged)
        assert first.health.state is DeviceState.OK
        yield events
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _next(events: asyncio.Queue[Event], within_s: float = DEADLINE_S) -> Event:
    async with asyncio.timeout(within_s):
        return await events.get()


@every
@pytest.mark.parametrize(
    ("text", "aim", "symbology"),
    [
        ("M-1001", "", None),
        ("https://leat.example/c/aB3?x=[1]{2}&y=~`|\\", "]Q1", "qr"),
        ("10AB\x1d217", "]C1", "code128"),
        ("Łódź → ½ é", "]Q1", "qr"),
    ],
)
def test_a_scan_arrives_as_it_is(
    make: Make, tmp_path: Path, text: str, aim: str, symbology: str | None
) -> None:
    async def scenario() -> None:
        simulator, driver = make(tmp_path / "scanner")
        with simulator:
            async with _running(driver) as events:
                await simulator.scan(text, aim)
                expected = text
                if isinstance(simulator, WedgeSimulator):  # it can type windows-1252 only
                    expected = text.encode("cp1252", "replace").decode("cp1252")
                if isinstance(simulator, HidPosSimulator):  # it always says what it read
                    assert await _next(events) == Scanned(expected, "scanner", symbology or "qr")
                else:
                    assert await _next(events) == Scanned(expected, "scanner", symbology)

    asyncio.run(scenario())


HOSTILE = {
    "control characters": "\x01\x02\x03\x16\x1a\x1b[31m",
    "7 kB": "7" * 7089,
    "URL": "https://evil.example/" + "a" * 470,
    "right-to-left override": "abc\u202edef",
    "backspaces": "abc\x08\x08\x08",
    "nothing but spaces": "     ",
    "SQL": "'; DROP TABLE operation; --",
    "format": "%s%s%n{0.__class__}",
}


@every
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_scan_is_an_event_and_the_next_one_works(make: Make, tmp_path: Path, name: str) -> None:
    async def scenario() -> None:
        simulator, driver = make(tmp_path / "scanner")
        with simulator:
            async with _running(driver) as events:
                await simulator.scan(HOSTILE[name])
                event = await _next(events)
                assert isinstance(event, Scanned | ScanRejected)
                assert not isinstance(event, Scanned) or len(event.text) <= 512
                # A person tries again until it is read: what remains of the hostile one ends in silence.
                while not (isinstance(event, Scanned) and event.text == "12345678"):
                    await simulator.scan("12345678")
                    with suppress(TimeoutError):
                        event = await _next(events, within_s=0.2)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\xc3(\r",
        bytes(range(256)) + b"\r",
        b"\x00" * 100 + b"\r",
        "a\u202eb\r".encode(),
        b"\xed\xa0\x80\r",
    ],
)
def test_bytes_that_are_no_text_are_an_event(tmp_path: Path, data: bytes) -> None:
    async def scenario() -> None:
        simulator, driver = _serial(tmp_path / "scanner")
        with simulator:
            async with _running(driver) as events:
                await simulator.scan_bytes(data)
                assert isinstance(await _next(events), Scanned | ScanRejected)

    asyncio.run(scenario())


def test_a_scanner_without_terminator_ends_in_silence(tmp_path: Path) -> None:
    async def scenario() -> None:
        simulator = SerialScannerSimulator(tmp_path / "scanner", suffix=b"")
        driver = SerialScanner("scanner", simulator.path)
        with simulator:
            async with _running(driver) as events:
                await simulator.scan("M-1001")
                assert await _next(events) == Scanned("M-1001", "scanner")

    asyncio.run(scenario())


@every
def test_unplugging_ends_the_driver_and_replugging_lets_it_start_again(make: Make, tmp_path: Path) -> None:
    async def scenario() -> None:
        simulator, driver = make(tmp_path / "scanner")
        for _ in range(20):
            simulator.replug()
            events: asyncio.Queue[Event] = asyncio.Queue()
            task = asyncio.create_task(driver.run(events.put_nowait))
            assert isinstance(await _next(events), DeviceChanged)
            await simulator.scan("M-1001")
            scanned = await _next(events)
            assert isinstance(scanned, Scanned)
            assert scanned.text == "M-1001"
            simulator.unplug()
            async with asyncio.timeout(DEADLINE_S):
                with pytest.raises(DeviceAbsent):
                    await task

    asyncio.run(scenario())


@every
def test_a_scanner_that_is_not_there_is_absent(make: Make, tmp_path: Path) -> None:
    _, driver = make(tmp_path / "scanner")
    with pytest.raises(DeviceAbsent, match="is not there"):
        asyncio.run(driver.run(lambda event: None))


def test_a_path_that_is_no_serial_port_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "scanner").write_text("no tty")
    with pytest.raises(DeviceFault, match="not a serial port"):
        asyncio.run(SerialScanner("scanner", tmp_path / "scanner").run(lambda event: None))


def test_a_serial_port_is_held_exclusively(tmp_path: Path) -> None:
    async def scenario() -> None:
        simulator, driver = _serial(tmp_path / "scanner")
        with simulator:
            async with _running(driver):
                with pytest.raises(DeviceFault, match="used by another program"):
                    await SerialScanner("second", simulator.path).run(lambda event: None)

    asyncio.run(scenario())


def test_a_hidraw_path_that_is_another_device_is_a_fault() -> None:
    with pytest.raises(DeviceFault, match="is no hidraw device"):
        asyncio.run(HidPosScanner("scanner", Path("/dev/null")).run(lambda event: None))


def test_a_scan_engine_is_told_to_end_its_codes(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "scanner"
        with Gm65Simulator(path) as engine:
            driver = SerialScanner("scanner", path, module="gm65", clock=_Clock())
            async with _running(driver) as events:
                assert engine.zone[OUTPUT] == ENDS_CODES
                await engine.scan("M-1001")
                assert await _next(events) == Scanned("M-1001", "scanner")

    asyncio.run(scenario())


def test_a_scan_engine_that_hears_nothing_still_scans_and_says_which_wire(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "scanner"
        events: asyncio.Queue[Event] = asyncio.Queue()
        with Gm65Simulator(path, deaf=True) as engine:
            driver = SerialScanner("scanner", path, module="gm65", clock=_Clock())
            task = asyncio.create_task(driver.run(events.put_nowait))
            opened = await _next(events)
            assert isinstance(opened, DeviceChanged)
            assert opened.health.state is DeviceState.DEGRADED
            assert "RX" in opened.health.detail
            await engine.scan("M-1001")
            assert await _next(events) == Scanned("M-1001", "scanner")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())

"""Whatever is held to a scanner and whatever a server answers, the visit lives; the log keeps none of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from kioskd.core.effects import Effect, LookUp
from kioskd.core.events import Scanned
from kioskd.core.notice import NoticeKind
from kioskd.core.order_receipt import Letterhead
from kioskd.core.visit import Place, Visit, first_visit
from kioskd.daemon.errands import Errands
from kioskd.daemon.runtime import Runtime
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.staff.help_desk import HelpDesk
from kioskd.devices.scanner.evdev import WedgeScanner
from kioskd.devices.scanner.serial import SerialScanner
from kioskd.loyalty.leat.adapter import LeatBackend
from kioskd.sim.scanner import SerialScannerSimulator, WedgeSimulator
from tests.unit.backstage import DEADLINE_S, SetClock, settlement, staff_desk, working
from tests.unit.shopfront import NOON, SHOP

MARK = "hunter2"
CARD = "KD-1001"
SCANS = {
    "control characters": f"\x01\x16\x1b[31m{MARK}\x07\x08",
    "7 kB": MARK * 1000,
    "a link": f"https://evil.example/{MARK}/" + "a" * 470,
    "a script": f"javascript:alert('{MARK}')",
    "right-to-left override": f"abc\u202e{MARK}",
    "log format": f"%s%n{{0.__class__}}{MARK}",
    "a forged log line": f"{MARK}\x0b<0>kernel: panic",
    "SQL": f"'; DROP TABLE operation; -- {MARK}",
    "spaces": f"  {MARK}  {MARK}  ",
}


class _Hours:
    """Every look is an hour later, so that no limit on the rate of scans gets in the way."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 3600
        return self.now_s


Simulator = SerialScannerSimulator | WedgeSimulator
Driver = SerialScanner | WedgeScanner


def _serial(path: Path) -> tuple[Simulator, Driver]:
    return SerialScannerSimulator(path), SerialScanner("front", path, clock=_Hours())


def _wedge(path: Path) -> tuple[Simulator, Driver]:
    return WedgeSimulator(path), WedgeScanner("front", path, clock=_Hours())


class Screen:
    """What the runtime shows and wishes for, and a way to wait for it."""

    def __init__(self) -> None:
        self.visit: Visit | None = None
        self.effects: list[Effect] = []
        self._news = asyncio.Event()

    def show(self, visit: Visit) -> None:
        self.visit = visit
        self._news.set()

    async def until(self, condition: Callable[[], bool], within_s: float = DEADLINE_S) -> None:
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def running(*work: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
        assert not any(task.done() for task in work)
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


@pytest.mark.parametrize("make", [_serial, _wedge])
def test_after_every_hostile_scan_a_card_still_works(
    make: Callable[[Path], tuple[Simulator, Driver]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario() -> None:
        screen = Screen()
        runtime = Runtime(SHOP, SetClock(), carry_out=screen.effects.append, show=screen.show)
        simulator, driver = make(tmp_path / "scanner")
        with simulator:
            reading = asyncio.create_task(driver.run(runtime.post))
            async with running(asyncio.create_task(runtime.run()), reading):
                await screen.until(lambda: screen.visit is not None)  # the scanner is open
                for scan in SCANS.values():
                    await simulator.scan(scan)
                    screen.effects.clear()
                    while not asks_for(screen, CARD):  # a guest tries again until it is read
                        await simulator.scan(CARD)
                        with suppress(TimeoutError):
                            await screen.until(lambda: asks_for(screen, CARD), within_s=0.2)
                    assert MARK not in repr(screen.effects)
                    assert runtime.visit.place is Place.IDENTIFYING
                    runtime.visit = first_visit(SHOP, NOON)  # the next guest

    asyncio.run(scenario())
    assert MARK not in caplog.text
    assert CARD not in caplog.text
    assert "went wrong" not in caplog.text


def asks_for(screen: Screen, card: str) -> bool:
    return any(isinstance(e, LookUp) and e.credential.value == card for e in screen.effects)


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) + b"\r", b"\xff\xfe\xc3(\r", b"\x00" * 8000 + b"\r", b"\xed\xa0\x80\r", b"\r" * 500],
    ids=["every byte", "no text", "zeros", "a surrogate", "line ends"],
)
def test_bytes_that_are_no_text_change_nothing(
    data: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario() -> None:
        screen = Screen()
        runtime = Runtime(SHOP, SetClock(), carry_out=screen.effects.append, show=screen.show)
        simulator, driver = _serial(tmp_path / "scanner")
        assert isinstance(simulator, SerialScannerSimulator)
        with simulator:
            reading = asyncio.create_task(driver.run(runtime.post))
            async with running(asyncio.create_task(runtime.run()), reading):
                await screen.until(lambda: screen.visit is not None)
                await simulator.scan_bytes(data)
                while not asks_for(screen, CARD):
                    await simulator.scan(CARD)
                    with suppress(TimeoutError):
                        await screen.until(lambda: asks_for(screen, CARD), within_s=0.2)

    asyncio.run(scenario())
    assert "went wrong" not in caplog.text


# --- servers ------------------------------------------------------------------------------------------------

_DEEP = b"[" * 100_000
ANSWERS = {
    "HTML with 200": (b"text/html", b"<html><h1>Hotel WiFi: please log in</h1></html>"),
    "HTML that says JSON": (b"application/json", b"<html>please log in</html>"),
    "nothing": (b"application/json", b""),
    "null": (b"application/json", b"null"),
    "a list": (b"application/json", b"[]"),
    "a number": (b"application/json", b"1e999"),
    "no data": (b"application/json", b'{"data": null}'),
    "text for an object": (b"application/json", b'{"data": "member"}'),
    "wrong types": (b"application/json", b'{"data": {"uuid": 7, "contact": "none", "balance": "lots"}}'),
    "huge numbers": (b"application/json", b'{"data": {"uuid": ' + b"9" * 5000 + b"}}"),
    "NaN": (b"application/json", b'{"data": {"uuid": NaN}}'),
    "half": (b"application/json", b'{"data": {"uuid": "5f7f'),
    "not UTF-8": (b"application/json", b'{"data": "\xff\xfe"}'),
    "deep": (b"application/json", _DEEP),
}


async def _lookup(reply: bytes | None, folder: Path) -> Visit:
    """The visit after a card was scanned and the server answered `reply`, or nothing at all for None."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            if reply is None:
                await reader.read()
            else:
                writer.write(reply)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    backend = LeatBackend(f"http://127.0.0.1:{port}", "token", "shop", "EUR", timeout_s=0.3)
    courier = LoyaltyCourier()
    courier.backend = backend
    screen = Screen()
    try:
        async with server, working(folder, courier) as outbox, asyncio.TaskGroup() as tasks:
            errands = Errands(
                tasks=tasks,
                post=lambda event: runtime.post(event),
                courier=courier,
                settlement=settlement(outbox, None, lambda event: runtime.post(event)),
                staff_desk=staff_desk(outbox, lambda event: runtime.post(event)),
                help_desk=HelpDesk(None, {}, 60, lambda event: runtime.post(event)),
                printer=None,
                letterhead=Letterhead("x"),
                translators={},
                read_screen=lambda: None,
            )
            runtime = Runtime(SHOP, SetClock(), carry_out=errands.carry_out, show=screen.show)
            async with running(asyncio.create_task(runtime.run())):
                runtime.post(Scanned(CARD, "front"))
                await runtime.alive()
                await screen.until(lambda: runtime.visit.lookup is None)
        return runtime.visit
    finally:
        await backend.close()


def _http(status: bytes, kind: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, kind, len(body)) + body


REPLIES = {
    **{name: _http(b"200 OK", kind, body) for name, (kind, body) in ANSWERS.items()},
    "an error page": _http(b"503 Service Unavailable", b"text/html", b"<html>try later</html>"),
    "hung up at once": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a lying length": b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{}",
    "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    "no answer at all": None,
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_server_that_makes_no_sense_ends_as_a_calm_notice(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "kioskd")
    visit = asyncio.run(_lookup(REPLIES[name], tmp_path))
    assert visit.place is Place.ATTRACT
    assert visit.member is None
    assert visit.notice
    assert visit.notice.kind is NoticeKind.CARD_SAVED
    assert visit.saved_card  # the points come later
    assert CARD not in caplog.text
    assert "went wrong" not in caplog.text

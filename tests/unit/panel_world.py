"""A world that is none, and the panel over it: what it is told, it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx

from kioskd.sim.dashboard import Dashboard
from kioskd.sim.hearing import Told
from kioskd.sim.kiosk import Frame, KioskDown, KioskRefused
from kioskd.sim.leat import LeatSimulator
from kioskd.sim.pager import Pager
from kioskd.sim.panel.routes import panel_app
from kioskd.sim.paper import Paper
from kioskd.sim.printer_models import Conditions
from kioskd.sim.serve import serve
from kioskd.sim.terminal import TerminalSimulator

PIXELS = bytes(range(48))


class FakeKiosk:
    """A daemon that answers at once, is down, or refuses."""

    def __init__(self) -> None:
        self.pid, self.seq, self.frames = 100, 7, 0
        self.returncode = -9
        self.place = "attract"
        self.down = self.refuses = False
        self.acts: list[tuple[Any, ...]] = []

    @property
    def running(self) -> bool:
        return not self.down

    def _answer(self) -> None:
        if self.down:
            raise KioskDown("the kiosk does not answer\n  and this is its log")
        if self.refuses:
            raise KioskRefused("no unpaid order has the number A9")

    async def status(self) -> dict[str, Any]:
        self._answer()
        devices = [{"name": "front", "kind": "scanner", "state": "faulty", "detail": "says nothing"}]
        return {"place": "attract", "pid": self.pid, "devices": devices, "time": "2026-01-01T00:00:00+00:00"}

    async def outbox(self, limit: int) -> dict[str, Any]:
        self._answer()
        return {"operations": [], "counts": {}}

    async def frame(self) -> Frame:
        self._answer()
        self.frames += 1
        return Frame(self.seq, 4, 4, PIXELS)

    async def wait(self, seq: int, timeout_s: float) -> int:
        self._answer()
        return self.seq

    async def touch(self, x_px: int, y_px: int, phase: str) -> None:
        self._answer()
        self.acts.append((x_px, y_px, phase))

    async def scene(self) -> dict[str, Any]:
        self._answer()
        return {"id": self.place}

    async def order_paid(self, number: str) -> None:
        self._answer()
        self.acts.append((number,))

    def log_tail(self, lines: int) -> list[str]:
        return ["a line"]


class FakeHearing:
    def __init__(self) -> None:
        self.headphones = False
        self.transcript: list[Told] = []
        self.quiet_s = 0.0

    async def plug(self, headphones: bool) -> None:
        self.headphones = headphones


class FakeWorld(SimpleNamespace):
    def __init__(self) -> None:
        leat = LeatSimulator()
        super().__init__(
            kiosk=FakeKiosk(),
            leat=leat,
            loyalty=leat,
            dashboard=Dashboard(leat),
            terminal=TerminalSimulator(),
            printer=SimpleNamespace(conditions=Conditions()),
            papers=[Paper("Harbour Kitchen\n\n       A12\n     Eat in\n", b"a picture", b"")],
            options=SimpleNamespace(restart_after_s=1.0, backend="leat"),
            network_is="on",
            pager=Pager(),
            hearing=FakeHearing(),
            there={
                "scanner": True,
                "wedge": True,
                "keypad": True,
                "camera": True,
                "printer": True,
                "terminal": True,
            },
            seen=[],
        )

    def plugged(self) -> dict[str, bool]:
        return dict(self.there)

    def show_picture(self, picture: bytes) -> None:
        self.seen.append(picture)

    def tap_card(self) -> bool:
        return False

    async def hold_corner(self) -> None:
        self.kiosk.place = "staff_pin" if self.kiosk.place == "attract" else self.kiosk.place

    async def press(self, key: str) -> None:
        self.seen.append(key)

    async def scan(self, text: str, via: str, aim: str = "", **trouble: float) -> None:
        self.seen.append((text, via, trouble) if trouble else (text, via))

    async def scan_bytes(self, data: bytes, via: str) -> None:
        self.seen.append((data, via))


Use = Callable[[FakeWorld, httpx.AsyncClient], Coroutine[Any, Any, None]]


@asynccontextmanager
async def panel(world: FakeWorld) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve(panel_app(world)) as served,  # type: ignore[arg-type]
        httpx.AsyncClient(base_url=served.url, trust_env=False) as client,
    ):
        yield client


def with_panel(use: Use) -> None:
    async def run() -> None:
        world = FakeWorld()
        async with panel(world) as client:
            await use(world, client)

    asyncio.run(run())

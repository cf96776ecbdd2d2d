"""What the local socket understands of the screen: looking at it, and touching it in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from kioskd.daemon.clock import Clock
from kioskd.daemon.control import Answer, Command
from kioskd.daemon.display import Display
from kioskd.daemon.runtime import Runtime

LONGEST_WAIT_S = 60.0
LONGEST_JUMP_S = 10 * 366 * 86400.0


class ScreenCommands:
    """Also of a kiosk that does not sell yet. `drive` allows what a guest's hand would do."""

    def __init__(self, runtime: Runtime, display: Display, clock: Clock, *, drive: bool) -> None:
        self._runtime = runtime
        self._display = display
        self._clock = clock
        self._drive = drive

    def table(self) -> Mapping[str, Command]:
        looking: dict[str, Command] = {"scene": self._scene, "frame": self._frame, "wait": self._wait}
        if not self._drive:
            return looking
        return {**looking, "touch": self._touch, "clock": self._move_clock}

    async def _scene(self, request: dict[str, Any]) -> Answer:
        await self._runtime.alive()
        speaking = self._runtime.visit.heard_s > self._clock.mono_s()
        return {
            "seq": self._display.seq,
            "scene": self._display.scene_document(),
            "speaking": speaking,
        }, b""

    async def _frame(self, request: dict[str, Any]) -> Answer:
        await self._runtime.alive()
        width, height, pixels = self._display.frame()
        head = {"seq": self._display.seq, "width": width, "height": height, "bytes": len(pixels)}
        return head, pixels

    async def _wait(self, request: dict[str, Any]) -> Answer:
        timeout_s = min(max(_seconds(request, "timeout_s", 10.0), 0.0), LONGEST_WAIT_S)
        try:
            async with asyncio.timeout(timeout_s):
                await self._display.changed_since(int(request["seq"]))
        except TimeoutError:
            pass
        return {"seq": self._display.seq}, b""

    async def _touch(self, request: dict[str, Any]) -> Answer:
        self._display.touch(str(request["phase"]), int(request["x"]), int(request["y"]))
        await self._runtime.alive()
        return {"seq": self._display.seq}, b""

    async def _move_clock(self, request: dict[str, Any]) -> Answer:
        skip_s, shift_s = _seconds(request, "skip_s"), _seconds(request, "shift_wall_s")
        self._clock.skip(skip_s)
        self._clock.shift_wall(shift_s)
        await self._runtime.alive()
        return {"time": self._clock.wall().isoformat(timespec="seconds")}, b""


def _seconds(request: dict[str, Any], key: str, otherwise: float = 0.0) -> float:
    seconds = float(request.get(key, otherwise))
    if not abs(seconds) <= LONGEST_JUMP_S:
        raise ValueError(f"{key} is more than ten years")
    return seconds

"""A receipt printer on a pseudo-terminal: its paper can be read, its faults and its cable are switches."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from kioskd.sim.paper import Paper, as_png, as_text
from kioskd.sim.printer_machine import EPSON_TM_T20III, Conditions, PrinterMachine, PrinterModel, Step

_READ_BYTES = 1024
_PACE_S = 0.02
_TEAR_OFF_AFTER_S = 0.3
_COMMANDS_PER_TURN = 500


class ConditionChanges(TypedDict, total=False):
    """The switches of Conditions, for `PrinterSimulator.change`."""

    paper_out: bool
    paper_low: bool
    cover_open: bool
    silent: bool
    lines_left: int | None
    baud: int | None
    dies_after_bytes: int | None


class PrinterSimulator:
    """`path` is a link to the terminal, there while the printer is plugged in. `papers` is what came out.

    Runs on the event loop; pictures are drawn in a thread.
    """

    def __init__(self, path: Path, model: PrinterModel = EPSON_TM_T20III) -> None:
        self.path = path
        self.model = model
        self.papers: list[Paper] = []
        self._machine = PrinterMachine(model, self._answer)
        self._master = self._slave = -1
        self._taken = 0
        self._work = asyncio.Event()
        self._happened = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._resume: asyncio.TimerHandle | None = None

    @property
    def conditions(self) -> Conditions:
        return self._machine.conditions

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    async def start(self) -> None:
        self._worker = asyncio.create_task(self._print_forever(), name=f"printer simulator {self.path}")
        await self.replug()

    async def stop(self) -> None:
        await self.unplug()
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
            self._worker = None

    async def unplug(self) -> None:
        """Pull cable and power. Harmless when it is unplugged already."""
        if not self.plugged:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        if self._resume:
            self._resume.cancel()
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._machine.power_off()
        self._work.set()

    async def replug(self) -> None:
        """Plug in again, as a new terminal under the same link."""
        if self.plugged:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._taken = 0
        new = self.path.with_name(self.path.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self.path)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def change(self, **switches: Unpack[ConditionChanges]) -> None:
        """Turn switches of `conditions`; the printer reports what it would report."""
        self._machine.change(replace(self.conditions, **switches))
        self._work.set()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Returns when `ready` is true; it is asked again whenever something has happened to the printer."""
        while not ready():
            self._happened.clear()
            await self._happened.wait()

    def _answer(self, data: bytes) -> None:
        if self.plugged:
            with suppress(BlockingIOError):  # nobody listens: a printer's answers are lost, too
                os.write(self._master, data)

    def _read(self) -> None:
        loop = asyncio.get_running_loop()
        baud = self.conditions.baud
        size = max(1, int(baud / 10 * _PACE_S)) if baud else _READ_BYTES
        try:
            data = os.read(self._master, size)
        except BlockingIOError:
            return
        self._taken += len(data)
        limit = self.conditions.dies_after_bytes
        if limit is not None and self._taken >= limit:
            self._taken = 0
            self.change(dies_after_bytes=None)
            task = loop.create_task(self.unplug())
            task.add_done_callback(lambda done: done.result())
            return
        self._machine.receive(data)
        self._work.set()
        if baud or self._machine.full:
            loop.remove_reader(self._master)
            self._resume = loop.call_later(len(data) * 10 / baud if baud else _PACE_S, self._read_on)

    def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        if self._machine.full:
            self._resume = loop.call_later(_PACE_S, self._read_on)
        else:
            loop.add_reader(self._master, self._read)

    async def _print_forever(self) -> None:
        while True:
            self._work.clear()
            await self._print_what_there_is()
            self._happened.set()
            try:
                untorn = not self.model.knife and bool(self._machine.marks)
                await asyncio.wait_for(self._work.wait(), _TEAR_OFF_AFTER_S if untorn else None)
            except TimeoutError:
                await self._take_paper()

    async def _print_what_there_is(self) -> None:
        commands = 0
        while (step := self._machine.step()) is not Step.IDLE:
            commands += 1
            if step is Step.CUT:
                await self._take_paper()
            elif commands % _COMMANDS_PER_TURN == 0:
                await asyncio.sleep(0)

    async def _take_paper(self) -> None:
        marks, raw = tuple(self._machine.marks), bytes(self._machine.raw)
        self._machine.marks.clear()
        self._machine.raw.clear()
        png = await asyncio.to_thread(as_png, marks, self.model.dots, self.model.paper_dots)
        self.papers.append(Paper(as_text(marks, self.model.dots), png, raw))
        self._happened.set()

"""A receipt printer on a terminal or a TCP port: its paper can be read, its faults and cable are switches."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import tty
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from kioskd.sim.paper import Paper, as_png, as_text
from kioskd.sim.printer_machine import PrinterMachine, Step
from kioskd.sim.printer_models import EPSON_TM_T20III, Conditions, PrinterModel

_READ_BYTES = 1024
_PACE_S = 0.02
_TEAR_OFF_AFTER_S = 0.3
_COMMANDS_PER_TURN = 500
_BABBLE_EVERY_S = 0.005
_BABBLE_BYTES = 64


class ConditionChanges(TypedDict, total=False):
    """The switches of Conditions, for `PrinterSimulator.change`."""

    paper_out: bool
    paper_low: bool
    cover_open: bool
    silent: bool
    babbles: bool
    cutter_fails: bool
    cutter_stuck: bool
    too_hot: bool
    jammed: bool
    receipt_out: bool
    lines_left: int | None
    baud: int | None
    dies_after_bytes: int | None


class PrinterSimulator:
    """`path` is a link to the terminal, there while the printer is plugged in; with a TCP `port` of 127.0.0.1
    in its place (0: any) it is a network printer for one client at a time. `papers` is what came out.

    Runs on the event loop; pictures are drawn in a thread.
    """

    def __init__(
        self, path: Path | None, model: PrinterModel = EPSON_TM_T20III, *, port: int | None = None
    ) -> None:
        assert (path is None) != (port is None)
        self.path = path
        self.port = port
        self.model = model
        self.papers: list[Paper] = []
        self._machine = PrinterMachine(model, self._answer)
        self._listener: socket.socket | None = None
        self._line = self._slave = -1
        self._taken = 0
        self._drawing = False
        self._work = asyncio.Event()
        self._happened = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._resume: asyncio.TimerHandle | None = None
        self._retract: asyncio.TimerHandle | None = None

    @property
    def conditions(self) -> Conditions:
        return self._machine.conditions

    @property
    def retracts(self) -> int:
        """Receipts that nobody took."""
        return self._machine.retracts

    @property
    def plugged(self) -> bool:
        return self._slave >= 0 or self._listener is not None

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._print_forever(), name="printer simulator")]
        await self.replug()

    async def stop(self) -> None:
        await self.unplug()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def unplug(self) -> None:
        """Pull cable and power. Harmless when it is unplugged already."""
        if not self.plugged:
            return
        self._hang_up()
        if self._retract:
            self._retract.cancel()
        if self._listener:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        if self.path:
            self.path.unlink(missing_ok=True)
            os.close(self._slave)
            self._slave = -1
        self._machine.power_off()
        self._work.set()

    async def replug(self) -> None:
        """Plug in again: as a new terminal under the same link, or at the same port."""
        if self.plugged:
            return
        if self.path:
            line, self._slave = os.openpty()
            tty.setraw(self._slave)
            new = self.path.with_name(self.path.name + ".new")
            new.unlink(missing_ok=True)
            new.symlink_to(os.ttyname(self._slave))
            new.replace(self.path)
            self._connect(line)
        else:
            self._listener = socket.create_server(("127.0.0.1", self.port or 0))
            self._listener.setblocking(False)
            self.port = self._listener.getsockname()[1]
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def take_receipt(self) -> None:
        """The guest takes what is held out."""
        self._put_away()

    def pull_back(self) -> None:
        """What happens by itself when nobody takes it in time."""
        if self.conditions.receipt_out:
            self._machine.retracts += 1
            self._put_away()

    def _put_away(self) -> None:
        if self._retract:
            self._retract.cancel()
            self._retract = None
        self.change(receipt_out=False)

    def _accept(self) -> None:
        assert self._listener
        with suppress(BlockingIOError):
            client, _ = self._listener.accept()
            if self._line >= 0:
                client.close()  # one at a time, as the real ones
            else:
                self._connect(client.detach())

    def _connect(self, line: int) -> None:
        self._line, self._taken = line, 0
        os.set_blocking(line, False)
        asyncio.get_running_loop().add_reader(line, self._read)

    def _hang_up(self) -> None:
        if self._line >= 0:
            asyncio.get_running_loop().remove_reader(self._line)
            if self._resume:
                self._resume.cancel()
            os.close(self._line)
            self._line = -1

    def change(self, **switches: Unpack[ConditionChanges]) -> None:
        """Turn switches of `conditions`; the printer reports what it would report."""
        quiet = not self.conditions.babbles
        self._machine.change(replace(self.conditions, **switches))
        if quiet and self.conditions.babbles:
            self._tasks.append(asyncio.create_task(self._babble(), name="printer simulator's babble"))
        self._work.set()

    async def drawn(self) -> None:
        """Returns when everything that was cut off is in `papers`."""
        while self._drawing:
            self._happened.clear()
            await self._happened.wait()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Returns when `ready` is true; it is asked again whenever something has happened to the printer."""
        while not ready():
            self._happened.clear()
            await self._happened.wait()

    def _answer(self, data: bytes) -> None:
        if self._line >= 0:
            # Nobody listens: a printer's answers are lost, too.
            with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                os.write(self._line, data)

    async def _babble(self) -> None:
        noise = random.Random(1)
        while self.conditions.babbles:
            self._answer(noise.randbytes(_BABBLE_BYTES))
            await asyncio.sleep(_BABBLE_EVERY_S)

    def _read(self) -> None:
        loop = asyncio.get_running_loop()
        baud = self.conditions.baud
        size = max(1, int(baud / 10 * _PACE_S)) if baud else _READ_BYTES
        try:
            data = os.read(self._line, size)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
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
            loop.remove_reader(self._line)
            self._resume = loop.call_later(len(data) * 10 / baud if baud else _PACE_S, self._read_on)

    def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        if self._machine.full:
            self._resume = loop.call_later(_PACE_S, self._read_on)
        else:
            loop.add_reader(self._line, self._read)

    async def _print_forever(self) -> None:
        while True:
            self._work.clear()
            await self._print_what_there_is()
            self._happened.set()
            try:
                untorn = not self.model.knife and bool(self._machine.marks)
                async with asyncio.timeout(_TEAR_OFF_AFTER_S if untorn else None):
                    await self._work.wait()
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
        if self.conditions.receipt_out and not self._retract and self._machine.retract_after_s:
            loop = asyncio.get_running_loop()
            self._retract = loop.call_later(self._machine.retract_after_s, self.pull_back)
        self._drawing = True
        png = await asyncio.to_thread(as_png, marks, self.model.dots, self.model.paper_dots)
        self._drawing = False
        self.papers.append(Paper(as_text(marks, self.model.dots), png, raw))
        self._happened.set()

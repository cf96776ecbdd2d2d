"""`kioskd sim printer`: a simulated receipt printer alone. Its switches are lines typed to it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kioskd.sim.printer import PrinterSimulator
from kioskd.sim.printer_models import MODELS

WENT_WRONG = 1
_HELP = "NAME on|off|NUMBER (such as paper_out on, lines_left 5, baud 9600), take, unplug, plug, or nothing"


def printer(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C or SIGTERM. Returns an exit status."""
    asked = _parser().parse_args(argv)
    simulator = PrinterSimulator(asked.pty, MODELS[asked.model], port=asked.port)
    try:
        if asked.papers:
            asked.papers.mkdir(parents=True, exist_ok=True)
        asyncio.run(_run(simulator, asked.papers))
    except OSError as error:
        sys.stderr.write(f"kioskd sim printer: {error}\n")
        return WENT_WRONG
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd sim printer",
        description="Run one simulated printer alone. On its standard input it takes: " + _HELP,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, metavar="N", help="TCP port of 127.0.0.1; 0: any")
    where.add_argument("--pty", type=Path, metavar="PATH", help="a link to a terminal, as if it were serial")
    parser.add_argument("--model", choices=MODELS, default="epson-tm-t20iii")
    parser.add_argument("--papers", type=Path, metavar="DIR", help="write what comes out here, as pictures")
    return parser


async def _run(simulator: PrinterSimulator, folder: Path | None) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await simulator.start()
    _say(f"printer: {simulator.path or f'127.0.0.1:{simulator.port}'} ({simulator.model.title})")
    _say("Ctrl-C ends it.")
    listening = asyncio.create_task(_listen(simulator))
    showing = asyncio.create_task(_show(simulator, folder))
    try:
        await stop.wait()
    finally:
        listening.cancel()
        showing.cancel()
        await simulator.stop()


async def _show(simulator: PrinterSimulator, folder: Path | None) -> None:
    for number in range(1, sys.maxsize):
        await simulator.until(lambda: len(simulator.papers) >= number)  # noqa: B023
        paper = simulator.papers[number - 1]
        _say(f"--- paper {number}\n{paper.text}---")
        if folder:
            await asyncio.to_thread((folder / f"paper-{number}.png").write_bytes, paper.png)


async def _listen(simulator: PrinterSimulator) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        words = line.decode(errors="replace").split()
        try:
            await command(simulator, words)
        except (ValueError, KeyError):
            _say(f"unknown: {' '.join(words)}; {_HELP}")


async def command(simulator: PrinterSimulator, words: list[str]) -> None:
    """Obey one typed line. Raises ValueError or KeyError for what there is not."""
    match words:
        case []:
            _say(", ".join(f"{name} {value}" for name, value in asdict(simulator.conditions).items()))
        case ["take"]:
            simulator.take_receipt()
        case ["unplug"]:
            await simulator.unplug()
        case ["plug"]:
            await simulator.replug()
        case [name, value]:
            now = asdict(simulator.conditions)
            is_switch = isinstance(now[name], bool)
            changed: dict[str, Any] = {name: {"on": True, "off": False}[value] if is_switch else int(value)}
            simulator.change(**changed)
        case _:
            raise ValueError


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

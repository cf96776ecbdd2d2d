"""`kioskd sim scanner` and `kioskd sim camera`: a simulated reader alone, told by lines what to do."""

from __future__ import annotations

import argparse
import asyncio
import codecs
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from kioskd.sim.camera import CameraSimulator
from kioskd.sim.hidraw import HidPosSimulator
from kioskd.sim.scanner import SerialScannerSimulator, WedgeSimulator
from kioskd.sim.uart_module import Gm65Simulator

WENT_WRONG = 1
SCANNERS = {
    "serial": SerialScannerSimulator,
    "wedge": WedgeSimulator,
    "hidpos": HidPosSimulator,
    "gm65": Gm65Simulator,
}
SCANNER_HELP = r"scan [~AIM] TEXT (such as scan ~Q1 M-1001, with \x1d and the like), bytes HEX, unplug, plug"
CAMERA_HELP = (
    "show TEXT [NAME=NUMBER ...] (angle_deg, light, blur_px, glare, moire), show FILE, hide, unplug, plug"
)

Obey = Callable[[list[str]], Awaitable[None]]


def scanner(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C, SIGTERM or the end of its input. Returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="kioskd sim scanner",
        description=f"Run one simulated scanner alone. On its standard input it takes: {SCANNER_HELP}",
    )
    parser.add_argument("--path", type=Path, required=True, help="where it is to be plugged in")
    parser.add_argument("--kind", choices=SCANNERS, default="serial")
    asked = parser.parse_args(argv)
    simulator = SCANNERS[asked.kind](asked.path)

    async def obey(words: list[str]) -> None:
        await scanner_command(simulator, words)

    return _run("scanner", asked.path, simulator, obey, SCANNER_HELP)


def camera(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C, SIGTERM or the end of its input. Returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="kioskd sim camera",
        description=f"Run one simulated camera alone. On its standard input it takes: {CAMERA_HELP}",
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="source of a camera with driver = 'folder'"
    )
    asked = parser.parse_args(argv)
    simulator = CameraSimulator(asked.folder)

    async def obey(words: list[str]) -> None:
        await asyncio.to_thread(camera_command, simulator, words)

    return _run("camera", asked.folder, simulator, obey, CAMERA_HELP)


async def scanner_command(
    simulator: SerialScannerSimulator | WedgeSimulator | HidPosSimulator, words: list[str]
) -> None:
    """Obey one typed line. Raises ValueError for what there is not."""
    match words:
        case ["scan", aim, *text] if aim.startswith("~") and text:
            await simulator.scan(_unescaped(" ".join(text)), f"]{aim[1:]}")
        case ["scan", *text] if text:
            await simulator.scan(_unescaped(" ".join(text)))
        case ["bytes", *digits] if digits:
            await simulator.scan_bytes(bytes.fromhex("".join(digits)))
        case ["unplug"]:
            simulator.unplug()
        case ["plug"]:
            simulator.replug()
        case _:
            raise ValueError


def camera_command(simulator: CameraSimulator, words: list[str]) -> None:
    """Obey one typed line. Raises ValueError for what there is not, OSError for an unreadable file."""
    match words:
        case ["show", text, *trouble] if Path(text).is_file() and not trouble:
            simulator.show(Path(text).read_bytes(), Path(text).suffix)
        case ["show", text, *trouble]:
            simulator.show_qr(_unescaped(text), **dict(map(_trouble, trouble)))
        case ["hide"]:
            simulator.hide()
        case ["unplug"]:
            simulator.unplug()
        case ["plug"]:
            simulator.replug()
        case _:
            raise ValueError


def _trouble(word: str) -> tuple[str, float]:
    name, _, number = word.partition("=")
    if name not in ("angle_deg", "light", "blur_px", "glare", "moire"):
        raise ValueError
    return name, float(number)


def _unescaped(text: str) -> str:
    return codecs.decode(text, "unicode_escape") if "\\" in text and text.isascii() else text


def _run(what: str, path: Path, simulator: AbstractContextManager[object], obey: Obey, help_line: str) -> int:
    try:
        asyncio.run(_serve(what, path, simulator, obey, help_line))
    except OSError as error:
        sys.stderr.write(f"kioskd sim {what}: {error}\n")
        return WENT_WRONG
    return 0


async def _serve(
    what: str, path: Path, simulator: AbstractContextManager[object], obey: Obey, help_line: str
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with simulator:
        _say(f"{what}: {path}; Ctrl-C ends it.")
        listening = asyncio.create_task(_listen(obey, help_line))
        listening.add_done_callback(lambda _: stop.set())
        await stop.wait()
        listening.cancel()


async def _listen(obey: Obey, help_line: str) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        words = line.decode(errors="replace").split()
        try:
            await obey(words)
        except ValueError:
            _say(f"not understood: {' '.join(words)}; {help_line}")
        except OSError as error:
            _say(str(error))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

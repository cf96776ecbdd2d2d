"""The kiosk as the world sees it: a process, a screen that can be touched, and a local socket to ask it.

Nothing of the daemon is imported: what is known of it is in its configuration file and on the wire.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import sys
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 20.0
STOP_S = 5.0
ANSWER_S = 10.0
COMMAND_S = 20.0
_LOOK_AGAIN_S = 0.02
_LOG_TAIL_LINES = 12
_LAST_WORDS_S = 1.0
_PR_SET_PDEATHSIG = 1  # of linux/prctl.h
_libc = ctypes.CDLL(None)
_LARGEST_LINE_BYTES = 16 * 1024 * 1024


class KioskDown(Exception):
    """The daemon is not there, ended, or does not answer in time. The text ends with its last log lines."""


class KioskRefused(Exception):
    """The daemon answered that it cannot do this; the text is its own."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is on the display: `rgb` has three bytes a pixel, rows from the top."""

    seq: int
    width_px: int
    height_px: int
    rgb: bytes


class Kiosk:
    """One daemon, started from `config_file`, its output added to `log_file`. It may be started again.

    `settings_file` says where it is asked and how large its picture is while `config_file` is not there;
    `more` are words for its command line.

    Several tasks may ask at the same time. Every question and act raises KioskDown when there is no answer
    within ANSWER_S.
    """

    def __init__(
        self,
        config_file: Path,
        log_file: Path,
        *,
        python: str = sys.executable,
        settings_file: Path | None = None,
        more: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        settings = tomllib.loads((settings_file or config_file).read_text("utf-8"))
        self._more = tuple(more)
        self._environment = {**os.environ, **(environment or {})}
        self._config_file = config_file
        self._python = python
        self.log_file = log_file
        self.socket = config_file.parent / settings["control"]["socket"]
        self.width_px: int = settings["display"]["width_px"]
        self._process: asyncio.subprocess.Process | None = None
        self._spawning: asyncio.Task[None] | None = None
        self._idle: list[_Connection] = []

    # --- the process ---------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def launch(self) -> None:
        """Start the process and do not wait for it.

        Whoever is cancelled meanwhile does not lose it: it was started, and `stop` and `kill` know it.
        """
        if self._spawning is None or self._spawning.done():
            self._spawning = asyncio.create_task(self._spawn())
        await asyncio.shield(self._spawning)

    async def _spawn(self) -> None:
        if self.running:
            return
        self._clear_away()
        self.socket.unlink(missing_ok=True)  # of a killed predecessor: only the new one may answer
        command = (self._python, "-m", "kioskd", "run", "--config", str(self._config_file), *self._more)
        with self.log_file.open("ab") as log:
            # A session of its own, so that Ctrl-C reaches us alone and the children can be cleared away.
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_stop_when_the_parent_dies,
                env=self._environment,
            )

    async def start(self) -> None:
        """Start the process; returns when it answers. KioskDown when it ended or took longer than START_S."""
        await self.launch()
        await self.answering()

    async def answering(self, timeout_s: float = START_S) -> None:
        """Returns when the launched process answers on its socket."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    with suppress(OSError, EOFError):
                        connection = await _Connection.open(self.socket)
                        await connection.ask({"do": "status"})
                        self._idle.append(connection)
                        return
                    if not self.running:
                        raise self._down(f"ended with status {self.returncode}")
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise self._down(f"did not answer within {timeout_s:g} s") from None

    @property
    def returncode(self) -> int | None:
        return self._process.returncode if self._process else None

    async def ended(self) -> int:
        """Returns its exit status when the process is gone."""
        if self._process is None:
            raise self._down("was never started")
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM; KioskDown when it is still there after STOP_S (and then it was killed)."""
        if (process := await self._spawned()) is None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            await self.kill()
            raise self._down(f"did not stop within {STOP_S:g} s of SIGTERM") from None
        self._clear_away()

    async def kill(self) -> None:
        """SIGKILL: the process gets no chance to do anything."""
        if (process := await self._spawned()) is None:
            return
        self._signal(signal.SIGKILL)
        await process.wait()
        self._clear_away()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def _spawned(self) -> asyncio.subprocess.Process | None:
        if self._spawning is not None:
            await asyncio.wait([self._spawning])
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _clear_away(self) -> None:
        """End what the daemon left behind, as systemd does with a service's control group."""
        self._hang_up()
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _hang_up(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _down(self, what: str) -> KioskDown:
        lines = self.log_tail()
        return KioskDown("\n  ".join([f"the kiosk {what}; its log ({self.log_file}) ends with:", *lines]))

    async def _hung_up(self) -> KioskDown:
        """Why it does not answer; a process on its way down is given time to say so in its log."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                return self._down(f"ended with status {await self.ended()}")
        return self._down("does not answer")

    def log_tail(self, lines: int = _LOG_TAIL_LINES) -> list[str]:
        if not self.log_file.exists():
            return []
        return self.log_file.read_text("utf-8", "replace").splitlines()[-lines:]

    # --- questions -----------------------------------------------------------------------------------

    async def status(self) -> dict[str, Any]:
        return (await self._ask({"do": "status"}))[0]

    async def scene(self) -> dict[str, Any]:
        """What is on the screen as widgets, lengths in millimetres; empty before the first one."""
        scene: dict[str, Any] = (await self._ask({"do": "scene"}))[0]["scene"]
        return scene

    async def speaking(self) -> bool:
        """Whether it says something that the guest has not heard to its end."""
        return bool((await self._ask({"do": "scene"}))[0]["speaking"])

    async def frame(self) -> Frame:
        head, pixels = await self._ask({"do": "frame"})
        return Frame(head["seq"], head["width"], head["height"], pixels)

    async def wait(self, seq: int, timeout_s: float) -> int:
        """The number of the picture shown, as soon as it is not `seq` any more or time is up."""
        head, _ = await self._ask({"do": "wait", "seq": seq, "timeout_s": timeout_s}, ANSWER_S + timeout_s)
        return int(head["seq"])

    async def outbox(self, limit: int = 50) -> dict[str, Any]:
        return (await self._ask({"do": "outbox", "limit": limit}))[0]

    # --- acts ----------------------------------------------------------------------------------------

    async def command(self, words: Sequence[str]) -> tuple[str, int | None]:
        """Run `kioskd` with these words: what it printed, errors too, and its exit status."""
        process = await asyncio.create_subprocess_exec(
            *(self._python, "-m", "kioskd", *words, "--socket", str(self.socket)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(COMMAND_S):
                printed, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise self._down(f"did not carry out {words[0]} within {COMMAND_S:g} s") from None
        return printed.decode("utf-8", "replace"), process.returncode

    async def touch(self, x_px: int, y_px: int, phase: str) -> None:
        """`phase` is down, move or up."""
        await self._ask({"do": "touch", "x": x_px, "y": y_px, "phase": phase})

    async def skip(self, seconds: float) -> None:
        """Let time pass for the kiosk."""
        await self._ask({"do": "clock", "skip_s": seconds})

    async def shift_wall(self, seconds: float) -> None:
        """Make the kiosk's wall clock wrong by so much more."""
        await self._ask({"do": "clock", "shift_wall_s": seconds})

    async def order_paid(self, number: str) -> None:
        """Staff took the money. Raises KioskRefused when no such order waits to be paid."""
        await self._ask({"do": "order_paid", "number": number})

    async def _ask(
        self, request: dict[str, Any], timeout_s: float = ANSWER_S
    ) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(timeout_s):
                connection = self._idle.pop() if self._idle else await _Connection.open(self.socket)
                try:
                    head, body = await connection.ask(request)
                except BaseException:
                    connection.close()  # in the middle of an answer nobody will read
                    raise
        except TimeoutError:
            raise self._down(f"did not answer {request['do']} within {timeout_s:g} s") from None
        except (OSError, EOFError) as error:
            raise await self._hung_up() from error
        self._idle.append(connection)
        if "error" in head:
            raise KioskRefused(head["error"])
        return head, body


def _stop_when_the_parent_dies() -> None:
    """Runs in the child before the daemon. A daemon left behind by a killed world would find the
    pseudo-terminals of the next one under its old paths, and read its scanner."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _Connection:
    """One question at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, socket: Path) -> _Connection:
        return cls(*await asyncio.open_unix_connection(socket, limit=_LARGEST_LINE_BYTES))

    async def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        self._writer.write(json.dumps(request).encode() + b"\n")
        await self._writer.drain()
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError("the kiosk hung up")
        head: dict[str, Any] = json.loads(line)
        return head, await self._reader.readexactly(head.get("bytes", 0))

    def close(self) -> None:
        self._writer.close()

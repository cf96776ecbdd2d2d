"""The way into the machine for us, and for nothing that is tested: root's shell, files, one socket."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import suppress
from pathlib import Path

BOOT_S = 240.0
COMMAND_S = 120.0
_AGAIN_S = 0.5


class CommandFailed(Exception):
    """A command in the machine ended with another status than 0, or not in time; with what it printed."""


class Door:
    """One ssh connection that everything goes through: opening one takes an emulated machine a second."""

    def __init__(self, port: int, key: Path, folder: Path) -> None:
        self._port = port
        self._control = folder / "ssh.socket"
        self._options = (
            *("-F", "none", "-i", str(key), "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "ConnectTimeout=20", "-o", f"ControlPath={self._control}"),
            *("-o", "StreamLocalBindUnlink=yes"),
        )
        self._master: asyncio.subprocess.Process | None = None

    async def open(self, timeout_s: float = BOOT_S) -> None:
        """Returns when the machine lets us in, also after it was started anew. Raises CommandFailed."""
        await self.close()
        self._control.unlink(missing_ok=True)
        try:
            async with asyncio.timeout(timeout_s):
                while not self._control.exists():
                    if self._master is None or self._master.returncode is not None:
                        self._master = await self._start("-M", "-N")
                    await asyncio.sleep(_AGAIN_S)
        except TimeoutError:
            raise CommandFailed(f"the machine let nobody in within {timeout_s:g} s") from None

    async def close(self) -> None:
        if self._master is not None and self._master.returncode is None:
            with suppress(ProcessLookupError):
                self._master.terminate()
            await self._master.wait()

    async def forward(self, here: Path, there: str) -> None:
        """A socket of ours that leads to one in the machine."""
        await self._finish(await self._start("-O", "forward", "-L", f"{here}:{there}"), "forward", COMMAND_S)

    async def run(self, command: str, *, stdin: bytes = b"", timeout_s: float = COMMAND_S) -> str:
        """What a shell command of root's printed. Raises CommandFailed."""
        process = await self._start("--", command, piped=True)
        return await self._finish(process, command, timeout_s, stdin)

    async def put(self, path: str, data: bytes, mode: str = "0644") -> None:
        """A file with these bytes; its folder is made."""
        name = shlex.quote(path)
        await self.run(f"install -D -m {mode} /dev/stdin {name}", stdin=data)

    async def follow(self, command: str, file: Path) -> asyncio.subprocess.Process:
        """Start a command that goes on, its output into a file of ours. It ends with the connection."""
        with file.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *self._command("--", command), stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
            )

    def _command(self, *words: str) -> tuple[str, ...]:
        options = [word for word in words if word != "--"]
        if "--" not in words:
            return ("ssh", *self._options, "-p", str(self._port), *options, "root@127.0.0.1")
        return ("ssh", *self._options, "-p", str(self._port), "root@127.0.0.1", *options)

    async def _start(self, *words: str, piped: bool = False) -> asyncio.subprocess.Process:
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(
            *self._command(*words),
            stdin=pipe if piped else nothing,
            stdout=pipe if piped else nothing,
            stderr=asyncio.subprocess.STDOUT if piped else nothing,
        )

    async def _finish(
        self, process: asyncio.subprocess.Process, what: str, timeout_s: float, stdin: bytes | None = None
    ) -> str:
        try:
            async with asyncio.timeout(timeout_s):
                printed, _ = await process.communicate(stdin)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise CommandFailed(f"not done within {timeout_s:g} s: {what}") from None
        text = (printed or b"").decode("utf-8", "replace")
        if process.returncode:
            raise CommandFailed(f"status {process.returncode} from: {what}\n{text.strip()}")
        return text

"""A sentence is said by processes of its own, for a process is silent the moment it is killed."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from kioskd.core.errors import DeviceAbsent, DeviceFault

_LONGEST_COMPLAINT = 120

Command = Sequence[str]


class Killed(DeviceFault):
    """Somebody else ended it in mid-sentence."""


@dataclass(slots=True)
class Speaking:
    """Commands that feed each other, as in a shell; the first gets the text, and nobody else sees it."""

    commands: Sequence[Command]
    _running: list[asyncio.subprocess.Process] = field(default_factory=list)
    _stopped: bool = False

    async def run(self, text: str, deadline_s: float) -> bytes:
        """Returns what the last of them wrote when all have ended; at once when it was stopped.

        Raises DeviceAbsent for a program that is not there, Killed, and DeviceFault for all else.
        """
        try:
            async with asyncio.timeout(deadline_s):
                return await self._run(text)
        except TimeoutError:
            raise DeviceFault(f"{self.commands[0][0]} did not end within {deadline_s:.0f} s") from None
        finally:
            self.stop()
            for process in self._running:
                await process.wait()

    def stop(self) -> None:
        self._stopped = True
        for process in self._running:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    async def _run(self, text: str) -> bytes:
        await self._start()
        first, last = self._running[0], self._running[-1]
        if first is last:
            said, complaint = await last.communicate(text.encode())
        else:
            (_, first_complaint), (said, last_complaint) = await asyncio.gather(
                first.communicate(text.encode()), last.communicate()
            )
            complaint = first_complaint + last_complaint
        if self._stopped:
            return b""
        for process, command in zip(self._running, self.commands, strict=True):
            if process.returncode:
                raise _ended(command[0], process.returncode, complaint)
        if said_no := _errors(complaint):  # espeak-ng without a sound card ends well, and says so only here
            raise DeviceFault(f"{self.commands[0][0]}: {said_no}")
        return said

    async def _start(self) -> None:
        source: int = asyncio.subprocess.PIPE
        for place, command in enumerate(self.commands, start=1):
            read = write = None
            if place < len(self.commands):
                read, write = os.pipe()
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=source,
                    stdout=asyncio.subprocess.PIPE if write is None else write,
                    stderr=asyncio.subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                if read is not None:
                    os.close(read)
                if error.errno == errno.ENOENT:
                    raise DeviceAbsent(f"there is no program {command[0]}") from None
                raise DeviceFault(f"{command[0]}: {os.strerror(error.errno or 0)}") from None
            finally:
                for end in (write, source if place > 1 else None):
                    if end is not None:
                        os.close(end)
            self._running.append(process)
            if self._stopped:  # while it was being started
                self.stop()
            source = read if read is not None else source


def _ended(program: str, status: int, complaint: bytes) -> DeviceFault:
    if status < 0:
        return Killed(f"{program} was ended by signal {-status}")
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    return DeviceFault(f"{program}: {lines[-1][:_LONGEST_COMPLAINT] if lines else f'status {status}'}")


def _errors(complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").splitlines()
    return next((line[:_LONGEST_COMPLAINT] for line in lines if line.lower().startswith("error")), "")

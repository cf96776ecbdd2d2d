"""Restarting and switching off: ourselves by ending, the machine by asking systemd."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence

from kioskd.core.upkeep import PowerAct

log = logging.getLogger(__name__)

SYSTEMCTL = "systemctl"
ANSWER_S = 8.0
_VERBS = {PowerAct.RESTART_MACHINE: "reboot", PowerAct.SHUT_DOWN: "poweroff"}


class PowerFailed(Exception):
    """It was not done; the message is what the machine said."""


class Power:
    """`stop` ends the daemon in good order; systemd starts it again. Without `machine` that is all."""

    def __init__(
        self, stop: Callable[[], None], *, machine: bool, systemctl: Sequence[str] = (SYSTEMCTL,)
    ) -> None:
        self._stop = stop
        self._machine = machine
        self._systemctl = tuple(systemctl)

    async def switch(self, act: PowerAct) -> None:
        """Returns when it is under way. Raises PowerFailed."""
        log.warning("staff asked at the kiosk: %s", act)
        if act is PowerAct.RESTART_KIOSK:
            self._stop()
            return
        if not self._machine:
            raise PowerFailed("not allowed here: [staff] power = true allows it")
        program = shutil.which(self._systemctl[0])
        if program is None:
            raise PowerFailed(f"there is no {self._systemctl[0]}")
        await _run(program, *self._systemctl[1:], "--no-ask-password", _VERBS[act])


async def _run(program: str, *arguments: str) -> None:
    """Raises PowerFailed when it fails, or does not end within time."""
    try:
        asked = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise PowerFailed(f"{program}: {error.strerror}") from None
    try:
        async with asyncio.timeout(ANSWER_S):
            _, said = await asked.communicate()
    except TimeoutError:
        asked.kill()
        await asked.wait()
        raise PowerFailed(f"{program} did not answer within {ANSWER_S:g} s") from None
    if asked.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise PowerFailed(lines[-1] if lines else f"{program} ended with {asked.returncode}")

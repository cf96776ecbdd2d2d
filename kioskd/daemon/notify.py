"""What systemd is told: ready, alive, stopping. Without systemd every call does nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

log = logging.getLogger(__name__)


class ServiceManager:
    """`Type=notify` and `WatchdogSec=`, from the environment systemd gives."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        watched = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog_us = environment.get("WATCHDOG_USEC", "")
        period_s = int(watchdog_us) / 1e6 if watched and watchdog_us.isdecimal() else 0.0
        self._watchdog_s = period_s or None

    def ready(self) -> None:
        self._say("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say(f"STATUS={text}")

    def alive(self) -> None:
        """For whoever is no event loop and lives only as long as it calls this."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, state: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
            datagrams.setblocking(False)
            try:
                datagrams.sendto(state.encode(), self._address)
            except OSError as error:
                log.warning("systemd was not told %s: %s", state, error)

    async def watch(self, vital: Mapping[str, Callable[[], Awaitable[object]]]) -> None:
        """Say WATCHDOG=1 three times per period, but only when every vital part answered in that time.

        A timer that always fires would keep a dead kiosk alive; silence makes systemd restart it.
        """
        if self._watchdog_s is None:
            return
        while True:
            asked = asyncio.get_running_loop().time()
            for part, answers in vital.items():
                try:
                    async with asyncio.timeout(self._watchdog_s / 3):
                        await answers()
                except TimeoutError:
                    log.error("no sign of life from the %s: the watchdog decides", part)
                    break
            else:
                self.alive()
            spent_s = asyncio.get_running_loop().time() - asked
            await asyncio.sleep(max(self._watchdog_s / 3 - spent_s, 0.0))

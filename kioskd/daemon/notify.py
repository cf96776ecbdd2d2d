"""What systemd is told: ready, alive, stopping. Without systemd every call does nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping

import sdnotify

log = logging.getLogger(__name__)


class ServiceManager:
    """`Type=notify` and `WatchdogSec=`, from the environment systemd gives."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._notifier = sdnotify.SystemdNotifier()
        watched = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog_us = environment.get("WATCHDOG_USEC", "")
        period_s = int(watchdog_us) / 1e6 if watched and watchdog_us.isdecimal() else 0.0
        self._watchdog_s = period_s or None

    def ready(self) -> None:
        self._notifier.notify("READY=1")

    def status(self, text: str) -> None:
        self._notifier.notify(f"STATUS={text}")

    def stopping(self) -> None:
        self._notifier.notify("STOPPING=1")

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
                self._notifier.notify("WATCHDOG=1")
            spent_s = asyncio.get_running_loop().time() - asked
            await asyncio.sleep(max(self._watchdog_s / 3 - spent_s, 0.0))

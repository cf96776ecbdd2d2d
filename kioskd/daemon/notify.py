"""What systemd is told: ready, alive, stopping. Without systemd every call does nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping

import sdnotify

log = logging.getLogger(__name__)


class ServiceManager:
    """`Type=notify` and `WatchdogSec=`, from the environment systemd gives."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._notifier = sdnotify.SystemdNotifier()
        watched = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog_us = environment.get("WATCHDOG_USEC", "")
        self._watchdog_s = int(watchdog_us) / 1e6 if watched and watchdog_us.isdecimal() else None

    def ready(self) -> None:
        self._notifier.notify("READY=1")

    def status(self, text: str) -> None:
        self._notifier.notify(f"STATUS={text}")

    def stopping(self) -> None:
        self._notifier.notify("STOPPING=1")

    async def watch(self, vital: Callable[[], list[str]]) -> None:
        """Say WATCHDOG=1 three times per period, but only while `vital()` names nothing that stands still.

        A timer that always fires would keep a dead kiosk alive; silence makes systemd restart it.
        """
        if self._watchdog_s is None:
            return
        reported: list[str] = []
        while True:
            stuck = vital()
            if not stuck:
                self._notifier.notify("WATCHDOG=1")
            elif stuck != reported:
                log.error("no sign of life from %s: letting the watchdog decide", ", ".join(stuck))
            reported = stuck
            await asyncio.sleep(self._watchdog_s / 3)

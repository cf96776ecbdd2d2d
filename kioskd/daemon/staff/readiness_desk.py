"""Whether the kiosk is ready to sell, and whether somebody has looked at that since it was set up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from kioskd.core.effects import FindReadiness
from kioskd.core.events import Event, NetworkChanged
from kioskd.core.readiness import FirstStart, Readiness
from kioskd.core.staff_events import ReadinessFound
from kioskd.daemon.first_boot.places import taken_id
from kioskd.outbox.courier import Applied, Outcome

log = logging.getLogger(__name__)

PROBE_S = 8.0


class ReadinessDesk:
    """`probe` asks the loyalty backend, None without one. `noted` is where it is written down that somebody
    has looked at the configuration that was taken over last."""

    def __init__(
        self,
        *,
        config_file: Path,
        noted: Path,
        probe: Callable[[], Awaitable[Outcome]] | None,
        clock_trusted: Callable[[], bool],
        post: Callable[[Event], None],
    ) -> None:
        self._taken = taken_id(config_file)
        self._noted = noted
        self._probe = probe
        self._clock_trusted = clock_trusted
        self._post = post

    def ask_first(self) -> None:
        """Shows the page once after the kiosk was set up from a card or by codes."""
        if self._taken is not None and self._seen() != self._taken:
            self._post(FirstStart())

    async def find(self, asked: FindReadiness) -> None:
        if self._probe is not None:
            try:
                async with asyncio.timeout(PROBE_S):
                    answered = isinstance(await self._probe(), Applied)
            except TimeoutError:
                answered = False
            self._post(NetworkChanged(answered))
        self._post(ReadinessFound(asked.request, Readiness(self._clock_trusted())))

    async def note(self) -> None:
        if self._taken is None:
            return
        try:
            await asyncio.to_thread(self._noted.write_text, self._taken)
        except OSError as error:
            log.warning("%s: it will be asked again: %s", self._noted, error.strerror)

    def _seen(self) -> str | None:
        try:
            return self._noted.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return None

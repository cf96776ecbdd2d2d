"""Whether the loyalty backend can be asked, as guests find out: for the outbox one silence proves little.

A guest who was told "we could not check this" is not offered the next thing that cannot be checked either.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from kioskd.core.denial import Denial
from kioskd.core.events import (
    Event,
    LookupFailed,
    LookupFailure,
    NetworkChanged,
    OfferDenied,
    SettlementDenied,
)
from kioskd.outbox.courier import NeverSent, Outcome, Unclear

ASK_FIRST_S, ASK_LAST_S = 3.0, 30.0
"""Between two questions whether somebody answers again: doubled each time, less up to half of it by chance.

A whole chain of kiosks may be asking.
"""


class LineWatch:
    """Stands before `post`. When a guest's question met with silence it posts NetworkChanged(online=False),
    and NetworkChanged(online=True) once a probe is answered. When somebody else says so, it asks no more.

    `tasks` is where the probing runs; `chance` gives random numbers in [0, 1).
    """

    def __init__(
        self,
        *,
        tasks: asyncio.TaskGroup,
        probe: Callable[[], Awaitable[Outcome]],
        post: Callable[[Event], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tasks = tasks
        self._probe = probe
        self._post = post
        self._pause = pause
        self._chance = chance
        self._probing: asyncio.Task[None] | None = None

    def __call__(self, event: Event) -> None:
        self._post(event)
        if event == NetworkChanged(online=True) and self._probing is not None:
            self._probing.cancel()
            self._probing = None
        elif _met_with_silence(event) and self._probing is None:
            self._post(NetworkChanged(online=False))
            self._probing = self._tasks.create_task(self._until_answered())

    async def _until_answered(self) -> None:
        pause_s = ASK_FIRST_S
        silent = True
        while silent:
            await self._pause(pause_s * (1.0 - self._chance() / 2))
            pause_s = min(2 * pause_s, ASK_LAST_S)
            silent = isinstance(await self._probe(), NeverSent | Unclear)
        self._probing = None
        self._post(NetworkChanged(online=True))


def _met_with_silence(event: Event) -> bool:
    match event:
        case LookupFailed(failure=failure):
            return failure is LookupFailure.UNREACHABLE
        case OfferDenied(denial=denial) | SettlementDenied(denial=denial):
            return denial is Denial.UNREACHABLE
        case _:
            return False

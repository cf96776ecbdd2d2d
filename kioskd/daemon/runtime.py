"""The owner of the visit: events in, `step`, effects out, the new visit shown. Nobody else touches it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kioskd.core.effects import Effect, Forget
from kioskd.core.events import Event, ScanRejected, Tick
from kioskd.core.flow import next_deadline, step
from kioskd.core.health import DeviceHealth
from kioskd.core.phases import Attract, Phase
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit, first_visit
from kioskd.daemon.clock import Clock
from kioskd.daemon.journal import without_content

log = logging.getLogger(__name__)


class Runtime:
    """Runs one visit after the other.

    `post` may be called from anywhere on the loop. `carry_out` starts an effect and returns at once; `show`
    draws a visit. Events that wait together are applied together and shown once. `on_step` is told of every
    event, what it led to, and the visit after it. `begins` is what is shown first.
    """

    def __init__(
        self,
        shop: Shop,
        clock: Clock,
        *,
        carry_out: Callable[[Effect], None],
        show: Callable[[Visit], None],
        next_number: int = 1,
        devices: Mapping[str, DeviceHealth] | None = None,
        on_step: Callable[[Event, Sequence[Effect], Visit], None] | None = None,
        begins: Phase | None = None,
    ) -> None:
        self._shop = shop
        self._clock = clock
        self._carry_out = carry_out
        self._show = show
        self._on_step = on_step
        self._events: asyncio.Queue[Event | asyncio.Future[None] | None] = asyncio.Queue()
        self._begins = begins or Attract()
        first = first_visit(shop, clock.wall(), next_number)
        self.visit = replace(first, phase=self._begins, devices=devices or {})
        clock.on_change(lambda: self._events.put_nowait(None))

    def post(self, event: Event) -> None:
        self._events.put_nowait(event)

    async def alive(self) -> None:
        """Returns when everything posted before has been applied and shown."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._events.put_nowait(done)
        await done

    async def run(self) -> None:
        while True:
            shown = self.visit
            waiting = [self._take(await self._next())]
            while not self._events.empty():
                waiting.append(self._take(self._events.get_nowait()))
            if self.visit != shown:
                self._show(self.visit)
            for future in waiting:
                if future is not None and not future.done():
                    future.set_result(None)

    async def _next(self) -> Event | asyncio.Future[None] | None:
        """The next event, or a Tick when the visit's next deadline comes first."""
        due_s = next_deadline(self.visit, self._shop)
        if due_s is None:
            return await self._events.get()
        try:
            async with asyncio.timeout(max(due_s - self._clock.mono_s(), 0.0)):
                return await self._events.get()
        except TimeoutError:
            return Tick()

    def _take(self, item: Event | asyncio.Future[None] | None) -> asyncio.Future[None] | None:
        if isinstance(item, asyncio.Future):
            return item
        if isinstance(item, ScanRejected):
            log.info("scan from %s rejected: %s", item.source, item.reason)
            if self._on_step:
                self._on_step(item, (), self.visit)
        elif item is not None:
            self._apply(item)
        return None

    def _apply(self, event: Event) -> None:
        before = self.visit.place
        try:
            self.visit, effects = step(self.visit, event, self._clock.moment(), self._shop)
        except Exception as error:  # noqa: BLE001 - the fail-safe: no bug may leave a guest with a dead screen
            problem = without_content(error)
            log.error("%s at %s went wrong, starting afresh: %s", type(event).__name__, before, problem)
            fresh = first_visit(self._shop, self._clock.wall(), self.visit.next_number)
            self.visit = replace(
                fresh,
                phase=self._begins,
                devices=self.visit.devices,
                online=self.visit.online,
                headphones=self.visit.headphones,
                voices=self.visit.voices,
            )
            effects = (Forget(),)
        if self.visit.place is not before:
            log.info("%s -> %s (%s)", before, self.visit.place, type(event).__name__)
        if self._on_step:
            self._on_step(event, effects, self.visit)
        for effect in effects:
            self._carry_out(effect)

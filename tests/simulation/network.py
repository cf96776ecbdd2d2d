"""The network between production's backends and the simulated servers, in the words that backends raise."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from random import Random
from typing import Protocol, TypeVar

from kioskd.core.errors import Refused, Throttled, Unauthorised, Unclear, Unreachable

SERVER_MAX_S = 60.0
GIVES_UP_S = 20.0
_T = TypeVar("_T")


class Weather(Protocol):
    """What a network needs to know of its world."""

    random: Random
    healed: bool
    now_s: float
    late: set[str]
    refuses: set[str]

    def fault(self, name: str) -> bool: ...
    def down(self) -> bool: ...
    def at(self, delay_s: float, what: Callable[[], None]) -> None: ...


class Network:
    def __init__(self, world: Weather) -> None:
        self._world = world
        self._revoked_until_s = 0.0

    async def call(
        self, act: Callable[[], _T], write: str | None = None, within_s: float | None = None
    ) -> _T:
        """What the server says, or one of the LoyaltyErrors. `write` is the operation it is for.

        `act` is all the server does: it may happen although nobody hears of it, and long after.
        """
        world, fault = self._world, self._world.fault
        await asyncio.sleep(world.random.uniform(0.01, 1.0))
        self._before_the_server()
        if write and write in world.refuses:
            raise Refused("blocked")
        if write and fault("late_execution"):
            self._execute_late(act, write)
            raise Unclear("no answer")
        answer = act()
        if fault("slow_answer"):
            await asyncio.sleep(within_s or GIVES_UP_S)
            raise Unclear("too late")
        if fault("lost_answer") or fault("error_after_effect") or fault("garbled_answer"):
            raise Unclear("lost")
        await asyncio.sleep(world.random.uniform(0.01, 0.5))
        return answer

    def _before_the_server(self) -> None:
        world, fault = self._world, self._world.fault
        if world.down() or fault("never_sent"):
            raise Unreachable("down")
        if fault("lost_request") or fault("error_before_effect") or fault("portal_page"):
            raise Unclear("lost")
        if fault("maintenance"):
            raise Unclear("maintenance")
        if fault("token_revoked"):
            self._revoked_until_s = world.now_s + world.random.uniform(5, 300)
        if fault("unauthorised") or (world.now_s < self._revoked_until_s and not world.healed):
            raise Unauthorised("no")
        if fault("throttled"):
            raise Throttled(world.random.uniform(0, 20))

    def _execute_late(self, act: Callable[[], object], op_id: str) -> None:
        self._world.late.add(op_id)

        def execute() -> None:
            self._world.late.discard(op_id)
            with contextlib.suppress(Refused):  # nobody hears of it
                act()

        self._world.at(self._world.random.uniform(1, SERVER_MAX_S), execute)

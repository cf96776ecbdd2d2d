"""What the ASGI apps of all simulated servers have in common: a state, a clock, and how reads lag behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic

from starlette.types import Receive, Scope, Send

from kioskd.sim.rate_limit import RateLimit
from kioskd.sim.replica import Replica
from kioskd.sim.state import State


@dataclass(slots=True)
class StatefulApi(Generic[State]):
    """Must run inside `recorded`. `state` may be exchanged at any time."""

    state: State
    clock: Callable[[], datetime]
    rate: RateLimit = field(default_factory=RateLimit)
    replica: Replica[State] = field(default_factory=Replica)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError

    def now(self) -> datetime:
        """The server's own time."""
        return self.clock() + timedelta(seconds=self.state.switches.clock_skew_s)

    def before_write(self) -> None:
        """To be called before anything changes `state`: reads may have to see the old one for a while."""
        self.replica.keep(self.state, self.now(), self._lag)

    def seen(self) -> State:
        """The state as reads see it now. Must not be changed."""
        return self.replica.seen(self.state, self.now(), self._lag)

    @property
    def _lag(self) -> timedelta:
        return timedelta(seconds=self.state.switches.read_lag_s)

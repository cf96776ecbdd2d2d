"""What reads see of writes that are still young: nothing, as on a database replica that lags behind."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic

from kioskd.sim.state import State


@dataclass(slots=True)
class Replica(Generic[State]):
    """Keeps a server's state as it was before each recent write; nothing while there is no lag."""

    _before: list[tuple[datetime, State]] = field(default_factory=list)

    def keep(self, state: State, now: datetime, lag: timedelta) -> None:
        """To be called before every write."""
        self._before = [(at, old) for at, old in self._before if at > now - lag]
        if lag:
            self._before.append((now, copy.deepcopy(state)))

    def seen(self, state: State, now: datetime, lag: timedelta) -> State:
        """The state as of `lag` ago, with the switches of now. Must not be changed."""
        for at, old in self._before:
            if at > now - lag:
                old.switches = state.switches
                return old
        return state

    def clear(self) -> None:
        self._before = []

"""A simulated server: its API, the faults before it, the record of what was asked, and the controls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

from kioskd.sim.controls import control_routes
from kioskd.sim.faults import FaultBook, faulty
from kioskd.sim.recorder import Recorder, recorded
from kioskd.sim.state import State
from kioskd.sim.stateful_api import StatefulApi

_RECENT = 50


def utc_now() -> datetime:
    return datetime.now(UTC)


class SimulatedServer(ABC, Generic[State]):
    """`app` is the ASGI app; serve it with `kioskd.sim.serve.serve`. `clock` must return aware times."""

    deviations: ClassVar[tuple[str, ...]]
    """What is different from the real server in every answer. What concerns one is in its X-Sim-Deviation."""
    switches: ClassVar[type[BaseModel]]
    control_names: ClassVar[tuple[str, ...]]
    api: ClassVar[type[StatefulApi[Any]]]

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.faults = FaultBook()
        self.requests = Recorder()
        self._clock = clock
        self._api: StatefulApi[State] = self.api(self._seeded(clock()), clock)
        app = recorded(faulty(self._api, self.faults), self.requests, clock)
        controls = control_routes(self, self.control_names, self.switches)
        self.app = Starlette(routes=[Mount("/sim", routes=controls), Mount("/", app=app)])

    @property
    def state(self) -> State:
        return self._api.state

    def now(self) -> datetime:
        """By the server's clock."""
        return self._api.now()

    def reset(self) -> None:
        """Back to the seed: nothing has happened, no faults, no recorded requests, default switches."""
        self._api.state = self._seeded(self._clock())
        self._api.replica.clear()
        self.faults.clear()
        self.requests.clear()

    def control(self, name: str, form: bytes | dict[str, Any]) -> dict[str, Any]:
        """What POST /sim/<name> does. Raises ControlRefused."""
        self._api.before_write()
        return self._controlled(name, form)

    def to_json(self) -> dict[str, Any]:
        """The state, as GET /sim/state shows it."""
        return self._summary() | {
            "requests": [exchange.to_json() for exchange in self.requests][-_RECENT:],
            "faults": self.faults.to_json(),
            "switches": self.state.switches.model_dump(),
            "deviations": [*self.deviations, *self.state.switches.changed()],
        }

    @abstractmethod
    def _seeded(self, now: datetime) -> State:
        """A fresh state. The same `now` gives the same."""

    @abstractmethod
    def _controlled(self, name: str, form: bytes | dict[str, Any]) -> dict[str, Any]:
        """Do what the control `name`, one of `control_names`, does with `form`. Raises ControlRefused."""

    @abstractmethod
    def _summary(self) -> dict[str, Any]:
        """The state for people."""

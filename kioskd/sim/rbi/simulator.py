"""The simulated platform: its API, the faults before it, the record of what was asked, and the controls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import Mount

from kioskd.sim.controls import control_routes
from kioskd.sim.faults import FaultBook, faulty
from kioskd.sim.rbi.api import RbiApi
from kioskd.sim.rbi.control import CONTROL_NAMES, apply_control
from kioskd.sim.rbi.records import JsonObject
from kioskd.sim.rbi.seed import seeded_state
from kioskd.sim.rbi.state import RbiState
from kioskd.sim.rbi.summary import summary
from kioskd.sim.rbi.switches import Switches
from kioskd.sim.recorder import Recorder, recorded

DEVIATIONS: Final = (
    "All operations a kiosk can call; the catalogue, which is a system of its own, is not here.",
    "HTTP numbers of successes, and the bodies of 400, 401, 404, 405 and 429, are assumed.",
    "The price of a line is for one, and its quantity is not multiplied with its parent's.",
    "Codes of rules known by name only are made up of that name.",
    "Points held for what was picked in the app are those of its rewards, until an order replaces them.",
    "An order may be claimed without having been held or validated.",
    "Expect more fields, and JSON keys in another order, of the real server.",
)
"""What holds for every answer. Switches that are not at their default are in its X-Sim-Deviation header."""

_RECENT = 50


def _utc_now() -> datetime:
    return datetime.now(UTC)


class RbiSimulator:
    """`app` is the ASGI app; serve it with `kioskd.sim.serve.serve`. `clock` must return aware times."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        self.faults = FaultBook()
        self.requests = Recorder()
        self._clock = clock
        self._api = RbiApi(seeded_state(clock()), clock)
        api = recorded(faulty(self._api, self.faults), self.requests, clock)
        controls = control_routes(self, CONTROL_NAMES, Switches)
        self.app = Starlette(routes=[Mount("/sim", routes=controls), Mount("/", app=api)])

    @property
    def state(self) -> RbiState:
        return self._api.state

    def now(self) -> datetime:
        """By the server's clock."""
        return self._api.now()

    def reset(self) -> None:
        """Back to the seeded guests: no transactions, no faults, no recorded requests, default switches."""
        self._api.state = seeded_state(self._clock())
        self._api.replica.clear()
        self.faults.clear()
        self.requests.clear()

    def control(self, name: str, form: bytes | JsonObject) -> JsonObject:
        """What POST /sim/<name> does: see `kioskd.sim.rbi.control`. Raises ControlRefused.

        E.g. `control("codes", {"code": "471100", "guest": "Sanne", "picks": ["reward-cookie"]})`.
        """
        self._api.before_write()
        return apply_control(self.state, name, form, self._api.now())

    def to_json(self) -> dict[str, Any]:
        """The state, as GET /sim/state shows it."""
        return summary(self.state, self._api.now()) | {
            "requests": [exchange.to_json() for exchange in self.requests][-_RECENT:],
            "faults": self.faults.to_json(),
            "switches": self.state.switches.model_dump(),
            "deviations": [*DEVIATIONS, *self.state.switches.changed()],
        }

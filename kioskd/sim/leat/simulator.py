"""The simulated Leat: its API, the faults before it, the record of what was asked, and the controls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import Mount

from kioskd.sim.controls import control_routes
from kioskd.sim.faults import FaultBook, faulty
from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.api import LeatApi
from kioskd.sim.leat.control import CONTROL_NAMES, apply_control
from kioskd.sim.leat.seed import seeded_state
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.summary import summary
from kioskd.sim.leat.switches import Switches
from kioskd.sim.recorder import Recorder, recorded

DEVIATIONS: Final = (
    "All operations a kiosk can call; webhooks and the register's own paths answer 404.",
    "Bodies are JSON; forms are not read.",
    "One point per whole currency unit of lines, sub lines and charges less order discounts, in any status.",
    "The tier follows from all points ever collected, less returns, and changes at once.",
    "Rewards for a contact: all active ones. Rewards bound to a tier do not exist.",
    "The programme's maximum of points holds for one credit reception, not for orders.",
    "Returns may leave a contact with fewer than no points.",
    "The uuids of offers and payments in an order are kept, not checked.",
    "Answers of 401, 404, 405, 429 and of the token self-test, and the refusals of order calls, are assumed.",
    "Expect more fields, and JSON keys in another order, of the real server.",
)
"""What holds for every answer. What concerns one answer is in its X-Sim-Deviation header."""

_RECENT = 50


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LeatSimulator:
    """`app` is the ASGI app; serve it with `kioskd.sim.serve.serve`. `clock` must return aware times."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        self.faults = FaultBook()
        self.requests = Recorder()
        self._clock = clock
        self._api = LeatApi(seeded_state(clock()), clock)
        api = recorded(faulty(self._api, self.faults), self.requests, clock)
        self.app = Starlette(
            routes=[Mount("/sim", routes=control_routes(self, CONTROL_NAMES, Switches)), Mount("/", app=api)]
        )

    @property
    def state(self) -> LeatState:
        return self._api.state

    def now(self) -> datetime:
        """By the server's clock."""
        return self._api.now()

    def reset(self) -> None:
        """Back to the seeded members: no orders, no faults, no recorded requests, default switches."""
        self._api.state = seeded_state(self._clock())
        self._api.replica.clear()
        self.faults.clear()
        self.requests.clear()

    def control(self, name: str, form: bytes | JsonObject) -> JsonObject:
        """What POST /sim/<name> does: see `kioskd.sim.leat.control`. Raises ControlRefused.

        E.g. `control("tills", {"does": "lock_voucher", "code": "FLYER-COFFEE"})`.
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

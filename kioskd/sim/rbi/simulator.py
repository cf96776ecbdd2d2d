"""The simulated platform."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kioskd.sim.rbi.api import RbiApi
from kioskd.sim.rbi.control import CONTROL_NAMES, apply_control
from kioskd.sim.rbi.records import JsonObject
from kioskd.sim.rbi.seed import seeded_state
from kioskd.sim.rbi.state import RbiState
from kioskd.sim.rbi.summary import summary
from kioskd.sim.rbi.switches import Switches
from kioskd.sim.server import SimulatedServer

DEVIATIONS: Final = (
    "All operations a kiosk can call; the catalogue, which is a system of its own, is not here.",
    "HTTP numbers of successes, and the bodies of 400, 401, 404, 405 and 429, are assumed.",
    "The price of a line is for one, and its quantity is not multiplied with its parent's.",
    "Codes of rules known by name only are made up of that name.",
    "Points held for what was picked in the app are those of its rewards, until an order replaces them.",
    "An order may be claimed without having been held or validated.",
    "Expect more fields, and JSON keys in another order, of the real server.",
)


class RbiSimulator(SimulatedServer[RbiState]):
    """See `kioskd.sim.rbi.control` for what can be done to it, e.g.
    `control("codes", {"code": "471199", "guest": "Sanne", "picks": ["reward-cookie"]})`.
    """

    api = RbiApi
    switches = Switches
    control_names = CONTROL_NAMES
    deviations = DEVIATIONS

    def _seeded(self, now: datetime) -> RbiState:
        return seeded_state(now)

    def _controlled(self, name: str, form: bytes | JsonObject) -> JsonObject:
        return apply_control(self.state, name, form, self.now())

    def _summary(self) -> JsonObject:
        return summary(self.state, self.now())

"""The simulated Leat."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.api import LeatApi
from kioskd.sim.leat.control import CONTROL_NAMES, apply_control
from kioskd.sim.leat.seed import seeded_state
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.summary import summary
from kioskd.sim.leat.switches import Switches
from kioskd.sim.server import SimulatedServer

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


class LeatSimulator(SimulatedServer[LeatState]):
    """See `kioskd.sim.leat.control` for what can be done to it, e.g.
    `control("tills", {"does": "lock_voucher", "code": "FLYER-COFFEE"})`.
    """

    api = LeatApi
    switches = Switches
    control_names = CONTROL_NAMES
    deviations = DEVIATIONS

    def _seeded(self, now: datetime) -> LeatState:
        return seeded_state(now)

    def _controlled(self, name: str, form: bytes | JsonObject) -> JsonObject:
        return apply_control(self.state, name, form, self.now())

    def _summary(self) -> JsonObject:
        return summary(self.state, self.now())

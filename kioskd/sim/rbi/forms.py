"""Forms of this server's control surface."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.forms import ControlForm
from kioskd.sim.rbi.records import JsonObject
from kioskd.sim.rbi.state import RbiState


class Form(ControlForm):
    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        """Do it; raises ControlRefused before anything is changed."""
        raise NotImplementedError

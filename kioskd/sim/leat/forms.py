"""Forms of this server's control surface."""

from __future__ import annotations

from datetime import datetime

from kioskd.sim.forms import ControlForm
from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.state import LeatState


class Form(ControlForm):
    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        """Do it; raises ControlRefused before anything is changed."""
        raise NotImplementedError

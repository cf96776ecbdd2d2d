"""A code that the camera cannot read: the guest is told what would help, for as long as that is so."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.events import CameraHint
from kioskd.core.notice import ShownHint
from kioskd.core.rules.table import Context, Step, rule
from kioskd.core.visit import Place, Visit

HINT_S = 3.0
"""So long it is shown after the camera last gave it: longer than a hand needs to do what it says."""


@rule((Place.IDENTIFYING, Place.GIFT_CARD, Place.PROMO_CODE), CameraHint, stays=True)
def show_hint(visit: Visit, event: CameraHint, context: Context) -> Step:
    if visit.lookup:
        return Step(visit)  # a code was read after all
    return Step(replace(visit, hint=ShownHint(event.hindrance, context.after(HINT_S))))

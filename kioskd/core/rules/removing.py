"""What was taken out is remembered, and no longer once it is back or cannot come back."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.denial import Denial
from kioskd.core.removal import Removal
from kioskd.core.visit import Visit


def removed(visit: Visit, removal: Removal) -> Visit:
    return replace(visit, removed=(*visit.removed, removal))


def forgotten(visit: Visit, removal: Removal) -> Visit:
    return replace(visit, removed=tuple(each for each in visit.removed if each != removal))


def refused(visit: Visit, removal: Removal, denial: Denial) -> Visit:
    """What may be had when asked for again, or once the guest is known, can still be put back."""
    return visit if denial.may_pass or denial is Denial.CARD_NEEDED else forgotten(visit, removal)

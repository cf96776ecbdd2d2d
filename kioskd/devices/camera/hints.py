"""What keeps a camera from reading a code that may well be there, judged from one grey frame."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import zxingcpp

from kioskd.devices.camera.frame import Frame

STEP_PX = 4
DARK_GREY = 40.0
"""The brightest hundredth of a dark picture is darker than this."""
WHITE_GREY = 252
GLARE_SHARE = 0.04
"""Of the picture: more than paper, which is seldom quite white, and less than a lamp on a phone's glass."""
FAR_SHARE = 0.18
"""Of the picture's height: a code smaller than this has modules of a pixel or two."""


class Hint(StrEnum):
    DARK = "too dark"
    GLARE = "glare"
    CLOSER = "hold it closer"


def hint_of(frame: Frame) -> Hint | None:
    """The most likely reason why nothing was read in this frame, or None when there is none to see."""
    sample = np.ascontiguousarray(frame[::STEP_PX, ::STEP_PX])
    if not sample.size:
        return None
    if float(np.percentile(sample, 99)) < DARK_GREY:
        return Hint.DARK
    height_px = frame.shape[0]
    for seen in zxingcpp.read_barcodes(frame, return_errors=True):
        corners = seen.position
        tall_px = abs(corners.bottom_left.y - corners.top_left.y) or abs(
            corners.top_right.y - corners.top_left.y
        )
        if not seen.valid and tall_px < FAR_SHARE * height_px:
            return Hint.CLOSER
    if float(np.mean(sample >= WHITE_GREY)) > GLARE_SHARE:
        return Hint.GLARE
    return None

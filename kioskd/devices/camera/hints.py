"""What keeps a camera from reading a code that may well be there, judged from one grey frame."""

from __future__ import annotations

import numpy as np
import zxingcpp

from kioskd.core.hindrance import Hindrance
from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.sharpen import sharpened

STEP_PX = 4
DARK_GREY = 40.0
"""The brightest hundredth of a dark picture is darker than this."""
WHITE_GREY = 252
GLARE_TILE = 8
"""Sampled pixels a side."""
GLARE_SHARE = 0.04
"""Of the picture: more than paper, which is seldom quite white, and less than a lamp on a phone's glass."""
_SEEN_FROM_AFAR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
"""Its corners are known long before its modules are."""


def hint_of(frame: Frame) -> Hindrance | None:
    """The most likely reason why nothing was read in this frame, or None when there is none to see."""
    sample = np.ascontiguousarray(frame[::STEP_PX, ::STEP_PX])
    if not sample.size:
        return None
    if is_dark(frame):
        return Hindrance.DARK
    if zxingcpp.read_barcodes(sharpened(frame), formats=_SEEN_FROM_AFAR, return_errors=True):
        return Hindrance.FAR
    return Hindrance.GLARE if _white_share(sample) > GLARE_SHARE else None


def is_dark(frame: Frame) -> bool:
    """Whether nothing in the frame is bright enough to tell a code from its paper."""
    sample = frame[::STEP_PX, ::STEP_PX]
    return bool(sample.size) and float(np.percentile(sample, 99)) < DARK_GREY


def _white_share(sample: Frame) -> float:
    """How much of it is white without anything in it: the light modules of a code are not that large."""
    tall, wide = (side // GLARE_TILE for side in sample.shape)
    if not tall or not wide:
        return 0.0
    whole = sample[: tall * GLARE_TILE, : wide * GLARE_TILE]
    return float(np.mean(whole.reshape(tall, GLARE_TILE, wide, GLARE_TILE).min(axis=(1, 3)) >= WHITE_GREY))

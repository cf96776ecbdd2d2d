"""From grey frames to codes, each reported once while it is held before the camera. Pure but for the decoder.

A decode costs about a hundred times as much as looking whether anything moved, so only a changed picture is
decoded. Light-on-dark codes (dark-mode phones) cost a second pass, which alternates between frames. A picture
that holds still without a code is looked at once more, enlarged and sharpened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp

from kioskd.devices.camera.formats import FORMATS, ROTATION_FREE
from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.sharpen import sharpened
from kioskd.devices.scanner.aim import symbology_of

GATE_STEP_PX = 8
GATE_TILE = 8
"""Sampled pixels per side of a tile: movement in one tile is enough, however large the picture is."""
GATE_THRESHOLD = 8.0
"""Grey levels, mean over a tile; sensor noise of sigma 4 makes 4.5."""
OUT_OF_VIEW_S = 1.0
SETTLING_DECODES = 3
"""After the last change the still picture is decoded once in each polarity, then sharpened."""


@dataclass(frozen=True, slots=True)
class Region:
    """The part of the picture where codes are held, in fractions of its width and height."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def of(self, frame: Frame) -> Frame:
        """That part, as a view."""
        height_px, width_px = frame.shape
        top_px, left_px = int(self.top * height_px), int(self.left * width_px)
        return frame[
            top_px : top_px + max(1, int(self.height * height_px)),
            left_px : left_px + max(1, int(self.width * width_px)),
        ]


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    symbology: str | None


class ChangeGate:
    """Tells whether a frame differs from the last one that did."""

    def __init__(self) -> None:
        self._reference: Frame | None = None

    def changed(self, frame: Frame) -> bool:
        # Compared with the last changed frame, not the one before: slow drift adds up until it counts. Copied
        # at once, because arithmetic on bytes that lie together is many times faster.
        sample = frame[::GATE_STEP_PX, ::GATE_STEP_PX].copy()
        reference = self._reference
        if reference is not None and reference.shape == sample.shape and not _moved(sample, reference):
            return False
        self._reference = sample
        return True


def _moved(sample: Frame, reference: Frame) -> bool:
    difference = np.maximum(sample, reference) - np.minimum(sample, reference)
    tall, wide = (side // GATE_TILE for side in difference.shape)
    if not tall or not wide:
        return bool(difference.mean() > GATE_THRESHOLD)
    # Whole tiles only: what is left over at two edges is under 64 pixels of the camera's picture.
    whole = difference[: tall * GATE_TILE, : wide * GATE_TILE]
    rows = whole.reshape(tall, GATE_TILE, wide * GATE_TILE).sum(axis=1, dtype=np.uint16)
    tiles = rows.reshape(tall, wide, GATE_TILE).sum(axis=2, dtype=np.uint16)
    return bool(tiles.max() > GATE_THRESHOLD * GATE_TILE**2)


class Pipeline:
    """One camera's picture. `decoded` counts the frames that were not just looked at; `moved_s`
    is when something last moved in it.

    Raises KeyError for a format that FORMATS does not have.
    """

    def __init__(self, formats: Sequence[str], region: Region | None = None) -> None:
        self._formats = zxingcpp.BarcodeFormats(
            [getattr(zxingcpp.BarcodeFormat, name) for word in formats for name in FORMATS[word]]
        )
        self._rotate = not ROTATION_FREE.issuperset(formats)
        self._region = region
        self._gate = ChangeGate()
        self._settling = 0
        self._invert = False
        self._standing: frozenset[Code] = frozenset()
        self._last_seen_s: dict[Code, float] = {}
        self.decoded = 0
        self.moved_s = float("-inf")

    def see(self, frame: Frame, now_s: float) -> list[Code]:
        """The codes that came into view with this frame. `now_s` is monotonic."""
        if self._region is not None:
            frame = self._region.of(frame)
        if self._gate.changed(frame):
            self.moved_s = now_s
            self._standing = self._decode(frame)
            self._settling = SETTLING_DECODES
        elif self._settling and not self._standing:
            self._settling -= 1
            self._standing = self._decode(frame) if self._settling else self._look_closely(frame)
        return self._arrived(now_s)

    @property
    def reading(self) -> bool:
        """Whether a code is in view, or was a moment ago."""
        return bool(self._last_seen_s)

    def _arrived(self, now_s: float) -> list[Code]:
        # What was found stands for as long as the picture does.
        arrived = [code for code in self._standing if code not in self._last_seen_s]
        self._last_seen_s.update(dict.fromkeys(self._standing, now_s))
        self._last_seen_s = {
            code: seen_s for code, seen_s in self._last_seen_s.items() if now_s - seen_s < OUT_OF_VIEW_S
        }
        return arrived

    def _decode(self, frame: Frame) -> frozenset[Code]:
        self._invert = not self._invert
        return self._read(frame, invert=self._invert)

    def _look_closely(self, frame: Frame) -> frozenset[Code]:
        return self._read(sharpened(frame), invert=True) if frame.size else frozenset()

    def _read(self, frame: Frame, *, invert: bool) -> frozenset[Code]:
        self.decoded += 1
        found = zxingcpp.read_barcodes(
            frame,
            formats=self._formats,
            try_rotate=self._rotate,
            try_invert=invert,
            text_mode=zxingcpp.TextMode.Plain,
        )
        return frozenset(Code(code.text, symbology_of(code.symbology_identifier)) for code in found)

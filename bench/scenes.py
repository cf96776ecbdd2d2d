"""Grey 1280x720 scenes without a code, of the kinds that make a decoder work differently hard."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from kioskd.devices.camera.frame import FRAME_PX

Frame = npt.NDArray[np.uint8]
KINDS = ("flat", "clutter", "text", "stripes")
_WIDTH_PX, _HEIGHT_PX = FRAME_PX
NOISE_SIGMA = 4.0


def scene(kind: str, number: int) -> Frame:
    """The same for the same arguments. Scenes with different numbers differ everywhere."""
    random = np.random.default_rng([KINDS.index(kind), number])
    match kind:
        case "flat":
            base = np.full((_HEIGHT_PX, _WIDTH_PX), 90.0 + 25 * (number % 4))
        case "clutter":
            base = _clutter(random)
        case "text":
            base = _text(random)
        case _:
            # Ever finer from left to right, like a blind or a packet's edge.
            columns = np.arange(_WIDTH_PX) + 7 * number
            base = np.tile(128 + 90 * np.sign(np.sin((columns / 120) ** 2.2)), (_HEIGHT_PX, 1))
    return noisy(base, random)


def noisy(base: npt.NDArray[Any], random: np.random.Generator) -> Frame:
    """The same scene through the noise of one exposure."""
    exposure: npt.NDArray[np.float64] = base + random.normal(0, NOISE_SIGMA, base.shape)
    return exposure.clip(0, 255).astype(np.uint8)


def _clutter(random: np.random.Generator) -> npt.NDArray[np.float64]:
    """1/f noise, which is what backgrounds look like on average, and a few hard-edged boxes."""
    spectrum = np.fft.rfft2(random.normal(size=(_HEIGHT_PX, _WIDTH_PX)))
    frequency = np.hypot(np.fft.fftfreq(_HEIGHT_PX)[:, None], np.fft.rfftfreq(_WIDTH_PX)[None, :])
    frequency[0, 0] = 1
    texture = np.fft.irfft2(spectrum / frequency, s=(_HEIGHT_PX, _WIDTH_PX))
    base: npt.NDArray[np.float64] = 128 + 45 * texture / texture.std()
    for _ in range(12):
        top, left = random.integers(0, _HEIGHT_PX - 80), random.integers(0, _WIDTH_PX - 120)
        base[top : top + random.integers(20, 80), left : left + random.integers(20, 120)] = random.integers(
            0, 255
        )
    return base


def _text(random: np.random.Generator) -> npt.NDArray[np.float64]:
    page = Image.new("L", (_WIDTH_PX, _HEIGHT_PX), 225)
    draw = ImageDraw.Draw(page)
    for line in range(_HEIGHT_PX // 24):
        letters = "".join(random.choice(list("abcdefgh ijklmnop qrstuvwxyz 0123456789"), 110))
        draw.text((10 + int(random.integers(0, 30)), line * 24), letters, fill=30, font_size=18)
    return np.asarray(page, dtype=np.float64)

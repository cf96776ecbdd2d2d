"""The merchant's logo on the screen: checked when it is read, and seen on whatever it lies on.

A logo may be drawn for white paper and lie on a dark head. So it is known how light its ink is, and where too
little of it could be told from the ground, a neutral plate is laid beneath it, light or dark.
"""

from __future__ import annotations

import io
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pygame
import pygame.image
import pygame.transform

from kioskd.core.errors import ConfigError
from kioskd.ui.theme import Colour, Theme, luminance

MAX_BYTES: Final = 1024 * 1024
MAX_SIDE_PX: Final = 1600
MIN_SIDE_PX: Final = 16
VISIBLE: Final = 3.0
"""WCAG 1.4.11: the least contrast of what is no text."""
PLATES: Final = ("plate_light", "plate_dark")
"""The styles of what can be laid beneath it."""
_SAMPLES: Final = 2048
_OPAQUE: Final = 128
_WHOLE: Final = 0.9
"""So much of a logo that is seen is all of it: edges are soft, and letters may stand on ink of their own."""
_BETTER: Final = 0.1
"""A plate has to show so much more than the ground does."""
_LOST: Final = 0.02
_FRAMED: Final = 0.95
"""With so much of its edge opaque a picture brings its own ground."""
_REMEDY: Final = f"save it as a PNG with a transparent background, at most {MAX_SIDE_PX} pixels on each side"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, eq=False)
class Logo:
    """A picture file that can be shown. `tones` are the luminances of samples of its ink, 0 to 1, sorted.

    `own_ground` is the luminance of its edge if that is opaque: what is outside makes no difference then.
    """

    file: Path
    width_px: int
    height_px: int
    tones: Sequence[float] = field(repr=False)
    own_ground: float | None = None

    def seen_on(self, ground: Colour) -> float:
        """How much of its ink has a contrast of 3:1 or more there, as a share."""
        return _seen(self.tones, luminance(ground))

    def plate(self, ground: Colour, theme: Theme) -> str | None:
        """The style of the plate it needs on `ground`; None where it is seen as it is."""
        seen = self.seen_on(ground)
        if self.own_ground is not None or seen >= _WHOLE:
            return None
        shown = {plate: self.seen_on(theme.styles[plate].fill or ground) for plate in PLATES}
        best = max(PLATES, key=shown.__getitem__)
        return best if shown[best] >= seen + _BETTER else None

    @staticmethod
    def tones_of(inks: Iterable[Colour]) -> Sequence[float]:
        return array("f", sorted(map(luminance, inks)))

    @property
    def lost_in_itself(self) -> bool:
        """It has a ground of its own, and next to nothing on it can be seen."""
        return self.own_ground is not None and _seen(self.tones, self.own_ground) < _LOST


def read_logo(file: Path) -> Logo:
    """Raises ConfigError."""
    data = _bytes(file)
    width, height = _size(file, data)
    try:
        picture = pygame.image.load(io.BytesIO(data), "logo.png")
    except pygame.error as wrong:
        raise ConfigError(str(file), f"is a damaged picture: {wrong}", _REMEDY) from None
    tones, own_ground = _looked_at(picture)
    if not tones:
        raise ConfigError(str(file), "is transparent all over", "draw something on it")
    return Logo(file, width, height, tones, own_ground)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(str(file), "does not exist", "name a picture beside the configuration") from None
    except OSError as wrong:
        raise ConfigError(str(file), wrong.strerror or "cannot be read") from wrong
    if len(data) > MAX_BYTES:
        raise ConfigError(str(file), f"is larger than {MAX_BYTES >> 20} MiB", _REMEDY)
    return data


def _size(file: Path, data: bytes) -> tuple[int, int]:
    """As its head says it: known before anything is unpacked."""
    if not data.startswith(_SIGNATURE) or len(data) < 24:
        raise ConfigError(str(file), "is no PNG", _REMEDY)
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if max(width, height) > MAX_SIDE_PX or min(width, height) < MIN_SIDE_PX:
        raise ConfigError(
            str(file),
            f"has {width} x {height} pixels",
            f"each side has from {MIN_SIDE_PX} to {MAX_SIDE_PX} pixels",
        )
    return width, height


def _looked_at(picture: pygame.Surface) -> tuple[Sequence[float], float | None]:
    """The tones of its ink, and that of its edge."""
    width, height = picture.get_size()
    scale = min(1.0, (_SAMPLES / (width * height)) ** 0.5)
    w, h = max(3, int(width * scale)), max(3, int(height * scale))
    # Single pixels, not mixed ones: the mean of black and white would be seen on neither.
    raw = pygame.image.tobytes(pygame.transform.scale(picture, (w, h)), "RGBA")
    pixels = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    tone = {p: luminance((p[0], p[1], p[2])) for p in set(pixels) if p[3] >= _OPAQUE}
    edge = [*pixels[:w], *pixels[-w:], *pixels[::w], *pixels[w - 1 :: w]]
    framed = sorted(tone[p] for p in edge if p in tone)
    own_ground = framed[len(framed) // 2] if len(framed) >= _FRAMED * len(edge) else None
    return array("f", sorted(tone[p] for p in pixels if p in tone)), own_ground


def _seen(tones: Sequence[float], ground: float) -> float:
    """The share of tones that are far enough below and above the ground's."""
    darker = bisect_right(tones, (ground + 0.05) / VISIBLE - 0.05)
    lighter = len(tones) - bisect_left(tones, VISIBLE * (ground + 0.05) - 0.05)
    return (darker + lighter) / len(tones)

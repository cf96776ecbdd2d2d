"""The brightness of the display, where the kernel can set it and lets us."""

from __future__ import annotations

import os
from pathlib import Path

from kioskd.core.upkeep import Dial, Knob

FOLDER = Path("/sys/class/backlight")
STEPS = 10
_DARKEST = 1
"""Nobody could find the button for more on a black screen."""


class Backlight:
    """One of the kernel's backlights, in ten steps."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "brightness"
        self._most = max(int((folder / "max_brightness").read_text("ascii")), 1)

    @property
    def dial(self) -> Dial:
        """Raises OSError."""
        lit = int(self._file.read_text("ascii"))
        value = min(max(round(lit * STEPS / self._most), _DARKEST), STEPS)
        return Dial(Knob.BRIGHTNESS, value, _DARKEST, STEPS)

    def turn(self, value: int) -> None:
        """Raises OSError."""
        self._file.write_text(str(max(round(value * self._most / STEPS), 1)), "ascii")


def find_backlight(folder: Path = FOLDER) -> Backlight | None:
    """The first one that we may write to."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return None
    for each in found:
        if os.access(each / "brightness", os.W_OK):
            try:
                return Backlight(each)
            except (OSError, ValueError):
                continue
    return None

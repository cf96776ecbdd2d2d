"""When to tell a guest what keeps the camera from reading: what comes and goes in a second is not told."""

from __future__ import annotations

from kioskd.core.hindrance import Hindrance
from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.hints import hint_of, is_dark

JUDGED_EVERY_S = 0.5
"""Looking for a code that is too far away costs more than a decode."""
HOLDS_S = 1.0
TOLD_EVERY_S = 1.0
HELD_S = 5.0
"""Whatever is held moves: a lamp behind the guest, or a poster with a code, is still for longer."""


class Hinting:
    """One hint at a time, told once it has held for HOLDS_S and every TOLD_EVERY_S while it still does."""

    def __init__(self) -> None:
        self._judge_at_s = 0.0
        self._hindrance: Hindrance | None = None
        self._tell_at_s = 0.0

    def rest(self) -> None:
        """Nobody wants to be told: what was seen until now no longer counts."""
        self._hindrance = None

    def told(self, frame: Frame, now_s: float, *, moved_s: float, reading: bool) -> Hindrance | None:
        """What to tell with this frame, if anything.

        `moved_s` is when something last moved in the picture; `reading`, whether a code was read just now.
        """
        if reading:
            self.rest()
        elif now_s >= self._judge_at_s:
            self._judge_at_s = now_s + JUDGED_EVERY_S
            self._judge(_hindrance(frame, held=now_s - moved_s < HELD_S), now_s)
            if self._hindrance is not None and now_s >= self._tell_at_s:
                self._tell_at_s = now_s + TOLD_EVERY_S
                return self._hindrance
        return None

    def _judge(self, hindrance: Hindrance | None, now_s: float) -> None:
        if hindrance is not self._hindrance:
            self._hindrance, self._tell_at_s = hindrance, now_s + HOLDS_S


def _hindrance(frame: Frame, *, held: bool) -> Hindrance | None:
    if held:
        return hint_of(frame)
    return Hindrance.DARK if is_dark(frame) else None

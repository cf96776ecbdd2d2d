"""When a guest is told what keeps the camera from reading."""

from __future__ import annotations

import numpy as np

from kioskd.core.hindrance import Hindrance
from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.hinting import HELD_S, HOLDS_S, TOLD_EVERY_S, Hinting

PLAIN: Frame = np.full((72, 128), 110, dtype=np.uint8)
NIGHT: Frame = np.full((72, 128), 5, dtype=np.uint8)
LAMP: Frame = np.full((720, 1280), 90, dtype=np.uint8)
LAMP[200:450, 500:800] = 255
FRAME_S = 0.1


def told(
    frames: list[Frame], hinting: Hinting | None = None, *, moved_s: float = 0.0, reading: bool = False
) -> list[tuple[float, Hindrance]]:
    """What is told when, with a frame every FRAME_S."""
    hinting = hinting or Hinting()
    times = [round(FRAME_S * number, 1) for number in range(len(frames))]
    hints = [
        (now_s, hinting.told(frame, now_s, moved_s=moved_s, reading=reading))
        for now_s, frame in zip(times, frames, strict=True)
    ]
    return [(now_s, hint) for now_s, hint in hints if hint is not None]


def test_what_holds_is_told_after_a_second_and_again_and_again() -> None:
    times = [now_s for now_s, hint in told([NIGHT] * 46) if hint is Hindrance.DARK]
    assert times == [HOLDS_S + TOLD_EVERY_S * count for count in range(4)]


def test_what_comes_and_goes_is_not_told() -> None:
    assert told(([NIGHT] * 7 + [PLAIN] * 7) * 4) == []
    assert told(([NIGHT] * 7 + [LAMP] * 7) * 4) == []


def test_a_lamp_that_was_always_there_is_not_in_the_way() -> None:
    assert [hint for _, hint in told([LAMP] * 15)] == [Hindrance.GLARE]
    assert told([LAMP] * 15, moved_s=-HELD_S) == []


def test_darkness_is_told_though_nothing_moves_in_it() -> None:
    assert told([NIGHT] * 15, moved_s=float("-inf")) == [(HOLDS_S, Hindrance.DARK)]


def test_nothing_is_told_while_codes_are_read() -> None:
    assert told([LAMP] * 30, reading=True) == []


def test_after_a_rest_it_must_hold_anew() -> None:
    hinting = Hinting()
    assert told([NIGHT] * 9, hinting) == []
    hinting.rest()
    assert hinting.told(NIGHT, 1.0, moved_s=0.0, reading=False) is None

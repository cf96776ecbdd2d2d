"""Why nothing was read, as far as a frame can tell."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from kioskd.core.hindrance import Hindrance
from kioskd.devices.camera.child import DARK_S, Light
from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.hints import hint_of
from kioskd.sim.camera import draw_phone


def _phone(text: str, share: float) -> Image.Image:
    """A phone whose picture fills this share of the camera's."""
    with Image.open(BytesIO(draw_phone(text, angle_deg=0))) as phone:
        small = phone.resize((int(phone.width * share), int(phone.height * share)), Image.Resampling.BILINEAR)
        scene = Image.new("L", phone.size, 110)
        scene.paste(small, (400, 300))
        return scene


def test_a_picture_in_the_dark() -> None:
    assert hint_of(np.full((720, 1280), 12, dtype=np.uint8)) is Hindrance.DARK


def test_a_lamp_in_the_picture() -> None:
    frame = np.full((720, 1280), 90, dtype=np.uint8)
    frame[200:450, 500:800] = 255
    assert hint_of(frame) is Hindrance.GLARE


def test_a_code_too_far_away() -> None:
    far = _phone("M-1001-" + "8" * 30, 0.2).filter(ImageFilter.GaussianBlur(1.5))
    assert hint_of(np.asarray(far)) is Hindrance.FAR


def test_an_ordinary_scene_needs_no_hint() -> None:
    assert hint_of(np.full((720, 1280), 110, dtype=np.uint8)) is None


@settings(max_examples=25)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 255))
def test_any_frame_has_a_hint_or_none(height_px: int, width_px: int, level: int) -> None:
    frame: Frame = np.full((height_px, width_px), level, dtype=np.uint8)
    if frame.size:
        hint_of(frame)


def test_darkness_counts_after_a_while_and_light_at_once() -> None:
    dark: Frame = np.full((72, 128), 5, dtype=np.uint8)
    bright: Frame = np.full((72, 128), 120, dtype=np.uint8)
    light = Light()
    told = [(second, light.enough) for second in range(40) if light.changed(dark, float(second))]
    assert told == [(DARK_S, False)]
    assert light.changed(bright, 40.0)
    assert light.enough
    hand = [light.changed(dark if second % 5 else bright, 41.0 + second) for second in range(40)]
    assert not any(hand)

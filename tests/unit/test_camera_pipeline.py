"""A code held before the camera is reported once, whatever else moves; a still picture costs nothing."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from kioskd.devices.camera.frame import Frame
from kioskd.devices.camera.picture import read_picture
from kioskd.devices.camera.pipeline import (
    OUT_OF_VIEW_S,
    SETTLING_DECODES,
    ChangeGate,
    Code,
    Pipeline,
    Region,
)
from kioskd.sim.camera import draw_phone

EMPTY: Frame = np.full((720, 1280), 100, dtype=np.uint8)
PHONE = read_picture(draw_phone("M-1001"))
CARD = Code("M-1001", "qr")
TICK_S = 0.1


def _noisy(frame: Frame, seed: int, sigma: float = 4.0) -> Frame:
    noise = np.random.default_rng(seed).normal(0, sigma, frame.shape)
    return (frame + noise).clip(0, 255).astype(np.uint8)


def _qr(text: str, width_px: int = 1280, at: tuple[int, int] = (100, 100)) -> Frame:
    file = BytesIO()
    segno.make_qr(text).save(file, kind="png", scale=6, border=4)
    code = np.asarray(Image.open(file).convert("L"))
    frame = np.full((720, width_px), 200, dtype=np.uint8)
    frame[at[0] : at[0] + code.shape[0], at[1] : at[1] + code.shape[1]] = code
    return frame


def test_a_phone_held_still_is_reported_once() -> None:
    pipeline = Pipeline(["qr"])
    seen = [pipeline.see(PHONE, tick * TICK_S) for tick in range(100)]
    assert seen[0] == [CARD]
    assert not any(seen[1:])


def test_a_phone_in_an_unsteady_hand_is_reported_once() -> None:
    pipeline = Pipeline(["qr"])
    seen = [pipeline.see(np.roll(PHONE, 9 * (tick % 5), axis=1), tick * TICK_S) for tick in range(30)]
    assert [codes for codes in seen if codes] == [[CARD]]
    assert pipeline.decoded == 30


def test_the_same_code_counts_again_after_it_was_away() -> None:
    pipeline = Pipeline(["qr"])
    assert pipeline.see(PHONE, 0.0) == [CARD]
    assert pipeline.see(EMPTY, 0.1) == []
    assert pipeline.see(PHONE, OUT_OF_VIEW_S / 2) == [], "a hand that passed between is not a second scan"
    assert pipeline.see(EMPTY, OUT_OF_VIEW_S / 2 + 0.1) == []
    assert pipeline.see(EMPTY, OUT_OF_VIEW_S * 2) == []
    assert pipeline.see(PHONE, OUT_OF_VIEW_S * 2 + 0.1) == [CARD]


def test_a_still_scene_is_not_decoded_even_through_sensor_noise() -> None:
    pipeline = Pipeline(["qr"])
    for tick in range(50):
        pipeline.see(_noisy(EMPTY, tick), tick * TICK_S)
    assert pipeline.decoded == 1 + SETTLING_DECODES


def test_a_code_that_is_far_away_is_found_once_the_picture_holds_still() -> None:
    with Image.open(BytesIO(draw_phone("M-1001-88888888", angle_deg=0))) as phone:
        scene = Image.new("L", phone.size, 110)
        scene.paste(phone.resize((phone.width // 5, phone.height // 5)), (400, 300))
    soft = np.asarray(scene.filter(ImageFilter.GaussianBlur(1.4)))
    pipeline = Pipeline(["qr"])
    seen = [pipeline.see(soft, tick * TICK_S) for tick in range(6)]
    assert seen[0] == []
    assert [codes for codes in seen if codes] == [[Code("M-1001-88888888", "qr")]]


def test_light_on_dark_codes_are_found_in_a_still_picture() -> None:
    pipeline = Pipeline(["qr"])
    inverted = 255 - _qr("M-1001")
    seen = [code for tick in range(5) for code in pipeline.see(inverted, tick * TICK_S)]
    assert seen == [CARD]
    pipeline = Pipeline(["qr"])
    pipeline.see(EMPTY, 0.0)  # so that the other polarity comes first
    assert [code for tick in range(1, 5) for code in pipeline.see(inverted, tick * TICK_S)] == [CARD]


def test_two_codes_in_view_are_both_reported() -> None:
    frame = np.minimum(_qr("M-1001"), _qr("M-2002", at=(300, 700)))
    assert set(Pipeline(["qr"]).see(frame, 0.0)) == {CARD, Code("M-2002", "qr")}


def test_only_the_formats_asked_for_are_read() -> None:
    assert Pipeline(["code128", "ean/upc"]).see(PHONE, 0.0) == []


def test_a_code_outside_the_region_does_not_count() -> None:
    frame = _qr("M-1001", at=(100, 100))
    assert Pipeline(["qr"], Region(left=0.5, width=0.5)).see(frame, 0.0) == []
    assert Pipeline(["qr"], Region(width=0.5)).see(frame, 0.0) == [CARD]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(KeyError, match="hieroglyph"):
        Pipeline(["hieroglyph"])


def test_a_small_thing_coming_into_a_large_picture_is_a_change() -> None:
    gate = ChangeGate()
    assert gate.changed(EMPTY)
    assert not gate.changed(EMPTY)
    small = EMPTY.copy()
    small[300:380, 600:680] = 200
    assert gate.changed(small)


def test_drift_counts_once_it_adds_up() -> None:
    gate = ChangeGate()
    changes = [gate.changed(EMPTY + np.uint8(level)) for level in range(30)]
    assert changes.count(True) == 4


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 200), st.integers(0, 255)), max_size=6))
def test_frames_of_any_size_in_any_order_never_raise(sizes: list[tuple[int, int, int]]) -> None:
    pipeline = Pipeline(["qr"], Region(0.3, 0.3, 0.4, 0.4))
    for tick, (height_px, width_px, level) in enumerate(sizes):
        pipeline.see(np.full((height_px, width_px), level, dtype=np.uint8), tick * TICK_S)

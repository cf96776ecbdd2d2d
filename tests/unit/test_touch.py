"""A finger on the glass, from the kernel's structs."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.touch import Axis, Phase, TouchDecoder

SYN = (0, 0, 0)
LOST = (0, 3, 0)


def packed(*events: tuple[int, int, int]) -> bytes:
    return b"".join(struct.pack("@llHHi", 0, 0, *event) for event in events)


def touches(data: bytes, chunk: int | None = None) -> list[tuple[Phase, float, float]]:
    seen: list[tuple[Phase, float, float]] = []
    decoder = TouchDecoder(Axis(0, 1000), Axis(0, 2000), lambda *touch: seen.append(touch))
    step = chunk or max(len(data), 1)
    for start in range(0, len(data), step):
        decoder.feed(data[start : start + step])
    return seen


def down(x: int, y: int) -> bytes:
    return packed((3, 0x39, 7), (3, 0x35, x), (3, 0x36, y), SYN)


LIFT = packed((3, 0x39, -1), SYN)


def test_a_tap_is_a_down_and_an_up_at_the_place() -> None:
    assert touches(down(500, 500) + LIFT) == [(Phase.DOWN, 0.5, 0.25), (Phase.UP, 0.5, 0.25)]


def test_a_drag_moves() -> None:
    seen = touches(down(0, 0) + packed((3, 0x36, 1000), SYN) + LIFT)
    assert seen == [(Phase.DOWN, 0, 0), (Phase.MOVE, 0, 0.5), (Phase.UP, 0, 0.5)]


def test_a_panel_without_multitouch_works_too() -> None:
    data = packed((3, 0, 1000), (3, 1, 2000), (1, 0x14A, 1), SYN, (1, 0x14A, 0), SYN)
    assert touches(data) == [(Phase.DOWN, 1, 1), (Phase.UP, 1, 1)]


def test_a_panel_that_passes_for_a_mouse_works_too() -> None:
    data = packed((3, 0, 500), (3, 1, 500), (1, 0x110, 1), SYN, (1, 0x110, 0), SYN)
    assert touches(data) == [(Phase.DOWN, 0.5, 0.25), (Phase.UP, 0.5, 0.25)]


def test_a_second_finger_is_ignored() -> None:
    second = packed((3, 0x2F, 1), (3, 0x39, 8), (3, 0x35, 9), SYN, (3, 0x2F, 0))
    assert touches(down(500, 500) + second + LIFT) == touches(down(500, 500) + LIFT)


def test_after_a_loss_the_finger_is_up_and_the_next_tap_counts() -> None:
    lost = packed(LOST, (3, 0x35, 900), SYN)
    phases = [phase for phase, _, _ in touches(down(1, 1) + lost + down(2, 2) + LIFT)]
    assert phases == [Phase.DOWN, Phase.UP, Phase.DOWN, Phase.UP]


@given(st.integers(1, 30))
def test_it_does_not_matter_how_the_bytes_arrive(chunk: int) -> None:
    data = down(10, 10) + packed((3, 0x35, 20), SYN) + LIFT
    assert touches(data, chunk) == touches(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_survived_and_stay_on_the_glass(data: bytes) -> None:
    for _, across, below in touches(data):
        assert 0 <= across <= 1
        assert 0 <= below <= 1

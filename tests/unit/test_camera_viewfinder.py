"""What the camera sees reaches the screen whole, newest first, and only while somebody looks."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.camera.child import MIRROR_STALE_S, Mirror
from kioskd.devices.camera.pipeline import Region
from kioskd.devices.camera.viewfinder import MAX_PX, Glimpse, Viewfinder, ViewfinderPlate

PICTURE = Glimpse(4, 2, bytes(range(8)))


def test_a_picture_is_taken_once() -> None:
    finder = Viewfinder()
    plate = ViewfinderPlate(finder.fd)
    assert finder.take() is None
    plate.show(PICTURE)
    assert finder.take() == PICTURE
    assert finder.take() is None
    plate.show(Glimpse(2, 1, b"ab"))
    plate.show(Glimpse(1, 1, b"c"))
    assert finder.take() == Glimpse(1, 1, b"c"), "the newest; nobody waits for those between"


def test_nobody_looks_at_first_and_what_was_seen_is_wiped() -> None:
    finder = Viewfinder()
    plate = ViewfinderPlate(finder.fd)
    assert not plate.wanted
    finder.want(True)
    assert plate.wanted
    plate.show(PICTURE)
    finder.want(False)
    assert not plate.wanted
    assert PICTURE.grey[1:] not in bytes(finder._memory)


def test_a_picture_that_does_not_fit_is_left_out() -> None:
    finder = Viewfinder()
    plate = ViewfinderPlate(finder.fd)
    plate.show(Glimpse(MAX_PX, 2, b""))
    plate.show(Glimpse(4, 2, b"short"))
    assert finder.take() is None


@given(st.binary(max_size=64))
def test_a_camera_process_gone_mad_shows_nothing_or_something(garbage: bytes) -> None:
    finder = Viewfinder()
    finder._memory[: len(garbage)] = garbage
    seen = finder.take()
    assert seen is None or len(seen.grey) == seen.width_px * seen.height_px


def test_another_process_sees_it() -> None:
    finder = Viewfinder()
    program = (
        "import sys; from kioskd.devices.camera.viewfinder import *;"
        "ViewfinderPlate(int(sys.argv[1])).show(Glimpse(2, 2, b'wxyz'))"
    )
    subprocess.run([sys.executable, "-c", program, str(finder.fd)], pass_fds=(finder.fd,), check=True)
    assert finder.take() == Glimpse(2, 2, b"wxyz")


def test_noise_is_not_worth_painting_a_screen_for() -> None:
    finder = Viewfinder()
    mirror = Mirror(ViewfinderPlate(finder.fd), Region())
    random = np.random.default_rng(1)

    def noisy(level: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        return (level + random.normal(0, 4, (720, 1280))).astype(np.uint8)

    assert not mirror.show(noisy(100), 0.0), "nobody looks"
    finder.want(True)
    assert mirror.show(noisy(100), 0.1)
    assert finder.take()
    assert mirror.show(noisy(100), 0.2)
    assert finder.take() is None
    mirror.show(noisy(140), 0.3)
    assert finder.take()
    mirror.show(noisy(140), 0.3 + MIRROR_STALE_S)
    assert finder.take(), "small changes add up"
    finder.want(False)
    mirror.show(noisy(140), 1.4)
    finder.want(True)
    mirror.show(noisy(140), 1.5)
    assert finder.take(), "the next guest sees something at once"
